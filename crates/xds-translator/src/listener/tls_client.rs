//! Certificates of clients.
//!
//! API: `Gateway.spec.tls.frontend`. Envoy: the validation context of the downstream TLS context. Clients without a valid
//! certificate are refused, unless the Gateway says otherwise: then a certificate that no authority signed is let through.

use eg_ir::listener::{ClientValidation, InvalidClient};

use crate::{
    envoy::tls::{
        self,
        certificate_validation_context::TrustChainVerification,
        common_tls_context::{CombinedCertificateValidationContext, ValidationContextType},
    },
    secret,
};

/// How certificates of clients are checked.
pub(super) fn validation(
    ClientValidation { trusted_ca, otherwise }: &ClientValidation,
) -> ValidationContextType {
    let authorities = secret::reference(&trusted_ca.clone().into());
    match otherwise {
        InvalidClient::Serve => {
            let lenient = tls::CertificateValidationContext {
                trust_chain_verification: TrustChainVerification::AcceptUntrusted.into(),
                ..tls::CertificateValidationContext::default()
            };
            ValidationContextType::CombinedValidationContext(CombinedCertificateValidationContext {
                default_validation_context: Some(lenient),
                validation_context_sds_secret_config: Some(authorities),
                ..CombinedCertificateValidationContext::default()
            })
        }
        _ => ValidationContextType::ValidationContextSdsSecretConfig(authorities),
    }
}

/// Whether a client without a certificate is refused.
pub(super) fn required(client: &ClientValidation) -> bool {
    client.otherwise != InvalidClient::Serve
}
