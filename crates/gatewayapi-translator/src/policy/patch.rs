//! EnvoyPatchPolicies.
//!
//! API: EnvoyPatchPolicy; Envoy: any resource, by its name. A policy targets a Gateway of its namespace, or the GatewayClass
//! where the Gateways of the class share a fleet. All policies of a fleet apply, the lowest priority first and then the
//! oldest. Whether a patch fits the resource is found out by emission, which leaves out what does not; the condition
//! `Programmed` says so.
//!
//! - `target`: the fleet that a policy is for.

use std::sync::Arc;

use eg_api::v1alpha1::{EnvoyJsonPatchConfig, EnvoyPatchPolicy};
use eg_diag::{Diagnostic, ObjectRef};
use eg_ir::{
    IrKey, OrdMap,
    patch::{Patch, PatchOrder, PatchPolicy, PatchValue},
};
use eg_resources::{Aspect, Status, StatusUpdate};

use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    fanout::Patches,
    origin,
    status::{
        condition::Conditions,
        outcome,
        policy::{Ancestors, status},
        update_of,
    },
};

mod target;

use target::TargetOf;

/// Resources of this type hold key material.
const SECRET: &str = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

/// Sends the patches of one policy to its fleet.
pub(super) struct PatchFanout;

impl Unit for PatchFanout {
    type Key = ObjectRef;
    type Out = Option<()>;
    const NAME: &'static str = "patch_fanout";
    const RANK: u8 = 8;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let target = cx.unit::<TargetOf>(key);
        let fleet = target.as_ref().as_ref()?.fleet.as_ref().ok()?;
        let policy = cx.object::<EnvoyPatchPolicy>(key)?;
        let order = PatchOrder {
            priority: policy.spec.priority.unwrap_or_default(),
            created: policy.metadata.created().unwrap_or_default(),
            namespace: key.namespace.clone(),
            name: key.name.clone(),
        };
        let patches = policy.spec.json_patches.iter().map(lower).collect();
        let lowered = PatchPolicy { order: order.clone(), origin: origin::of(&*policy), patches };
        cx.send::<Patches>(fleet.clone(), order, Arc::new(lowered));
        Some(())
    }
}

impl Root for PatchFanout {
    fn publish(_: &mut Assembly<'_>, _: &ObjectRef, _: Option<&Arc<Self::Out>>) {}
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
        let target = cx.unit::<TargetOf>(key);
        let target = target.as_ref().as_ref()?;
        let policy = cx.object::<EnvoyPatchPolicy>(key)?;
        let generation = policy.metadata.generation();
        let mut ancestors = Ancestors::default();
        ancestors.entry(&target.ancestor, || &target.fleet);
        let settings = &cx.env().settings;
        let status = status(settings, ancestors, |fleet| conditions(cx, key, generation, fleet.as_ref()));
        Some(update_of(&*policy, Status::Policy(status)))
    }
}

impl Root for EnvoyPatchPolicyRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}

fn conditions(
    cx: &ReadCx<'_>,
    key: &ObjectRef,
    generation: i64,
    fleet: Result<&IrKey, &Diagnostic>,
) -> Conditions {
    let mut conditions = Conditions::of(generation);
    let fleet = match fleet {
        Ok(fleet) => fleet,
        Err(refusal) => {
            conditions.fail(std::slice::from_ref(refusal));
            return conditions;
        }
    };
    conditions.set("Accepted", true, "Accepted", "The policy is accepted.");
    // Emission says what became of the patches; without emission nothing is known.
    let outcomes = outcome::of(cx, key, fleet);
    let patched = outcomes.iter().filter(|outcome| outcome.aspect == Aspect::Patches);
    for outcome in patched {
        let problems: Vec<Diagnostic> =
            outcome.problems.iter().map(|problem| problem.diagnostic.clone()).collect();
        conditions.set_default("Programmed", true, "Programmed", "All patches are applied.");
        conditions.fail(&problems);
    }
    conditions
}
