//! TLS towards endpoints.
//!
//! API: BackendTLSPolicy, `Backend.spec.tls`, `Gateway.spec.tls.backend`, `EnvoyProxy.spec.backendTLS`. Envoy: one transport
//! socket for each profile, chosen by the metadata of the endpoint. An endpoint that matches none gets plain text; a
//! cluster whose endpoints all speak TLS has a TLS socket as its own too, so that Envoy knows that ALPN will be spoken. A
//! cluster that goes where the host of the request says has no endpoints that could be told apart, and one profile.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, Name,
    cluster::{
        Cluster, Discovery, PeerValidation, ServerName, SubjectAltName, TlsParameters, TlsProfile,
        UpstreamProtocol, UpstreamTls,
    },
};
use xds_api::pb::envoy::extensions::transport_sockets::tls::v3::{
    common_tls_context::{CombinedCertificateValidationContext, ValidationContextType},
    subject_alt_name_matcher::SanType,
};

use super::{ClusterDraft, ClusterFeature};
use crate::{
    envoy::{any, cluster as pb, core, exact, tls},
    finding::not_expressible,
    metadata, secret, tls_parameters,
};

/// The key of an endpoint's metadata by which Envoy chooses the transport socket.
const SOCKET_MATCH: &str = "envoy.transport_socket_match";
const TLS_SOCKET: &str = "envoy.transport_sockets.tls";

/// TLS towards endpoints.
pub(super) struct Tls;

impl ClusterFeature for Tls {
    fn id(&self) -> FeatureId {
        FeatureId::new("backend_tls")
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        let Some(upstream) = &ir.tls else { return Ok(()) };
        let UpstreamTls { profiles, some_plain, web_host } = &**upstream;
        if let Some(host) = web_host {
            draft.cluster.transport_socket = Some(socket(TLS_SOCKET, &to_web(host)));
            return Ok(());
        }
        if matches!(ir.discovery, Discovery::Dynamic(_)) {
            return by_host(profiles, draft);
        }
        for profile in profiles {
            draft.cluster.transport_socket_matches.push(socket_match(profile)?);
        }
        // Without HTTP there is neither ALPN to agree on nor a request to take the server name from.
        if ir.protocol == UpstreamProtocol::Opaque {
            return Ok(());
        }
        if !some_plain {
            let context = tls::UpstreamTlsContext {
                common_tls_context: Some(tls::CommonTlsContext::default()),
                ..tls::UpstreamTlsContext::default()
            };
            draft.cluster.transport_socket = Some(socket("dummy.transport_socket", &context));
        }
        if profiles.iter().any(|profile| profile.server_name == ServerName::FromRequest) {
            draft.http.upstream_http_protocol_options.get_or_insert_default().auto_sni = true;
        }
        Ok(())
    }
}

/// A host of the web, whose certificate an authority must have signed that the proxy's image trusts.
fn to_web(host: &Name) -> tls::UpstreamTlsContext {
    let trusted = core::data_source::Specifier::Filename(secret::SYSTEM_CA.to_owned());
    let validation = tls::CertificateValidationContext {
        trusted_ca: Some(core::DataSource { specifier: Some(trusted), ..core::DataSource::default() }),
        ..tls::CertificateValidationContext::default()
    };
    let parameters = TlsParameters { min_version: None, ..TlsParameters::default() };
    tls::UpstreamTlsContext {
        sni: host.to_string(),
        common_tls_context: Some(tls::CommonTlsContext {
            tls_params: Some(tls_parameters::emit(&parameters)),
            validation_context_type: Some(ValidationContextType::ValidationContext(validation)),
            ..tls::CommonTlsContext::default()
        }),
        ..tls::UpstreamTlsContext::default()
    }
}

