//! As much of gRPC over HTTP/2 as xDS needs: message frames in, status trailers out.
//!
//! Responses do not pass through a codec, because a codec copies each message into a buffer of its stream: here a
//! thousand streams send the same bytes. Requests are read here too, because the buffer of a long-lived stream should
//! shrink again after the large request that opens it.

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::BodyExt;
use prost::Message;
use tonic::{Status, body::Body};

const HEADER_LEN: usize = 5;

/// The messages of a call.
#[derive(Debug)]
pub(crate) struct Requests {
    body: Body,
    buffer: BytesMut,
    limit: usize,
}

impl Requests {
    pub(crate) fn new(body: Body, limit: usize) -> Self {
        Self { body, buffer: BytesMut::new(), limit }
    }

    /// The next message; `None` when the client has ended its half. May be dropped while it waits.
    pub(crate) async fn next<M: Message + Default>(&mut self) -> Result<Option<M>, Status> {
        loop {
            if let Some(message) = self.take_frame()? {
                let decoded = M::decode(message);
                return decoded.map(Some).map_err(|error| Status::invalid_argument(error.to_string()));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
                Some(Err(status)) => return Err(status),
                None if self.buffer.is_empty() => return Ok(None),
                None => return Err(Status::invalid_argument("the stream ended within a message")),
            }
        }
    }

    fn take_frame(&mut self) -> Result<Option<Bytes>, Status> {
        let Some((&[compressed, a, b, c, d], rest)) = self.buffer.split_first_chunk::<HEADER_LEN>() else {
            return Ok(None);
        };
        if compressed != 0 {
            return Err(Status::unimplemented("compressed messages are not supported"));
        }
        let announced = u32::from_be_bytes([a, b, c, d]);
        let len = usize::try_from(announced).unwrap_or(usize::MAX);
        if len > self.limit {
            let limit = self.limit;
            return Err(Status::resource_exhausted(format!("message of {len} bytes, the limit is {limit}")));
        }
        if rest.len() < len {
            return Ok(None);
        }
        self.buffer.advance(HEADER_LEN);
        let message = self.buffer.split_to(len).freeze();
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
        }
        Ok(Some(message))
    }
}

/// The end of a call.
pub(crate) fn trailers(status: &Status) -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        // The message or the details cannot be a header; the code can.
        trailers.clear();
        trailers.insert("grpc-status", HeaderValue::from(i32::from(status.code())));
    }
    Frame::trailers(trailers)
}

/// The head of a call that is answered with `body`.
pub(crate) fn response(body: Body) -> http::Response<Body> {
    let mut response = http::Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}

/// Why a request cannot be a call this server understands.
pub(crate) fn refuse(head: &http::request::Parts) -> Option<Status> {
    let header = |name: &str| head.headers.get(name).map(HeaderValue::as_bytes);
    if head.method != http::Method::POST {
        return Some(Status::invalid_argument("a gRPC call is a POST"));
    }
    if !header(CONTENT_TYPE.as_str()).is_some_and(|value| value.starts_with(b"application/grpc")) {
        return Some(Status::invalid_argument("the content type of a gRPC call is application/grpc"));
    }
    match header("grpc-encoding") {
        None | Some(b"identity") => None,
        Some(_) => Some(Status::unimplemented("compressed messages are not supported")),
    }
}

#[cfg(test)]
mod tests {
    use bytes::BufMut;
    use futures_util::{FutureExt, stream};
    use http_body_util::StreamBody;
    use tonic::Code;
    use xds_api::pb::envoy::service::discovery::v3::DiscoveryRequest;

    use super::*;

    fn requests(chunks: Vec<Vec<u8>>, limit: usize) -> Requests {
        let frames = chunks.into_iter().map(|chunk| Ok::<_, Status>(Frame::data(Bytes::from(chunk))));
        Requests::new(Body::new(StreamBody::new(stream::iter(frames.collect::<Vec<_>>()))), limit)
    }

    fn framed(type_url: &str) -> Vec<u8> {
        let message =
            DiscoveryRequest { type_url: type_url.to_owned(), ..Default::default() }.encode_to_vec();
        let mut frame = vec![0];
        frame.put_u32(u32::try_from(message.len()).expect("small"));
        frame.extend(message);
        frame
    }

    fn next(requests: &mut Requests) -> Result<Option<String>, Code> {
        let next = requests.next::<DiscoveryRequest>().now_or_never().expect("never waits here");
        next.map(|request| request.map(|request| request.type_url)).map_err(|status| status.code())
    }

    #[test]
    fn messages_may_be_split_and_joined_anywhere() {
        let all = [framed("first"), framed(""), framed("third")].concat();
        for size in 1..all.len() {
            let mut requests = requests(all.chunks(size).map(<[u8]>::to_vec).collect(), 1024);
            for expected in ["first", "", "third"] {
                assert_eq!(next(&mut requests), Ok(Some(expected.to_owned())), "chunks of {size}");
            }
            assert_eq!(next(&mut requests), Ok(None));
            assert_eq!(requests.buffer.capacity(), 0, "an idle stream holds no buffer");
        }
    }

    #[test]
    fn bad_frames_are_refused() {
        let long = framed(&"x".repeat(100));
        let cut = long[..50].to_vec();
        let mut compressed = framed("x");
        compressed[0] = 1;
        for (chunks, expected) in [
            (vec![long], Code::ResourceExhausted),
            (vec![compressed], Code::Unimplemented),
            (vec![vec![0, 0, 0, 0, 1, 0xff]], Code::InvalidArgument),
            (vec![framed("x")[..3].to_vec()], Code::InvalidArgument),
        ] {
            assert_eq!(next(&mut requests(chunks, 99)), Err(expected));
        }
        assert_eq!(next(&mut requests(vec![cut], 1024)), Err(Code::InvalidArgument));
    }

    #[test]
    fn trailers_always_carry_the_code() {
        let frame = trailers(&Status::not_found("what\u{0}ever"));
        let trailers = frame.into_trailers().expect("are trailers");
        assert_eq!(trailers.get("grpc-status").map(HeaderValue::as_bytes), Some(&b"5"[..]));
    }
}
