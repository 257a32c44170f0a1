//! Tests of rendering, patching and validating.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::{
    BootstrapError, Header, IpFamily, MetricSink, Node, Options, Security, Server, UserBootstrap, Violation,
    apply_user_patch, effective, render, to_yaml, validate,
};
use crate::patch::{Op, PatchOperation};

fn cluster<'a>(bootstrap: &'a Value, name: &str) -> Option<&'a Value> {
    bootstrap["static_resources"]["clusters"].as_array()?.iter().find(|cluster| cluster["name"] == name)
}

fn socket(cluster: &Value) -> &Value {
    &cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]["socket_address"]
}

#[test]
fn plaintext_has_no_transport_socket() {
    let mut options = Options::default();
    options.control_plane.security = Security::Plaintext;
    options.control_plane.host = "127.0.0.1".to_owned();
    options.control_plane.port = 4711;
    let bootstrap = render(&options).unwrap();
    let xds = cluster(&bootstrap, "xds_cluster").unwrap();
    assert_eq!(xds.get("transport_socket"), None);
    assert_eq!(socket(xds), &json!({"address": "127.0.0.1", "port_value": 4711}));
}

#[test]
fn tokens_replace_the_client_certificate() {
    let mut options = Options::default();
    options.control_plane.security = Security::token();
    let text = render(&options).unwrap().to_string();
    assert!(text.contains("/sds/xds_service_account_token.json"), "{text}");
    assert!(text.contains("credential_injector"), "{text}");
    assert!(!text.contains("xds_certificate"), "{text}");
}

#[test]
fn addresses_can_be_chosen() {
    let options = Options {
        admin: Server { address: Some(Ipv4Addr::UNSPECIFIED.into()), port: 1 },
        stats: Server { address: Some(Ipv6Addr::LOCALHOST.into()), port: 2 },
        ip_family: IpFamily::Dual,
        ..Options::default()
    };
    let bootstrap = render(&options).unwrap();
    assert_eq!(
        bootstrap["admin"]["address"]["socket_address"],
        json!({"address": "0.0.0.0", "port_value": 1})
    );
    let stats = cluster(&bootstrap, "prometheus_stats").unwrap();
    assert_eq!(socket(stats), &json!({"address": "127.0.0.1", "port_value": 1}));
    let listener = &bootstrap["static_resources"]["listeners"][0];
    assert_eq!(listener["name"], "envoy-gateway-proxy-stats-::1-2");
    let address = json!({"address": "::1", "port_value": 2, "protocol": "TCP"});
    assert_eq!(listener["address"]["socket_address"], address);
}

#[test]
fn default_addresses_follow_the_family() {
    let addresses = |ip_family| {
        let options = Options { ip_family, ..Options::default() };
        (options.admin_address(), options.stats_address())
    };
    let v4: (IpAddr, IpAddr) = (Ipv4Addr::LOCALHOST.into(), Ipv4Addr::UNSPECIFIED.into());
    let v6: (IpAddr, IpAddr) = (Ipv6Addr::LOCALHOST.into(), Ipv6Addr::UNSPECIFIED.into());
    assert_eq!(addresses(IpFamily::V4), v4);
    assert_eq!(addresses(IpFamily::V6), v6);
    assert_eq!(addresses(IpFamily::Dual), (v4.0, v6.1));
}

#[test]
fn node_identity_is_optional() {
    assert_eq!(
        render(&Options::default()).unwrap()["node"],
        json!({"locality": {"zone": "$(ENVOY_SERVICE_ZONE)"}})
    );
    let node = Node { id: Some("a".to_owned()), cluster: Some("b".to_owned()), zone: None };
    let bootstrap = render(&Options { node, ..Options::default() }).unwrap();
    assert_eq!(bootstrap["node"], json!({"id": "a", "cluster": "b"}));
}

#[test]
fn sinks_without_address_or_port_are_refused() {
    let check = |address: &str, port: u16, missing: &'static str| {
        let mut options = Options::default();
        let good = MetricSink { address: "collector".to_owned(), port: 4317, ..MetricSink::default() };
        options.metrics.sinks =
            vec![good, MetricSink { address: address.to_owned(), port, ..MetricSink::default() }];
        assert_eq!(render(&options), Err(BootstrapError::MetricSink { index: 1, missing }));
    };
    check("", 4317, "address");
    check("collector", 0, "port");
}

