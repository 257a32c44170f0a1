//! protoc-gen-validate rules, with the exact path of every violation.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use prost::Name;
use serde_json::{Value, json};
use xds_api::pb::envoy::config::cluster::v3::Cluster;
use xds_api::pb::envoy::config::cluster::v3::cluster::PreconnectPolicy;
use xds_api::pb::envoy::config::core::v3::{HttpProtocolOptions, Metadata, TypedExtensionConfig};
use xds_api::pb::envoy::config::listener::v3::{Listener, ListenerFilter, listener_filter};
use xds_api::pb::envoy::config::route::v3::{Route, RouteConfiguration, RouteMatch, route_match};
use xds_api::pb::envoy::extensions::compression::qatzip::compressor::v3alpha::Qatzip;
use xds_api::pb::envoy::extensions::filters::http::compressor::v3::compressor::ResponseDirectionConfig;
use xds_api::pb::envoy::extensions::filters::http::lua::v3::LuaPerRoute;
use xds_api::pb::envoy::extensions::filters::http::router::v3::Router;
use xds_api::pb::envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
use xds_api::pb::envoy::extensions::transport_sockets::tls::v3::SubjectAltNameMatcher;
use xds_api::pb::xds::r#type::matcher::v3::matcher::matcher_tree::MatchMap;
use xds_api::{Any, from_json, pack, pack_valid, validate, validate_any, validate_encoded};

const HCM: &str =
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/// The violations of the message that `value` describes, as they print.
fn violations<M: Name + Default>(value: &Value) -> Vec<String> {
    let message: M = from_json(value).unwrap();
    match validate(&message) {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    }
}

fn check<M: Name + Default>(value: &Value, expected: &[&str]) {
    assert_eq!(violations::<M>(value), expected, "{value}");
}

#[test]
fn clusters() {
    let valid = json!({
        "name": "backend",
        "connect_timeout": "0.25s",
        "load_assignment": {"cluster_name": "backend", "endpoints": [{"lb_endpoints": [{"endpoint": {
            "address": {"socket_address": {"address": "10.0.0.1", "port_value": 8080}},
        }}]}]},
        "outlier_detection": {"max_ejection_percent": 100},
    });
    check::<Cluster>(&valid, &[]);

    check::<Cluster>(&json!({}), &["name: must have at least 1 character"]);
    check::<Cluster>(
        &json!({
            "name": "backend",
            "connect_timeout": "0s",
            "lb_policy": 99,
            "outlier_detection": {"max_ejection_percent": 101, "interval": "-1.5s"},
            "health_checks": [{"timeout": "1s", "interval": "0s", "unhealthy_threshold": 3}],
        }),
        &[
            "connect_timeout: must be greater than 0s",
            "lb_policy: must be a defined value of its enum",
            "health_checks[0].health_checker: needs one of its fields to be set",
            "health_checks[0].interval: must be greater than 0s",
            "health_checks[0].healthy_threshold: is required",
            "outlier_detection.interval: must be greater than 0s",
            "outlier_detection.max_ejection_percent: must be at most 100",
        ],
    );
    check::<Cluster>(
        &json!({"name": "b", "load_assignment": {"endpoints": [{}, {"lb_endpoints": [
            {"endpoint": {"address": {"socket_address": {"address": "", "port_value": 70000}}}},
        ]}]}}),
        &[
            "load_assignment.cluster_name: must have at least 1 character",
            "load_assignment.endpoints[1].lb_endpoints[0].endpoint.address.socket_address.address: \
             must have at least 1 character",
            "load_assignment.endpoints[1].lb_endpoints[0].endpoint.address.socket_address.port_value: \
             must be at most 65535",
        ],
    );
}

#[test]
fn any_payloads_in_maps() {
    let options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    check::<Cluster>(
        &json!({"name": "b", "typed_extension_protocol_options": {
            options: {"@type": format!("type.googleapis.com/{options}")},
        }}),
        &["typed_extension_protocol_options[\"envoy.extensions.upstreams.http.v3.HttpProtocolOptions\"]\
           .upstream_protocol_options: needs one of its fields to be set"],
    );
}

