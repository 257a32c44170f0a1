//! A certificate authority that signs the control plane's own certificates.

use crate::{Error, Identity, PrivateKeyPem};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize,
};
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// Common name of authorities made here; it is how a set of certificates is recognised as ours.
///
/// No leaf may have it: a certificate whose subject equals its issuer passes for self-signed.
pub const AUTHORITY_NAME: &str = "envoy-gateway-ca";

/// How far before "now" validity starts, so that a peer whose clock is late accepts a fresh certificate.
const BACKDATED: Duration = Duration::from_hours(1);

/// A self-signed certificate authority (RSA, 2048 bits) with its private key.
///
/// The key lives in memory only: an authority is made, signs a set of certificates and is dropped. Renewal makes a new
/// one and publishes both authorities' certificates for the time of the change.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
    key_pem: PrivateKeyPem,
}

/// What a certificate signed by an [`Authority`] should say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafRequest {
    /// Subject common name.
    pub common_name: String,
    /// Subject alternative names: DNS names (wild cards allowed) or IP addresses in text form.
    pub names: Vec<String>,
    /// Time from now to expiry.
    pub validity: Duration,
}

impl Authority {
    /// Makes a new authority that is valid from one hour before `now` until `now + validity`.
    pub fn create(common_name: &str, validity: Duration, now: SystemTime) -> Result<Self, Error> {
        let failed = |error| generation(common_name, &error);
        let key = rsa_key().map_err(failed)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = subject(common_name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages =
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        set_validity(&mut params, validity, now);
        let certificate = params.self_signed(&key).map_err(failed)?;
        let key_pem = PrivateKeyPem::new(key.serialize_pem());
        Ok(Self { certificate_pem: certificate.pem(), key_pem, issuer: Issuer::new(params, key) })
    }

    /// Takes up an existing authority from its certificate and private key, both PEM.
    pub fn from_pem(certificate_pem: &str, key_pem: &PrivateKeyPem) -> Result<Self, Error> {
        let unusable =
            |error: rcgen::Error| Error::Parse { what: "the authority".into(), reason: error.to_string() };
        let key = KeyPair::from_pem(key_pem.expose()).map_err(unusable)?;
        let issuer = Issuer::from_ca_cert_pem(certificate_pem, key).map_err(unusable)?;
        Ok(Self { issuer, certificate_pem: certificate_pem.to_owned(), key_pem: key_pem.clone() })
    }

    /// The authority's own certificate in PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The authority's private key; whoever stores it can mint certificates later.
    pub fn key_pem(&self) -> &PrivateKeyPem {
        &self.key_pem
    }

    /// Signs a new RSA key for both server and client use.
    pub fn issue(&self, request: &LeafRequest, now: SystemTime) -> Result<Identity, Error> {
        let failed = |error| generation(&request.common_name, &error);
        let key = rsa_key().map_err(failed)?;
        let certificate = self.sign(request, &key, now).map_err(failed)?;
        Ok(Identity {
            certificate_pem: certificate.pem(),
            key: PrivateKeyPem::new(key.serialize_pem()),
            ca_pem: self.certificate_pem.clone(),
        })
    }

    fn sign(
        &self,
        request: &LeafRequest,
        key: &KeyPair,
        now: SystemTime,
    ) -> Result<Certificate, rcgen::Error> {
        let mut params = CertificateParams::new(request.names.clone())?;
        params.distinguished_name = subject(&request.common_name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        set_validity(&mut params, request.validity, now);
        params.signed_by(key, &self.issuer)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("certificate_pem", &self.certificate_pem).finish_non_exhaustive()
    }
}

fn rsa_key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)
}

fn subject(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn set_validity(params: &mut CertificateParams, validity: Duration, now: SystemTime) {
    params.not_before = now.checked_sub(BACKDATED).unwrap_or(now).into();
    params.not_after = now.checked_add(validity).unwrap_or(now).into();
}

fn generation(subject: &str, error: &rcgen::Error) -> Error {
    Error::Generate { subject: subject.to_owned(), reason: error.to_string() }
}
