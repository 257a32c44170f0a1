//! SecurityPolicies: who may send requests to routes.
//!
//! API: SecurityPolicy, for Gateways, listener sets and sections of both, for HTTPRoutes and GRPCRoutes and rules of them,
//! and for TCPRoutes. Of the policies for a rule, one that names it is in force, then one for its route, its listener, its
//! listener set and its Gateway. With `spec.mergeType`, a policy of a rule or a route is merged over
//! the one for its listener, its listener set or its Gateway.
//!
//! A policy that cannot be lowered fails closed: the routes that it is for answer 500, and connections of TCPRoutes are closed.
//! So does one with a setting that is not part of this build, because requests would get through that its author wants to
//! stop. A policy is lowered for each Gateway where it is used, whose proxies connect in their own way to the services that it
//! names; and for connections apart, of which nothing is known but where they come from, so that `authorization` alone means
//! something to them.
//!
//! - `cors`, `csrf`, `ext_auth`, `api_key_auth`, `basic_auth`, `oidc`, `jwt`, `authorization`: the fields;
//! - `secret`: Secrets that they name;
//! - `service`: services that the proxy asks for them.

use std::{borrow::Cow, sync::Arc};

use eg_api::{
    gateway::{Gateway, GrpcRoute, HttpRoute, ListenerSet, TcpRoute},
    v1alpha1::{PolicyTargetReferences, SecurityPolicy, SecurityPolicySpec},
};
use eg_diag::{Code, Diagnostic, FieldPath, Kind, ObjectRef};
use eg_ir::{FeatureId, Secret, route::RouteSecurity as Settings};
use eg_resources::Object;

use super::{
    Declared, FieldCx, PolicyField, PolicyKind,
    field::Lowered,
    gateway::PoliciesOfGateway,
    kind::{Attachable, OfRoutes, Targeting, TargetingNames, UnitNames},
    status::PolicyRoot,
};
use crate::{engine::Engine, route::destination::PlannedCluster};

mod api_key_auth;
mod authorization;
mod basic_auth;
mod cors;
mod csrf;
mod ext_auth;
mod jwt;
mod oidc;
mod secret;
mod service;

static ONLY_AUTHORIZATION: Code = Code::error("security-of-connections", "Accepted", "Invalid");

/// Registers the units of this module.
pub(super) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<PolicyRoot<Security>>(SecurityPolicy::KIND);
    engine.root_for_each_object::<PoliciesOfGateway<Security>>(Gateway::KIND);
}

/// The built-in fields.
const FIELDS: &[&dyn PolicyField<Security>] = &[
    &OnlyAuthorization,
    &cors::CorsField,
    &csrf::CsrfField,
    &ext_auth::ExtAuthField,
    &api_key_auth::ApiKeyAuthField,
    &basic_auth::BasicAuthField,
    &oidc::OidcField,
    &jwt::JwtField,
    &authorization::AuthorizationField,
];

/// Marks SecurityPolicies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Security;

/// For what a policy is lowered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SecurityPlace {
    /// The Gateway, which decides how backends are found.
    gateway: ObjectRef,
    /// Whether it is for connections that are not HTTP.
    of_connections: bool,
}

/// What a policy comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RouteSecurity {
    pub(crate) settings: Arc<Settings>,
    /// The clusters that the settings name.
    pub(crate) clusters: Vec<PlannedCluster>,
    /// The secrets that they name, those of clusters aside.
    pub(crate) secrets: Vec<Arc<Secret>>,
    /// How many of the problems do not make routes fail closed.
    tolerated: usize,
}

impl RouteSecurity {
    fn settings_mut(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.settings)
    }
}

impl Lowered<RouteSecurity> {
    /// Whether routes are refused because of what is wrong with the policy.
    pub(crate) fn is_closed(&self) -> bool {
        self.problems.len() > self.slot.tolerated
    }
}

impl PolicyKind for Security {
    type Spec = SecurityPolicySpec;
    type Place = SecurityPlace;
    type Slot = RouteSecurity;
}

