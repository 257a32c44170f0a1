//! A certificate with its key and the authorities it trusts, and what can be read from it.

use crate::Error;
use pem::{EncodeConfig, LineEnding};
use std::{
    fmt,
    time::{Duration, SystemTime},
};
use x509_parser::{extensions::GeneralName, pem::Pem};

/// A private key in PEM, hidden from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKeyPem(String);

impl PrivateKeyPem {
    /// Wraps PEM text without looking at it.
    pub fn new(pem: String) -> Self {
        Self(pem)
    }

    /// The PEM text; named so that every place where a key leaves its wrapper is easy to find.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PrivateKeyPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKeyPem(redacted)")
    }
}

/// What one peer needs for mutual TLS: its certificate, its key, and the authorities it trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Certificate chain, leaf first (`tls.crt`).
    pub certificate_pem: String,
    /// Private key of the leaf (`tls.key`).
    pub key: PrivateKeyPem,
    /// One or more trusted authorities (`ca.crt`).
    pub ca_pem: String,
}

impl Identity {
    /// Reads what the leaf certificate says.
    pub fn facts(&self) -> Result<CertificateFacts, Error> {
        CertificateFacts::parse("the certificate", &self.certificate_pem)
    }
}

/// The parts of a certificate that decide whether it is still good for its purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Start of validity.
    pub not_before: SystemTime,
    /// End of validity.
    pub not_after: SystemTime,
    /// DNS names and IP addresses it stands for, in the certificate's order.
    pub names: Vec<String>,
    /// Common name of who signed it, empty when there is none.
    pub issuer: String,
}

impl CertificateFacts {
    /// Reads the first certificate of PEM text; `what` names the text in errors.
    pub fn parse(what: &str, pem: &str) -> Result<Self, Error> {
        Self::parse_all(what, pem)?
            .into_iter()
            .next()
            .ok_or_else(|| unusable(what, "it holds no certificate"))
    }

    /// Reads every certificate of PEM text in order.
    pub(crate) fn parse_all(what: &str, pem: &str) -> Result<Vec<Self>, Error> {
        Ok(certificates(what, pem)?.into_iter().map(|(facts, _)| facts).collect())
    }
}

/// Every certificate of a PEM bundle as facts and its own PEM block.
pub(crate) fn certificates(what: &str, pem: &str) -> Result<Vec<(CertificateFacts, String)>, Error> {
    let mut found = Vec::new();
    for block in Pem::iter_from_buffer(pem.as_bytes()) {
        let block = block.map_err(|error| unusable(what, &error.to_string()))?;
        if block.label != "CERTIFICATE" {
            continue;
        }
        let facts = {
            let certificate = block.parse_x509().map_err(|error| unusable(what, &error.to_string()))?;
            facts_of(&certificate)
        };
        let line_feeds = EncodeConfig::new().set_line_ending(LineEnding::LF);
        found.push((facts, pem::encode_config(&pem::Pem::new("CERTIFICATE", block.contents), line_feeds)));
    }
    Ok(found)
}

fn facts_of(certificate: &x509_parser::certificate::X509Certificate<'_>) -> CertificateFacts {
    let names = certificate.subject_alternative_name().ok().flatten();
    let names =
        names.map_or_else(Vec::new, |names| names.value.general_names.iter().filter_map(name).collect());
    let issuer = certificate.issuer().iter_common_name().next().and_then(|name| name.as_str().ok());
    CertificateFacts {
        not_before: instant(certificate.validity().not_before.timestamp()),
        not_after: instant(certificate.validity().not_after.timestamp()),
        names,
        issuer: issuer.unwrap_or_default().to_owned(),
    }
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(dns) => Some((*dns).to_owned()),
        GeneralName::IPAddress(bytes) => {
            if let Ok(v4) = <[u8; 4]>::try_from(*bytes) {
                return Some(std::net::Ipv4Addr::from(v4).to_string());
            }
            <[u8; 16]>::try_from(*bytes).ok().map(|v6| std::net::Ipv6Addr::from(v6).to_string())
        }
        _ => None,
    }
}

fn instant(seconds: i64) -> SystemTime {
    let since = Duration::from_secs(seconds.unsigned_abs());
    let moved = if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(since)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(since)
    };
    moved.unwrap_or(SystemTime::UNIX_EPOCH)
}

fn unusable(what: &str, reason: &str) -> Error {
    Error::Parse { what: what.to_owned(), reason: reason.to_owned() }
}
