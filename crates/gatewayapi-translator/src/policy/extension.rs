//! EnvoyExtensionPolicies: code of the user's own that the requests of routes pass through.
//!
//! API: EnvoyExtensionPolicy, for Gateways, listener sets and sections of both, and for routes and rules of them. Only HTTP has
//! filters, so that routes of connections and datagrams are accepted as targets and nothing happens to them.
//!
//! Precedence: of the policies for a rule, one that names it is in force, then one for its route, its listener, its listener set
//! and its Gateway. A policy of a route may be merged over that of its parent.
//!
//! Fail mode: closed. The routes of a policy that cannot be lowered answer 500; what is wrong with something that has `failOpen`
//! only leaves that out. A field that is not part of this build fails closed, because it may do what must not be left undone.
//!
//! A policy is lowered for each Gateway where it is used, whose proxies connect in their own way to what it names. What the code
//! of a policy needs to have on a listener is the same for all routes, and shared by them.
//!
//! - `ext_proc`, `lua`, `dynamic_module`: the fields;
//! - `allowance`: what the proxies of a Gateway allow code to be.

use std::{borrow::Cow, sync::Arc};

use eg_api::{
    gateway::Gateway,
    v1alpha1::{EnvoyExtensionPolicy, EnvoyExtensionPolicySpec, PolicyTargetReferences, Wasm},
};
use eg_diag::{Code, Diagnostic, FieldPath, Kind, ObjectRef};
use eg_ir::{
    Extension, FeatureId, Name,
    route::{Processor, ProcessorSettings},
};
use eg_resources::Object;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Declared, FieldCx, PolicyField, PolicyKind,
    gateway::PoliciesOfGateway,
    kind::{Attachable, GATEWAYS_AND_ROUTES, OfRoutes, Targeting, TargetingNames, UnitNames},
    route::InForce,
    status::PolicyRoot,
};
use crate::{engine::Engine, route::destination::PlannedCluster};

mod allowance;
mod dynamic_module;
mod ext_proc;
mod lua;

/// Registers the units of this module.
pub(super) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<PolicyRoot<Extensions>>(EnvoyExtensionPolicy::KIND);
    engine.root_for_each_object::<PoliciesOfGateway<Extensions>>(Gateway::KIND);
}

static UNSUPPORTED: Code = Code::error("unsupported-extension-field", "Accepted", "Invalid");

/// The built-in fields.
const FIELDS: &[&dyn PolicyField<Extensions>] =
    &[&Unsupported, &lua::LuaField, &ext_proc::ExtProcField, &dynamic_module::DynamicModuleField];

/// Marks EnvoyExtensionPolicies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extensions;

/// What a policy comes to at a Gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RouteExtensions {
    /// What requests pass through.
    pub(crate) processors: Arc<Vec<Processor>>,
    /// What the listeners of the routes need to have for it: by feature and name, the settings.
    pub(crate) needs: Vec<(FeatureId, Name, Arc<Extension>)>,
    /// The clusters that it leads to.
    pub(crate) clusters: Vec<PlannedCluster>,
    /// How many of the problems only leave out what they are about.
    pub(crate) forgiven: usize,
}

impl RouteExtensions {
    /// Adds what a piece of code becomes.
    fn add(
        &mut self,
        feature: FeatureId,
        settings: &(impl ProcessorSettings + Serialize),
        context: Option<Map<String, Value>>,
    ) {
        let name = settings.name().clone();
        self.needs.push((feature.clone(), name.clone(), Arc::new(Extension::of(settings))));
        Arc::make_mut(&mut self.processors).push(Processor { feature, name, context });
    }
}

impl PolicyKind for Extensions {
    type Spec = EnvoyExtensionPolicySpec;
    /// The Gateway.
    type Place = ObjectRef;
    type Slot = RouteExtensions;
}

impl Targeting for Extensions {
    type Object = EnvoyExtensionPolicy;

    const TARGETS: &'static [Kind] = GATEWAYS_AND_ROUTES;

    const TARGETING: TargetingNames = TargetingNames {
        in_use: "extension_policy_in_use",
        targets: "extension_policy_targets",
        selection: "extension_policy_selection",
        policies: "extension_policies",
    };

    fn targets(object: &EnvoyExtensionPolicy) -> Cow<'_, PolicyTargetReferences> {
        Cow::Borrowed(&object.spec.targets)
    }
}

impl Attachable for Extensions {
    const UNITS: UnitNames = UnitNames {
        effective: "extension_policy_effective",
        lowered: "extension_policy_lowered",
        status: "extension_policy_status",
        of_gateway: "extension_policy_of_gateway",
    };

    const RANK: u8 = 8;

    fn spec(object: &EnvoyExtensionPolicy) -> &EnvoyExtensionPolicySpec {
        &object.spec
    }

    fn merge_type(spec: &EnvoyExtensionPolicySpec) -> Option<&str> {
        spec.merge_type.as_deref()
    }

    fn fields() -> &'static [&'static dyn PolicyField<Self>] {
        FIELDS
    }

    /// Nothing is taken away: whether routes are refused is known from the number of problems, see
    /// [`RouteExtensions::forgiven`].
    fn close(_: &mut RouteExtensions) {}
}

impl OfRoutes for Extensions {
    fn place(_: &ObjectRef, gateway: &ObjectRef) -> ObjectRef {
        gateway.clone()
    }
}

impl InForce<Extensions> {
    /// Whether what the policy is for answers 500.
    pub(crate) fn refuses(&self) -> bool {
        self.lowered.problems.len() > self.lowered.slot.forgiven
    }
}

/// Lowers the entries of a list one by one, and leaves out those that cannot be lowered. The problem is that of the first entry
/// that does not fail open; if all of them do, it is forgiven.
fn each<T>(
    slot: &mut RouteExtensions,
    entries: &[T],
    fails_open: impl Fn(&T) -> bool,
    mut lower: impl FnMut(&mut RouteExtensions, usize, &T) -> Result<(), Diagnostic>,
) -> Result<(), Diagnostic> {
    let mut forgiven = None;
    let mut closing = None;
    for (position, entry) in entries.iter().enumerate() {
        if let Err(problem) = lower(slot, position, entry) {
            let first = if fails_open(entry) { &mut forgiven } else { &mut closing };
            first.get_or_insert(problem);
        }
    }
    if closing.is_none() && forgiven.is_some() {
        slot.forgiven += 1;
    }
    closing.or(forgiven).map_or(Ok(()), Err)
}

/// WebAssembly modules, which are not part of this build; each of them says whether its absence is tolerated.
struct Unsupported;

impl PolicyField<Extensions> for Unsupported {
    fn id(&self) -> FeatureId {
        FeatureId::new("unsupported_extension")
    }

    fn is_set(&self, policy: &Declared<'_, Extensions>) -> bool {
        !policy.spec.wasm.is_empty()
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Extensions>, slot: &mut RouteExtensions) -> Result<(), Diagnostic> {
        let fails_open = |module: &Wasm| module.fail_open.unwrap_or(false);
        each(slot, &cx.policy.spec.wasm, fails_open, |_, position, _| {
            let message =
                "this field is not part of this build; requests are refused because it may protect something";
            Err(Diagnostic::new(&UNSUPPORTED, FieldPath::spec().field("wasm").index(position), message))
        })
    }
}
