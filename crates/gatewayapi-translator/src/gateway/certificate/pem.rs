//! What is inside a certificate and its private key.

use eg_ir::Name;
use pem::{EncodeConfig, LineEnding, Pem};
use rustls_pki_types::PrivateKeyDer;
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, prelude::FromDer, public_key::PublicKey,
};

use crate::engine::ReadCx;

/// A certificate chain and the private key of its leaf, written in one canonical form.
pub(super) struct Pair {
    pub(super) chain: String,
    pub(super) key: String,
    pub(super) names: Vec<Name>,
    pub(super) common_name_only: bool,
    pub(super) key_kind: String,
}

/// Reads a chain and a key, and checks that they are valid now and belong together.
pub(super) fn pair(cx: &ReadCx<'_>, chain: &[u8], key: &[u8]) -> Result<Pair, String> {
    let chain = blocks(chain, "tls.crt")?;
    let certificates: Vec<&Pem> = chain.iter().filter(|block| block.tag() == "CERTIFICATE").collect();
    let Some(leaf) = certificates.first() else { return Err("tls.crt holds no certificate".to_owned()) };
    for (position, block) in certificates.iter().enumerate() {
        valid_now(cx, &parse(block)?)
            .map_err(|problem| format!("certificate {position} of tls.crt {problem}"))?;
    }
    let leaf = parse(leaf)?;
    let key = blocks(key, "tls.key")?;
    // Keys on elliptic curves may come with a block of parameters before them.
    let Some(key) = key.iter().find(|block| block.tag().ends_with("PRIVATE KEY")) else {
        return Err("tls.key holds no private key".to_owned());
    };
    belongs(key, &leaf)?;
    Ok(Pair {
        chain: certificates.iter().map(|block| write(block)).collect(),
        key: write(key),
        common_name_only: alternative_names(&leaf).is_empty(),
        names: names(&leaf),
        key_kind: key_kind(&leaf),
    })
}

fn blocks(text: &[u8], what: &str) -> Result<Vec<Pem>, String> {
    match pem::parse_many(text) {
        Ok(blocks) if !blocks.is_empty() => Ok(blocks),
        _ => Err(format!("{what} is not PEM")),
    }
}

fn write(block: &Pem) -> String {
    pem::encode_config(block, EncodeConfig::new().set_line_ending(LineEnding::LF))
}

fn parse(block: &Pem) -> Result<X509Certificate<'_>, String> {
    match X509Certificate::from_der(block.contents()) {
        Ok((_, certificate)) => Ok(certificate),
        Err(_) => Err("tls.crt holds a block that is no X.509 certificate".to_owned()),
    }
}

/// Checks the time a certificate is valid; where there is no clock, every time is fine.
fn valid_now(cx: &ReadCx<'_>, certificate: &X509Certificate<'_>) -> Result<(), String> {
    let validity = certificate.validity();
    if cx.passed(validity.not_after.timestamp()) == Some(true) {
        return Err(format!("has expired on {}", validity.not_after));
    }
    if cx.passed(validity.not_before.timestamp()) == Some(false) {
        return Err(format!("is not valid before {}", validity.not_before));
    }
    Ok(())
}

/// Checks that the private key is that of the certificate.
fn belongs(key: &Pem, leaf: &X509Certificate<'_>) -> Result<(), String> {
    let der =
        PrivateKeyDer::try_from(key.contents()).map_err(|_| "tls.key has an unknown encoding".to_owned())?;
    let signing = rustls::crypto::aws_lc_rs::sign::any_supported_type(&der);
    let signing = signing.map_err(|_| "tls.key is of a kind that is not supported".to_owned())?;
    match signing.public_key() {
        Some(public) if *public != *leaf.public_key().raw => {
            Err("tls.key is not the private key of the certificate in tls.crt".to_owned())
        }
        _ => Ok(()),
    }
}

/// The DNS names that a certificate is for: its alternative names, or else its common name.
fn names(certificate: &X509Certificate<'_>) -> Vec<Name> {
    let mut names = alternative_names(certificate);
    if names.is_empty() {
        let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
        names.extend(common.map(Name::from));
    }
    names
}

fn alternative_names(certificate: &X509Certificate<'_>) -> Vec<Name> {
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let alternative =
        alternative.map(|extension| extension.value.general_names.as_slice()).unwrap_or_default();
    let dns = |name: &GeneralName<'_>| {
        if let GeneralName::DNSName(dns) = name { Some(Name::from(*dns)) } else { None }
    };
    alternative.iter().filter_map(dns).collect()
}

fn key_kind(certificate: &X509Certificate<'_>) -> String {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(_)) => "RSA".to_owned(),
        Ok(PublicKey::EC(_)) => "EC".to_owned(),
        _ => certificate.public_key().algorithm.algorithm.to_id_string(),
    }
}
