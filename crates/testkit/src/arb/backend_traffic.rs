//! BackendTrafficPolicies: their fields, right and wrong.

use proptest::{prelude::*, sample::select, strategy::BoxedStrategy};
use serde_json::{Value, json};

/// What a policy says, except what it is for.
pub(super) fn body() -> BoxedStrategy<Value> {
    (field(), field(), select(&["StrategicMerge", "JSONMerge", "", "", ""][..]))
        .prop_map(|((one, first), (other, second), merge)| {
            let mut body = json!({one: first});
            body[other] = second;
            if !merge.is_empty() {
                body["mergeType"] = merge.into();
            }
            body
        })
        .boxed()
}

/// A field, rarely a wrong one.
fn field() -> BoxedStrategy<(&'static str, Value)> {
    prop_oneof![of_connections(), of_requests()].boxed()
}

/// What clusters get.
fn of_connections() -> BoxedStrategy<(&'static str, Value)> {
    prop_oneof![
        Just(("tcpKeepalive", json!({"probes": 3, "idleTime": "2m"}))),
        Just(("circuitBreaker", json!({"maxConnections": 7, "perEndpoint": {"maxConnections": 2}}))),
        Just(("connection", json!({"bufferLimit": "1Mi", "preconnect": {"predictivePercent": 200}}))),
        Just(("proxyProtocol", json!({"version": "V2"}))),
        Just(("dns", json!({"dnsRefreshRate": "5s", "lookupFamily": "IPv4AndIPv6"}))),
        Just(("loadBalancer", json!({"type": "Random"}))),
        Just(("loadBalancer", json!({"type": "ConsistentHash", "consistentHash": {"type": "SourceIP"}}))),
        Just((
            "loadBalancer",
            json!({"type": "ConsistentHash", "consistentHash": {"type": "SourceIP", "tableSize": 4}})
        )),
        Just((
            "healthCheck",
            json!({
                "active": {"type": "HTTP", "http": {"path": "/health"}, "overrides": {"port": 81}},
                "passive": {"consecutive5XxErrors": 2},
            })
        )),
        Just((
            "healthCheck",
            json!({"active": {"type": "TCP", "interval": "1 banana"}, "panicThreshold": 20})
        )),
        Just(("http2", json!({"maxConcurrentStreams": 9}))),
        Just(("http2", json!({"initialStreamWindowSize": "1"}))),
        Just(("useClientProtocol", json!(true))),
        Just(("routingType", json!("Service"))),
        Just(("routingType", json!("Endpoint"))),
        Just(("routingType", json!("Banana"))),
        Just((
            "admissionControl",
            json!({"minSuccessRate": 90, "successCriteria": {"grpc": {"statusCodes": ["Ok"]}}})
        )),
        Just(("admissionControl", json!({"samplingWindow": "1ms"}))),
        Just((
            "loadBalancer",
            json!({
                "type": "BackendUtilization",
                "backendUtilization": {"outOfBand": {"port": 9001}},
                "endpointOverride": {"extractFrom": [{"header": "x-pod"}]},
            })
        )),
    ]
    .boxed()
}

/// What routes get.
fn of_requests() -> BoxedStrategy<(&'static str, Value)> {
    prop_oneof![
        Just(("timeout", json!({"http": {"requestTimeout": "3s"}}))),
        Just(("timeout", json!({"tcp": {"connectTimeout": "2s"}, "http": {"maxStreamDuration": "1m"}}))),
        Just(("timeout", json!({"tcp": {"connectTimeout": "2 bananas"}}))),
        Just(("retry", json!({"numRetries": 2}))),
        Just(("retry", json!({"perRetry": {"backOff": {"baseInterval": "0s"}}}))),
        Just(("faultInjection", json!({"abort": {"httpStatus": 418, "percentage": 0.5}}))),
        Just(("faultInjection", json!({"delay": {"fixedDelay": "2s", "percentage": 101}}))),
        Just((
            "telemetry",
            json!({
                "metrics": {"routeStatName": "%ROUTE_NAME%"},
                "tracing": {"samplingFraction": {"numerator": 1}, "tags": {"a": "b"}},
            })
        )),
        Just(("telemetry", json!({"metrics": {"routeStatName": "%BANANA%"}}))),
        Just((
            "rateLimit",
            json!({"local": {"rules": [
                {"limit": {"requests": 9, "unit": "Second"}},
                {
                    "clientSelectors": [{
                        "headers": [{"name": "x-user", "type": "Distinct"}],
                        "methods": [{"value": "GET"}, {"value": "PUT"}],
                        "path": {"value": "/a"},
                        "sourceCIDR": {"value": "10.0.0.0/8", "type": "Distinct"},
                    }],
                    "limit": {"requests": 2, "unit": "Hour"},
                },
            ]}})
        )),
        Just(("compressor", json!([{"type": "Gzip", "gzip": {}}, {"type": "Zstd", "zstd": {}}]))),
        Just(("compression", json!([{"type": "Brotli", "minContentLength": 7}]))),
        Just(("requestBuffer", json!({"limit": "64Ki"}))),
        Just(("requestBuffer", json!({"limit": "0"}))),
        Just((
            "bandwidthLimit",
            json!({"response": {"limit": {"value": "1Mi", "unit": "Minute"}, "responseTrailers": {}}})
        )),
        Just(("bandwidthLimit", json!({"request": {"limit": {"value": "1", "unit": "Hour"}}}))),
        Just((
            "responseOverride",
            json!([
                {"match": {"statusCodes": [{"value": 404}]}, "response": {"body": {"type": "Inline", "inline": "no"}}},
                {"match": {"statusCodes": [{"type": "Range", "range": {"start": 500, "end": 599}}]}, "redirect": {"hostname": "a"}},
            ])
        )),
        Just(("responseOverride", json!([{"match": {"statusCodes": [{"value": 4}]}, "response": {}}]))),
        Just(("rateLimit", json!({"local": {"rules": [{"limit": {"requests": 0, "unit": "Banana"}}]}}))),
        Just(("httpUpgrade", json!([{"type": "CONNECT", "connect": {"terminate": true}}]))),
    ]
    .boxed()
}
