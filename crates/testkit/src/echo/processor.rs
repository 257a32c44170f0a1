//! A backend as an external processor of Envoy: a service that sees and changes what others are asked and answer.
//!
//! Its messages are read and written as JSON, by the descriptors of their types.

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_TYPE};
use hyper::body::{Body, Frame, Incoming};
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};
use xds_api::Case;

use super::server::GRPC_STATUS;
use crate::{BoxError, grpc};

/// The call.
const PATH: &str = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";
/// What it gets and what it answers, one message for each.
const ASKED: &str = "envoy.service.ext_proc.v3.ProcessingRequest";
const ANSWERED: &str = "envoy.service.ext_proc.v3.ProcessingResponse";
/// A flag and a length of four bytes are in front of each message.
const HEAD: usize = 5;

/// Whether a request is the call of a processor.
pub(super) fn is_call(request: &Request<Incoming>) -> bool {
    request.uri().path() == PATH
}

/// Answers the call, as long as it lasts.
pub(super) fn answer(
    request: Request<Incoming>,
    name: &str,
) -> Response<impl Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static> {
    let calls = Calls { incoming: Some(request.into_body()), rest: BytesMut::new(), name: name.to_owned() };
    let mut response = Response::new(calls);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}

/// The answers to messages that are still coming.
struct Calls {
    /// Absent once it has ended.
    incoming: Option<Incoming>,
    rest: BytesMut,
    name: String,
}

impl Body for Calls {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        loop {
            if let Some(message) = self.message() {
                // A message that cannot be answered ends the call, which fails without trailers.
                let reply = reply(&message, &self.name).ok();
                return Poll::Ready(reply.map(|reply| Ok(Frame::data(grpc::frames(&reply, 1)))));
            }
            let Some(incoming) = &mut self.incoming else { return Poll::Ready(None) };
            match Pin::new(incoming).poll_frame(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        self.rest.extend_from_slice(&data);
                    }
                }
                // Whoever asks is gone.
                Poll::Ready(Some(Err(_))) => return Poll::Ready(None),
                Poll::Ready(None) => {
                    self.incoming = None;
                    let trailers = HeaderMap::from_iter([(GRPC_STATUS, HeaderValue::from_static("0"))]);
                    return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                }
            }
        }
    }
}

impl Calls {
    /// The first message that came as a whole.
    fn message(&mut self) -> Option<Bytes> {
        let [_, a, b, c, d, ..] = self.rest[..] else { return None };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let end = HEAD.checked_add(length).filter(|end| *end <= self.rest.len())?;
        let mut message = self.rest.split_to(end).freeze();
        message.advance(HEAD);
        Some(message)
    }
}

fn reply(message: &[u8], name: &str) -> Result<Bytes, BoxError> {
    let asked = xds_api::encoded_to_json(ASKED, message, Case::Snake)?;
    let part = [
        "request_headers",
        "response_headers",
        "request_body",
        "response_body",
        "request_trailers",
        "response_trailers",
    ]
    .into_iter()
    .find(|part| asked.get(part).is_some())
    .ok_or("a message about nothing")?;
    let refuses = |header: &Value| header["key"] == "x-refuse";
    let headers = asked[part]["headers"]["headers"].as_array();
    let answer = if part == "request_headers" && headers.is_some_and(|headers| headers.iter().any(refuses)) {
        json!({"immediate_response": {"status": {"code": "Forbidden"}, "body": bytes_of(name)}})
    } else if part.ends_with("trailers") {
        json!({part: {}})
    } else {
        let mut added = vec![("x-processed-by", name.to_owned())];
        if part.ends_with("body") {
            let body = asked[part]["body"].as_str().unwrap_or_default();
            added = vec![("x-body-length", (body.trim_end_matches('=').len() * 3 / 4).to_string())];
        }
        let told = asked["attributes"].as_object().into_iter().flat_map(|told| told.values());
        let told: Vec<&str> = told.filter_map(|told| told["request.path"].as_str()).collect();
        if !told.is_empty() {
            added.push(("x-told", told.concat()));
        }
        let header =
            |(key, value): (&str, String)| json!({"header": {"key": key, "raw_value": bytes_of(&value)}});
        let headers: Vec<Value> = added.into_iter().map(header).collect();
        json!({part: {"response": {"header_mutation": {"set_headers": headers}}}})
    };
    Ok(xds_api::json_to_encoded(ANSWERED, &answer)?)
}

/// A text as a field of bytes in JSON.
fn bytes_of(text: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(text)
}
