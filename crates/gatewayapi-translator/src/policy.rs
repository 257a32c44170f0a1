//! Policies: what they ask for, where they apply, and what their status says about it.
//!
//! Attachment, lowering and status are the same for all kinds of policy. What a kind says about itself is in its module
//! (`client_traffic`), and each of its fields is one [`PolicyField`] with a row in the list of the kind:
//!
//! - `kind`: what the author of a field sees of a kind, and what this crate knows besides;
//! - `field`: fields, and how a policy is lowered with them;
//! - `reading`: what fields without references have in common;
//! - `attach`: which policies are for which object and section, and which of them is in force;
//! - `merge`: policies of routes that are merged over those of their parents;
//! - `route`, `gateway`: what rules of routes get of the kinds of policies that attach to routes, and what becomes of these;
//! - `in_use`: whether there are policies of a kind at all;
//! - `ancestor`: who uses a policy, which is what its status has an entry for;
//! - `status`: the status of a policy, or of another object that is used as one;
//! - `client_traffic`: ClientTrafficPolicies;
//! - `security`: SecurityPolicies;
//! - `extension`: EnvoyExtensionPolicies;
//! - `service`: services that proxies ask on behalf of a policy;
//! - `choice`: fields whose value is one of a few words;
//! - `backend_traffic`: BackendTrafficPolicies;
//! - `backend_tls`: BackendTLSPolicies, which attach to backends;
//! - `patch`: EnvoyPatchPolicies;
//! - `tls_parameters`: what policies have in common about TLS.
//!
//! # A field
//!
//! Write its data in `ir`, copy `client_traffic/client_timeout.rs` and add a row to `client_traffic::FIELDS`; the emitter has
//! the same stem in the xDS translator. A vendor does the same outside with [`Features::with_client_traffic_field`].
//!
//! # A kind
//!
//! Copy `client_traffic.rs`: implement [`PolicyKind`], `Targeting` and `Attachable` for a marker, with the kinds of objects that
//! may be targeted. A kind without fields (`patch`, `backend_tls`) implements `Targeting` alone. The store finds its targets once `eg_resources` visits them as references (`policy_targets` there). What the
//! policy applies to then asks the unit `EffectivePolicy` with its scopes, the most specific first, and `LoweredPolicy` for
//! what the policy in force comes to: `client_traffic/listener.rs` does so for listeners. It tells each policy what became
//! of it with `PolicyUses`, and `PolicyRoot` makes a status of that.
//!
//! A kind that attaches to routes gets all of that from `route` and `gateway`: register `PoliciesOfGateway` for it, add it to
//! `report` of this module, and ask `route::Policies` where routes are attached (`route/http/shape.rs`).
//!
//! [`Features::with_client_traffic_field`]: crate::Features::with_client_traffic_field

use eg_api::{gateway::BackendTlsPolicy, v1alpha1::ClientTrafficPolicy};
use eg_ir::Name;
use eg_resources::Object;

use self::{extension::Extensions, route::AtParent, security::Security};
use crate::engine::{Engine, ReadCx};

pub(crate) mod ancestor;
mod attach;
pub(crate) mod backend_tls;
pub(crate) mod backend_traffic;
mod choice;
pub(crate) mod client_traffic;
pub(crate) mod extension;
mod field;
mod gateway;
pub(crate) mod in_use;
mod kind;
mod merge;
mod patch;
mod reading;
pub(crate) mod route;
pub(crate) mod security;
mod service;
mod status;
mod tls_parameters;

pub(crate) use backend_traffic::BackendTraffic;
pub use client_traffic::{ClientTraffic, ListenerProtocol};
pub use field::{FieldCx, PolicyField};
pub use kind::{Declared, PolicyKind};
pub(crate) use status::by_uses;

/// Registers the units of this module.
pub(crate) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<backend_tls::BackendTlsPolicyRoot>(BackendTlsPolicy::KIND);
    patch::register(engine);
    engine.root_for_each_object::<status::PolicyRoot<ClientTraffic>>(ClientTrafficPolicy::KIND);
    security::register(engine);
    extension::register(engine);
    backend_traffic::register(engine);
}

/// Tells the policies of all kinds that attach to routes what became of them for a route at one parent.
pub(crate) fn report(cx: &ReadCx<'_>, at: &AtParent<'_>, rules: impl Fn() -> Vec<Name>) {
    route::report::<Security>(cx, at, &rules);
    route::report::<BackendTraffic>(cx, at, &rules);
    route::report::<Extensions>(cx, at, &rules);
}
