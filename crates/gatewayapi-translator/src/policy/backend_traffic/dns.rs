//! How hostnames of backends are resolved.
//!
//! API: `BackendTrafficPolicy.spec.dns`. IR: [`Dns`]. It is for clusters of hostnames, and for those whose hostnames are found in
//! requests. A rate that is no length of time makes routes answer 500.

use eg_api::v1alpha1::Dns as Written;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, Name,
    cluster::{Dns, DnsFamily},
};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::{Declared, FieldCx, PolicyField, reading::Reading};

static INVALID: Code = Code::error("invalid-dns", "Accepted", "Invalid");

const FAMILIES: &[(&str, DnsFamily)] = &[
    ("IPv4Preferred", DnsFamily::V4Preferred),
    ("IPv6Preferred", DnsFamily::V6Preferred),
    ("IPv4", DnsFamily::V4),
    ("IPv6", DnsFamily::V6),
    ("IPv4AndIPv6", DnsFamily::All),
];

/// How hostnames of backends are resolved.
pub(super) struct DnsField;

impl PolicyField<BackendTraffic> for DnsField {
    fn id(&self) -> FeatureId {
        FeatureId::new("dns")
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.cluster.dns.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        let object = cx.refs.from();
        let owner: Name = format!("{}/{}", object.namespace, object.name).into();
        slot.cluster_mut().dns = lower(cx.policy, &mut Vec::new()).map(|dns| Dns { owner, ..dns });
        Ok(())
    }
}

fn lower(policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) -> Option<Dns> {
    let Written { dns_refresh_rate, lookup_family, respect_dns_ttl } = policy.spec.cluster.dns.as_ref()?;
    let mut reading = Reading::new(&INVALID, FieldPath::spec().field("dns"), problems);
    let family = reading.one_of("lookupFamily", lookup_family.as_ref(), FAMILIES).unwrap_or_default();
    let rate = reading.millis("dnsRefreshRate", dns_refresh_rate.as_ref());
    // Envoy refuses to look names up without a pause.
    let refresh_ms = rate.filter(|rate| *rate > 0);
    Some(Dns { refresh_ms, respects_ttl: *respect_dns_ttl, family, owner: Name::default() })
}
