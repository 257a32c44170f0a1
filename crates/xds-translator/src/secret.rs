//! Secrets that proxies fetch by name.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{Secret, SecretBytes, SecretContent};

use crate::{
    envoy::{core, tls as pb},
    finding::not_expressible,
};

/// Where the image of the proxy has the authorities that it trusts.
const SYSTEM_CA: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Emits one secret.
pub(crate) fn emit(Secret { name, origin: _, content }: &Secret) -> Result<pb::Secret, Diagnostic> {
    let kind = match content {
        SecretContent::Certificate { chain, key, ocsp_staple } => {
            pb::secret::Type::TlsCertificate(pb::TlsCertificate {
                certificate_chain: Some(inline(chain)),
                private_key: Some(inline(key)),
                ocsp_staple: ocsp_staple.as_ref().map(inline),
                ..pb::TlsCertificate::default()
            })
        }
        SecretContent::TrustedCa(certificates) => {
            pb::secret::Type::ValidationContext(pb::CertificateValidationContext {
                trusted_ca: Some(inline(certificates)),
                ..pb::CertificateValidationContext::default()
            })
        }
        SecretContent::SystemCa => pb::secret::Type::ValidationContext(pb::CertificateValidationContext {
            trusted_ca: Some(core::DataSource {
                specifier: Some(core::data_source::Specifier::Filename(SYSTEM_CA.to_owned())),
                ..core::DataSource::default()
            }),
            ..pb::CertificateValidationContext::default()
        }),
        _ => return Err(not_expressible(FieldPath::root(), "unknown kind of secret")),
    };
    Ok(pb::Secret { name: name.to_string(), r#type: Some(kind) })
}

fn inline(bytes: &SecretBytes) -> core::DataSource {
    core::DataSource {
        specifier: Some(core::data_source::Specifier::InlineBytes(bytes.expose().to_vec())),
        ..core::DataSource::default()
    }
}
