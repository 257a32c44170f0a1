//! When certificates must be made or made anew: pure decisions over what was found.

use crate::{AUTHORITY_NAME, CertificateFacts, ControlPlaneNames, Role};
use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

/// When a certificate made here is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalPolicy {
    /// Renew when less than this is left, of the certificate or of an authority's certificate.
    pub renew_before: Duration,
}

impl Default for RenewalPolicy {
    fn default() -> Self {
        Self { renew_before: Duration::from_hours(30 * 24) }
    }
}

/// One identity found where it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What its leaf certificate says.
    pub leaf: CertificateFacts,
    /// What the first authority that it trusts says.
    pub authority: CertificateFacts,
}

/// What to do about a set of certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Everything needed is there.
    Keep,
    /// Nothing is there yet.
    Create,
    /// The set was made here and must be replaced.
    Renew(RenewalReason),
    /// The set was made elsewhere and lacks these parts; it is not ours to replace.
    Incomplete(Vec<Role>),
}

/// Why certificates made here are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenewalReason {
    /// The certificate of this role, or its authority's, expires soon.
    Expiry(Role),
    /// The certificate of this role lacks a name that is now wanted.
    Names(Role),
    /// This role has no certificate, and its siblings' authority has forgotten its key.
    Missing(Role),
}

/// Decides about a set of certificates at the time `now`.
///
/// Certificates signed by anybody but an authority named [`AUTHORITY_NAME`] belong to the user: they are kept however old
/// they are.
pub fn decide(
    found: &BTreeMap<Role, Found>,
    names: &ControlPlaneNames,
    policy: &RenewalPolicy,
    now: SystemTime,
) -> Decision {
    if found.is_empty() {
        return Decision::Create;
    }
    let ours = found.values().all(|found| found.leaf.issuer == AUTHORITY_NAME);
    let missing: Vec<Role> = Role::ALL.into_iter().filter(|role| !found.contains_key(role)).collect();
    match (ours, missing.first()) {
        (true, Some(role)) => return Decision::Renew(RenewalReason::Missing(*role)),
        (false, Some(_)) => return Decision::Incomplete(missing),
        (false, None) => return Decision::Keep,
        (true, None) => {}
    }
    let deadline = now.checked_add(policy.renew_before).unwrap_or(now);
    for (role, found) in found {
        if found.leaf.not_after <= deadline || found.authority.not_after <= deadline {
            return Decision::Renew(RenewalReason::Expiry(*role));
        }
        if role.names(names).iter().any(|name| !found.leaf.names.contains(name)) {
            return Decision::Renew(RenewalReason::Names(*role));
        }
    }
    Decision::Keep
}
