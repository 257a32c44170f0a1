//! Everything that one control plane needs: three identities and one secret.

use crate::{AUTHORITY_NAME, Authority, ControlPlaneNames, Error, Identity, LeafRequest};
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// Who an identity of the control plane is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The control plane, server of xDS.
    Gateway,
    /// The proxies, clients of xDS.
    Proxy,
    /// The rate-limit service, server to the proxies and client of the control plane.
    RateLimit,
}

impl Role {
    /// All roles, the server first.
    pub const ALL: [Self; 3] = [Self::Gateway, Self::Proxy, Self::RateLimit];

    /// Name of the Kubernetes Secret, and of the directory on a host, that holds this identity.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gateway => "envoy-gateway",
            Self::Proxy => "envoy",
            Self::RateLimit => "envoy-rate-limit",
        }
    }

    /// The names that a certificate for this role must carry.
    pub fn names(self, names: &ControlPlaneNames) -> &[String] {
        match self {
            Self::Gateway => &names.gateway,
            Self::Proxy | Self::RateLimit => &names.proxies,
        }
    }
}

/// The key that signs OIDC state, hidden from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcHmac([u8; 32]);

impl OidcHmac {
    /// Name of the Kubernetes Secret, and of the directory on a host.
    pub const NAME: &'static str = "envoy-oidc-hmac";
    /// Key inside that Secret, and file name inside that directory.
    pub const KEY: &'static str = "hmac-secret";

    /// Draws a new key from the system's randomness.
    pub fn generate() -> Result<Self, Error> {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).map_err(|_| Error::Random)?;
        Ok(Self(key))
    }

    /// The raw key.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for OidcHmac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OidcHmac(redacted)")
    }
}

/// The identities of one control plane, all signed by one authority, and the OIDC key.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// Identity of the control plane.
    pub gateway: Identity,
    /// Identity that the proxies share.
    pub proxy: Identity,
    /// Identity of the rate-limit service.
    pub rate_limit: Identity,
    /// Key that signs OIDC state.
    pub oidc_hmac: OidcHmac,
}

impl Bundle {
    /// Time from creation to expiry, for the authority and what it signs: five years.
    pub const VALIDITY: Duration = Duration::from_hours(5 * 365 * 24);

    /// Makes an authority, signs the three identities with it and forgets its key.
    pub fn create(names: &ControlPlaneNames, now: SystemTime) -> Result<Self, Error> {
        let authority = Authority::create(AUTHORITY_NAME, Self::VALIDITY, now)?;
        let issue = |role: Role| {
            let request = LeafRequest {
                common_name: role.name().to_owned(),
                names: role.names(names).to_vec(),
                validity: Self::VALIDITY,
            };
            authority.issue(&request, now)
        };
        Ok(Self {
            gateway: issue(Role::Gateway)?,
            proxy: issue(Role::Proxy)?,
            rate_limit: issue(Role::RateLimit)?,
            oidc_hmac: OidcHmac::generate()?,
        })
    }

    /// The identity for one role.
    pub fn identity(&self, role: Role) -> &Identity {
        match role {
            Role::Gateway => &self.gateway,
            Role::Proxy => &self.proxy,
            Role::RateLimit => &self.rate_limit,
        }
    }
}
