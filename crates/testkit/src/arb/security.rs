//! Fields of SecurityPolicies, right and wrong, alone and together.

use super::pool::service_name;
use proptest::{collection::vec, prelude::*, strategy::BoxedStrategy};
use serde_json::{Value, json};

/// What a policy says besides its targets.
pub(super) fn fields() -> BoxedStrategy<Value> {
    vec(field(), 1..4)
        .prop_map(|fields| {
            let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
            Value::Object(fields.collect())
        })
        .boxed()
}

fn field() -> BoxedStrategy<(&'static str, Value)> {
    prop_oneof![
        Just(("cors", json!({"allowOrigins": ["https://a.example.com", "https://*"]}))),
        Just(("cors", json!({"allowOrigins": ["*"], "allowMethods": ["not a method"]}))),
        Just(("csrf", json!({"additionalOrigins": ["https://*.example.com"]}))),
        Just(("csrf", json!({"shadowFraction": {"numerator": 3, "denominator": 2}}))),
        Just(("basicAuth", json!({"users": {"name": "people"}}))),
        Just((
            "apiKeyAuth",
            json!({"credentialRefs": [{"name": "people"}], "extractFrom": [{"headers": ["x-key"]}]})
        )),
        jwt().prop_map(|jwt| ("jwt", jwt)),
        rule().prop_map(|rule| ("authorization", json!({"rules": [rule]}))),
        (service_name(), any::<bool>(), any::<bool>()).prop_map(|(name, is_grpc, fail_open)| {
            let service = json!({"backendRefs": [{"name": name, "port": 80}]});
            let how = if is_grpc { "grpc" } else { "http" };
            ("extAuth", json!({how: service, "failOpen": fail_open}))
        }),
    ]
    .boxed()
}

fn jwt() -> BoxedStrategy<Value> {
    let keys = prop_oneof![
        Just(json!({"localJWKS": {"type": "Inline", "inline": "{\"keys\": []}"}})),
        Just(json!({"localJWKS": {"type": "Inline", "inline": "none"}})),
        Just(json!({"remoteJWKS": {"uri": "https://id.example.com/keys"}})),
        Just(json!({"remoteJWKS": {"uri": "https://10.0.0.1/keys"}})),
        service_name().prop_map(|name| {
            json!({"remoteJWKS": {"uri": "https://id.example.com/keys", "backendRefs": [{"name": name, "port": 80}]}})
        }),
    ];
    (keys, any::<bool>())
        .prop_map(|(mut provider, optional)| {
            provider["name"] = "p".into();
            json!({"providers": [provider], "optional": optional})
        })
        .boxed()
}

fn rule() -> BoxedStrategy<Value> {
    let principal = prop_oneof![
        Just(json!({"clientCIDRs": ["10.0.0.0/8"]})),
        Just(json!({"clientCIDRs": ["10.0.0.0"]})),
        Just(json!({"headers": [{"name": "x-team", "values": ["red"]}]})),
        Just(json!({"jwt": {"provider": "p", "scopes": ["read"]}})),
    ];
    (principal, any::<bool>())
        .prop_map(|(principal, allows)| {
            json!({"action": if allows { "Allow" } else { "Deny" }, "principal": principal})
        })
        .boxed()
}
