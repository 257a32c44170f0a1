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
    ]
    .boxed()
}
