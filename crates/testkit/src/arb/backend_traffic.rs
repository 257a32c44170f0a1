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
    prop_oneof![
        Just(("timeout", json!({"http": {"requestTimeout": "3s"}}))),
        Just(("timeout", json!({"tcp": {"connectTimeout": "2s"}, "http": {"maxStreamDuration": "1m"}}))),
        Just(("timeout", json!({"tcp": {"connectTimeout": "2 bananas"}}))),
        Just(("tcpKeepalive", json!({"probes": 3, "idleTime": "2m"}))),
        Just(("retry", json!({"numRetries": 2}))),
        Just(("retry", json!({"perRetry": {"backOff": {"baseInterval": "0s"}}}))),
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
        Just(("httpUpgrade", json!([{"type": "CONNECT", "connect": {"terminate": true}}]))),
    ]
    .boxed()
}
