//! Which policies are for a backend.

use std::{borrow::Cow, sync::Arc};

use eg_api::{
    core::Service,
    gateway::BackendTlsPolicy,
    multicluster::ServiceImport,
    v1alpha1::{Backend, PolicyTargetReferences},
};
use eg_diag::{Kind, ObjectRef};
use eg_ir::Name;
use eg_resources::Object;

use crate::{
    engine::ReadCx,
    policy::{
        attach::PoliciesOn,
        kind::{Targeting, TargetingNames},
    },
};

/// Marks BackendTLSPolicies.
pub(super) struct BackendTls;

impl Targeting for BackendTls {
    type Object = BackendTlsPolicy;

    const TARGETS: &'static [Kind] = &[Service::KIND, ServiceImport::KIND, Backend::KIND];

    const SELECTS: bool = false;

    const TARGETING: TargetingNames = TargetingNames {
        in_use: "backend_tls_in_use",
        targets: "backend_tls_targets",
        selection: "backend_tls_selection",
        policies: "backend_tls_policies",
    };

    fn targets(object: &BackendTlsPolicy) -> Cow<'_, PolicyTargetReferences> {
        Cow::Owned(PolicyTargetReferences {
            target_refs: object.spec.target_refs.clone(),
            ..PolicyTargetReferences::default()
        })
    }
}

/// The policies that target a section of a backend (the name of a Service's port, the number of a Backend's), the one that
/// applies first: it names the section rather than the whole backend, and it is the oldest.
pub(crate) fn policies_for(
    cx: &ReadCx<'_>,
    backend: &ObjectRef,
    section: Option<&Name>,
) -> Arc<Vec<ObjectRef>> {
    let claims = cx.unit::<PoliciesOn<BackendTls>>(backend);
    let mut policies = section.map(|section| claims.at(Some(section)).to_vec()).unwrap_or_default();
    for policy in claims.at(None) {
        if !policies.contains(policy) {
            policies.push(policy.clone());
        }
    }
    Arc::new(policies)
}
