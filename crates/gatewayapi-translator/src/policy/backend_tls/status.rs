//! The status of BackendTLSPolicies.

use std::sync::Arc;

use eg_api::gateway::BackendTlsPolicy;
use eg_diag::ObjectRef;
use eg_resources::{Object, StatusUpdate};

use super::ValidationOf;
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    policy::status::{by_uses, conditions},
};

/// The status of one policy; `None` while nothing uses it.
pub(crate) struct BackendTlsPolicyRoot;

impl Unit for BackendTlsPolicyRoot {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = "backend_tls_policy_status";
    const RANK: u8 = 13;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        by_uses::<BackendTlsPolicy>(cx, key, |policy, verdict| {
            let applies = verdict.lost_to.is_none();
            let mut conditions = conditions(policy.meta().generation(), verdict, Vec::new);
            if applies {
                if let Err(refusal) = &cx.unit::<ValidationOf>(key).0 {
                    for diagnostic in refusal.diagnostics() {
                        conditions.fail(std::slice::from_ref(diagnostic));
                    }
                }
                let message = "All references lead to existing objects.";
                conditions.set_default("ResolvedRefs", true, "ResolvedRefs", message);
            }
            conditions
        })
    }
}

impl Root for BackendTlsPolicyRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}
