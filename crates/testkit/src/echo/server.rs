//! The echo backend's server.

use super::{
    answer::{Echoed, TlsEchoed, Wishes},
    raw,
};
use crate::{
    BoxError, grpc,
    tls::{self, Leaf},
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{CONNECTION, CONTENT_TYPE, UPGRADE},
};
use http_body_util::{BodyExt, Empty, Full, combinators::BoxBody};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use std::{
    collections::VecDeque,
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

/// What an answer carries.
type Body = BoxBody<Bytes, Infallible>;

/// How the content type of gRPC starts.
const GRPC: &[u8] = b"application/grpc";
pub(super) const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// How many requests a backend remembers.
const REMEMBERED: usize = 4096;

/// What a backend speaks.
#[derive(Clone, Debug, Default)]
pub enum Protocol {
    /// HTTP/1.1 in the clear.
    #[default]
    Http1,
    /// HTTP/2 in the clear, with prior knowledge; HTTP/1.1 is refused.
    H2c,
    /// TLS with this certificate; HTTP/2 or HTTP/1.1 as negotiated.
    Tls(Leaf),
    /// Lines of text over TCP.
    Lines,
    /// Datagrams over UDP.
    Datagrams,
    /// The same, for clients with a certificate of [`tls::AUTHORITY`] only.
    MutualTls(Leaf),
}

/// A running backend; dropping it closes its connections and its port.
#[derive(Debug)]
pub struct Echo {
    name: String,
    address: SocketAddr,
    seen: Arc<Seen>,
    accepting: AbortHandle,
}

/// What a backend saw.
#[derive(Debug, Default)]
struct Seen {
    count: AtomicU64,
    last: Mutex<VecDeque<Echoed>>,
}

impl Seen {
    fn last(&self) -> MutexGuard<'_, VecDeque<Echoed>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Echo {
    /// Starts a backend on a free loopback port.
    pub async fn start(namespace: &str, name: &str, protocol: Protocol) -> Result<Self, BoxError> {
        Self::bind(namespace, name, protocol, SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Starts a backend on a given address.
    pub async fn bind(
        namespace: &str,
        name: &str,
        protocol: Protocol,
        address: SocketAddr,
    ) -> Result<Self, BoxError> {
        let seen = Arc::new(Seen::default());
        let identity = Arc::new(Identity {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            seen: Arc::clone(&seen),
        });
        let (address, accepting) = match protocol {
            Protocol::Lines => raw::lines(address, identity).await?,
            Protocol::Datagrams => raw::datagrams(address, identity).await?,
            protocol => {
                let listener = TcpListener::bind(address).await?;
                let address = listener.local_addr()?;
                (address, tokio::spawn(accept(listener, protocol, identity)).abort_handle())
            }
        };
        Ok(Self { name: name.to_owned(), address, seen, accepting })
    }

    /// The backend's name, as its answers say it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many requests it answered.
    pub fn count(&self) -> u64 {
        self.seen.count.load(Ordering::Relaxed)
    }

    /// The requests it remembers (the last few thousand) that carry this header value.
    pub fn seen_with(&self, header: &str, value: &str) -> Vec<Echoed> {
        self.seen.last().iter().filter(|echoed| echoed.header(header) == Some(value)).cloned().collect()
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Who answers.
#[derive(Debug)]
pub(super) struct Identity {
    namespace: String,
    name: String,
    seen: Arc<Seen>,
}

impl Identity {
    /// Remembers what was asked, and says who was.
    pub(super) fn remember(&self, asked: Echoed) -> Echoed {
        let echoed = Echoed { namespace: self.namespace.clone(), pod: self.name.clone(), ..asked };
        self.seen.count.fetch_add(1, Ordering::Relaxed);
        let mut last = self.seen.last();
        last.push_back(echoed.clone());
        if last.len() > REMEMBERED {
            last.pop_front();
        }
        echoed
    }
}

/// Accepts until aborted; the connections end with it.
async fn accept(listener: TcpListener, protocol: Protocol, identity: Arc<Identity>) {
    let acceptor = match &protocol {
        Protocol::Tls(leaf) | Protocol::MutualTls(leaf) => {
            let mutual = matches!(protocol, Protocol::MutualTls(_));
            Some(TlsAcceptor::from(tls::server_config_for(leaf, &["h2", "http/1.1"], mutual)))
        }
        _ => None,
    };
    let http2_only = matches!(protocol, Protocol::H2c);
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (acceptor, identity) = (acceptor.clone(), Arc::clone(&identity));
        connections.spawn(async move {
            // A connection that fails is the client's to notice.
            let _ = connection(stream, acceptor, http2_only, identity).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    http2_only: bool,
    identity: Arc<Identity>,
) -> Result<(), BoxError> {
    stream.set_nodelay(true)?;
    let Some(acceptor) = acceptor else { return serve(stream, None, http2_only, identity).await };
    let stream = acceptor.accept(stream).await?;
    let session = stream.get_ref().1;
    let facts = TlsEchoed {
        server_name: session.server_name().unwrap_or_default().to_owned(),
        negotiated_protocol: String::from_utf8_lossy(session.alpn_protocol().unwrap_or_default())
            .into_owned(),
    };
    serve(stream, Some(facts), false, identity).await
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    tls: Option<TlsEchoed>,
    http2_only: bool,
    identity: Arc<Identity>,
) -> Result<(), BoxError> {
    let service = service_fn(move |request| answer(request, tls.clone(), Arc::clone(&identity)));
    let builder = auto::Builder::new(TokioExecutor::new());
    if http2_only {
        // A connection that may be upgraded would take HTTP/1.1 all the same.
        return builder.http2_only().serve_connection(TokioIo::new(stream), service).await;
    }
    builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await
}

async fn answer(
    request: Request<Incoming>,
    tls: Option<TlsEchoed>,
    identity: Arc<Identity>,
) -> Result<Response<Body>, BoxError> {
    if request.headers().get(UPGRADE).is_some_and(|protocol| protocol == "websocket") {
        return Ok(web_socket(request, &identity));
    }
    #[cfg(feature = "traffic")]
    if super::processor::is_call(&request) {
        return Ok(super::processor::answer(request, &identity.name).map(Body::new));
    }
    let (parts, body) = request.into_parts();
    let wishes = Wishes::of(&parts);
    let body = body.collect().await?.to_bytes();
    let echoed = identity.remember(Echoed { body_length: body.len(), tls, ..Echoed::of(&parts) });
    let text = serde_json::to_vec(&echoed)?;
    if !wishes.delay.is_zero() {
        tokio::time::sleep(wishes.delay).await;
    }
    let is_grpc = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(GRPC));
    let (body, content_type) = if is_grpc {
        // A message for each one that came.
        let messages = u32::try_from(grpc::unframe(&body).0.len()).unwrap_or(u32::MAX);
        let trailers = HeaderMap::from_iter([(GRPC_STATUS, HeaderValue::from_static("0"))]);
        let frames =
            Full::new(grpc::frames(&text, messages)).with_trailers(async move { Some(Ok(trailers)) });
        (Body::new(frames), HeaderValue::from_static("application/grpc"))
    } else {
        (Body::new(Full::new(Bytes::from(text))), HeaderValue::from_static("application/json"))
    };
    let mut response = Response::new(body);
    *response.status_mut() = wishes.status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().extend(wishes.headers);
    Ok(response)
}

/// Accepts a WebSocket and sends back whatever comes, frames as they are; header `x-echo-pod` says who does.
fn web_socket(mut request: Request<Incoming>, identity: &Identity) -> Response<Body> {
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            let (mut from, mut to) = tokio::io::split(TokioIo::new(upgraded));
            // The client ends the connection.
            let _ = tokio::io::copy(&mut from, &mut to).await;
        }
    });
    identity.seen.count.fetch_add(1, Ordering::Relaxed);
    let mut response = Response::new(Body::new(Empty::new()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(name) = HeaderValue::from_str(&identity.name) {
        headers.insert("x-echo-pod", name);
    }
    response
}
