//! GRPCRoutes.
//!
//! A call is an HTTP/2 request for `/<service>/<method>`, so each rule becomes what a rule of an HTTPRoute becomes, with
//! the same filters and backends. What differs: [`route_match`] makes paths of services and methods, backends speak
//! HTTP/2 whatever they say themselves, connections are not upgraded, and the listener answers clients of gRPC-Web.

use std::sync::Arc;

use eg_api::gateway::{
    GrpcBackendRef, GrpcRoute, GrpcRouteFilter, GrpcRouteRule, ParentReference, SessionPersistence,
};
use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{Name, features, route::RoutePlace};

use super::{
    http::{
        HttpRules,
        filter::RuleDraft,
        route_match::Positioned,
        rule::{self, Rule, Traffic},
    },
    kind::{Lowered, Place, RouteKind, UnitNames},
};
use crate::{engine::ReadCx, fanout::Needs, policy::ancestor::Consumer};

mod route_match;

impl RouteKind for GrpcRoute {
    const UNITS: UnitNames = UnitNames {
        lowered: "grpc_route_lowered",
        attached: "grpc_route_attached",
        status: "grpc_route_status",
    };

    type Rules = HttpRules;

    fn parent_refs(&self) -> &[ParentReference] {
        &self.spec.parent_refs
    }

    fn hostnames(&self) -> &[String] {
        &self.spec.hostnames
    }

    fn rule_names(&self) -> Vec<Name> {
        self.spec.rules.iter().filter_map(|rule| rule.name.as_deref().map(Name::from)).collect()
    }

    fn lower(&self, cx: &ReadCx<'_>, consumer: Consumer<'_>) -> Lowered<HttpRules> {
        rule::lower(cx, consumer, self, &self.spec.rules)
    }

    fn refuse(&self, cx: &ReadCx<'_>, consumer: Consumer<'_>) -> Lowered<HttpRules> {
        rule::refuse(cx, consumer, self, &self.spec.rules)
    }

    /// Upstream counts a GRPCRoute only when some rule of it is served.
    fn counts(rules: &HttpRules) -> bool {
        !rules.is_empty()
    }

    fn attach(&self, cx: &ReadCx<'_>, place: &Place<'_>, rules: &HttpRules) -> Vec<u128> {
        if !rules.is_empty() {
            let listener = (place.fleet().clone(), place.listener.ir_name.clone());
            let route = RoutePlace { route: place.route.clone(), ..RoutePlace::default() };
            cx.send::<Needs>(listener, (features::GRPC, Name::default(), route.into()), Arc::default());
        }
        rules.attach(cx, place)
    }
}

impl Rule for GrpcRouteRule {
    type Filter = GrpcRouteFilter;

    type Backend = GrpcBackendRef;

    const TRAFFIC: Traffic = Traffic::Grpc;

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn filters(&self) -> &[GrpcRouteFilter] {
        &self.filters
    }

    fn backends(&self) -> &[GrpcBackendRef] {
        &self.backend_refs
    }

    fn matches(&self, path: &FieldPath) -> Result<Vec<Positioned>, Diagnostic> {
        route_match::lower(&self.matches, path)
    }

    fn session(&self) -> Option<&SessionPersistence> {
        self.session_persistence.as_ref()
    }

    /// Rules of GRPCRoutes say nothing of time limits and retries.
    fn limit(&self, _: &FieldPath, _: &mut RuleDraft, _: &mut Vec<Diagnostic>) {}
}