impl Targeting for Security {
    type Object = SecurityPolicy;

    const TARGETS: &'static [Kind] =
        &[Gateway::KIND, ListenerSet::KIND, HttpRoute::KIND, GrpcRoute::KIND, TcpRoute::KIND];

    const TARGETING: TargetingNames = TargetingNames {
        in_use: "security_policy_in_use",
        targets: "security_policy_targets",
        selection: "security_policy_selection",
        policies: "security_policies",
    };

    fn targets(object: &SecurityPolicy) -> Cow<'_, PolicyTargetReferences> {
        Cow::Borrowed(&object.spec.targets)
    }
}

impl Attachable for Security {
    const UNITS: UnitNames = UnitNames {
        effective: "security_policy_effective",
        lowered: "security_policy_lowered",
        status: "security_policy_status",
        of_gateway: "security_policy_of_gateway",
    };

    const RANK: u8 = 8;

    fn spec(object: &SecurityPolicy) -> &SecurityPolicySpec {
        &object.spec
    }

    fn merge_type(spec: &SecurityPolicySpec) -> Option<&str> {
        spec.merge_type.as_deref()
    }

    fn fields() -> &'static [&'static dyn PolicyField<Self>] {
        FIELDS
    }

    fn close(_: &mut RouteSecurity) {
        // What is sound stays; whether a problem closes routes is known from their number.
    }
}

impl OfRoutes for Security {
    fn place(user: &ObjectRef, gateway: &ObjectRef) -> SecurityPlace {
        SecurityPlace { gateway: gateway.clone(), of_connections: user.kind == TcpRoute::KIND }
    }
}

/// Policies for TCPRoutes say nothing but who may connect.
struct OnlyAuthorization;

impl OnlyAuthorization {
    /// The first field that means nothing to connections.
    fn excess(policy: &Declared<'_, Security>) -> Option<&'static str> {
        let SecurityPolicySpec {
            targets: _,
            api_key_auth,
            authorization: _,
            basic_auth,
            cors,
            csrf,
            ext_auth,
            jwt,
            merge_type: _,
            oidc,
        } = policy.spec;
        let set = [
            ("apiKeyAuth", api_key_auth.is_some()),
            ("basicAuth", basic_auth.is_some()),
            ("cors", cors.is_some()),
            ("csrf", csrf.is_some()),
            ("extAuth", ext_auth.is_some()),
            ("jwt", jwt.is_some()),
            ("oidc", oidc.is_some()),
        ];
        set.into_iter().find(|(_, is_set)| *is_set).map(|(field, _)| field)
    }

    /// Whether a policy is for Gateways or listener sets, which may have other routes too.
    fn is_of_gateway(policy: &Declared<'_, Security>) -> bool {
        let PolicyTargetReferences { target_ref, target_refs, target_selectors } = &policy.spec.targets;
        let names = target_ref.iter().chain(target_refs).map(|target| target.kind.as_str());
        let mut kinds = names.chain(target_selectors.iter().map(|selector| selector.kind.as_str()));
        kinds.any(|kind| kind == Gateway::KIND.kind || kind == ListenerSet::KIND.kind)
    }
}

impl PolicyField<Security> for OnlyAuthorization {
    fn id(&self) -> FeatureId {
        FeatureId::new("security_of_connections")
    }

    fn is_set(&self, policy: &Declared<'_, Security>) -> bool {
        Self::excess(policy).is_some() && !Self::is_of_gateway(policy)
    }

    fn applies(&self, place: &SecurityPlace) -> bool {
        place.of_connections
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, _: &mut RouteSecurity) -> Result<(), Diagnostic> {
        let Some(field) = Self::excess(cx.policy) else { return Ok(()) };
        let message = "of connections that are not HTTP nothing but `authorization` can be said";
        Err(Diagnostic::new(&ONLY_AUTHORIZATION, FieldPath::spec().field(field), message))
    }
}
