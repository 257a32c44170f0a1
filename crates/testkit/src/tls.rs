//! Certificates for tests: one authority a process, leaves for any names.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use std::sync::{Arc, LazyLock};

/// The authority that every test of this process trusts.
pub static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

/// Issues certificates that [`client_config`] trusts.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: CertificateDer<'static>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

/// A certificate with its key; `Debug` shows neither.
#[derive(Clone)]
pub struct Leaf {
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// The private key, PEM.
    pub key_pem: String,
    /// The certificate, DER.
    pub der: CertificateDer<'static>,
}

impl std::fmt::Debug for Leaf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leaf").finish_non_exhaustive()
    }
}

impl Authority {
    /// A new authority with a key of its own.
    ///
    /// # Panics
    ///
    /// If the system has no randomness.
    #[expect(clippy::expect_used, reason = "a test cannot go on without a key")]
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key pair");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "testkit authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).expect("a self-signed certificate");
        let (pem, der) = (certificate.pem(), certificate.der().clone());
        Self { issuer: Issuer::new(params, key), pem, der }
    }

    /// The authority's own certificate, PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Issues a certificate for DNS names or addresses.
    ///
    /// # Panics
    ///
    /// If a name is not one that a certificate can carry.
    #[expect(clippy::expect_used, reason = "a wrong name is a mistake in the test")]
    pub fn issue(&self, names: &[&str]) -> Leaf {
        let key = KeyPair::generate().expect("a key pair");
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names.clone()).expect("names for a certificate");
        params.distinguished_name.push(DnType::CommonName, names.first().map_or("leaf", String::as_str));
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Leaf {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            der: certificate.der().clone(),
        }
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

#[expect(clippy::expect_used, reason = "the authority is from this module")]
fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(AUTHORITY.der.clone()).expect("a root");
    roots
}

/// A client configuration that trusts [`AUTHORITY`] and offers these protocols.
///
/// # Panics
///
/// If the crypto provider lacks TLS 1.2 and 1.3.
pub fn client_config(alpn: &[&str]) -> Arc<ClientConfig> {
    client_config_as(alpn, None)
}

/// The same of a client that presents a certificate when it is asked for one.
///
/// # Panics
///
/// If the crypto provider lacks TLS 1.2 and 1.3, or the leaf is not a usable key pair.
#[expect(clippy::expect_used, reason = "constant inputs, and leaves come from this module")]
pub fn client_config_as(alpn: &[&str], identity: Option<&Leaf>) -> Arc<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(roots());
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(leaf) => {
            let key = PrivateKeyDer::from_pem_slice(leaf.key_pem.as_bytes()).expect("a key");
            builder.with_client_auth_cert(vec![leaf.der.clone()], key).expect("a key pair")
        }
    };
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

/// A server configuration that presents this certificate and accepts these protocols.
///
/// # Panics
///
/// If the leaf is not a usable key pair.
pub fn server_config(leaf: &Leaf, alpn: &[&str]) -> Arc<ServerConfig> {
    server_config_for(leaf, alpn, false)
}

/// The same of a server whose clients must present a certificate of [`AUTHORITY`] if it is `mutual`.
///
/// # Panics
///
/// If the leaf is not a usable key pair.
#[expect(clippy::expect_used, reason = "leaves come from this module")]
pub fn server_config_for(leaf: &Leaf, alpn: &[&str], mutual: bool) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::from_pem_slice(leaf.key_pem.as_bytes()).expect("a key");
    let builder = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("protocol versions");
    let builder = if mutual {
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots()), provider());
        builder.with_client_cert_verifier(verifier.build().expect("a root"))
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder.with_single_cert(vec![leaf.der.clone()], key).expect("a key pair");
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}
