//! The status of BackendTLSPolicies.

use std::sync::Arc;

use eg_api::gateway::BackendTlsPolicy;
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_resources::{Object, Status, StatusUpdate};

use super::ValidationOf;
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    policy::ancestor::{PolicyUses, verdicts},
    status::{condition::Conditions, policy::status, update_of},
};

static CONFLICTED: Code = Code::error("backend-tls-policy-conflict", "Accepted", "Conflicted");

/// The status of one policy; `None` while nothing uses it.
pub(crate) struct BackendTlsPolicyRoot;

impl Unit for BackendTlsPolicyRoot {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = "backend_tls_policy_status";
    const RANK: u8 = 13;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let uses = cx.group::<PolicyUses>(key);
        if uses.is_empty() {
            return None;
        }
        let policy = cx.object::<BackendTlsPolicy>(key)?;
        let generation = policy.meta().generation();
        let ancestors = verdicts(&uses);
        let status =
            status(&cx.env().settings, ancestors, |verdict| conditions(cx, key, generation, verdict.lost_to));
        Some(update_of(&*policy, Status::Policy(status)))
    }
}

impl Root for BackendTlsPolicyRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}

fn conditions(cx: &ReadCx<'_>, key: &ObjectRef, generation: i64, lost_to: Option<&ObjectRef>) -> Conditions {
    let mut conditions = Conditions::of(generation);
    if let Some(winner) = lost_to {
        let message = format!("{winner} targets the same backend and goes first");
        conditions.fail(&[Diagnostic::new(&CONFLICTED, FieldPath::root(), message)]);
        return conditions;
    }
    if let Err(refusal) = &cx.unit::<ValidationOf>(key).0 {
        for diagnostic in refusal.diagnostics() {
            conditions.fail(std::slice::from_ref(diagnostic));
        }
    }
    conditions.set_default("ResolvedRefs", true, "ResolvedRefs", "All references lead to existing objects.");
    conditions.set_default("Accepted", true, "Accepted", "The policy is applied.");
    conditions
}
