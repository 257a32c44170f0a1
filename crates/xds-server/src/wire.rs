//! Responses as bytes, encoded once for all streams that need the same.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    mem,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use bytes::{BufMut, Bytes, BytesMut};
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};

use crate::{
    Protocol, TypeUrl, Version,
    stream::{Items, Nonce, Response},
};

/// Length of the field that carries the nonce: key, length, text.
const NONCE_FIELD_LEN: usize = 2 + Nonce::LEN;
/// Both response messages have the nonce in field 5.
const NONCE_FIELD: u32 = 5;
/// Length of the frame header that gRPC puts before each message.
const HEADER_LEN: usize = 5;

/// An encoded response without its nonce, with the header of its gRPC frame.
///
/// Protobuf fields may come in any order and all nonces have the same length, so the bytes are the same for every
/// stream, and the nonce follows them.
#[derive(Debug)]
pub(crate) struct Encoded {
    protocol: Protocol,
    type_url: TypeUrl,
    items: Arc<Items>,
    frame: Bytes,
}

impl Encoded {
    /// The shared part of the frame.
    pub(crate) fn frame(&self) -> &Bytes {
        &self.frame
    }

    fn is(&self, protocol: Protocol, response: &Response) -> bool {
        self.protocol == protocol
            && self.type_url == response.type_url
            && (Arc::ptr_eq(&self.items, &response.items) || self.items == response.items)
    }
}

/// The part of a frame that differs between streams.
pub(crate) fn nonce_field(nonce: Nonce) -> Bytes {
    let mut field = BytesMut::with_capacity(NONCE_FIELD_LEN);
    put_string(NONCE_FIELD, nonce.as_bytes(), &mut field);
    field.freeze()
}

/// Finds responses that other streams are sending at the same time.
///
/// It keeps nothing alive: an encoded response lives as long as a stream holds it.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    hasher: RandomState,
    live: Mutex<Live>,
}

#[derive(Debug, Default)]
struct Live {
    by_hash: HashMap<u64, Weak<Encoded>>,
    /// Size after the last sweep; the map is swept when it has doubled.
    swept: usize,
}

impl Encoder {
    /// The encoded form of a response, shared with every stream that still holds an equal one.
    pub(crate) fn encode(&self, protocol: Protocol, response: &Response) -> Arc<Encoded> {
        let hash = self.hasher.hash_one((&response.type_url, &response.items, protocol));
        let known = || {
            let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
            live.by_hash.get(&hash).and_then(Weak::upgrade).filter(|found| found.is(protocol, response))
        };
        if let Some(known) = known() {
            return known;
        }
        let encoded = Arc::new(Encoded {
            protocol,
            type_url: response.type_url.clone(),
            items: response.items.clone(),
            frame: encode(protocol, response),
        });
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if live.by_hash.len() > 2 * live.swept + 16 {
            live.by_hash.retain(|_, weak| weak.strong_count() > 0);
            live.swept = live.by_hash.len();
        }
        live.by_hash.insert(hash, Arc::downgrade(&encoded));
        encoded
    }
}

/// Encodes a frame up to its nonce.
fn encode(protocol: Protocol, response: &Response) -> Bytes {
    let url = response.type_url.as_str().as_bytes();
    let items = &*response.items;
    let resources = || items.resources.iter().zip(&response.bodies);
    let any_len = |body: &Bytes| string_len(1, url.len()) + string_len(2, body.len());
    let resource_len = |name: &str, body: &Bytes| match protocol {
        Protocol::Sotw => any_len(body),
        Protocol::Delta => {
            string_len(1, Version::TEXT_LEN) + string_len(2, any_len(body)) + string_len(3, name.len())
        }
    };
    let version = items.version.map(Version::text);
    let message_len = version.map_or(0, |text| string_len(1, text.len()))
        + resources().map(|((name, _), body)| string_len(2, resource_len(name, body))).sum::<usize>()
        + string_len(4, url.len())
        + items.removed.iter().map(|name| string_len(6, name.len())).sum::<usize>();

    let mut frame = BytesMut::with_capacity(HEADER_LEN + message_len);
    frame.put_u8(0);
    // A message beyond 4 GiB cannot be expressed in gRPC; the peer refuses any that is near.
    frame.put_u32(u32::try_from(message_len + NONCE_FIELD_LEN).unwrap_or(u32::MAX));
    if let Some(text) = &version {
        put_string(1, text, &mut frame);
    }
    for ((name, version), body) in resources() {
        put_header(2, resource_len(name, body), &mut frame);
        if protocol == Protocol::Delta {
            put_string(1, &version.text(), &mut frame);
            put_header(2, any_len(body), &mut frame);
        }
        put_string(1, url, &mut frame);
        put_string(2, body, &mut frame);
        if protocol == Protocol::Delta {
            put_string(3, name.as_bytes(), &mut frame);
        }
    }
    put_string(4, url, &mut frame);
    for name in &items.removed {
        put_string(6, name.as_bytes(), &mut frame);
    }
    debug_assert_eq!(
        frame.len(),
        HEADER_LEN + message_len,
        "lengths must be computed as the bytes are written"
    );
    mem::take(&mut frame).freeze()
}

