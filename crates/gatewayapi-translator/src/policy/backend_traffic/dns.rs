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

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-dns", "Accepted", "Invalid");

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
    let mut reader = Reader::new(&INVALID, problems);
    let at = FieldPath::spec().field("dns");
    let family = match lookup_family.as_deref() {
        None | Some("IPv4Preferred") => DnsFamily::V4Preferred,
        Some("IPv6Preferred") => DnsFamily::V6Preferred,
        Some("IPv4") => DnsFamily::V4,
        Some("IPv6") => DnsFamily::V6,
        Some("IPv4AndIPv6") => DnsFamily::All,
        Some(other) => {
            reader.refuse(at.field("lookupFamily"), format!("{other:?} is not a family of addresses"));
            DnsFamily::default()
        }
    };
    let rate = reader.millis(dns_refresh_rate.as_ref(), at.field("dnsRefreshRate"));
    // Envoy refuses to look names up without a pause.
    let refresh_ms = rate.filter(|rate| *rate > 0);
    Some(Dns { refresh_ms, respects_ttl: *respect_dns_ttl, family, owner: Name::default() })
}
