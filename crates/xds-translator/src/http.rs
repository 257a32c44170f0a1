//! HTTP features: one module for each, with the stem it has in every crate.

use std::{fmt, sync::Arc};

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, Name, Secret,
    cluster::Cluster,
    listener::{HttpServer, Listener},
    route::HttpRoute,
};
use prost::Name as Message;
use serde::de::DeserializeOwned;

use crate::{
    envoy::{any, hcm, route, router},
    finding::not_expressible,
};

mod api_key_auth;
mod authorization;
mod bandwidth_limit;
mod basic_auth;
mod client_headers;
mod client_health_check;
mod compressor;
mod cors;
pub(crate) mod credential_injection;
mod csrf;
mod direct_response;
mod dynamic_module;
mod dynamic_resolver;
mod ext_auth;
mod ext_proc;
mod fault_injection;
mod forward;
mod grpc;
pub(crate) mod hash;
mod header_modifier;
mod jwt;
mod local_rate_limit;
mod lua;
mod mirror;
mod oidc;
mod processor;
mod rate_limit;
mod redirect;
mod request_buffer;
mod response_override;
mod retry;
mod route_match;
mod session_persistence;
mod telemetry;
mod timeout;
mod upgrade;
mod url_rewrite;

pub(crate) use authorization::matcher as authorization_matcher;
pub(crate) use client_headers::mutations as header_mutations;
pub use dynamic_resolver::names_proxy;
pub(crate) use route_match::{matches, string as string_matcher};

/// The built-in features. The order of the list is the order of their filters, and the order in which they see a route.
pub(crate) fn features() -> Vec<Arc<dyn HttpFeature>> {
    vec![
        Arc::new(route_match::RouteMatch),
        // What a route does comes before what changes it.
        Arc::new(forward::Forward),
        Arc::new(direct_response::DirectResponse),
        Arc::new(redirect::Redirect),
        Arc::new(url_rewrite::UrlRewrite),
        Arc::new(header_modifier::HeaderModifier),
        Arc::new(mirror::Mirror),
        Arc::new(timeout::Timeout),
        Arc::new(retry::Retry),
        Arc::new(upgrade::Upgrade),
        Arc::new(telemetry::Telemetry),
        // The filters below run in this order; preflights are answered before anything can refuse them.
        // It sees what all others answer.
        Arc::new(response_override::ResponseOverride),
        Arc::new(client_health_check::ClientHealthCheck),
        Arc::new(fault_injection::FaultInjection),
        Arc::new(cors::Cors),
        Arc::new(csrf::Csrf),
        Arc::new(client_headers::ClientHeaders),
        // Who somebody is has to be known before it is decided what they may do.
        Arc::new(ext_auth::ExtAuth),
        Arc::new(api_key_auth::ApiKeyAuth),
        Arc::new(basic_auth::BasicAuth),
        Arc::new(oidc::Oidc),
        Arc::new(jwt::Jwt),
        Arc::new(session_persistence::SessionPersistence),
        Arc::new(request_buffer::RequestBuffer),
        Arc::new(lua::Lua),
        Arc::new(ext_proc::ExtProc),
        Arc::new(dynamic_module::DynamicModule),
        Arc::new(authorization::Authorization),
        // Only requests that may come are counted.
        Arc::new(local_rate_limit::LocalRateLimit),
        Arc::new(bandwidth_limit::BandwidthLimit),
        Arc::new(dynamic_resolver::DynamicResolver),
        Arc::new(grpc::Grpc),
        Arc::new(credential_injection::CredentialInjection),
        Arc::new(compressor::Compressor),
    ]
}

/// What one HTTP feature becomes in Envoy.
///
/// Implemented by a unit struct in the feature's module, or by a vendor for a feature of its own. The methods are pure:
/// they see frozen IR and write what they were handed, and they run only for nodes that changed. A route whose feature
/// returns a diagnostic answers 500 instead; a listener keeps its last good form.
pub trait HttpFeature: Send + Sync + 'static {
    /// The name that the feature has everywhere.
    fn id(&self) -> FeatureId;

    /// Adds the filters that the routes of a listener need.
    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        let _ = (cx, chain);
        Ok(())
    }

    /// Configures one route.
    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let _ = (cx, route);
        Ok(())
    }

    /// Adds the clusters and secrets that the filters need.
    fn resources(&self, cx: ServerCx<'_>, out: &mut ResourceSink) -> Result<(), Diagnostic> {
        let _ = (cx, out);
        Ok(())
    }
}

