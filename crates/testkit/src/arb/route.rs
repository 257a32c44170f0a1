//! HTTPRoutes with every match type and filter, and routes of connections and datagrams.

use super::pool::{
    compact, distinct, gateway_name, hostname, http_route_filter_name, maybe, metadata, port,
    reference_namespace, route_name, secret_name, section_name, service_name,
};
use proptest::{collection::vec, prelude::*, sample::select, strategy::BoxedStrategy};
use serde_json::{Value, json};

/// An HTTPRoute with up to three rules.
pub(super) fn http_route() -> BoxedStrategy<Value> {
    (metadata(route_name()), vec(parent(), 1..3), vec(hostname(), 0..3), vec(rule(), 1..4))
        .prop_map(|(metadata, parents, hostnames, rules)| {
            let parents = distinct(parents, &["name", "sectionName", "port"]);
            compact(json!({
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "HTTPRoute",
                "metadata": metadata,
                "spec": {"parentRefs": parents, "hostnames": hostnames, "rules": rules},
            }))
        })
        .boxed()
}

/// A TLSRoute, TCPRoute or UDPRoute; rarely with more rules than it may have.
pub(super) fn stream_route() -> BoxedStrategy<Value> {
    let rule = vec(backend_ref(), 0..4).prop_map(|backends| json!({"backendRefs": backends}));
    let rules = prop_oneof![7 => vec(rule.clone(), 1..2), 1 => vec(rule, 0..3)];
    let kind = select(&["TLSRoute", "TCPRoute", "UDPRoute"][..]);
    (kind, metadata(route_name()), vec(parent(), 1..3), vec(hostname(), 0..3), rules)
        .prop_map(|(kind, metadata, parents, hostnames, rules)| {
            let parents = distinct(parents, &["name", "sectionName", "port"]);
            let hostnames = if kind == "TLSRoute" { hostnames.into() } else { Value::Null };
            compact(json!({
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": kind,
                "metadata": metadata,
                "spec": {"parentRefs": parents, "hostnames": hostnames, "rules": rules},
            }))
        })
        .boxed()
}

fn parent() -> BoxedStrategy<Value> {
    let section = prop_oneof![3 => Just(Value::Null), 1 => section_name().prop_map(Value::from)];
    let port = prop_oneof![5 => Just(Value::Null), 1 => port().prop_map(Value::from)];
    (gateway_name(), prop_oneof![Just(Some("default")), reference_namespace()], section, port)
        .prop_map(|(name, namespace, section, port)| {
            json!({"name": name, "namespace": namespace, "sectionName": section, "port": port})
        })
        .boxed()
}

fn rule() -> BoxedStrategy<Value> {
    let timeouts = prop_oneof![
        5 => Just(Value::Null),
        1 => Just(json!({"request": "2s", "backendRequest": "1s"})),
        1 => Just(json!({"request": "0s"})),
        1 => Just(json!({"request": "1s", "backendRequest": "2s"})),
    ];
    (vec(matching(), 0..3), vec(filter(), 0..3), vec(backend_ref(), 0..4), timeouts, session())
        .prop_map(|(matches, filters, backends, timeouts, session)| {
            json!({
                "matches": matches, "filters": filters, "backendRefs": backends, "timeouts": timeouts,
                "sessionPersistence": session,
            })
        })
        .boxed()
}

fn matching() -> BoxedStrategy<Value> {
    let path = prop_oneof![
        Just(Value::Null),
        select(&["/", "/a", "/a/", "/a/b", "/b"][..])
            .prop_map(|value| json!({"type": "PathPrefix", "value": value})),
        select(&["/a", "/a/b"][..]).prop_map(|value| json!({"type": "Exact", "value": value})),
        select(&["/v[0-9]+", "/(a|b)/.*", "/(unclosed"][..])
            .prop_map(|value| json!({"type": "RegularExpression", "value": value})),
    ];
    let method = maybe(select(&["GET", "POST", "DELETE"][..]));
    (path, method, vec(named_match(), 0..3), vec(named_match(), 0..2))
        .prop_map(|(path, method, headers, query)| {
            json!({"path": path, "method": method, "headers": headers, "queryParams": query})
        })
        .boxed()
}

fn named_match() -> BoxedStrategy<Value> {
    prop_oneof![
        (select(&["x", "X", "version"][..]), select(&["1", "two", ""][..]))
            .prop_map(|(name, value)| json!({"type": "Exact", "name": name, "value": value})),
        (select(&["x", "version"][..]), select(&["[0-9]+", "v.*", "("][..]))
            .prop_map(|(name, value)| json!({"type": "RegularExpression", "name": name, "value": value})),
    ]
    .boxed()
}

