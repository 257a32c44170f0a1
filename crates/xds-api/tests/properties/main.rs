//! What holds for every message of the types the control plane serves.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

mod sample;

use std::collections::BTreeSet;
use std::fmt::Debug;

use proptest::prelude::*;
use prost::{Message, Name};
use prost_reflect::DynamicMessage;
use sample::Source;
use xds_api::pb::envoy::config::bootstrap::v3::Bootstrap;
use xds_api::pb::envoy::config::cluster::v3::Cluster;
use xds_api::pb::envoy::config::endpoint::v3::ClusterLoadAssignment;
use xds_api::pb::envoy::config::listener::v3::Listener;
use xds_api::pb::envoy::config::route::v3::{Route, RouteConfiguration};
use xds_api::pb::envoy::extensions::filters::http::jwt_authn::v3::JwtAuthentication;
use xds_api::pb::envoy::extensions::filters::http::rbac::v3::Rbac;
use xds_api::pb::envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
use xds_api::pb::envoy::extensions::filters::network::tcp_proxy::v3::TcpProxy;
use xds_api::pb::envoy::extensions::transport_sockets::tls::v3::Secret;
use xds_api::pb::envoy::service::discovery::v3::DeltaDiscoveryResponse;
use xds_api::pb::envoy::service::runtime::v3::Runtime;
use xds_api::pb::ratelimit::config::ratelimit::v3::RateLimitConfig;
use xds_api::{Case, canonical, canonicalize, descriptor_pool, from_json, pack, to_json, unpack, validate};

/// How deep sampled messages nest.
const DEPTH: usize = 6;

fn sample<M: Name>(bytes: &[u8]) -> DynamicMessage {
    let descriptor = descriptor_pool().get_message_by_name(&M::full_name()).unwrap();
    Source::new(bytes).message(&descriptor, DEPTH)
}

/// The sample as a generated type, canonical at every depth.
fn typed<M: Name + Default>(bytes: &[u8]) -> M {
    let encoded = canonicalize(&M::full_name(), &sample::<M>(bytes).encode_to_vec()).unwrap();
    M::decode(encoded).unwrap()
}

fn decoding_inverts_encoding<M: Name + Default + PartialEq + Debug>(bytes: &[u8]) {
    let reflected = sample::<M>(bytes);
    let canonical_bytes = canonicalize(&M::full_name(), &reflected.encode_to_vec()).unwrap();
    let message = M::decode(canonical_bytes.clone()).unwrap();
    let encoded = message.encode_to_vec();
    assert_eq!(canonical_bytes, encoded, "reflection and generated code write the same bytes");
    assert_eq!(M::decode(encoded.as_slice()).unwrap(), message);
    assert_eq!(canonical(&message), encoded, "canonical form is stable");
    assert_eq!(unpack::<M>(&pack(&message)).unwrap(), message);
}

fn json_inverts<M: Name + Default + PartialEq + Debug>(bytes: &[u8]) {
    let message: M = typed(bytes);
    for case in [Case::Snake, Case::Camel] {
        let value = to_json(&message, case).unwrap();
        let back: M = from_json(&value).unwrap();
        assert_eq!(back, message, "{value}");
        assert_eq!(to_json(&back, case).unwrap(), value);
    }
}

fn fifty_encodings_are_equal<M: Name + Default>(bytes: &[u8]) {
    let value = to_json(&typed::<M>(bytes), Case::Snake).unwrap();
    let mut distinct = BTreeSet::new();
    for _ in 0..50 {
        distinct.insert(from_json::<M>(&value).unwrap().encode_to_vec());
        distinct.insert(canonicalize(&M::full_name(), &sample::<M>(bytes).encode_to_vec()).unwrap().to_vec());
    }
    assert_eq!(distinct.len(), 1, "{value}");
}

fn validation_is_a_function_of_the_message<M: Name + Default>(bytes: &[u8]) {
    let message: M = typed(bytes);
    let first = validate(&message);
    assert_eq!(validate(&from_json::<M>(&to_json(&message, Case::Camel).unwrap()).unwrap()), first);
    if let Err(violations) = first {
        assert!(!violations.is_empty());
        assert!(
            violations.iter().all(|violation| !violation.path.is_empty() && !violation.message.is_empty())
        );
    }
}

macro_rules! properties {
    ($($name:ident: $message:ty,)*) => {$(
        mod $name {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

                #[test]
                fn decode_encode(bytes in sampled()) {
                    decoding_inverts_encoding::<$message>(&bytes);
                }

                #[test]
                fn json_both_ways(bytes in sampled()) {
                    json_inverts::<$message>(&bytes);
                }

                #[test]
                fn validation(bytes in sampled()) {
                    validation_is_a_function_of_the_message::<$message>(&bytes);
                }
            }

            proptest! {
                #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

                #[test]
                fn encodings(bytes in sampled()) {
                    fifty_encodings_are_equal::<$message>(&bytes);
                }
            }
        }
    )*};
}

fn sampled() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..1500)
}

properties! {
    bootstrap: Bootstrap,
    cluster: Cluster,
    delta_discovery_response: DeltaDiscoveryResponse,
    endpoints: ClusterLoadAssignment,
    http_connection_manager: HttpConnectionManager,
    jwt_authentication: JwtAuthentication,
    listener: Listener,
    rate_limit_config: RateLimitConfig,
    rbac: Rbac,
    route: Route,
    route_configuration: RouteConfiguration,
    runtime: Runtime,
    secret: Secret,
    tcp_proxy: TcpProxy,
}

#[test]
fn samples_have_maps_inside_payloads() {
    // Otherwise the properties above would say little.
    let bytes: Vec<u8> =
        (0..20_000_u32).map(|i| u8::try_from(i.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect();
    let value = to_json(&typed::<Listener>(&bytes), Case::Snake).unwrap().to_string();
    assert!(value.contains("@type"), "{value}");
    assert!(value.len() > 1000, "{value}");
}
