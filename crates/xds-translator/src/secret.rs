//! Secrets that proxies fetch by name.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{Secret, SecretBytes, SecretContent, SecretRef};

use crate::{
    envoy::{ads, core, tls as pb},
    finding::not_expressible,
};

/// Where the image of the proxy has the authorities that it trusts.
pub(crate) const SYSTEM_CA: &str = "/etc/ssl/certs/ca-certificates.crt";

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
        SecretContent::Revocable { trusted_ca, revoked, leaf_only } => {
            pb::secret::Type::ValidationContext(pb::CertificateValidationContext {
                trusted_ca: Some(inline(trusted_ca)),
                crl: Some(inline(revoked)),
                only_verify_leaf_cert_crl: *leaf_only,
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
        SecretContent::Generic(bytes) => pb::secret::Type::GenericSecret(pb::GenericSecret {
            secret: Some(inline(bytes)),
            ..pb::GenericSecret::default()
        }),
        _ => return Err(not_expressible(FieldPath::root(), "unknown kind of secret")),
    };
    Ok(pb::Secret { name: name.to_string(), r#type: Some(kind) })
}

/// Where a proxy fetches a secret: from this same stream, or from another server.
pub(crate) fn reference(secret: &SecretRef) -> pb::SdsSecretConfig {
    let (name, source) = match secret {
        SecretRef::Own(name) => (name, ads()),
        SecretRef::Elsewhere { name, cluster } => (name, served_by(cluster)),
    };
    pb::SdsSecretConfig { name: name.to_string(), sds_config: Some(source) }
}

fn served_by(cluster: &str) -> core::ConfigSource {
    use core::{
        ApiConfigSource, GrpcService,
        api_config_source::ApiType,
        config_source::ConfigSourceSpecifier,
        grpc_service::{EnvoyGrpc, TargetSpecifier},
    };
    let grpc = EnvoyGrpc { cluster_name: cluster.to_owned(), ..EnvoyGrpc::default() };
    let service =
        GrpcService { target_specifier: Some(TargetSpecifier::EnvoyGrpc(grpc)), ..GrpcService::default() };
    let source = ApiConfigSource {
        api_type: ApiType::Grpc.into(),
        grpc_services: vec![service],
        ..ApiConfigSource::default()
    };
    core::ConfigSource {
        config_source_specifier: Some(ConfigSourceSpecifier::ApiConfigSource(source)),
        ..core::ConfigSource::default()
    }
}

/// Bytes as part of a message.
pub(crate) fn inline(bytes: &SecretBytes) -> core::DataSource {
    core::DataSource {
        specifier: Some(core::data_source::Specifier::InlineBytes(bytes.expose().to_vec())),
        ..core::DataSource::default()
    }
}