#[test]
fn routes() {
    let valid = json!({"match": {"path_separated_prefix": "/a/b"}, "route": {"cluster": "c"}});
    check::<Route>(&valid, &[]);

    check::<Route>(&json!({}), &["action: needs one of its fields to be set", "match: is required"]);
    check::<Route>(
        &json!({
            "match": {"headers": [{"name": "ok"}, {"name": ""}, {"name": "bad\nname"}], "path_separated_prefix": "/a?b"},
            "route": {"host_rewrite_literal": "a\nb", "weighted_clusters": {}},
            "request_headers_to_add": [{}, {"header": {"key": ""}, "append_action": 77}],
            "response_headers_to_remove": ["x-ok", "x\ny"],
        }),
        &[
            "match.headers[1].name: must have at least 1 character",
            "match.headers[2].name: must not contain NUL, line feed or carriage return",
            "match.path_separated_prefix: must match the regular expression \"^[^?#]+[^?#/]$\"",
            "route.weighted_clusters.clusters: must have at least 1 item(s)",
            "route.host_rewrite_literal: must not contain NUL, line feed or carriage return",
            "request_headers_to_add[0].header: is required",
            "request_headers_to_add[1].header.key: must have at least 1 character",
            "request_headers_to_add[1].append_action: must be a defined value of its enum",
            "response_headers_to_remove[1]: must not contain NUL, line feed or carriage return",
        ],
    );
}

#[test]
fn virtual_hosts_in_route_configurations() {
    check::<RouteConfiguration>(
        &json!({"name": "r", "virtual_hosts": [
            {"name": "ok", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "non_forwarding_action": {}}]},
            {"domains": [], "require_tls": "ALL", "routes": [
                {"match": {"prefix": "/"}, "direct_response": {"status": 600}},
                {"match": {}, "redirect": {"host_redirect": "a\rb"}},
            ]},
        ]}),
        &[
            "virtual_hosts[1].name: must have at least 1 character",
            "virtual_hosts[1].domains: must have at least 1 item(s)",
            "virtual_hosts[1].routes[0].direct_response.status: must be less than 600",
            "virtual_hosts[1].routes[1].match.path_specifier: needs one of its fields to be set",
            "virtual_hosts[1].routes[1].redirect.host_redirect: \
             must not contain NUL, line feed or carriage return",
        ],
    );
}

#[test]
fn http_connection_managers() {
    let valid =
        json!({"stat_prefix": "http", "rds": {"route_config_name": "r", "config_source": {"ads": {}}}});
    check::<HttpConnectionManager>(&valid, &[]);
    check::<HttpConnectionManager>(
        &json!({}),
        &[
            "route_specifier: needs one of its fields to be set",
            "stat_prefix: must have at least 1 character",
        ],
    );
    check::<HttpConnectionManager>(
        &json!({
            "stat_prefix": "http",
            "codec_type": 9,
            "rds": {},
            "http_filters": [{"name": "ok"}, {}],
            "max_request_headers_kb": 9000,
            "delayed_close_timeout": "-1s",
            "tracing": {"custom_tags": [{"tag": ""}]},
            "local_reply_config": {"mappers": [{"status_code": 42}]},
        }),
        &[
            "codec_type: must be a defined value of its enum",
            "http_filters[1].name: must have at least 1 character",
            "tracing.custom_tags[0].type: needs one of its fields to be set",
            "tracing.custom_tags[0].tag: must have at least 1 character",
            "max_request_headers_kb: must be at most 8192",
            "local_reply_config.mappers[0].filter: is required",
            "local_reply_config.mappers[0].status_code: must be at least 200",
        ],
    );
}

#[test]
fn payloads_are_checked_under_the_path_of_their_any() {
    let value = json!({
        "name": "l",
        "address": {"socket_address": {"address": "::", "port_value": 80}},
        "filter_chains": [{"filters": [{"name": "hcm", "typed_config": {
            "@type": HCM,
            "stat_prefix": "http",
            "route_config": {"name": "r", "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [{}]}]},
            "http_filters": [{"name": "a", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute",
                "disabled": false,
            }}],
        }}]}],
    });
    check::<Listener>(
        &value,
        &[
            "filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[0].action: \
             needs one of its fields to be set",
            "filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[0].match: is required",
            "filter_chains[0].filters[0].typed_config.http_filters[0].typed_config.disabled: must be true",
        ],
    );
}

