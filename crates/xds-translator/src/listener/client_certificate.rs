//! Certificates of clients.
//!
//! API: `Gateway.spec.tls.frontend` and `ClientTrafficPolicy.spec.tls.clientValidation`. Envoy: the validation context of the
//! downstream TLS context. Clients without a valid certificate are refused, unless it is said that they may have none, or one
//! that no authority signed. A proxy that takes certificates of any authority serves clients without one too, also where
//! it is told to require one.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::listener::{ClientName, ClientValidation};

use crate::{
    envoy::tls::{
        self,
        certificate_validation_context::TrustChainVerification,
        common_tls_context::{CombinedCertificateValidationContext, ValidationContextType},
        subject_alt_name_matcher::SanType,
    },
    finding::not_expressible,
    http::string_matcher,
    secret,
};

/// Makes a chain check the certificates of its clients.
pub(super) fn check(
    validation: &ClientValidation,
    context: &mut tls::DownstreamTlsContext,
) -> Result<(), Diagnostic> {
    let ClientValidation { trusted_ca, mode, expired, certificate_hashes, key_hashes, names } = validation;
    let mut own = tls::CertificateValidationContext {
        allow_expired_certificate: *expired,
        verify_certificate_hash: certificate_hashes.clone(),
        verify_certificate_spki: key_hashes.clone(),
        match_typed_subject_alt_names: names.iter().map(name).collect::<Result<_, _>>()?,
        ..tls::CertificateValidationContext::default()
    };
    if !mode.is_verified() {
        own.trust_chain_verification = TrustChainVerification::AcceptUntrusted.into();
    }
    let authorities = trusted_ca.as_ref().map(|name| secret::reference(&name.clone().into()));
    let context_type = match authorities {
        None => ValidationContextType::ValidationContext(own),
        Some(authorities) if own == tls::CertificateValidationContext::default() => {
            ValidationContextType::ValidationContextSdsSecretConfig(authorities)
        }
        authorities => {
            ValidationContextType::CombinedValidationContext(CombinedCertificateValidationContext {
                default_validation_context: Some(own),
                validation_context_sds_secret_config: authorities,
                ..CombinedCertificateValidationContext::default()
            })
        }
    };
    context.common_tls_context.get_or_insert_default().validation_context_type = Some(context_type);
    context.require_client_certificate = Some(mode.is_required());
    Ok(())
}

fn name(name: &ClientName) -> Result<tls::SubjectAltNameMatcher, Diagnostic> {
    let (san_type, value, oid) = match name {
        ClientName::Dns(value) => (SanType::Dns, value, ""),
        ClientName::Email(value) => (SanType::Email, value, ""),
        ClientName::Ip(value) => (SanType::IpAddress, value, ""),
        ClientName::Uri(value) => (SanType::Uri, value, ""),
        ClientName::Other(oid, value) => (SanType::OtherName, value, oid.as_str()),
        other => {
            let message = format!("unknown kind of name in a certificate {other:?}");
            return Err(not_expressible(FieldPath::root(), message));
        }
    };
    Ok(tls::SubjectAltNameMatcher {
        san_type: san_type.into(),
        matcher: Some(string_matcher(value)),
        oid: oid.to_owned(),
    })
}
