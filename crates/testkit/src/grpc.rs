//! The framing of gRPC: each message has a flag and its length in front of it.

use bytes::{BufMut, Bytes, BytesMut};

/// The flag of the frame in which gRPC-Web sends its trailers.
const TRAILERS: u8 = 0x80;
/// A flag and a length of four bytes.
const HEAD: usize = 5;

/// The message so many times.
pub(crate) fn frames(message: &[u8], times: u32) -> Bytes {
    let mut frames = BytesMut::new();
    for _ in 0..times {
        frames.put_u8(0);
        frames.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
        frames.put_slice(message);
    }
    frames.freeze()
}

/// The messages in a body, and the trailers of gRPC-Web. What is not a whole frame is left out.
pub(crate) fn unframe(body: &Bytes) -> (Vec<Bytes>, Vec<(String, String)>) {
    let (mut messages, mut trailers) = (Vec::new(), Vec::new());
    let mut rest = body.clone();
    while let [flag, a, b, c, d, ..] = rest[..] {
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let Some(end) = HEAD.checked_add(length).filter(|end| *end <= rest.len()) else { break };
        let message = rest.split_to(end).slice(HEAD..);
        if flag & TRAILERS == 0 {
            messages.push(message);
            continue;
        }
        let text = String::from_utf8_lossy(&message);
        let pairs = text.lines().filter_map(|line| line.split_once(':'));
        trailers.extend(pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())));
    }
    (messages, trailers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_as_they_went_in() {
        let (messages, trailers) = unframe(&frames(b"hello", 2));
        assert_eq!(messages, ["hello", "hello"]);
        assert!(trailers.is_empty());
        let web = Bytes::from_static(b"\x80\x00\x00\x00\x0fgrpc-status: 7\r\n");
        assert_eq!(unframe(&web).1, [("grpc-status".to_owned(), "7".to_owned())]);
        assert!(unframe(&Bytes::from_static(b"\x00\x00\x00\x00\x09cut")).0.is_empty());
    }
}
