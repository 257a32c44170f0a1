//! The names that the control plane's certificates stand for.

/// Names of the control plane's server certificate and of its clients' certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlPlaneNames {
    /// Names under which proxies reach the control plane.
    pub gateway: Vec<String>,
    /// Names of the proxies and of the rate-limit service.
    pub proxies: Vec<String>,
}

impl ControlPlaneNames {
    /// Names inside Kubernetes: the Service `envoy-gateway` in all its spellings, and `*.<namespace>` for its clients.
    pub fn kubernetes(namespace: &str, cluster_domain: &str) -> Self {
        Self {
            gateway: vec![
                "envoy-gateway".to_owned(),
                format!("envoy-gateway.{namespace}"),
                format!("envoy-gateway.{namespace}.svc"),
                format!("envoy-gateway.{namespace}.svc.{cluster_domain}"),
            ],
            proxies: vec![format!("*.{namespace}")],
        }
    }

    /// Names on one machine: `localhost`, the loopback addresses, and `envoy-gateway`, the name proxies verify everywhere.
    pub fn local() -> Self {
        let local = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let gateway = std::iter::once("envoy-gateway".to_owned()).chain(local.clone()).collect();
        Self { gateway, proxies: local.to_vec() }
    }
}
