//! SecurityPolicies: who may send requests to routes.
//!
//! API: SecurityPolicy, for Gateways, listener sets and sections of both, and for HTTPRoutes and GRPCRoutes and rules of
//! them. Of the policies for a rule, one that names it is in force, then one for its route, its listener, its listener set
//! and its Gateway. With `spec.mergeType`, a policy of a rule or a route is merged over
//! the one for its listener, its listener set or its Gateway.
//!
//! A policy that cannot be lowered fails closed: the routes that it is for answer 500. So does one with a field that is not
//! part of this build, because requests would get through that its author wants to stop.
//!
//! - `oidc`: the field.

use std::sync::Arc;

use eg_api::{
    gateway::{Gateway, GrpcRoute, HttpRoute, ListenerSet},
    v1alpha1::{PolicyTargetReferences, SecurityPolicy, SecurityPolicySpec},
};
use eg_diag::{Code, Diagnostic, FieldPath, Kind, ObjectRef};
use eg_ir::{FeatureId, Secret, cluster::Cluster, route::Oidc};
use eg_resources::Object;

use super::{
    Declared, FieldCx, PolicyField, PolicyKind,
    gateway::PoliciesOfGateway,
    kind::{Attachable, OfRoutes, UnitNames},
    status::PolicyRoot,
};
use crate::{Features, engine::Engine};

mod oidc;

static UNSUPPORTED: Code = Code::error("unsupported-security-field", "Accepted", "Invalid");

/// Registers the units of this module.
pub(super) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<PolicyRoot<Security>>(SecurityPolicy::KIND);
    engine.root_for_each_object::<PoliciesOfGateway<Security>>(Gateway::KIND);
}

/// The built-in fields.
const FIELDS: &[&dyn PolicyField<Security>] = &[&Unsupported, &oidc::OidcField];

/// Marks SecurityPolicies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Security;

/// What a policy comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RouteSecurity {
    pub(crate) oidc: Option<LogIn>,
}

/// How users log in, and what that takes beside the route.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LogIn {
    pub(crate) settings: Arc<Oidc>,
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) secrets: Vec<Arc<Secret>>,
}

impl PolicyKind for Security {
    type Spec = SecurityPolicySpec;
    type Place = ();
    type Slot = RouteSecurity;
}

impl Attachable for Security {
    type Object = SecurityPolicy;

    const TARGETS: &'static [Kind] = &[Gateway::KIND, ListenerSet::KIND, HttpRoute::KIND, GrpcRoute::KIND];

    const UNITS: UnitNames = UnitNames {
        targets: "security_policy_targets",
        selection: "security_policy_selection",
        policies: "security_policies",
        effective: "security_policy_effective",
        lowered: "security_policy_lowered",
        status: "security_policy_status",
        in_use: "security_policy_in_use",
        of_gateway: "security_policy_of_gateway",
    };

    const RANK: u8 = 3;

    fn spec(object: &SecurityPolicy) -> &SecurityPolicySpec {
        &object.spec
    }

    fn merge_type(spec: &SecurityPolicySpec) -> Option<&str> {
        spec.merge_type.as_deref()
    }

    fn targets(object: &SecurityPolicy) -> &PolicyTargetReferences {
        &object.spec.targets
    }

    fn fields() -> &'static [&'static dyn PolicyField<Self>] {
        FIELDS
    }

    fn added(_: &Features) -> &[Arc<dyn PolicyField<Self>>] {
        &[]
    }

    fn close(slot: &mut RouteSecurity) {
        *slot = RouteSecurity::default();
    }
}

impl OfRoutes for Security {
    fn place(_: &ObjectRef) {}
}

/// The fields that are not part of this build.
struct Unsupported;

impl Unsupported {
    /// The first one that a policy has.
    fn of(policy: &Declared<'_, Security>) -> Option<&'static str> {
        let SecurityPolicySpec {
            targets: _,
            api_key_auth,
            authorization,
            basic_auth,
            cors,
            csrf,
            ext_auth,
            jwt,
            merge_type: _,
            oidc: _,
        } = policy.spec;
        let set = [
            ("apiKeyAuth", api_key_auth.is_some()),
            ("authorization", authorization.is_some()),
            ("basicAuth", basic_auth.is_some()),
            ("cors", cors.is_some()),
            ("csrf", csrf.is_some()),
            ("extAuth", ext_auth.is_some()),
            ("jwt", jwt.is_some()),
        ];
        set.into_iter().find(|(_, is_set)| *is_set).map(|(field, _)| field)
    }
}

impl PolicyField<Security> for Unsupported {
    fn id(&self) -> FeatureId {
        FeatureId::new("unsupported_security")
    }

    fn is_set(&self, policy: &Declared<'_, Security>) -> bool {
        Self::of(policy).is_some()
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, _: &mut RouteSecurity) -> Result<(), Diagnostic> {
        let Some(field) = Self::of(cx.policy) else { return Ok(()) };
        let message =
            "this field is not part of this build; requests are refused because it may protect something";
        Err(Diagnostic::new(&UNSUPPORTED, FieldPath::spec().field(field), message))
    }
}