fn string_len(field: u32, len: usize) -> usize {
    key_len(field) + encoded_len_varint(len as u64) + len
}

fn put_header(field: u32, len: usize, frame: &mut BytesMut) {
    encode_key(field, WireType::LengthDelimited, frame);
    encode_varint(len as u64, frame);
}

fn put_string(field: u32, text: &[u8], frame: &mut BytesMut) {
    put_header(field, text.len(), frame);
    frame.put_slice(text);
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use xds_api::pb::envoy::service::discovery::v3::{DeltaDiscoveryResponse, DiscoveryResponse};

    use super::*;
    use crate::Resource;

    fn response(version: Option<Version>, contents: &[&'static str], removed: &[&str]) -> Response {
        let resources: Vec<_> =
            contents.iter().map(|c| Resource::new(Bytes::from_static(c.as_bytes()))).collect();
        let items = Items {
            version,
            resources: resources
                .iter()
                .enumerate()
                .map(|(n, r)| (format!("r{n}").into(), r.version))
                .collect(),
            removed: removed.iter().map(|name| (*name).into()).collect(),
        };
        let bodies = resources.into_iter().map(|r| r.body).collect();
        Response { type_url: TypeUrl::CLUSTER, nonce: Nonce::new(300), items: Arc::new(items), bodies }
    }

    fn message(protocol: Protocol, response: &Response) -> Bytes {
        let encoded = Encoder::default().encode(protocol, response);
        let mut all = BytesMut::from(&encoded.frame()[..]);
        all.put(nonce_field(response.nonce));
        let announced = u32::from_be_bytes(all[1..5].try_into().expect("four bytes")) as usize;
        assert_eq!(announced, all.len() - HEADER_LEN);
        all.freeze().slice(HEADER_LEN..)
    }

    #[test]
    fn delta_frames_decode() {
        let long: &'static str = "x".repeat(100_000).leak();
        let response = response(None, &["first", "", long], &["gone", "away"]);
        let decoded = DeltaDiscoveryResponse::decode(message(Protocol::Delta, &response)).expect("decodes");
        assert_eq!(decoded.nonce, "00000000012c");
        assert_eq!(decoded.type_url, TypeUrl::CLUSTER.as_str());
        assert_eq!(decoded.removed_resources, ["gone", "away"]);
        assert_eq!(decoded.resources.len(), 3);
        for (n, resource) in decoded.resources.iter().enumerate() {
            let any = resource.resource.as_ref().expect("has a resource");
            assert_eq!(resource.name, format!("r{n}"));
            assert_eq!(resource.version, response.items.resources[n].1.to_string());
            assert_eq!(
                (any.type_url.as_str(), &any.value[..]),
                (TypeUrl::CLUSTER.as_str(), &response.bodies[n][..])
            );
        }
    }

    #[test]
    fn state_of_the_world_frames_decode() {
        let version = Version::of(b"all");
        let response = response(Some(version), &["first", "second"], &[]);
        let decoded = DiscoveryResponse::decode(message(Protocol::Sotw, &response)).expect("decodes");
        assert_eq!(decoded.version_info, version.to_string());
        let values: Vec<_> = decoded.resources.iter().map(|any| any.value.clone()).collect();
        assert_eq!(values, [b"first".to_vec(), b"second".to_vec()]);
    }

    #[test]
    fn equal_responses_share_their_bytes_while_one_is_held() {
        let encoder = Encoder::default();
        let first = encoder.encode(Protocol::Delta, &response(None, &["a"], &[]));
        let second = encoder.encode(Protocol::Delta, &response(None, &["a"], &[]));
        assert!(Arc::ptr_eq(&first, &second));
        assert!(!Arc::ptr_eq(&first, &encoder.encode(Protocol::Delta, &response(None, &["b"], &[]))));
        let weak = Arc::downgrade(&first);
        drop((first, second));
        assert!(weak.upgrade().is_none(), "the encoder keeps nothing alive");
    }
}
