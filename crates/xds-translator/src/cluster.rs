//! Clusters: how the endpoints behind a route are found, chosen and spoken to.

use std::sync::Arc;

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId,
    cluster::{Cluster, Discovery},
};

use crate::{
    Features,
    envoy::{any, cluster as pb, hcm, millis, upstream_codec, upstream_http},
    metadata,
};

mod admission_control;
mod backend_connection;
mod backend_http2;
mod backend_keepalive;
mod backend_proxy_protocol;
mod backend_timeout;
mod circuit_breaker;
mod client_protocol;
mod credential_injection;
mod discovery;
mod endpoint;
mod health_check;
mod load_balancer;
mod protocol;
mod secret_server;
mod tls;

pub(crate) use discovery::dns_cache;
pub(crate) use endpoint::load_assignment;

/// What a connection may have buffered before it is no longer read, in bytes.
const BUFFER_LIMIT: u32 = 32 * 1024;
/// Concurrent retries of a cluster.
const MAX_RETRIES: u32 = 1024;

/// The built-in features, in the order in which they see a cluster.
pub(crate) fn features() -> Vec<Arc<dyn ClusterFeature>> {
    vec![
        Arc::new(load_balancer::LoadBalancer),
        Arc::new(protocol::Protocol),
        Arc::new(client_protocol::ClientProtocol),
        Arc::new(backend_http2::BackendHttp2),
        Arc::new(tls::Tls),
        Arc::new(admission_control::AdmissionControl),
        Arc::new(credential_injection::CredentialInjection),
        Arc::new(backend_timeout::BackendTimeout),
        Arc::new(backend_keepalive::BackendKeepalive),
        Arc::new(backend_connection::BackendConnection),
        Arc::new(circuit_breaker::CircuitBreaker),
        Arc::new(health_check::HealthCheck),
        // Around whatever the other ones made of the transport.
        Arc::new(backend_proxy_protocol::BackendProxyProtocol),
    ]
}

/// What one feature of clusters becomes in Envoy.
///
/// Implemented in the feature's module, or by a vendor. The method is pure and runs for clusters that changed; a cluster
/// whose feature returns a diagnostic keeps its last good form, and is left out when it has none.
pub trait ClusterFeature: Send + Sync + 'static {
    /// The name that the feature has everywhere.
    fn id(&self) -> FeatureId;

    /// Configures one cluster.
    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic>;
}

/// A cluster that is being made.
#[derive(Clone, Debug, Default)]
pub struct ClusterDraft {
    /// The cluster itself.
    pub cluster: pb::Cluster,
    /// How HTTP is spoken to the endpoints; becomes part of the cluster when a feature sets anything in it.
    pub http: upstream_http::HttpProtocolOptions,
}

/// The key under which a cluster holds its HTTP options.
const HTTP_OPTIONS: &str = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/// The name of the last filter of a cluster that has filters.
const CODEC: &str = "envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec";

/// Emits one cluster.
pub(crate) fn emit(features: &Features, ir: &Cluster) -> Result<pb::Cluster, Diagnostic> {
    // What is not used here is the business of a feature; extensions are that of added ones.
    let Cluster {
        name,
        origin,
        discovery,
        protocol: _,
        connect_timeout_ms,
        zone_aware: _,
        tls: _,
        http1: _,
        credential_injection: _,
        traffic,
        policies,
        extensions: _,
    } = ir;
    if *discovery == Discovery::Nowhere {
        return Ok(discovery::nowhere(name));
    }
    if let Discovery::SecretServer(address) = discovery {
        return Ok(secret_server::emit(name, (*connect_timeout_ms).into(), address));
    }
    let mut draft = ClusterDraft {
        cluster: pb::Cluster {
            name: name.to_string(),
            metadata: metadata::with_policies(origin, policies),
            connect_timeout: Some(millis((*connect_timeout_ms).into())),
            common_lb_config: Some(pb::cluster::CommonLbConfig::default()),
            // The control plane knows better than a health check that a host is gone.
            ignore_health_on_host_removal: true,
            ..pb::Cluster::default()
        },
        http: upstream_http::HttpProtocolOptions::default(),
    };
    let dns = traffic.as_ref().and_then(|traffic| traffic.dns.as_ref());
    discovery::discover(name, discovery, dns, &mut draft.cluster)?;
    for feature in &features.cluster {
        feature.cluster(ir, &mut draft)?;
    }
    let ClusterDraft { mut cluster, mut http } = draft;
    if http != upstream_http::HttpProtocolOptions::default() {
        // The options must name a protocol; without them, Envoy speaks HTTP/1.1.
        http.upstream_protocol_options.get_or_insert_with(protocol::http1);
        if !http.http_filters.is_empty() {
            http.http_filters.push(codec());
        }
        cluster.typed_extension_protocol_options.insert(HTTP_OPTIONS.to_owned(), any(&http));
    }
    Ok(cluster)
}

/// What stands at the end of the filters of a cluster, as the router does at the end of those of a listener.
fn codec() -> hcm::HttpFilter {
    hcm::HttpFilter {
        name: CODEC.to_owned(),
        config_type: Some(hcm::http_filter::ConfigType::TypedConfig(any(&upstream_codec::UpstreamCodec {}))),
        ..hcm::HttpFilter::default()
    }
}
