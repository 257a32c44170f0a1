//! A vendor's field of ClientTrafficPolicies, without a fork.
//!
//! API: the annotation `vendor.example/same-origin` of a ClientTrafficPolicy: `Enforce` refuses requests that a page of
//! another origin sends and that may change something, `Observe` counts them only. The schema of the policy is not the
//! vendor's to change; everything else about the policy (targets, precedence, status) holds for the annotation too.
//!
//! Envoy: the filter `csrf` on the listeners for which the policy is in force. Another value fails closed: the routes of the
//! listeners answer 500, and the status of the policy says why.
//!
//! One [`FeatureId`] ties both sides together: [`policy_field`] is for the Gateway API translator, [`http_feature`] for the
//! xDS translator.

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_gatewayapi_translator::policy::{ClientTraffic, Declared, FieldCx, ListenerProtocol, PolicyField};
use eg_ir::{Extension, FeatureId, listener::ClientSettings};
use eg_xds_translator::{
    http::{FilterChain, HttpFeature, ServerCx},
    xds_api::pb::envoy::{
        config::core::v3::RuntimeFractionalPercent, extensions::filters::http::csrf::v3::CsrfPolicy,
        r#type::v3::FractionalPercent,
    },
};
use serde_json::json;

/// The feature on both sides.
pub const SAME_ORIGIN: FeatureId = FeatureId::new("vendor.example/same_origin");

/// The annotation.
pub const ANNOTATION: &str = "vendor.example/same-origin";

static INVALID: Code = Code::error("invalid-same-origin", "Accepted", "Invalid");

/// What the annotation means.
pub fn policy_field() -> impl PolicyField<ClientTraffic> {
    SameOrigin
}

/// What it becomes in Envoy.
pub fn http_feature() -> impl HttpFeature {
    SameOrigin
}

struct SameOrigin;

impl PolicyField<ClientTraffic> for SameOrigin {
    fn id(&self) -> FeatureId {
        SAME_ORIGIN
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.meta.annotations.contains_key(ANNOTATION)
    }

    fn applies(&self, place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn validate(&self, policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) {
        if enforces(policy).is_none() {
            let at = FieldPath::root().field("metadata").field("annotations").key(ANNOTATION);
            problems.push(Diagnostic::new(&INVALID, at, "expected Enforce or Observe"));
        }
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        if let Some(enforces) = enforces(cx.policy) {
            slot.extensions.insert(SAME_ORIGIN, Extension(json!({ "enforce": enforces })));
        }
        Ok(())
    }
}

/// Whether requests are refused, or only counted; `None` for a value that nobody knows.
fn enforces(policy: &Declared<'_, ClientTraffic>) -> Option<bool> {
    match policy.meta.annotations.get(ANNOTATION)?.as_str() {
        "Enforce" => Some(true),
        "Observe" => Some(false),
        _ => None,
    }
}

impl HttpFeature for SameOrigin {
    fn id(&self) -> FeatureId {
        SAME_ORIGIN
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        if let Some(Extension(setting)) = cx.server.client.extensions.get(&SAME_ORIGIN) {
            let enforces = setting["enforce"] == true;
            let policy = CsrfPolicy {
                filter_enabled: Some(share(enforces)),
                shadow_enabled: Some(share(!enforces)),
                ..CsrfPolicy::default()
            };
            chain.add("envoy.filters.http.csrf", &policy);
        }
        Ok(())
    }
}

/// All requests, or none.
fn share(all: bool) -> RuntimeFractionalPercent {
    RuntimeFractionalPercent {
        default_value: Some(FractionalPercent { numerator: if all { 100 } else { 0 }, ..Default::default() }),
        ..RuntimeFractionalPercent::default()
    }
}
