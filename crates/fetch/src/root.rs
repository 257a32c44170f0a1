//! The authorities that this machine trusts.

use std::{fs, path::PathBuf};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Where systems keep them; the first that is there counts.
const BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

/// The authorities of the system, or of the file that `SSL_CERT_FILE` names, and further ones. What cannot be read is left
/// out: then nobody is trusted.
pub(crate) fn store(further: &[u8]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let mut bundles = named.into_iter().chain(BUNDLES.map(PathBuf::from));
    let system = bundles.find_map(|bundle| fs::read(bundle).ok()).unwrap_or_default();
    for bundle in [&system, further] {
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(bundle).flatten());
    }
    roots
}