#[test]
fn debug_hides_header_values() {
    let header = Header { name: "authorization".to_owned(), value: "Bearer hunter2".to_owned() };
    let text = format!("{header:?}");
    assert!(text.contains("authorization") && !text.contains("hunter2"), "{text}");
}

#[test]
fn yaml_reads_back() {
    let bootstrap = render(&Options::default()).unwrap();
    let read: Value = serde_saphyr::from_str(&to_yaml(&bootstrap).unwrap()).unwrap();
    assert_eq!(read, bootstrap);
}

#[test]
fn every_default_is_valid() {
    for ip_family in [IpFamily::V4, IpFamily::V6, IpFamily::Dual] {
        for security in [Security::Plaintext, Security::default(), Security::token()] {
            let mut options = Options { ip_family, max_heap_size_bytes: Some(1 << 30), ..Options::default() };
            options.control_plane.security = security;
            options.metrics.sinks =
                vec![MetricSink { address: "collector".to_owned(), port: 4317, ..MetricSink::default() }];
            let bootstrap = render(&options).unwrap();
            assert_eq!(validate(&bootstrap, &bootstrap), Ok(()), "{options:?}");
        }
    }
}

#[test]
fn merging_follows_protocol_buffers() {
    let base = render(&Options::default()).unwrap();
    let user = "
        admin: {profilePath: /tmp/p}
        overload_manager: {refresh_interval: 1s}
        layered_runtime: {layers: [{name: more, static_layer: {a: 1}}]}
        dynamic_resources: {lds_config: {initial_fetch_timeout: 30s}}
    ";
    let merged = apply_user_patch(base, &UserBootstrap::Merge(user.to_owned())).unwrap();
    assert_eq!(merged["admin"]["profile_path"], "/tmp/p");
    assert_eq!(merged["admin"]["address"]["socket_address"]["port_value"], 19_000);
    assert_eq!(merged["overload_manager"]["refresh_interval"], "1s", "durations are values, not messages");
    assert_eq!(merged["layered_runtime"]["layers"].as_array().unwrap().len(), 2);
    assert_eq!(merged["dynamic_resources"]["lds_config"]["ads"], json!({}));
    assert_eq!(merged["dynamic_resources"]["lds_config"]["initial_fetch_timeout"], "30s");
}

#[test]
fn merging_replaces_the_other_choice_of_a_oneof() {
    let base = render(&Options::default()).unwrap();
    let user = UserBootstrap::Merge("admin: {address: {pipe: {path: /run/admin}}}".to_owned());
    let merged = apply_user_patch(base, &user).unwrap();
    assert_eq!(merged["admin"]["address"], json!({"pipe": {"path": "/run/admin"}}));
}

#[test]
fn blocks_are_read() {
    let check = |block: Value, expect: Option<UserBootstrap>| {
        assert_eq!(UserBootstrap::from_block(&block).ok(), expect, "{block}");
    };
    let text = || "a: 1".to_owned();
    let remove = PatchOperation { path: Some("/a".to_owned()), ..PatchOperation::new(Op::Remove) };
    check(json!({"value": "a: 1"}), Some(UserBootstrap::Replace(text())));
    check(json!({"type": "Replace", "value": "a: 1"}), Some(UserBootstrap::Replace(text())));
    check(json!({"type": "Merge", "value": "a: 1"}), Some(UserBootstrap::Merge(text())));
    check(
        json!({"type": "JSONPatch", "jsonPatches": [{"op": "remove", "path": "/a"}]}),
        Some(UserBootstrap::JsonPatch(vec![remove])),
    );
    check(json!({"type": "Merge"}), None);
    check(json!({"type": "JSONPatch", "jsonPatches": []}), None);
    check(json!({"type": "Other", "value": "a: 1"}), None);
    check(json!({"value": "a: 1", "more": 1}), None);
}

