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
//! - `backend_timeout`, `backend_keepalive`, `backend_connection`, `backend_http2`, `backend_proxy_protocol`, `circuit_breaker`,
//!   `client_protocol`, `dns`, `fault_injection`, `health_check`, `load_balancer`, `retry`, `routing`, `telemetry`, `upgrade`: the fields;
//! - `unsupported`: the fields that are not part of this build;
//! - `cluster`: what clusters get;
//! - `service`: the same settings of clusters, where services that proxies ask have them.

use std::{borrow::Cow, sync::Arc};

use eg_api::{
    gateway::{Gateway, GrpcRoute, HttpRoute, ListenerSet, TcpRoute, TlsRoute, UdpRoute},
    meta::{Duration, Quantity},
    v1alpha1::{BackendTrafficPolicy, BackendTrafficPolicySpec, PolicyTargetReferences},
};
use eg_diag::{Code, Diagnostic, FieldPath, Kind, ObjectRef};
use eg_ir::{cluster::ClusterTraffic, route::RouteTraffic};
use eg_resources::Object;

use super::{
    PolicyField, PolicyKind,
    gateway::PoliciesOfGateway,
    kind::{Attachable, OfRoutes, Targeting, TargetingNames, UnitNames},
    status::PolicyRoot,
};
use crate::{Features, duration::millis, engine::Engine};

mod backend_connection;
mod backend_http2;
mod backend_keepalive;
mod backend_proxy_protocol;
mod backend_timeout;
mod circuit_breaker;
mod client_protocol;
pub(crate) mod cluster;
mod dns;
mod fault_injection;
mod health_check;
mod load_balancer;
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
}

impl BackendTrafficSlot {
    /// What clusters get, to write to.
    pub(crate) fn cluster_mut(&mut self) -> &mut ClusterTraffic {
        Arc::make_mut(&mut self.cluster)
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

    const TARGETS: &'static [Kind] = &[
        Gateway::KIND,
        ListenerSet::KIND,
        HttpRoute::KIND,
        GrpcRoute::KIND,
        TlsRoute::KIND,
        TcpRoute::KIND,
        UdpRoute::KIND,
    ];

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
    const KEYED_LISTS: &'static [(&'static str, &'static str)] =
        &[("compression", "type"), ("compressor", "type"), ("httpUpgrade", "type")];

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

    fn added(_: &Features) -> &[Arc<dyn PolicyField<Self>>] {
        &[]
    }

    fn close(slot: &mut BackendTrafficSlot) {
        *slot = BackendTrafficSlot::default();
    }
}

impl OfRoutes for BackendTraffic {
    fn place(_: &ObjectRef, _: &ObjectRef) {}
}

/// Reads what a field says, and collects what is wrong with it.
pub(crate) struct Reader<'p> {
    code: &'static Code,
    problems: &'p mut Vec<Diagnostic>,
}

impl<'p> Reader<'p> {
    /// Problems get this code.
    pub(crate) fn new(code: &'static Code, problems: &'p mut Vec<Diagnostic>) -> Self {
        Self { code, problems }
    }

    /// Refuses what is at a path.
    pub(crate) fn refuse(&mut self, at: FieldPath, message: impl Into<String>) {
        self.problems.push(Diagnostic::new(self.code, at, message));
    }

    /// What is known, or what is wrong.
    pub(crate) fn known<T>(&mut self, result: Result<T, String>, at: FieldPath) -> Option<T> {
        result.map_err(|message| self.refuse(at, message)).ok()
    }

    /// A length of time in milliseconds.
    pub(crate) fn millis(&mut self, duration: Option<&Duration>, at: FieldPath) -> Option<u64> {
        self.known(millis(duration?), at)
    }

    /// A length of time in whole seconds.
    pub(crate) fn seconds(&mut self, duration: Option<&Duration>, at: FieldPath) -> Option<u32> {
        let millis = self.millis(duration, at)?;
        Some(u32::try_from(millis / 1000).unwrap_or(u32::MAX))
    }

    /// A whole number of bytes.
    pub(crate) fn bytes(&mut self, size: Option<&Quantity>, at: FieldPath) -> Option<u32> {
        let size = size?;
        let whole = size.to_milli().ok().filter(|milli| milli % 1000 == 0);
        let bytes = whole.and_then(|milli| u32::try_from(milli / 1000).ok());
        self.known(
            bytes.ok_or_else(|| format!("expected a whole number of bytes below 4Gi, found {size}")),
            at,
        )
    }

    /// A number that is not negative.
    pub(crate) fn count(&mut self, number: Option<impl Into<i64>>, at: FieldPath) -> Option<u32> {
        let number: i64 = number?.into();
        let message = || format!("expected a number from 0 to {}, found {number}", u32::MAX);
        self.known(u32::try_from(number).map_err(|_| message()), at)
    }
}