/// The host of the request is the server name and what the certificate must be for, unless the profile has a name.
fn by_host(profiles: &[TlsProfile], draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
    let [profile] = profiles else {
        let message = format!("found {} ways to speak TLS to whatever host is asked for", profiles.len());
        return Err(unknown(message));
    };
    let context = tls::UpstreamTlsContext { auto_sni_san_validation: false, ..context(profile)? };
    draft.cluster.transport_socket = Some(socket(TLS_SOCKET, &context));
    if profile.server_name == ServerName::FromRequest {
        let options = draft.http.upstream_http_protocol_options.get_or_insert_default();
        options.auto_sni = true;
        options.auto_san_validation = profile.validation.is_some();
    }
    Ok(())
}

/// The metadata of an endpoint that is spoken to with a profile.
pub(super) fn endpoint_metadata(profile: &Name) -> core::Metadata {
    core::Metadata {
        filter_metadata: [(SOCKET_MATCH.to_owned(), metadata::texts(&[("name", profile)]))].into(),
        ..core::Metadata::default()
    }
}

fn socket_match(profile: &TlsProfile) -> Result<pb::cluster::TransportSocketMatch, Diagnostic> {
    Ok(pb::cluster::TransportSocketMatch {
        name: profile.name.to_string(),
        r#match: Some(metadata::texts(&[("name", &profile.name)])),
        transport_socket: Some(socket(TLS_SOCKET, &context(profile)?)),
    })
}

fn socket(name: &str, context: &tls::UpstreamTlsContext) -> core::TransportSocket {
    core::TransportSocket {
        name: name.to_owned(),
        config_type: Some(core::transport_socket::ConfigType::TypedConfig(any(context))),
    }
}

fn context(profile: &TlsProfile) -> Result<tls::UpstreamTlsContext, Diagnostic> {
    let TlsProfile { name: _, server_name, validation, client_certificate, parameters, alpn } = profile;
    let (sni, from_endpoint) = match server_name {
        ServerName::Fixed(name) => (name.to_string(), false),
        ServerName::FromRequest => (String::new(), false),
        ServerName::FromEndpoint => (String::new(), true),
        other => return Err(unknown(format!("unknown source of the server name {other:?}"))),
    };
    let validation_context_type = validation.as_ref().map(peer_validation).transpose()?;
    Ok(tls::UpstreamTlsContext {
        // A server name that is not known in advance is what the certificate must be for.
        auto_sni_san_validation: sni.is_empty() && validation.is_some(),
        auto_host_sni: from_endpoint,
        sni,
        common_tls_context: Some(tls::CommonTlsContext {
            tls_params: Some(tls_parameters::emit(parameters)),
            tls_certificate_sds_secret_configs: client_certificate.iter().map(secret::reference).collect(),
            alpn_protocols: alpn.clone().unwrap_or_default(),
            validation_context_type,
            ..tls::CommonTlsContext::default()
        }),
        ..tls::UpstreamTlsContext::default()
    })
}

fn peer_validation(
    PeerValidation { trusted_ca, names }: &PeerValidation,
) -> Result<ValidationContextType, Diagnostic> {
    let names = names.iter().map(alternative_name).collect::<Result<_, _>>()?;
    Ok(ValidationContextType::CombinedValidationContext(CombinedCertificateValidationContext {
        default_validation_context: Some(tls::CertificateValidationContext {
            match_typed_subject_alt_names: names,
            ..tls::CertificateValidationContext::default()
        }),
        validation_context_sds_secret_config: Some(secret::reference(trusted_ca)),
        ..CombinedCertificateValidationContext::default()
    }))
}

fn alternative_name(name: &SubjectAltName) -> Result<tls::SubjectAltNameMatcher, Diagnostic> {
    let (san_type, name) = match name {
        SubjectAltName::Dns(name) => (SanType::Dns, name),
        SubjectAltName::Uri(uri) => (SanType::Uri, uri),
        other => return Err(unknown(format!("unknown kind of name in a certificate {other:?}"))),
    };
    Ok(tls::SubjectAltNameMatcher {
        san_type: san_type.into(),
        matcher: Some(exact(&**name)),
        ..tls::SubjectAltNameMatcher::default()
    })
}

fn unknown(message: String) -> Diagnostic {
    not_expressible(FieldPath::root(), message)
}
