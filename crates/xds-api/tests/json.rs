//! Proto JSON in both directions.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use serde_json::{Value, json};
use xds_api::pb::envoy::config::cluster::v3::Cluster;
use xds_api::pb::envoy::config::cluster::v3::cluster::PreconnectPolicy;
use xds_api::pb::envoy::config::listener::v3::{Filter, FilterChain, Listener, filter};
use xds_api::pb::envoy::config::route::v3::{FilterConfig, Route};
use xds_api::pb::envoy::extensions::filters::http::router::v3::Router;
use xds_api::pb::envoy::extensions::filters::network::http_connection_manager::v3::{
    HttpConnectionManager, HttpFilter, http_filter,
};
use xds_api::pb::google::protobuf::Duration;
use xds_api::pb::google::protobuf::value::Kind;
use xds_api::{
    Any, Case, JsonError, any_from_json, any_to_json, encoded_to_json, from_json, json_to_encoded, pack,
    to_json, unpack,
};

const HCM: &str =
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const ROUTER: &str = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";

fn listener() -> Listener {
    let router = Router { suppress_envoy_headers: true, ..Default::default() };
    let hcm = HttpConnectionManager {
        stat_prefix: "http".into(),
        stream_idle_timeout: Some(Duration { seconds: 0, nanos: 250_000_000 }),
        http_filters: vec![HttpFilter {
            name: "router".into(),
            config_type: Some(http_filter::ConfigType::TypedConfig(pack(&router))),
            ..Default::default()
        }],
        ..Default::default()
    };
    Listener {
        name: "web".into(),
        per_connection_buffer_limit_bytes: Some(32_768),
        default_filter_chain: Some(FilterChain {
            filters: vec![Filter {
                name: "hcm".into(),
                config_type: Some(filter::ConfigType::TypedConfig(pack(&hcm))),
            }],
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn listener_json() -> Value {
    json!({
        "name": "web",
        "per_connection_buffer_limit_bytes": 32768,
        "default_filter_chain": {"filters": [{
            "name": "hcm",
            "typed_config": {
                "@type": HCM,
                "stat_prefix": "http",
                "stream_idle_timeout": "0.250s",
                "http_filters": [{
                    "name": "router",
                    "typed_config": {"@type": ROUTER, "suppress_envoy_headers": true},
                }],
            },
        }]},
    })
}

#[test]
fn expands_any_at_every_depth() {
    assert_eq!(to_json(&listener(), Case::Snake).unwrap(), listener_json());
    assert_eq!(from_json::<Listener>(&listener_json()).unwrap(), listener());
}

#[test]
fn camel_case_goes_out_on_request_and_comes_in_always() {
    let camel = to_json(&listener(), Case::Camel).unwrap();
    assert_eq!(camel["perConnectionBufferLimitBytes"], 32768);
    let config = &camel["defaultFilterChain"]["filters"][0]["typedConfig"];
    assert_eq!(config["httpFilters"][0]["typedConfig"]["suppressEnvoyHeaders"], true);
    assert_eq!(from_json::<Listener>(&camel).unwrap(), listener());
}

#[test]
fn yaml_is_read_through_the_same_value() {
    let yaml = "name: backend\nconnectTimeout: 1.5s\ntype: STRICT_DNS\ndns_lookup_family: V4_ONLY\n";
    let value: Value = serde_saphyr::from_str(yaml).unwrap();
    let cluster: Cluster = from_json(&value).unwrap();
    assert_eq!(cluster.connect_timeout, Some(Duration { seconds: 1, nanos: 500_000_000 }));
    let printed = serde_saphyr::to_string(&to_json(&cluster, Case::Snake).unwrap()).unwrap();
    let again: Cluster = from_json(&serde_saphyr::from_str::<Value>(&printed).unwrap()).unwrap();
    assert_eq!(again, cluster);
}

#[test]
fn types_without_generated_code_map_too() {
    let type_url = "type.googleapis.com/envoy.extensions.filters.http.thrift_to_metadata.v3.ThriftToMetadata";
    let value = json!({"@type": type_url, "allow_empty_content_type": true});
    let any = any_from_json(&value).unwrap();
    assert_eq!(any.type_url, type_url);
    assert!(!any.value.is_empty());
    assert_eq!(any_to_json(&any, Case::Snake).unwrap(), value);

    let bytes = json_to_encoded(type_url, &json!({"allowEmptyContentType": true})).unwrap();
    assert_eq!(bytes, any.value);
    let fields = encoded_to_json(type_url, &bytes, Case::Camel).unwrap();
    assert_eq!(fields, json!({"allowEmptyContentType": true}));
}

#[test]
fn well_known_payloads_use_the_value_key() {
    let any = pack(&Duration { seconds: 3, nanos: 0 });
    let value = json!({"@type": "type.googleapis.com/google.protobuf.Duration", "value": "3s"});
    assert_eq!(any_to_json(&any, Case::Snake).unwrap(), value);
    assert_eq!(any_from_json(&value).unwrap(), any);
}

fn reject(value: &Value) -> (String, String) {
    match from_json::<Listener>(value) {
        Err(JsonError::Invalid { path, message }) => (path, message),
        other => panic!("expected a rejection of {value}, got {other:?}"),
    }
}

#[test]
fn mistakes_are_rejected_with_their_place() {
    let cases = [
        (json!({"name": "a", "bogus": 1}), "", "bogus"),
        (json!({"name": 3}), "name", "string"),
        (json!({"traffic_direction": "SIDEWAYS"}), "traffic_direction", "SIDEWAYS"),
        (
            json!({"per_connection_buffer_limit_bytes": -1}),
            "per_connection_buffer_limit_bytes",
            "out of range",
        ),
        (json!({"filter_chains": [{}, {"filters": [{"nope": 1}]}]}), "filter_chains[1].filters[0]", "nope"),
        (json!([]), "", "map"),
    ];
    for (value, path, part) in cases {
        let (found, message) = reject(&value);
        assert_eq!(found, path, "{message}");
        assert!(
            message.to_lowercase().contains(&part.to_lowercase()),
            "{message:?} does not mention {part:?}"
        );
    }
}

#[test]
fn unknown_payload_types_are_rejected_both_ways() {
    let value = json!({"listener_filters": [{"name": "x", "typed_config": {"@type": "type.googleapis.com/no.Such"}}]});
    let (path, message) = reject(&value);
    assert!(path.starts_with("listener_filters[0].typed_config"), "{path}");
    assert!(message.contains("no.Such"), "{message}");

    let any = Any { type_url: "type.googleapis.com/no.Such".into(), value: vec![1, 2] };
    assert!(matches!(any_to_json(&any, Case::Snake), Err(JsonError::Unrepresentable { .. })));
    assert!(
        matches!(json_to_encoded("no.Such", &json!({})), Err(JsonError::UnknownType(name)) if name == "no.Such")
    );
}

#[test]
fn unpack_checks_the_type_and_the_payload() {
    let any = pack(&Router { suppress_envoy_headers: true, ..Default::default() });
    assert_eq!(any.type_url, ROUTER);
    assert!(unpack::<Router>(&any).unwrap().suppress_envoy_headers);
    let other_host = Any { type_url: ROUTER.replace("type.googleapis.com", "example.com"), ..any.clone() };
    assert!(unpack::<Router>(&other_host).is_ok());
    assert_eq!(
        unpack::<Listener>(&any).unwrap_err().to_string(),
        format!("expected a envoy.config.listener.v3.Listener, found {ROUTER:?}")
    );
    let broken = Any { value: vec![0xff], ..any };
    assert!(unpack::<Router>(&broken).unwrap_err().to_string().contains("not a valid"));
}

#[test]
fn an_any_without_a_type_is_an_empty_object() {
    let filter_config = "type.googleapis.com/envoy.config.route.v3.FilterConfig";
    let value = json!({
        "match": {"prefix": "/"},
        "typed_per_filter_config": {
            "on": {"@type": filter_config, "config": {}},
            "off": {"@type": filter_config, "disabled": true},
        },
        "non_forwarding_action": {},
    });
    let route: Route = from_json(&value).unwrap();
    let on: FilterConfig = unpack(&route.typed_per_filter_config["on"]).unwrap();
    assert_eq!(on.config, Some(Any::default()));
    assert_eq!(to_json(&route, Case::Snake).unwrap(), value);

    assert_eq!(any_from_json(&json!({})).unwrap(), Any::default());
    assert_eq!(any_to_json(&Any::default(), Case::Camel).unwrap(), json!({}));

    let mistaken =
        json!({"typed_per_filter_config": {"on": {"@type": filter_config, "config": {}}}, "nope": 1});
    assert!(from_json::<Route>(&mistaken).unwrap_err().to_string().contains("nope"));
}

#[test]
fn whole_floating_point_numbers_print_without_fraction() {
    let value = json!({"per_upstream_preconnect_ratio": 2, "predictive_preconnect_ratio": 1.5});
    let policy: PreconnectPolicy = from_json(&value).unwrap();
    assert_eq!(to_json(&policy, Case::Snake).unwrap(), value);

    for (number, printed) in [(-3.0, "-3"), (-0.0, "-0.0"), (0.25, "0.25"), (1e300, "1e300")] {
        let value = xds_api::pb::google::protobuf::Value { kind: Some(Kind::NumberValue(number)) };
        let bytes = prost::Message::encode_to_vec(&value);
        let json = encoded_to_json("google.protobuf.Value", &bytes, Case::Snake).unwrap();
        assert_eq!(json.to_string().replace('+', ""), printed);
    }
}
