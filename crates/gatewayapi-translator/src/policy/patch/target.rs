//! The fleets that EnvoyPatchPolicies are for.

use std::sync::Arc;

use eg_api::gateway::GatewayClass;
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::IrKey;
use eg_resources::Object;

use super::{LoweredPatches, PatchPolicies};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    fanout::{FleetMembers, Patches},
    gateway::{ClassOf, GatewayOf},
    policy::{
        ancestor::{Consumer, Outcome},
        attach::{PoliciesOn, Scope},
        in_use::InUse,
    },
};

static DISABLED: Code = Code::error("envoy-patch-policy-disabled", "Accepted", "Disabled");

/// Sends the patches of the policies that target a Gateway with a fleet of its own, or a class whose Gateways share one, and
/// tells the policies so.
pub(super) struct PatchesAt;

impl Unit for PatchesAt {
    /// The Gateway or the GatewayClass.
    type Key = ObjectRef;
    type Out = ();
    const NAME: &'static str = "patches_at";
    const RANK: u8 = 8;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) {
        if !*cx.unit::<InUse<PatchPolicies>>(&()) {
            return;
        }
        let Some(fleet) = fleet_of(cx, key) else { return };
        let outcome = Outcome { problems: refusal(cx).into_iter().collect(), ..Outcome::default() };
        for policy in cx.unit::<PoliciesOn<PatchPolicies>>(key).at(None) {
            tell(cx, policy, (key, key), &outcome);
            let lowered = cx.unit::<LoweredPatches>(policy);
            if let Some(lowered) = lowered.as_ref().as_ref().filter(|_| outcome.problems.is_empty()) {
                cx.send::<Patches>(fleet.clone(), lowered.order.clone(), Arc::clone(lowered));
            }
        }
    }
}

impl Root for PatchesAt {
    fn publish(_: &mut Assembly<'_>, _: &ObjectRef, _: Option<&Arc<()>>) {}
}

/// Tells a policy what came of it for its target, on behalf of the object that knows.
pub(super) fn tell(
    cx: &ReadCx<'_>,
    policy: &ObjectRef,
    (object, target): (&ObjectRef, &ObjectRef),
    outcome: &Outcome,
) {
    let ancestor = Scope::whole(target).reference();
    let consumer = Consumer { object, gateway: target, ancestors: std::slice::from_ref(&ancestor) };
    consumer.report(cx, policy, None, outcome);
}

/// Why no policy changes anything.
pub(super) fn refusal(cx: &ReadCx<'_>) -> Option<Diagnostic> {
    if cx.env().settings.enable_envoy_patch_policy {
        return None;
    }
    let message = "EnvoyPatchPolicies are not enabled: extensionApis.enableEnvoyPatchPolicy of the EnvoyGateway \
                   configuration is not set";
    Some(Diagnostic::new(&DISABLED, FieldPath::root(), message))
}

/// The fleet of a target: a Gateway that shares it with no other, or a class whose Gateways share one.
pub(super) fn fleet_of(cx: &ReadCx<'_>, target: &ObjectRef) -> Option<IrKey> {
    if target.kind == GatewayClass::KIND {
        let class = cx.unit::<ClassOf>(&target.name);
        let class = class.as_ref().as_ref().filter(|class| class.merged)?;
        let fleet = IrKey::new(class.name.clone());
        return (cx.group_len::<FleetMembers>(&fleet) > 0).then_some(fleet);
    }
    let state = cx.unit::<GatewayOf>(target);
    let state = state.as_ref().as_ref().filter(|state| !state.class.merged)?;
    Some(state.fleet.clone())
}
