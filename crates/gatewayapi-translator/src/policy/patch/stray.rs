//! EnvoyPatchPolicies whose target is ours by its name alone.

use std::sync::Arc;

use eg_api::{
    gateway::{Gateway, GatewayClass},
    v1alpha1::EnvoyPatchPolicy,
};
use eg_diag::{Code, Diagnostic, FieldPath, Kind, ObjectRef};
use eg_resources::Object;

use super::target::{fleet_of, refusal, tell};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    gateway::ClassOf,
    policy::ancestor::Outcome,
};

static WRONG_TARGET: Code = Code::error("envoy-patch-policy-target", "Accepted", "Invalid");

/// Tells a policy why it is for no fleet.
pub(super) struct StrayPatches;

impl Unit for StrayPatches {
    /// The policy.
    type Key = ObjectRef;
    type Out = Option<()>;
    const NAME: &'static str = "patch_policy_stray";
    const RANK: u8 = 8;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let policy = cx.object::<EnvoyPatchPolicy>(key)?;
        let wanted = &policy.spec.target_ref;
        let names = |kind: Kind| wanted.group == kind.group && wanted.kind == kind.kind;
        let gateway = ObjectRef::new(Gateway::KIND, key.namespace.clone(), wanted.name.as_str());
        let class = ObjectRef::new(GatewayClass::KIND, "", wanted.name.as_str());
        let has_fleet = |target| fleet_of(cx, target).is_some();
        if (names(Gateway::KIND) && has_fleet(&gateway)) || (names(GatewayClass::KIND) && has_fleet(&class)) {
            return None;
        }
        let at = FieldPath::spec().field("targetRef");
        let expected = |kind: Kind| {
            let message =
                format!("expected {kind}, found kind {:?} of group {:?}", wanted.kind, wanted.group);
            refusal(cx).unwrap_or_else(|| Diagnostic::new(&WRONG_TARGET, at.clone(), message))
        };
        let (target, problem) = if has_fleet(&gateway) {
            (&gateway, expected(Gateway::KIND))
        } else if has_fleet(&class) {
            (&class, expected(GatewayClass::KIND))
        } else if any_shares(cx) {
            let message =
                format!("there is no GatewayClass {} whose Gateways share one fleet of proxies", wanted.name);
            (&class, Diagnostic::new(&WRONG_TARGET, at.field("name"), message))
        } else {
            return None;
        };
        tell(cx, key, (key, target), &Outcome { problems: vec![problem], ..Outcome::default() });
        Some(())
    }
}

impl Root for StrayPatches {
    fn publish(_: &mut Assembly<'_>, _: &ObjectRef, _: Option<&Arc<Self::Out>>) {}
}

/// Whether there is a class of ours whose Gateways share a fleet.
fn any_shares(cx: &ReadCx<'_>) -> bool {
    let shares = |class: ObjectRef| {
        let class = cx.unit::<ClassOf>(&class.name);
        class.as_ref().as_ref().is_some_and(|class| class.merged)
    };
    cx.list(GatewayClass::KIND).into_iter().any(shares)
}
