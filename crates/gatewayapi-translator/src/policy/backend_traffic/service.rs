//! The settings of connections to services that proxies ask.
//!
//! API: `backendSettings` of what policies and EnvoyProxies have asked. They are the settings of clusters that
//! BackendTrafficPolicies have, and are read by the same fields. IR: [`ClusterTraffic`], and [`Retry`] of who asks. What requests
//! of clients get by their routes, requests to services get by the cluster: how long they last, and what of them is hashed.
//!
//! Fail mode: that of who asks, because a setting that cannot be read is a problem of that.

use std::sync::Arc;

use eg_api::{
    meta::ObjectMeta,
    v1alpha1::{BackendTrafficPolicySpec, ClusterSettings},
};
use eg_diag::{Diagnostic, FieldPath, Segment};
use eg_ir::{cluster::ClusterTraffic, route::Retry};

use super::{BackendTraffic, BackendTrafficSlot, FIELDS, cluster::for_service};
use crate::{
    policy::{Declared, FieldCx, PolicyField},
    refs::RefCx,
    route::destination::PlannedCluster,
};

/// How a service is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceTraffic {
    cluster: Arc<ClusterTraffic>,
    /// How failed requests are repeated.
    pub(crate) retry: Option<Retry>,
    /// How long an answer may take, in milliseconds, as far as who asks has no limit of its own.
    pub(crate) request_ms: Option<u64>,
}

impl ServiceTraffic {
    /// The cluster of a service that is asked so.
    pub(crate) fn shape(&self, planned: PlannedCluster) -> PlannedCluster {
        if self.cluster.is_empty() { planned } else { for_service(&planned, &self.cluster) }
    }
}

/// What settings at a path come to, or the first problem with them.
pub(crate) fn lower(
    refs: RefCx<'_, '_>,
    settings: Option<&ClusterSettings>,
    at: &FieldPath,
) -> Result<ServiceTraffic, Diagnostic> {
    let Some(settings) = settings else { return Ok(ServiceTraffic::default()) };
    let mut problems = Vec::new();
    let mut slot = BackendTrafficSlot::default();
    as_policy(settings, |policy, fields| {
        let cx = FieldCx::alone(policy, &(), refs);
        for field in fields {
            field.validate(policy, &mut problems);
            problems.extend(field.lower(&cx, &mut slot).err());
        }
    });
    if let Some(problem) = problems.into_iter().next() {
        return Err(below(at, problem));
    }
    let limits = slot.route.timeout.clone().unwrap_or_default();
    let (max_stream_ms, request_ms) = (limits.max_stream_ms, limits.request_ms);
    if max_stream_ms.is_some() {
        slot.cluster_mut().timeout.get_or_insert_default().max_stream_ms = max_stream_ms;
    }
    if !slot.route.hash.is_empty() {
        let hash = slot.route.hash.clone();
        slot.cluster_mut().hash = hash;
    }
    Ok(ServiceTraffic { retry: slot.route.retry.clone(), request_ms, cluster: slot.cluster })
}

/// What of settings at a path deserves attention.
pub(crate) fn warn(settings: Option<&ClusterSettings>, at: &FieldPath, warnings: &mut Vec<Diagnostic>) {
    let Some(settings) = settings else { return };
    let mut found = Vec::new();
    as_policy(settings, |policy, fields| fields.for_each(|field| field.warn(policy, &mut found)));
    warnings.extend(found.into_iter().map(|warning| below(at, warning)));
}

/// Looks at settings as at a policy that says the same, and at the fields that it has.
fn as_policy(
    settings: &ClusterSettings,
    look: impl FnOnce(
        &Declared<'_, BackendTraffic>,
        &mut dyn Iterator<Item = &'static dyn PolicyField<BackendTraffic>>,
    ),
) {
    let spec = BackendTrafficPolicySpec { cluster: settings.clone(), ..BackendTrafficPolicySpec::default() };
    let meta = ObjectMeta::default();
    let policy = Declared { spec: &spec, meta: &meta };
    look(&policy, &mut FIELDS.iter().copied().filter(|field| field.is_set(&policy)));
}

/// What is said of a policy's field, as said of the settings at a path.
fn below(at: &FieldPath, diagnostic: Diagnostic) -> Diagnostic {
    let inner = diagnostic.path.segments().iter().skip(1);
    let path = inner.fold(at.clone(), |path, segment| match segment {
        Segment::Field(name) => path.field(name),
        Segment::Index(index) => path.index(*index),
        Segment::Key(key) => path.key(key.clone()),
    });
    Diagnostic { path, ..diagnostic }
}

#[cfg(test)]
mod tests {
    use eg_diag::Code;

    use super::*;

    static CODE: Code = Code::error("invalid-something", "Accepted", "Invalid");

    #[test]
    fn a_problem_is_where_the_settings_are() {
        let at = FieldPath::spec().field("extProc").index(1).field("backendSettings");
        let inner = FieldPath::spec().field("retry").field("retryOn").index(2).key("a");
        let told = below(&at, Diagnostic::new(&CODE, inner, "no"));
        assert_eq!(told.path.to_string(), "spec.extProc[1].backendSettings.retry.retryOn[2][a]");
    }
}
