//! BackendTrafficPolicies: how requests and connections are treated on their way to backends.
//!
//! API: BackendTrafficPolicy, for Gateways, listener sets and sections of both, and for routes of all kinds and rules of
//! them. Of the policies for a rule, one that names it is in force, then one for its route, its listener, its listener set
//! and its Gateway. With `spec.mergeType`, a policy of a rule or a route is merged over the one for its listener, its
//! listener set or its Gateway. For routes of connections and datagrams, each field is that of the most specific policy that
//! has it.
//!
//! A policy that cannot be lowered shapes nothing, and the HTTP routes that it is for answer 500. A field that is not part
//! of this build shapes nothing either, and a warning in the status says so; the others are in force, because traffic that
//! is shaped in part does less harm than none.
//!
//! - `admission_control`, `backend_connection`, `backend_http2`, `backend_keepalive`, `backend_proxy_protocol`, `backend_timeout`,
//!   `bandwidth_limit`, `circuit_breaker`, `client_protocol`, `compressor`, `dns`, `fault_injection`, `health_check`,
//!   `load_balancer`, `local_rate_limit`, `request_buffer`, `response_override`, `retry`, `routing`, `telemetry`,
//!   `upgrade`: the fields;
//! - `rate_limit`: rules of rate limits;
//! - `unsupported`: the fields that are not part of this build;
//! - `cluster`: what clusters get;
//! - `service`: the same settings of clusters, where services that proxies ask have them.

use std::{borrow::Cow, sync::Arc};

use eg_api::{
    gateway::Gateway,
    v1alpha1::{BackendTrafficPolicy, BackendTrafficPolicySpec, PolicyTargetReferences},
};
use eg_diag::{Kind, ObjectRef};
use eg_ir::{Extension, FeatureId, Name, cluster::ClusterTraffic, route::RouteTraffic};
use eg_resources::Object;
use serde::Serialize;

use super::{
    PolicyField, PolicyKind,
    gateway::PoliciesOfGateway,
    kind::{Attachable, GATEWAYS_AND_ROUTES, OfRoutes, Targeting, TargetingNames, UnitNames},
    status::PolicyRoot,
};
use crate::engine::Engine;

mod admission_control;
mod backend_connection;
mod backend_http2;
mod backend_keepalive;
mod backend_proxy_protocol;
mod backend_timeout;
mod bandwidth_limit;
mod circuit_breaker;
mod client_protocol;
pub(crate) mod cluster;
mod compressor;
mod dns;
mod fault_injection;
mod health_check;
mod load_balancer;
mod local_rate_limit;
mod rate_limit;
mod request_buffer;
mod response_override;
mod retry;
pub(crate) mod routing;
pub(crate) mod service;
mod telemetry;
mod unsupported;
mod upgrade;

/// Registers the units of this module.
pub(super) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<PolicyRoot<BackendTraffic>>(BackendTrafficPolicy::KIND);
    engine.root_for_each_object::<PoliciesOfGateway<BackendTraffic>>(Gateway::KIND);
}

/// The built-in fields.
const FIELDS: &[&dyn PolicyField<BackendTraffic>] = &[
    &unsupported::Unsupported,
    &backend_timeout::BackendTimeoutField,
    &backend_keepalive::BackendKeepaliveField,
    &backend_connection::BackendConnectionField,
    &backend_proxy_protocol::BackendProxyProtocolField,
    &circuit_breaker::CircuitBreakerField,
    &dns::DnsField,
    &load_balancer::LoadBalancerField,
    &retry::RetryField,
    &routing::RoutingField,
    &upgrade::UpgradeField,
    &health_check::HealthCheckField,
    &backend_http2::BackendHttp2Field,
    &client_protocol::ClientProtocolField,
    &fault_injection::FaultInjectionField,
    &telemetry::TelemetryField,
    &local_rate_limit::LocalRateLimitField,
    &bandwidth_limit::BandwidthLimitField,
    &compressor::CompressorField,
    &compressor::CompressionField,
    &request_buffer::RequestBufferField,
    &admission_control::AdmissionControlField,
    &response_override::ResponseOverrideField,
];

/// Marks BackendTrafficPolicies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BackendTraffic;

/// What a policy comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BackendTrafficSlot {
    /// What clusters get.
    pub(crate) cluster: Arc<ClusterTraffic>,
    /// What routes get.
    pub(crate) route: Arc<RouteTraffic>,
    /// What the listeners of the routes need to have for it: by feature and name, the settings.
    pub(crate) needs: Vec<(FeatureId, Name, Arc<Extension>)>,
}

impl BackendTrafficSlot {
    /// What clusters get, to write to.
    pub(crate) fn cluster_mut(&mut self) -> &mut ClusterTraffic {
        Arc::make_mut(&mut self.cluster)
    }

    /// Notes what listeners need to have, with the settings that are the same for all routes.
    fn need(&mut self, feature: FeatureId, name: impl Into<Name>, settings: &impl Serialize) {
        self.needs.push((feature, name.into(), Arc::new(Extension::of(settings))));
    }

    /// What routes get, to write to.
    pub(crate) fn route_mut(&mut self) -> &mut RouteTraffic {
        Arc::make_mut(&mut self.route)
    }
}

impl PolicyKind for BackendTraffic {
    type Spec = BackendTrafficPolicySpec;
    type Place = ();
    type Slot = BackendTrafficSlot;
}

impl Targeting for BackendTraffic {
    type Object = BackendTrafficPolicy;

    const TARGETS: &'static [Kind] = GATEWAYS_AND_ROUTES;

    const TARGETING: TargetingNames = TargetingNames {
        in_use: "backend_traffic_in_use",
        targets: "backend_traffic_targets",
        selection: "backend_traffic_selection",
        policies: "backend_traffic_policies",
    };

    fn targets(object: &BackendTrafficPolicy) -> Cow<'_, PolicyTargetReferences> {
        Cow::Borrowed(&object.spec.targets)
    }
}

impl Attachable for BackendTraffic {
    const MERGED_LISTS: &'static [(&'static str, Option<&'static str>)] = &[
        ("/compression", Some("type")),
        ("/compressor", Some("type")),
        ("/httpUpgrade", Some("type")),
        ("/rateLimit/global/rules", None),
        ("/rateLimit/local/rules", None),
    ];

    const UNITS: UnitNames = UnitNames {
        effective: "backend_traffic_effective",
        lowered: "backend_traffic_lowered",
        status: "backend_traffic_status",
        of_gateway: "backend_traffic_of_gateway",
    };

    const RANK: u8 = 3;

    fn spec(object: &BackendTrafficPolicy) -> &BackendTrafficPolicySpec {
        &object.spec
    }

    fn merge_type(spec: &BackendTrafficPolicySpec) -> Option<&str> {
        spec.merge_type.as_deref()
    }

    fn fields() -> &'static [&'static dyn PolicyField<Self>] {
        FIELDS
    }

    fn close(slot: &mut BackendTrafficSlot) {
        *slot = BackendTrafficSlot::default();
    }
}

impl OfRoutes for BackendTraffic {
    fn place(_: &ObjectRef, _: &ObjectRef) {}
}