fn filter() -> BoxedStrategy<Value> {
    let headers = (select(&["x-a", "X-A", "host", "bad name"][..]), select(&["1", "two words"][..]))
        .prop_map(|(name, value)| json!({"name": name, "value": value}));
    let modifier = (vec(headers.clone(), 0..2), vec(headers, 0..2), vec(select(&["x-b", "x-c"][..]), 0..2))
        .prop_map(|(set, add, remove)| json!({"set": set, "add": add, "remove": remove}));
    prop_oneof![
        modifier.clone().prop_map(|m| json!({"type": "RequestHeaderModifier", "requestHeaderModifier": m})),
        modifier.prop_map(|m| json!({"type": "ResponseHeaderModifier", "responseHeaderModifier": m})),
        redirect(),
        (maybe(hostname()), path_modifier()).prop_map(|(hostname, path)| {
            json!({"type": "URLRewrite", "urlRewrite": {"hostname": hostname, "path": path}})
        }),
        (backend_ref(), maybe(select(&[0, 30, 100][..]))).prop_map(|(mut backend, percent)| {
            for field in ["weight", "filters"] {
                backend[field] = Value::Null;
            }
            json!({"type": "RequestMirror", "requestMirror": {"backendRef": backend, "percent": percent}})
        }),
        http_route_filter_name().prop_map(|name| {
            json!({"type": "ExtensionRef", "extensionRef": {
                "group": "gateway.envoyproxy.io", "kind": "HTTPRouteFilter", "name": name,
            }})
        }),
        cors(),
    ]
    .boxed()
}

fn cors() -> BoxedStrategy<Value> {
    let origins = vec(select(&["https://a.example.com", "https://*.example.com", "*"][..]), 0..3);
    let methods = vec(select(&["GET", "PUT", "*"][..]), 0..2);
    (origins, methods, maybe(select(&[0, 5][..])), maybe(proptest::bool::ANY))
        .prop_map(|(origins, methods, age, credentials)| {
            json!({"type": "CORS", "cors": {
                "allowOrigins": origins, "allowMethods": methods, "maxAge": age, "allowCredentials": credentials,
            }})
        })
        .boxed()
}

fn session() -> BoxedStrategy<Value> {
    prop_oneof![
        6 => Just(Value::Null),
        1 => (maybe(select(&["s", "a b"][..])), maybe(select(&["Cookie", "Header"][..])))
            .prop_map(|(name, kind)| json!({"sessionName": name, "type": kind})),
        1 => Just(json!({"absoluteTimeout": "1h", "cookieConfig": {"lifetimeType": "Permanent"}})),
    ]
    .boxed()
}

/// An HTTPRouteFilter with some of its parts, good and bad ones.
pub(super) fn http_route_filter() -> BoxedStrategy<Value> {
    let rewrite = prop_oneof![
        3 => Just(Value::Null),
        1 => Just(json!({"hostname": {"type": "Backend"}})),
        1 => Just(json!({"hostname": {"type": "Header", "header": "x-host"}, "appendXForwardedHost": false})),
        1 => select(&["^/a(.*)$", "("][..]).prop_map(|pattern| json!({
            "path": {"type": "ReplaceRegexMatch", "replaceRegexMatch": {"pattern": pattern, "substitution": "/x"}},
        })),
    ];
    let response = prop_oneof![
        3 => Just(Value::Null),
        1 => (maybe(select(&[200, 404, 99][..])), maybe(select(&["text", "100%"][..]))).prop_map(
            |(status, text)| json!({"statusCode": status, "body": {"type": "Inline", "inline": text}}),
        ),
    ];
    let injection = prop_oneof![
        3 => Just(Value::Null),
        1 => (secret_name(), reference_namespace()).prop_map(|(name, namespace)| {
            json!({"credential": {"valueRef": {"name": name, "namespace": namespace}}})
        }),
    ];
    let cookies = vec(
        select(&["1", "2"][..]).prop_map(|value| json!({"cookies": [{"name": "c", "value": value}]})),
        0..3,
    );
    (metadata(http_route_filter_name()), rewrite, response, injection, cookies)
        .prop_map(|(metadata, rewrite, response, injection, cookies)| {
            compact(json!({
                "apiVersion": "gateway.envoyproxy.io/v1alpha1",
                "kind": "HTTPRouteFilter",
                "metadata": metadata,
                "spec": {
                    "urlRewrite": rewrite, "directResponse": response, "credentialInjection": injection,
                    "matches": cookies,
                },
            }))
        })
        .boxed()
}

fn redirect() -> BoxedStrategy<Value> {
    let scheme = maybe(select(&["http", "https"][..]));
    let status = maybe(select(&[301, 302, 303, 307, 308][..]));
    (scheme, maybe(hostname()), path_modifier(), maybe(port()), status)
        .prop_map(|(scheme, hostname, path, port, status)| {
            json!({"type": "RequestRedirect", "requestRedirect": {
                "scheme": scheme, "hostname": hostname, "path": path, "port": port, "statusCode": status,
            }})
        })
        .boxed()
}

fn path_modifier() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!({"type": "ReplaceFullPath", "replaceFullPath": "/new"})),
        Just(json!({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/new"})),
        Just(json!({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"})),
    ]
    .boxed()
}

/// A reference to a Service, a Backend, or nothing that exists.
fn backend_ref() -> BoxedStrategy<Value> {
    let kind = prop_oneof![
        6 => Just((Value::Null, Value::Null)),
        2 => Just((json!("gateway.envoyproxy.io"), json!("Backend"))),
        1 => Just((json!("example.com"), json!("Unknown"))),
    ];
    let port = prop_oneof![5 => port().prop_map(Value::from), 1 => Just(Value::Null)];
    let weight = maybe(select(&[0, 1, 10][..]));
    (kind, service_name(), reference_namespace(), port, weight)
        .prop_map(|((group, kind), name, namespace, port, weight)| {
            json!({
                "group": group, "kind": kind, "name": name, "namespace": namespace, "port": port, "weight": weight,
            })
        })
        .boxed()
}