#[test]
fn unreadable_texts_are_refused() {
    let base = render(&Options::default()).unwrap();
    for text in ["a: 'b", "- 1", "just words"] {
        for user in [UserBootstrap::Replace(text.to_owned()), UserBootstrap::Merge(text.to_owned())] {
            let error = apply_user_patch(base.clone(), &user).unwrap_err();
            assert!(matches!(error, BootstrapError::Yaml(_)), "{text}: {error}");
        }
    }
    let unknown = UserBootstrap::Merge("no_such_field: 1".to_owned());
    let error = apply_user_patch(base, &unknown).unwrap_err();
    assert!(matches!(error, BootstrapError::Decode(_)), "{error}");
}

/// Checks what is wrong with the default after setting the value at `pointer` (null removes it).
fn check_violations(pointer: &str, value: Value, expect: &[Violation]) {
    let options = Options::default();
    let operation = PatchOperation {
        path: Some(pointer.to_owned()),
        value: Some(value).filter(|value| !value.is_null()),
        ..PatchOperation::new(Op::Add)
    };
    let op = if operation.value.is_none() { Op::Remove } else { Op::Add };
    let user = UserBootstrap::JsonPatch(vec![PatchOperation { op, ..operation }]);
    let found = match effective(&options, Some(&user)) {
        Ok(_) => Vec::new(),
        Err(BootstrapError::Invalid(violations)) => violations,
        Err(other) => panic!("{pointer}: {other}"),
    };
    assert_eq!(found, expect, "{pointer}");
}

#[test]
fn what_leads_to_the_control_plane_must_stay() {
    const XDS: &str = "/static_resources/clusters/2";
    let host =
        format!("{XDS}/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/socket_address/address");
    check_violations(&format!("{XDS}/connect_timeout"), json!("3s"), &[]);
    check_violations(&format!("{XDS}/dns_lookup_family"), json!("V4_ONLY"), &[]);
    check_violations("/dynamic_resources/lds_config/initial_fetch_timeout", json!("15s"), &[]);
    check_violations("/dynamic_resources/cds_config/initial_fetch_timeout", Value::Null, &[]);
    check_violations(XDS, Value::Null, &[Violation::XdsClusterMissing]);
    check_violations(&host, json!("elsewhere"), &[Violation::XdsClusterEndpoints]);
    check_violations("/admin", Value::Null, &[Violation::AdminAddress]);
    check_violations("/dynamic_resources", Value::Null, &[Violation::DynamicResources]);
    check_violations("/dynamic_resources/ads_config/api_type", json!("GRPC"), &[Violation::DynamicResources]);
}

#[test]
fn the_control_plane_may_go_by_its_short_name() {
    let mut options = Options::default();
    options.control_plane.host = "gateway.system.svc.cluster.local.".to_owned();
    let default = render(&options).unwrap();
    let with_host = |host: &str| {
        let mut options = options.clone();
        options.control_plane.host = host.to_owned();
        validate(&render(&options).unwrap(), &default)
    };
    assert_eq!(with_host("gateway"), Ok(()));
    assert_eq!(with_host("gate"), Err(vec![Violation::XdsClusterEndpoints]));
    assert_eq!(with_host("gateway.system"), Err(vec![Violation::XdsClusterEndpoints]));
}

#[test]
fn unknown_fields_are_refused() {
    let options = Options::default();
    let user = UserBootstrap::Replace("admin: {adress: {}}".to_owned());
    let Err(BootstrapError::Invalid(violations)) = effective(&options, Some(&user)) else {
        panic!("an unknown field was accepted");
    };
    assert!(matches!(violations.as_slice(), [Violation::Undecodable(_)]), "{violations:?}");
}

#[test]
fn fields_that_break_rules_are_named() {
    let user = "
        admin: {address: {socket_address: {address: '', port_value: 1}}}
        stats_config: {stats_tags: [{tag_name: a, regex: b}]}
        overload_manager: {resource_monitors: [{name: ''}]}
    ";
    let base = render(&Options::default()).unwrap();
    let candidate = apply_user_patch(json!({}), &UserBootstrap::Replace(user.to_owned())).unwrap();
    let violations = validate(&candidate, &base).unwrap_err();
    let named = |path: &str| {
        violations
            .iter()
            .any(|violation| matches!(violation, Violation::Rule(rule) if rule.starts_with(path)))
    };
    assert!(named("admin.address.socket_address.address: "), "{violations:?}");
    assert!(named("overload_manager.resource_monitors[0].name: "), "{violations:?}");
    assert!(violations.contains(&Violation::AdminAddress), "{violations:?}");
}
