//! Drives the state machine of one stream: requests, changes of the store and time in; frames out.
//!
//! The driver is the body of the response, so it runs when the connection has room for more. A client that does not
//! read therefore costs no work, and no memory beyond the response it has not read.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use tokio::time::{Instant, Sleep};
use tonic::{Status, body::Body};
use xds_api::pb::envoy::{
    config::core::v3::Node,
    service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest},
};

use crate::{
    Identity, NodeGroup, Protocol, Sent, Seq, StreamInfo, TypeUrl,
    grpc::{Requests, trailers},
    server::{Drain, Shared},
    stream::{Event, ProtocolError, Response, StreamState, Timing},
    wire::{Encoded, nonce_field},
};

/// How many requests are taken before it is seen whether there is something to send.
const REQUESTS_PER_TURN: usize = 64;

/// A call that was let in and has sent nothing yet.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) shared: Arc<Shared>,
    pub(crate) identity: Identity,
    pub(crate) requests: Requests,
}

impl Admitted {
    /// Finds the group of the node that the first message of a call names.
    fn place(&self, node: Option<Node>) -> Result<(Node, NodeGroup), Status> {
        let node = node.filter(|node| !node.id.is_empty());
        let node = node.ok_or_else(|| Status::invalid_argument("the first request must carry node.id"))?;
        let group = self.shared.grouper.group(&node).ok_or_else(|| {
            Status::permission_denied(format!("node {:?} belongs to no known group", node.id))
        })?;
        self.shared.authenticator.authorise(&self.identity, &node, &group)?;
        Ok((node, group))
    }

    /// Answers a unary call.
    pub(crate) async fn fetch(mut self, type_url: TypeUrl) -> Result<Body, Status> {
        let timeout = self.shared.options.first_message_timeout;
        let first = tokio::time::timeout(timeout, self.requests.next::<DiscoveryRequest>()).await;
        let mut request = first
            .map_err(|_| Status::deadline_exceeded("no request arrived"))??
            .ok_or_else(|| Status::invalid_argument("no request arrived"))?;
        let (_, group) = self.place(request.node.take())?;
        let view = self.shared.store.view(&group);
        let view =
            view.ok_or_else(|| Status::unavailable("nothing is published for the node's group yet"))?;
        // Whoever asks once wants an answer, also when it has the newest version.
        request.version_info.clear();
        let mut state = StreamState::new(Protocol::Sotw, Some(type_url), Timing::from(&self.shared.options));
        state.on_sotw(request, Some(&view)).map_err(|error| bad_request(&error))?;
        let response = state.poll_response(&view, Instant::now().into_std());
        let response = response.ok_or_else(|| Status::not_found("none of the named resources exists"))?;
        let encoded = self.shared.encoder.encode(Protocol::Sotw, &response);
        let frames = [
            Frame::data(encoded.frame().clone()),
            Frame::data(nonce_field(response.nonce)),
            trailers(&Status::ok("")),
        ];
        Ok(Body::new(StreamBody::new(stream::iter(frames.map(Ok::<_, Status>)))))
    }

    /// Answers a streaming call.
    pub(crate) fn stream(self, protocol: Protocol, only: Option<TypeUrl>, drain: Option<Drain>) -> Body {
        let end: BoxFuture<'static, ()> = match drain {
            Some(drain) => drain.signalled().boxed(),
            None => tokio::time::sleep(self.shared.options.pick_age()).boxed(),
        };
        let driver = Driver { call: self, protocol, only, end, open: None, tail: None, ended: false };
        Body::new(StreamBody::new(stream::unfold(Box::new(driver), |mut driver| async move {
            let frame = driver.frame().await?;
            Some((Ok::<_, Status>(frame), driver))
        })))
    }
}

struct Driver {
    call: Admitted,
    protocol: Protocol,
    only: Option<TypeUrl>,
    /// Resolves when the stream should end because of its age or a shutdown.
    end: BoxFuture<'static, ()>,
    open: Option<Open>,
    /// The rest of a response whose first part was returned.
    tail: Option<Bytes>,
    ended: bool,
}

/// A stream whose node is known.
struct Open {
    info: StreamInfo,
    state: StreamState,
    /// Resolves when the view is another one than at the position beside it; `None` after it has.
    changed: Option<(Option<Seq>, BoxFuture<'static, ()>)>,
    /// Responses that were sent and neither answered nor outdated: while a stream holds one, others send the same bytes.
    unanswered: Vec<(TypeUrl, Arc<Encoded>)>,
}

enum Request {
    Delta(DeltaDiscoveryRequest),
    Sotw(DiscoveryRequest),
}

enum Woken {
    Request(Option<Box<Request>>),
    Changed,
    Deadline,
    End,
}

impl Driver {
    async fn frame(&mut self) -> Option<Frame<Bytes>> {
        if let Some(tail) = self.tail.take() {
            return Some(Frame::data(tail));
        }
        if self.ended {
            return None;
        }
        match self.response().await {
            Ok(Some(response)) => Some(Frame::data(self.send(&response))),
            ended => {
                self.ended = true;
                self.close();
                Some(trailers(&ended.err().unwrap_or_else(|| Status::ok(""))))
            }
        }
    }

