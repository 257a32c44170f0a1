//! How the bootstrap reaches the control plane: discovery over one aggregated delta stream, and the cluster behind it.

use serde_json::{Map, Value, json};

use super::{ControlPlane, Security, XDS_CLUSTER};

/// Listeners and clusters come over one delta stream, and Envoy waits for the first answer as long as it takes.
pub(super) fn dynamic_resources() -> Value {
    let source = json!({"ads": {}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"});
    json!({
        "ads_config": {
            "api_type": "DELTA_GRPC",
            "transport_api_version": "V3",
            "grpc_services": [{"envoy_grpc": {"cluster_name": XDS_CLUSTER}}],
            "set_node_on_first_message_only": true,
        },
        "cds_config": source,
        "lds_config": source,
    })
}

/// The cluster of the control plane.
pub(super) fn cluster(control_plane: &ControlPlane) -> Value {
    let ControlPlane { host, port, security } = control_plane;
    let mut protocol = json!({
        "@type": super::metric::HTTP_PROTOCOL_OPTIONS_TYPE,
        "explicit_http_config": {
            "http2_protocol_options": {"connection_keepalive": {"interval": "30s", "timeout": "5s"}},
        },
    });
    if let Security::Token { token, .. } = security {
        protocol["http_filters"] = token_filters(token);
    }
    let mut cluster = json!({
        "name": XDS_CLUSTER,
        "type": "STRICT_DNS",
        "connect_timeout": "10s",
        "load_assignment": {
            "cluster_name": XDS_CLUSTER,
            "endpoints": [{
                "load_balancing_weight": 1,
                "lb_endpoints": [{
                    "load_balancing_weight": 1,
                    "endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}},
                }],
            }],
        },
        "typed_extension_protocol_options": {super::metric::HTTP_PROTOCOL_OPTIONS: protocol},
    });
    if let Some(tls) = tls(security) {
        cluster["transport_socket"] = json!({"name": "envoy.transport_sockets.tls", "typed_config": tls});
    }
    cluster
}

/// TLS with certificates from files that Envoy watches.
fn tls(security: &Security) -> Option<Value> {
    let (certificate, trusted_ca) = match security {
        Security::Plaintext => return None,
        Security::MutualTls { certificate, trusted_ca } => (Some(certificate), trusted_ca),
        Security::Token { token: _, trusted_ca } => (None, trusted_ca),
    };
    let mut common = Map::new();
    common.insert("tls_params".to_owned(), json!({"tls_maximum_protocol_version": "TLSv1_3"}));
    common
        .insert("validation_context_sds_secret_config".to_owned(), file_secret("xds_trusted_ca", trusted_ca));
    if let Some(path) = certificate {
        let secret = file_secret("xds_certificate", path);
        common.insert("tls_certificate_sds_secret_configs".to_owned(), json!([secret]));
    }
    Some(json!({
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "common_tls_context": common,
    }))
}

/// Upstream filters that put the service account's token into every request.
fn token_filters(token: &str) -> Value {
    json!([
        {
            "name": "envoy.filters.http.credential_injector",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.credential_injector.v3.CredentialInjector",
                "credential": {
                    "name": "envoy.http.injected_credentials.generic",
                    "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic",
                        "credential": file_secret("jwt-sa-bearer", token),
                    },
                },
                "overwrite": true,
            },
        },
        {
            "name": "envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec",
            },
        },
    ])
}

/// A secret that Envoy reads, and reads again when it changes, from a file.
fn file_secret(name: &str, path: &str) -> Value {
    json!({
        "name": name,
        "sds_config": {"path_config_source": {"path": path}, "resource_api_version": "V3"},
    })
}