#[test]
fn rules_of_every_other_kind() {
    check::<Qatzip>(
        &json!({"compression_level": 10, "input_size_threshold": 0, "chunk_size": 4096}),
        &["compression_level: must be at most 9", "input_size_threshold: must be at least 128"],
    );
    check::<LuaPerRoute>(&json!({"disabled": false}), &["disabled: must be true"]);
    check::<LuaPerRoute>(&json!({"disabled": true}), &[]);
    check::<Metadata>(
        &json!({"filter_metadata": {"": {}, "ok": {}}}),
        &["filter_metadata[\"\"]: must have at least 1 character"],
    );
    check::<MatchMap>(&json!({}), &["map: must have at least 1 pair(s)"]);
    check::<PreconnectPolicy>(
        &json!({"per_upstream_preconnect_ratio": 0.5, "predictive_preconnect_ratio": "NaN"}),
        &[
            "per_upstream_preconnect_ratio: must be at least 1",
            "predictive_preconnect_ratio: must be at least 1",
            "predictive_preconnect_ratio: must be at most 3",
        ],
    );
    check::<SubjectAltNameMatcher>(&json!({"matcher": {"exact": "a"}}), &["san_type: must not be one of 0"]);
    check::<TypedExtensionConfig>(
        &json!({}),
        &["name: must have at least 1 character", "typed_config: is required"],
    );
    check::<ResponseDirectionConfig>(
        &json!({"uncompressible_response_codes": [204, 206, 204, 199]}),
        &[
            "uncompressible_response_codes: must not repeat an item",
            "uncompressible_response_codes[3]: must be at least 200",
        ],
    );
    check::<HttpProtocolOptions>(&json!({"max_stream_duration": "1s"}), &[]);
}

#[test]
fn packing_refuses_what_is_not_valid() {
    let router = Router { suppress_envoy_headers: true, ..Default::default() };
    assert_eq!(pack_valid(&router).unwrap(), pack(&router));
    let violations = pack_valid(&Cluster::default()).unwrap_err();
    assert_eq!(violations[0].path, "name");
    assert_eq!(violations[0].message, "must have at least 1 character");
}

#[test]
fn unknown_types_are_left_to_the_receiver() {
    let any = Any { type_url: "type.googleapis.com/no.Such".into(), value: vec![0xff] };
    assert_eq!(validate_any(&any), Ok(()));
    let listener_filter = ListenerFilter {
        name: "x".into(),
        config_type: Some(listener_filter::ConfigType::TypedConfig(any)),
        ..Default::default()
    };
    assert_eq!(validate(&listener_filter), Ok(()));
}

#[test]
fn malformed_payloads_are_violations() {
    let any = Any { type_url: Cluster::type_url(), value: vec![0xff] };
    let violations = validate_any(&any).unwrap_err();
    assert_eq!(violations[0].to_string(), "must be a valid encoding of envoy.config.cluster.v3.Cluster");

    // A known field with the wrong wire type: `name` as a number.
    let violations = validate_encoded("envoy.config.cluster.v3.Cluster", &[0x08, 0x01]).unwrap_err();
    assert_eq!(violations[0].to_string(), "name: must be validly encoded");
}

#[test]
fn later_occurrences_replace_or_merge() {
    // `name` twice: the last one counts.
    let twice = [&[0x0a, 0x00][..], &[0x0a, 0x01, b'a']].concat();
    assert_eq!(validate_encoded("envoy.config.cluster.v3.Cluster", &twice), Ok(()));

    // A required message in two halves, each lacking what the other has.
    let route = |route: Route| prost::Message::encode_to_vec(&route);
    let action = || from_json::<Route>(&json!({"non_forwarding_action": {}})).unwrap();
    let path = RouteMatch {
        path_specifier: Some(route_match::PathSpecifier::Prefix("/".into())),
        ..Default::default()
    };
    let first = Route { r#match: Some(RouteMatch::default()), ..action() };
    let second = Route { r#match: Some(path), ..Default::default() };
    assert!(validate(&first).is_err());
    let both = [route(first), route(second)].concat();
    assert_eq!(validate_encoded("envoy.config.route.v3.Route", &both), Ok(()));
}

#[test]
fn nesting_is_bounded() {
    let mut any = pack(&Router::default());
    for _ in 0..200 {
        let config = TypedExtensionConfig { name: "n".into(), typed_config: Some(any) };
        any = pack(&config);
    }
    let violations = validate_any(&any).unwrap_err();
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].message, "must not nest more than 100 messages");
}

#[test]
fn violations_never_show_the_value() {
    let violations = violations::<Route>(&json!({
        "match": {"path_separated_prefix": "/hush?"},
        "non_forwarding_action": {},
        "request_headers_to_add": [{"header": {"key": "authorization", "value": "hush\n"}}],
    }));
    assert_eq!(violations.len(), 2, "{violations:?}");
    assert!(violations.iter().all(|violation| !violation.contains("hush")), "{violations:?}");
}