    /// Waits for the next response; `None` ends the stream.
    async fn response(&mut self) -> Result<Option<Response>, Status> {
        if self.open.is_none() && !self.identify().await? {
            return Ok(None);
        }
        loop {
            for _ in 0..REQUESTS_PER_TURN {
                match read(&mut self.call.requests, self.protocol).now_or_never() {
                    Some(Ok(Some(request))) => self.on_request(request)?,
                    Some(Ok(None)) => return Ok(None),
                    Some(Err(status)) => return Err(status),
                    None => break,
                }
            }
            if let Some(response) = self.poll() {
                return Ok(Some(response));
            }
            match self.wait().await? {
                Woken::Request(Some(request)) => self.on_request(*request)?,
                Woken::Request(None) | Woken::End => return Ok(None),
                Woken::Changed => {
                    if let Some(open) = &mut self.open {
                        open.unanswered.clear();
                    }
                }
                Woken::Deadline => {}
            }
        }
    }

    /// Reads the first message; false when there is none.
    async fn identify(&mut self) -> Result<bool, Status> {
        let timeout = self.call.shared.options.first_message_timeout;
        let first = tokio::select! {
            biased;
            first = tokio::time::timeout(timeout, read(&mut self.call.requests, self.protocol)) => first,
            () = &mut self.end => return Ok(false),
        };
        let first = first.map_err(|_| Status::deadline_exceeded("no request arrived"))??;
        let Some(mut first) = first else { return Ok(false) };
        let node = match &mut first {
            Request::Delta(request) => request.node.take(),
            Request::Sotw(request) => request.node.take(),
        };
        let (node, group) = self.call.place(node)?;
        let shared = &self.call.shared;
        let info = StreamInfo {
            id: next_stream_id(),
            node: node.id.into(),
            group,
            protocol: self.protocol,
            only: self.only.clone(),
            identity: self.call.identity.clone(),
        };
        shared.observer.connected(&info);
        let state = StreamState::new(self.protocol, self.only.clone(), Timing::from(&shared.options));
        self.open = Some(Open { info, state, changed: None, unanswered: Vec::new() });
        self.on_request(first)?;
        Ok(true)
    }

    fn on_request(&mut self, request: Request) -> Result<(), Status> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let shared = &self.call.shared;
        let view = shared.store.view(&open.info.group);
        let event = match request {
            Request::Delta(request) => open.state.on_delta(request, view.as_deref()),
            Request::Sotw(request) => open.state.on_sotw(request, view.as_deref()),
        };
        let type_url = match event.map_err(|error| bad_request(&error))? {
            Some(Event::Acked(ack)) => {
                shared.observer.acked(&open.info, &ack);
                ack.type_url
            }
            Some(Event::Nacked(nack)) => {
                shared.observer.nacked(&open.info, &nack);
                nack.type_url
            }
            None => return Ok(()),
        };
        open.unanswered.retain(|(of, _)| *of != type_url);
        Ok(())
    }

    fn poll(&mut self) -> Option<Response> {
        let open = self.open.as_mut()?;
        let store = &self.call.shared.store;
        let view = store.view(&open.info.group);
        let response =
            view.as_ref().and_then(|view| open.state.poll_response(view, Instant::now().into_std()));
        if response.is_none() {
            let seq = view.map(|view| view.seq());
            if open.changed.as_ref().is_none_or(|(seen, _)| *seen != seq) {
                open.changed = Some((seq, store.changed(&open.info.group, seq)));
            }
        }
        response
    }

    async fn wait(&mut self) -> Result<Woken, Status> {
        let Some(open) = &mut self.open else { return Ok(Woken::End) };
        let deadline: Option<Pin<Box<Sleep>>> =
            open.state.next_deadline().map(|at| Box::pin(tokio::time::sleep_until(at.into())));
        let has_deadline = deadline.is_some();
        let changed = async {
            match &mut open.changed {
                Some((_, changed)) => changed.await,
                None => std::future::pending().await,
            }
        };
        let deadline = async move {
            if let Some(deadline) = deadline {
                deadline.await;
            }
        };
        tokio::select! {
            biased;
            request = read(&mut self.call.requests, self.protocol) => request.map(|request| Woken::Request(request.map(Box::new))),
            () = changed => {
                open.changed = None;
                Ok(Woken::Changed)
            }
            () = deadline, if has_deadline => Ok(Woken::Deadline),
            () = &mut self.end => Ok(Woken::End),
        }
    }

    /// Returns the first part of a response's bytes and keeps the rest.
    fn send(&mut self, response: &Response) -> Bytes {
        let encoded = self.call.shared.encoder.encode(self.protocol, response);
        let tail = nonce_field(response.nonce);
        if let Some(open) = &mut self.open {
            let sent = Sent {
                type_url: response.type_url.clone(),
                resources: response.items.resources.len(),
                removed: response.items.removed.len(),
                bytes: encoded.frame().len() + tail.len(),
            };
            self.call.shared.observer.sent(&open.info, &sent);
            open.unanswered.push((response.type_url.clone(), encoded.clone()));
        }
        self.tail = Some(tail);
        encoded.frame().clone()
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.call.shared.observer.disconnected(&open.info);
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.close();
    }
}

async fn read(requests: &mut Requests, protocol: Protocol) -> Result<Option<Request>, Status> {
    Ok(match protocol {
        Protocol::Delta => requests.next().await?.map(Request::Delta),
        Protocol::Sotw => requests.next().await?.map(Request::Sotw),
    })
}

fn bad_request(error: &ProtocolError) -> Status {
    Status::invalid_argument(error.to_string())
}

fn next_stream_id() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}
