//! EnvoyPatchPolicies.
//!
//! API: EnvoyPatchPolicy; Envoy: any resource, by its name. A policy targets a Gateway of its namespace, or the GatewayClass
//! where the Gateways of the class share a fleet. All policies of a fleet apply, the lowest priority first and then the
//! oldest. Whether a patch fits the resource is found out by emission, which leaves out what does not; the condition
//! `Programmed` says so.
//!
//! Attachment is that of all policies, except that no policy goes before the others. A policy whose target is ours by its
//! name alone, and that therefore changes nothing, says so in its status.
//!
//! - `target`: the fleets that policies are for;
//! - `stray`: policies with wrong targets.

use std::{borrow::Cow, sync::Arc};

use eg_api::{
    gateway::{Gateway, GatewayClass, LocalPolicyTargetReferenceWithSectionName},
    v1alpha1::{EnvoyJsonPatchConfig, EnvoyPatchPolicy, PolicyTargetReferences},
};
use eg_diag::{Diagnostic, Kind, ObjectRef};
use eg_ir::{
    IrKey, OrdMap,
    patch::{Patch, PatchOrder, PatchPolicy, PatchValue},
};
use eg_resources::{Aspect, Object, StatusUpdate};

use super::{
    ancestor::PolicyUses,
    kind::{Targeting, TargetingNames},
    status::{by_uses, conditions},
};
use crate::{
    assembly::Assembly,
    engine::{Engine, ReadCx, Root, Unit},
    fanout::Patches,
    origin,
    status::outcome,
};

mod stray;
mod target;

/// Registers the units of this module.
pub(super) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<target::PatchesAt>(Gateway::KIND);
    engine.root_for_each_object::<target::PatchesAt>(GatewayClass::KIND);
    engine.root_for_each_object::<stray::StrayPatches>(EnvoyPatchPolicy::KIND);
    engine.root_for_each_object::<EnvoyPatchPolicyRoot>(EnvoyPatchPolicy::KIND);
    engine.root_for_each_group::<Patches, PatchesUnit>();
}

/// Marks EnvoyPatchPolicies.
struct PatchPolicies;

impl Targeting for PatchPolicies {
    type Object = EnvoyPatchPolicy;

    const TARGETS: &'static [Kind] = &[Gateway::KIND, GatewayClass::KIND];

    const SELECTS: bool = false;

    const TARGETING: TargetingNames = TargetingNames {
        in_use: "patch_policy_in_use",
        targets: "patch_policy_targets",
        selection: "patch_policy_selection",
        policies: "patch_policies",
    };

    fn targets(object: &EnvoyPatchPolicy) -> Cow<'_, PolicyTargetReferences> {
        let target = &object.spec.target_ref;
        let target = LocalPolicyTargetReferenceWithSectionName {
            group: target.group.clone(),
            kind: target.kind.clone(),
            name: target.name.clone(),
            ..LocalPolicyTargetReferenceWithSectionName::default()
        };
        Cow::Owned(PolicyTargetReferences { target_refs: vec![target], ..PolicyTargetReferences::default() })
    }
}

/// Resources of this type hold key material.
const SECRET: &str = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

/// What one policy changes, so that the edit of a Gateway reads no policy again.
struct LoweredPatches;

impl Unit for LoweredPatches {
    type Key = ObjectRef;
    type Out = Option<Arc<PatchPolicy>>;
    const NAME: &'static str = "patch_policy_lowered";
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let policy = cx.object::<EnvoyPatchPolicy>(key)?;
        let order = PatchOrder {
            priority: policy.spec.priority.unwrap_or_default(),
            created: policy.metadata.created().unwrap_or_default(),
            namespace: key.namespace.clone(),
            name: key.name.clone(),
        };
        let patches = policy.spec.json_patches.iter().map(lower).collect();
        Some(Arc::new(PatchPolicy { order, origin: origin::of(&*policy), patches }))
    }
}

fn lower(patch: &EnvoyJsonPatchConfig) -> Patch {
    let EnvoyJsonPatchConfig { name, operation, r#type } = patch;
    let value = |value| if *r#type == SECRET { PatchValue::secret(value) } else { PatchValue::new(value) };
    Patch {
        resource_type: r#type.as_str().into(),
        resource: name.as_str().into(),
        op: operation.op.as_str().into(),
        path: operation.path.as_deref().map(Into::into),
        json_path: operation.json_path.as_deref().map(Into::into),
        from: operation.from.as_deref().map(Into::into),
        value: operation.value.clone().map(value),
    }
}

/// The patches of a fleet.
pub(super) struct PatchesUnit;

impl Unit for PatchesUnit {
    type Key = IrKey;
    type Out = OrdMap<PatchOrder, Arc<PatchPolicy>>;
    const NAME: &'static str = "patches";
    const RANK: u8 = 9;

    fn compute(cx: &ReadCx<'_>, key: &IrKey) -> Self::Out {
        cx.group::<Patches>(key).into_map()
    }
}

impl Root for PatchesUnit {
    fn publish(assembly: &mut Assembly<'_>, key: &IrKey, out: Option<&Arc<Self::Out>>) {
        assembly.patches(key, out.map(|out| &**out));
    }
}

/// The status of one policy; `None` when its target is none of ours.
pub(super) struct EnvoyPatchPolicyRoot;

impl Unit for EnvoyPatchPolicyRoot {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = "envoy_patch_policy_status";
    const RANK: u8 = 13;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        // The policy has one target, and so no other ancestor than that.
        let uses = cx.group::<PolicyUses>(key);
        let fleet = uses.iter().find_map(|(user, _)| target::fleet_of(cx, &user.gateway));
        by_uses::<EnvoyPatchPolicy>(cx, key, |policy, verdict| {
            let applies = verdict.outcome.problems.is_empty();
            let mut conditions = conditions(policy.metadata.generation(), verdict, Vec::new);
            if applies {
                // Whether it is applied is what `Programmed` says.
                conditions.set("Accepted", true, "Accepted", "The policy is accepted.");
            }
            // Emission says what became of the patches; without emission nothing is known.
            let outcomes = fleet.as_ref().filter(|_| applies).map(|fleet| outcome::of(cx, key, fleet));
            let outcomes = outcomes.into_iter().flatten();
            for outcome in outcomes.filter(|outcome| outcome.aspect == Aspect::Patches) {
                let problems: Vec<Diagnostic> =
                    outcome.problems.iter().map(|problem| problem.diagnostic.clone()).collect();
                conditions.set_default("Programmed", true, "Programmed", "All patches are applied.");
                conditions.fail(&problems);
            }
            conditions
        })
    }
}

impl Root for EnvoyPatchPolicyRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}
