//! A directory of certificates, one sub-directory per identity, as on a host without Kubernetes.

mod file;

use crate::{
    AUTHORITY_NAME, Bundle, CertificateFacts, ControlPlaneNames, Decision, Error, Found, Identity, OidcHmac,
    PrivateKeyPem, RenewalPolicy, RenewalReason, Role, decide, identity,
};
use file::{Access, create_directory, lock, read_optional, replace};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// File names inside an identity's directory, as in a Kubernetes TLS Secret.
const CERTIFICATE: &str = "tls.crt";
const KEY: &str = "tls.key";
const AUTHORITIES: &str = "ca.crt";

/// What happens to certificates that exist already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// They stay, unless they were made here and must be renewed.
    Keep,
    /// They are replaced, whoever made them.
    Overwrite,
}

/// What [`CertificateDirectory::ensure`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ensured {
    /// A good set was there.
    Kept,
    /// There was none, or it was to be overwritten.
    Created,
    /// A set made here was replaced; peers that still use it are trusted until it expires.
    Renewed(RenewalReason),
}

/// The certificates of one control plane in a directory: `envoy-gateway/`, `envoy/`, `envoy-rate-limit/` with `tls.crt`,
/// `tls.key` and `ca.crt`, and `envoy-oidc-hmac/hmac-secret`.
///
/// Every file is replaced by renaming, private keys have mode 0600, and writers exclude each other with a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateDirectory {
    path: PathBuf,
}

impl CertificateDirectory {
    /// Names a directory without touching it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory of one identity, which holds `tls.crt`, `tls.key` and `ca.crt`.
    pub fn of(&self, role: Role) -> PathBuf {
        self.path.join(role.name())
    }

    /// Reads one identity; `None` when one of its three files is missing.
    pub fn load(&self, role: Role) -> Result<Option<Identity>, Error> {
        let directory = self.of(role);
        let read = |name: &str| -> Result<Option<String>, Error> {
            let path = directory.join(name);
            let Some(bytes) = read_optional(&path)? else { return Ok(None) };
            let text = String::from_utf8(bytes);
            text.map(Some).map_err(|_| Error::Parse {
                what: path.display().to_string(),
                reason: "it is not text".into(),
            })
        };
        let (Some(certificate_pem), Some(key), Some(ca_pem)) =
            (read(CERTIFICATE)?, read(KEY)?, read(AUTHORITIES)?)
        else {
            return Ok(None);
        };
        Ok(Some(Identity { certificate_pem, key: PrivateKeyPem::new(key), ca_pem }))
    }

    /// Reads the OIDC key as stored, or `None`.
    pub fn load_oidc_hmac(&self) -> Result<Option<Vec<u8>>, Error> {
        read_optional(&self.oidc_hmac_path())
    }

    /// Makes sure that a usable set is there at the time `now`; idempotent.
    ///
    /// Run it at start and then once a day: it renews what it made before that expires.
    pub fn ensure(
        &self,
        names: &ControlPlaneNames,
        existing: Existing,
        policy: &RenewalPolicy,
        now: SystemTime,
    ) -> Result<Ensured, Error> {
        create_directory(&self.path)?;
        let _exclusive = lock(&self.path.join(".lock"))?;
        if existing == Existing::Overwrite {
            self.store(&Bundle::create(names, now)?)?;
            return Ok(Ensured::Created);
        }
        let ensured = match decide(&self.found()?, names, policy, now) {
            Decision::Keep => Ensured::Kept,
            Decision::Create => {
                self.store_identities(&Bundle::create(names, now)?)?;
                Ensured::Created
            }
            Decision::Renew(reason) => {
                self.renew(Bundle::create(names, now)?, now)?;
                Ensured::Renewed(reason)
            }
            Decision::Incomplete(missing) => {
                let missing = missing.into_iter().map(|role| role.name().to_owned()).collect();
                return Err(Error::Incomplete { directory: self.path.clone(), missing });
            }
        };
        // Renewal keeps this key: another one would end every user's OIDC session.
        if self.load_oidc_hmac()?.is_none() {
            self.store_oidc_hmac(&OidcHmac::generate()?)?;
        }
        Ok(ensured)
    }

    /// Writes a whole set, replacing what is there.
    pub fn store(&self, bundle: &Bundle) -> Result<(), Error> {
        self.store_identities(bundle)?;
        self.store_oidc_hmac(&bundle.oidc_hmac)
    }

    fn found(&self) -> Result<BTreeMap<Role, Found>, Error> {
        let mut found = BTreeMap::new();
        for role in Role::ALL {
            let Some(identity) = self.load(role)? else { continue };
            let directory = self.of(role);
            let parse = |name: &str, pem: &str| {
                CertificateFacts::parse(&directory.join(name).display().to_string(), pem)
            };
            let leaf = parse(CERTIFICATE, &identity.certificate_pem)?;
            let authority = parse(AUTHORITIES, &identity.ca_pem)?;
            found.insert(role, Found { leaf, authority });
        }
        Ok(found)
    }

    /// Publishes trust in the new authority first and the new identities second, so that no peer meets a certificate it
    /// cannot verify; the old authority stays trusted while certificates that it signed may be in use.
    fn renew(&self, mut fresh: Bundle, now: SystemTime) -> Result<(), Error> {
        let trusted = self.still_trusted(now)?;
        for identity in [&mut fresh.gateway, &mut fresh.proxy, &mut fresh.rate_limit] {
            identity.ca_pem.push_str(&trusted);
        }
        for role in Role::ALL {
            let directory = self.of(role);
            create_directory(&directory)?;
            replace(&directory.join(AUTHORITIES), fresh.identity(role).ca_pem.as_bytes(), Access::Public)?;
        }
        self.store_identities(&fresh)
    }

    /// The authorities of the present set that are ours and have not expired, newest first, as PEM.
    fn still_trusted(&self, now: SystemTime) -> Result<String, Error> {
        let mut trusted: Vec<String> = Vec::new();
        for role in Role::ALL {
            let Some(identity) = self.load(role)? else { continue };
            for (facts, pem) in identity::certificates(AUTHORITIES, &identity.ca_pem)? {
                if facts.not_after > now && facts.issuer == AUTHORITY_NAME && !trusted.contains(&pem) {
                    trusted.push(pem);
                }
            }
        }
        // Two are enough for a renewal that was interrupted by another; more would only grow the file.
        trusted.truncate(2);
        Ok(trusted.concat())
    }

    fn store_identities(&self, bundle: &Bundle) -> Result<(), Error> {
        for role in Role::ALL {
            let directory = self.of(role);
            create_directory(&directory)?;
            let identity = bundle.identity(role);
            replace(&directory.join(AUTHORITIES), identity.ca_pem.as_bytes(), Access::Public)?;
            replace(&directory.join(KEY), identity.key.expose().as_bytes(), Access::Private)?;
            replace(&directory.join(CERTIFICATE), identity.certificate_pem.as_bytes(), Access::Public)?;
        }
        Ok(())
    }

    fn store_oidc_hmac(&self, key: &OidcHmac) -> Result<(), Error> {
        let path = self.oidc_hmac_path();
        create_directory(&self.path.join(OidcHmac::NAME))?;
        replace(&path, key.expose(), Access::Private)
    }

    fn oidc_hmac_path(&self) -> PathBuf {
        self.path.join(OidcHmac::NAME).join(OidcHmac::KEY)
    }
}
