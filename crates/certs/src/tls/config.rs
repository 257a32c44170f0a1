//! rustls configurations from the bytes of an identity's files.

use super::{ReloadError, files::Content};
use crate::CertificateFacts;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use std::{sync::Arc, time::SystemTime};

/// Both sides' configurations made from one reading of the files.
#[derive(Debug)]
pub(super) struct Configs {
    pub(super) server: Arc<ServerConfig>,
    pub(super) client: Arc<ClientConfig>,
    pub(super) not_after: SystemTime,
}

/// Makes configurations that require the peer's certificate on both sides.
pub(super) fn configure(content: &Content, alpn: &[Vec<u8>]) -> Result<Configs, ReloadError> {
    let chain = chain(&content.certificate)?;
    let key =
        PrivateKeyDer::from_pem_slice(&content.key).map_err(|error| unusable("the private key", &error))?;
    let roots = Arc::new(roots(&content.authorities)?);
    let text = String::from_utf8_lossy(&content.certificate);
    let facts = CertificateFacts::parse("the certificate", &text)
        .map_err(|error| unusable("the certificate", &error))?;

    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut server = server(&provider, &roots, chain.clone(), key.clone_key())?;
    let mut client = client(&provider, roots, chain, key)?;
    server.alpn_protocols = alpn.to_vec();
    client.alpn_protocols = alpn.to_vec();
    Ok(Configs { server: Arc::new(server), client: Arc::new(client), not_after: facts.not_after })
}

fn server(
    provider: &Arc<CryptoProvider>,
    roots: &Arc<RootCertStore>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, ReloadError> {
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::clone(roots), Arc::clone(provider))
        .build()
        .map_err(|error| unusable("the authorities", &error))?;
    ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable("the protocol versions", &error))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(|error| unusable("the certificate and key", &error))
}

fn client(
    provider: &Arc<CryptoProvider>,
    roots: Arc<RootCertStore>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ClientConfig, ReloadError> {
    ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable("the protocol versions", &error))?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|error| unusable("the certificate and key", &error))
}

fn chain(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, ReloadError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let chain = chain.map_err(|error| unusable("the certificate", &error))?;
    if chain.is_empty() {
        return Err(unusable("the certificate", &"the file holds none"));
    }
    Ok(chain)
}

fn roots(pem: &[u8]) -> Result<RootCertStore, ReloadError> {
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(pem) {
        let authority = authority.map_err(|error| unusable("the authorities", &error))?;
        roots.add(authority).map_err(|error| unusable("the authorities", &error))?;
    }
    if roots.is_empty() {
        return Err(unusable("the authorities", &"the file holds none"));
    }
    Ok(roots)
}

fn unusable(what: &'static str, reason: &dyn ToString) -> ReloadError {
    ReloadError::Unusable { what, reason: reason.to_string() }
}
