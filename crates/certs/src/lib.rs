#![doc = include_str!("../README.md")]

mod authority;
mod bundle;
mod directory;
mod error;
mod identity;
mod names;
mod renewal;
#[cfg(feature = "tls")]
mod tls;

pub use authority::{AUTHORITY_NAME, Authority, LeafRequest};
pub use bundle::{Bundle, OidcHmac, Role};
pub use directory::{CertificateDirectory, Ensured, Existing};
pub use error::Error;
pub use identity::{CertificateFacts, Identity, PrivateKeyPem};
pub use names::ControlPlaneNames;
pub use renewal::{Decision, Found, RenewalPolicy, RenewalReason, decide};
#[cfg(feature = "tls")]
pub use tls::{
    HandshakeLimits, Reload, ReloadError, ReloadingTls, TlsConnection, TlsFiles, TlsIncoming, TlsStatus,
};
