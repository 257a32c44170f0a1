//! The methods this server answers.

use crate::{Protocol, TypeUrl};

/// How a call is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// A stream of responses, of one type or of all.
    Stream { protocol: Protocol, only: Option<TypeUrl> },
    /// One response.
    Fetch(TypeUrl),
}

const ADS: &str = "envoy.service.discovery.v3.AggregatedDiscoveryService";

/// Per-type services: the service, the last word of its methods, the type.
static SERVICES: [(&str, &str, TypeUrl); 10] = [
    ("envoy.service.cluster.v3.ClusterDiscoveryService", "Clusters", TypeUrl::CLUSTER),
    ("envoy.service.endpoint.v3.EndpointDiscoveryService", "Endpoints", TypeUrl::ENDPOINT),
    ("envoy.service.secret.v3.SecretDiscoveryService", "Secrets", TypeUrl::SECRET),
    ("envoy.service.listener.v3.ListenerDiscoveryService", "Listeners", TypeUrl::LISTENER),
    ("envoy.service.route.v3.RouteDiscoveryService", "Routes", TypeUrl::ROUTE),
    ("envoy.service.route.v3.ScopedRoutesDiscoveryService", "ScopedRoutes", TypeUrl::SCOPED_ROUTE),
    ("envoy.service.route.v3.VirtualHostDiscoveryService", "VirtualHosts", TypeUrl::VIRTUAL_HOST),
    ("envoy.service.runtime.v3.RuntimeDiscoveryService", "Runtime", TypeUrl::RUNTIME),
    (
        "envoy.service.extension.v3.ExtensionConfigDiscoveryService",
        "ExtensionConfigs",
        TypeUrl::EXTENSION_CONFIG,
    ),
    (
        "ratelimit.service.ratelimit.v3.RateLimitConfigDiscoveryService",
        "RlsConfigs",
        TypeUrl::RATE_LIMIT_CONFIG,
    ),
];

impl Method {
    /// The method at a path. Only the canonical form of a path is known, so that no other spelling passes a check
    /// that somebody makes on paths.
    pub(crate) fn at(path: &str) -> Option<Self> {
        let (service, method) = path.strip_prefix('/')?.split_once('/')?;
        if service == ADS {
            let protocol = match method {
                "StreamAggregatedResources" => Protocol::Sotw,
                "DeltaAggregatedResources" => Protocol::Delta,
                _ => return None,
            };
            return Some(Self::Stream { protocol, only: None });
        }
        let (_, noun, type_url) = SERVICES.iter().find(|(name, ..)| *name == service)?;
        let only = Some(type_url.clone());
        match method.strip_suffix(noun)? {
            "Stream" if *type_url != TypeUrl::VIRTUAL_HOST => {
                Some(Self::Stream { protocol: Protocol::Sotw, only })
            }
            "Delta" if *type_url != TypeUrl::RATE_LIMIT_CONFIG => {
                Some(Self::Stream { protocol: Protocol::Delta, only })
            }
            "Fetch" if *type_url != TypeUrl::VIRTUAL_HOST => Some(Self::Fetch(type_url.clone())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_methods_in_their_canonical_form_only() {
        let stream = |protocol, only| Some(Method::Stream { protocol, only });
        for (path, expected) in [
            (
                "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
                stream(Protocol::Delta, None),
            ),
            (
                "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources",
                stream(Protocol::Sotw, None),
            ),
            (
                "/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets",
                stream(Protocol::Sotw, Some(TypeUrl::SECRET)),
            ),
            (
                "/envoy.service.route.v3.VirtualHostDiscoveryService/DeltaVirtualHosts",
                stream(Protocol::Delta, Some(TypeUrl::VIRTUAL_HOST)),
            ),
            (
                "/envoy.service.runtime.v3.RuntimeDiscoveryService/FetchRuntime",
                Some(Method::Fetch(TypeUrl::RUNTIME)),
            ),
            ("/envoy.service.route.v3.VirtualHostDiscoveryService/StreamVirtualHosts", None),
            ("envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets", None),
            ("//envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets", None),
            ("/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets/", None),
            ("/envoy.service.secret.v3.SecretDiscoveryService/streamsecrets", None),
            ("/envoy.service.secret.v3.SecretDiscoveryService/", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Method::at(path), expected, "{path}");
        }
    }
}