/// The HTTP server for which filters are made.
#[derive(Clone, Copy, Debug)]
pub struct ServerCx<'a> {
    /// The socket.
    pub listener: &'a Listener,
    /// The server on it.
    pub server: &'a HttpServer,
    /// Whether its connections are TLS.
    pub tls: bool,
}

impl ServerCx<'_> {
    /// Whether routes of the server need a feature.
    pub fn is_needed(&self, feature: &FeatureId) -> bool {
        self.server.needs.contains_key(feature)
    }

    /// The settings for which routes of the server need a feature, in the order of the routes.
    pub fn needed<T: DeserializeOwned>(
        &self,
        feature: &FeatureId,
    ) -> impl Iterator<Item = Result<T, Diagnostic>> {
        let settings = self.server.needs.get(feature).into_iter().flatten();
        settings.map(|settings| {
            let message = "the routes need it with settings that the feature does not know";
            settings.read().ok_or_else(|| not_expressible(FieldPath::root(), message))
        })
    }
}

/// The route that is being made.
#[derive(Clone, Copy, Debug)]
pub struct RouteCx<'a> {
    /// The route in the IR.
    pub route: &'a HttpRoute,
    /// The domain of its virtual host.
    pub domain: &'a str,
}

/// HTTP filters in the order in which they run. The router is added at the end by itself.
#[derive(Clone, Debug, Default)]
pub struct FilterChain(Vec<hcm::HttpFilter>);

impl FilterChain {
    /// Adds a filter of this name unless there is one already.
    pub fn add(&mut self, name: &str, config: &impl Message) {
        self.insert(name, config, false);
    }

    /// Adds a filter that is off until a route turns it on.
    pub fn add_disabled(&mut self, name: &str, config: &impl Message) {
        self.insert(name, config, true);
    }

    fn insert(&mut self, name: &str, config: &impl Message, disabled: bool) {
        if self.0.iter().any(|filter| filter.name == name) {
            return;
        }
        self.0.push(hcm::HttpFilter {
            name: name.to_owned(),
            config_type: Some(hcm::http_filter::ConfigType::TypedConfig(any(config))),
            disabled,
            ..hcm::HttpFilter::default()
        });
    }

    /// The filters with the router at the end.
    pub(crate) fn finish(mut self, router: &router::Router) -> Vec<hcm::HttpFilter> {
        self.add("envoy.filters.http.router", router);
        self.0
    }
}

/// Clusters and secrets that features need beside those of the IR. One of the same name in the IR wins.
#[derive(Clone, Default)]
pub struct ResourceSink {
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) secrets: Vec<Secret>,
}

impl fmt::Debug for ResourceSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clusters: Vec<&Name> = self.clusters.iter().map(|cluster| &cluster.name).collect();
        let secrets: Vec<&Name> = self.secrets.iter().map(|secret| &secret.name).collect();
        f.debug_struct("ResourceSink").field("clusters", &clusters).field("secrets", &secrets).finish()
    }
}

impl ResourceSink {
    /// Adds a cluster; its endpoints are part of it ([`eg_ir::cluster::Discovery::Dns`]).
    pub fn cluster(&mut self, cluster: Cluster) {
        self.clusters.push(cluster);
    }

    /// Adds a secret.
    pub fn secret(&mut self, secret: Secret) {
        self.secrets.push(secret);
    }
}

/// The action of a route that forwards requests; none for redirects and direct responses.
pub(crate) fn forwarding(route: &mut route::Route) -> Option<&mut route::RouteAction> {
    match &mut route.action {
        Some(route::route::Action::Route(action)) => Some(action),
        _ => None,
    }
}

/// What the features need for the HTTP servers of a listener.
pub(crate) fn resources(
    features: &[Arc<dyn HttpFeature>],
    listener: &Listener,
) -> Result<ResourceSink, Diagnostic> {
    let mut out = ResourceSink::default();
    for (server, tls) in crate::listener::servers(listener) {
        for feature in features {
            feature.resources(ServerCx { listener, server, tls }, &mut out)?;
        }
    }
    Ok(out)
}
