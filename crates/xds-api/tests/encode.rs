//! Equal messages have equal bytes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use std::collections::BTreeSet;

use prost::Message;
use serde_json::{Value, json};
use xds_api::pb::envoy::config::core::v3::{DataSource, data_source};
use xds_api::pb::envoy::config::listener::v3::{Listener, filter};
use xds_api::pb::envoy::extensions::transport_sockets::tls::v3::{
    GenericSecret, Secret, TlsCertificate, secret,
};
use xds_api::{Any, EncodeError, canonical, canonicalize, descriptor_pool, from_json};

/// A listener with maps two `Any`s deep.
fn listener_json() -> Value {
    let keys = ["z", "b", "start_time", "method", "a", "path", "authority", "m"];
    let format: Value = keys.iter().map(|key| ((*key).to_owned(), json!(format!("%{key}%")))).collect();
    json!({
        "name": "l",
        "default_filter_chain": {"filters": [{"name": "h", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "x",
            "access_log": [{"name": "f", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                "path": "/dev/stdout",
                "log_format": {"json_format": format},
            }}],
        }}]},
    })
}

#[test]
fn fifty_encodings_of_one_message_are_byte_equal() {
    let distinct: BTreeSet<Vec<u8>> =
        (0..50).map(|_| from_json::<Listener>(&listener_json()).unwrap().encode_to_vec()).collect();
    assert_eq!(distinct.len(), 1);
}

#[test]
fn foreign_payload_orders_become_one() {
    // Reflection alone writes the inner maps in random order, as other implementations do.
    let descriptor = descriptor_pool().get_message_by_name("envoy.config.listener.v3.Listener").unwrap();
    let foreign = || {
        prost_reflect::DynamicMessage::deserialize(descriptor.clone(), listener_json())
            .unwrap()
            .encode_to_vec()
    };
    let encodings: BTreeSet<Vec<u8>> = (0..50).map(|_| foreign()).collect();
    assert!(encodings.len() > 1, "the test needs several orders to be meaningful");

    let expected = from_json::<Listener>(&listener_json()).unwrap().encode_to_vec();
    for encoding in &encodings {
        let listener = Listener::decode(encoding.as_slice()).unwrap();
        assert_eq!(canonical(&listener), expected);
        assert_eq!(
            canonicalize("type.googleapis.com/envoy.config.listener.v3.Listener", encoding).unwrap(),
            expected
        );
    }
}

#[test]
fn unknown_payloads_and_unknown_fields_survive() {
    let opaque = Any { type_url: "example.com/no.Such".into(), value: vec![1, 2, 3] };
    assert_eq!(canonical(&opaque), opaque.encode_to_vec());

    // Field 5000 of a message inside an `Any`, as a newer sender would write it.
    let mut listener = from_json::<Listener>(&listener_json()).unwrap();
    let chain = listener.default_filter_chain.as_mut().unwrap();
    let Some(filter::ConfigType::TypedConfig(any)) = &mut chain.filters[0].config_type else {
        panic!("no config")
    };
    prost::encoding::string::encode(5000, &"new".to_owned(), &mut any.value);
    assert_eq!(canonical(&listener), listener.encode_to_vec());
}

#[test]
fn what_is_not_the_message_is_an_error() {
    assert!(matches!(canonicalize("no.Such", &[]), Err(EncodeError::UnknownType(name)) if name == "no.Such"));
    let error = canonicalize("envoy.config.listener.v3.Listener", &[0xff]).unwrap_err();
    assert_eq!(error.to_string(), "the bytes are not a valid envoy.config.listener.v3.Listener");
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let inline = |value: &str| DataSource {
        specifier: Some(data_source::Specifier::InlineString(value.into())),
        ..Default::default()
    };
    let certificate = TlsCertificate {
        private_key: Some(inline("hush-key")),
        password: Some(inline("hush-word")),
        ..Default::default()
    };
    let secret = Secret { name: "n".into(), r#type: Some(secret::Type::TlsCertificate(certificate)) };
    let generic = GenericSecret {
        secret: Some(inline("hush-generic")),
        secrets: [("k".to_owned(), inline("hush-map"))].into(),
    };
    let printed = format!("{secret:?} {generic:?} {:?}", inline("hush-direct").specifier);
    assert!(!printed.contains("hush"), "{printed}");
    assert!(printed.contains("[redacted]"), "{printed}");
}
