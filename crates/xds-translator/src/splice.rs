//! Messages put together from encoded parts.
//!
//! The elements of a repeated field are encoded one after the other, so a message of thousands of elements is the
//! concatenation of its parts, and one changed element is encoded alone.

use bytes::Bytes;
use prost::encoding::{WireType, decode_varint, encode_key, encode_varint, encoded_len_varint, key_len};

/// How many parts are few.
const FEW: usize = 8;

/// A field that holds a message: key, length and message.
pub(crate) fn field(tag: u32, message: &[u8]) -> Bytes {
    message_field(tag, message, &[], &[])
}

/// A field that holds a message of parts.
pub(crate) fn message_field(tag: u32, before: &[u8], parts: &[&Bytes], after: &[u8]) -> Bytes {
    let length = length(before, parts, after);
    let prefix = key_len(tag) + encoded_len_varint(length as u64);
    let mut out = Vec::with_capacity(prefix + length);
    encode_key(tag, WireType::LengthDelimited, &mut out);
    encode_varint(length as u64, &mut out);
    write(&mut out, before, parts, after);
    out.into()
}

/// The message that a field of [`field`] or [`message_field`] holds.
pub(crate) fn content(field: &Bytes) -> Bytes {
    let mut rest = field.clone();
    // Nothing else is given to this function than what those two made, and an empty field.
    if decode_varint(&mut rest).is_err() || decode_varint(&mut rest).is_err() {
        return Bytes::new();
    }
    rest
}

/// A message of parts.
pub(crate) fn message(before: &[u8], parts: &[&Bytes], after: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(length(before, parts, after));
    write(&mut out, before, parts, after);
    out.into()
}

/// The parts of a message or of its field, before the last `after` bytes of it, as they are within it: parts that are few
/// are kept once that way. `None` when there are many, whose holders would all have to be told.
pub(crate) fn parts_within(whole: &Bytes, parts: &[&Bytes], after: usize) -> Option<Vec<Bytes>> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut start = whole.len().checked_sub(after + length)?;
    let mut within = |part: &&Bytes| {
        let end = start + part.len();
        let found = whole.slice(start..end);
        start = end;
        found
    };
    (parts.len() <= FEW).then(|| parts.iter().map(&mut within).collect())
}

fn length(before: &[u8], parts: &[&Bytes], after: &[u8]) -> usize {
    before.len() + parts.iter().map(|part| part.len()).sum::<usize>() + after.len()
}

fn write(out: &mut Vec<u8>, before: &[u8], parts: &[&Bytes], after: &[u8]) {
    out.extend_from_slice(before);
    for part in parts {
        out.extend_from_slice(part);
    }
    out.extend_from_slice(after);
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::envoy::route::{RouteConfiguration, VirtualHost};

    #[test]
    fn spliced_bytes_are_those_of_the_whole_message() {
        let host = |name: &str| VirtualHost {
            name: name.to_owned(),
            domains: vec![name.repeat(100)],
            ..VirtualHost::default()
        };
        let whole = RouteConfiguration {
            name: "table".to_owned(),
            virtual_hosts: vec![host("a"), host("b")],
            ignore_port_in_host_matching: true,
            ..RouteConfiguration::default()
        };
        let before = RouteConfiguration { name: "table".to_owned(), ..RouteConfiguration::default() };
        let after =
            RouteConfiguration { ignore_port_in_host_matching: true, ..RouteConfiguration::default() };
        let parts = ["a", "b"].map(|name| field(2, &host(name).encode_to_vec()));
        let parts: Vec<&Bytes> = parts.iter().collect();
        let spliced = message(&before.encode_to_vec(), &parts, &after.encode_to_vec());
        assert_eq!(spliced, whole.encode_to_vec());
    }

    #[test]
    fn few_parts_are_found_within_the_whole() {
        let parts: Vec<Bytes> = [0, 3, 200].map(|length| Bytes::from(vec![length; length.into()])).to_vec();
        let parts: Vec<&Bytes> = parts.iter().collect();
        for whole in [message(b"before", &parts, b"after"), message_field(2, b"before", &parts, b"after")] {
            let found = parts_within(&whole, &parts, "after".len()).unwrap();
            assert!(found.iter().eq(parts.iter().copied()));
            assert!(whole.as_ptr_range().contains(&found[2].as_ptr()));
        }
        assert_eq!(parts_within(&Bytes::new(), &parts, 5), None);
        assert_eq!(parts_within(&Bytes::from(vec![0; 100]), &[&Bytes::new(); FEW + 1], 5), None);
    }

    #[test]
    fn a_field_gives_back_its_message() {
        for length in [0, 1, 127, 128, 70_000] {
            let message = vec![7; length];
            assert_eq!(content(&field(2, &message)), message);
        }
        assert!(content(&Bytes::new()).is_empty());
    }
}
