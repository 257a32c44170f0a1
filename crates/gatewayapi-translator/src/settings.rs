//! What translation knows from configuration.

use std::{collections::BTreeSet, fmt, sync::Arc};

use eg_api::{config::EnvoyGateway, v1alpha1::EnvoyProxySpec};
use eg_resources::ForeignKinds;

use crate::{
    RouteFilter,
    policy::{ClientTraffic, PolicyField},
};

/// Configuration and features; they never change under a session.
#[derive(Debug)]
pub struct Env {
    /// Configuration.
    pub settings: Settings,
    /// Features that an embedder added.
    pub features: Features,
}

/// Features that an embedder adds to the built-in ones.
#[derive(Clone, Default)]
pub struct Features {
    pub(crate) route_filters: Vec<Arc<dyn RouteFilter>>,
    pub(crate) client_traffic: Vec<Arc<dyn PolicyField<ClientTraffic>>>,
}

impl Features {
    /// Adds a filter of routes. It is asked after the built-in ones and those that were added before.
    #[must_use]
    pub fn with_route_filter(mut self, filter: impl RouteFilter + 'static) -> Self {
        self.route_filters.push(Arc::new(filter));
        self
    }

    /// Adds a field of ClientTrafficPolicies. It is lowered after the built-in ones and those that were added before.
    #[must_use]
    pub fn with_client_traffic_field(mut self, field: impl PolicyField<ClientTraffic>) -> Self {
        self.client_traffic.push(Arc::new(field));
        self
    }
}

impl fmt::Debug for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.client_traffic.iter().map(|field| field.id());
        f.debug_list().entries(self.route_filters.iter().map(|filter| filter.id()).chain(fields)).finish()
    }
}

/// The part of the `EnvoyGateway` configuration that has a meaning for translation.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the configuration that stands alone")]
pub struct Settings {
    /// GatewayClasses with this controller name are ours.
    pub controller_name: Arc<str>,
    /// The namespace of the control plane, in which the objects of proxies are created.
    pub namespace: Arc<str>,
    /// The domain of the cluster's services.
    pub dns_domain: Arc<str>,
    /// What runs the proxies.
    pub infrastructure: Infrastructure,
    /// Whether routes may refer to Backends.
    pub enable_backend: bool,
    /// Whether EnvoyPatchPolicies are applied.
    pub enable_envoy_patch_policy: bool,
    /// Whether EnvoyExtensionPolicies may have scripts.
    pub enable_lua: bool,
    /// Whether listeners may refer to secrets that an SDS server serves.
    pub enable_sds_secret_ref: bool,
    /// Runtime flags that are on.
    pub flags: BTreeSet<String>,
    /// Kinds that no type describes.
    pub foreign: ForeignKinds,
    /// The base of every EnvoyProxy.
    pub default_proxy: Option<Arc<EnvoyProxySpec>>,
}

/// What runs the proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Infrastructure {
    /// Kubernetes objects in the namespace of the control plane.
    #[default]
    Kubernetes,
    /// Kubernetes objects in the namespace of each Gateway.
    GatewayNamespace,
    /// Processes on this host.
    Host,
    /// A remote infrastructure service.
    Remote,
    /// Nothing of ours: proxies are run by others and only fetch their configuration.
    None,
}

impl Infrastructure {
    /// Whether listeners bind the very port that the Gateway names. Elsewhere privileged ports are moved by 10000, because
    /// proxies run without privileges and a Service translates ports.
    pub fn binds_gateway_ports(self) -> bool {
        matches!(self, Self::Host | Self::Remote)
    }

    /// Whether Backends may have loopback addresses.
    pub fn allows_loopback(self) -> bool {
        self == Self::Host
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            controller_name: "gateway.envoyproxy.io/gatewayclass-controller".into(),
            namespace: "envoy-gateway-system".into(),
            dns_domain: "cluster.local".into(),
            infrastructure: Infrastructure::default(),
            enable_backend: false,
            enable_envoy_patch_policy: false,
            enable_lua: false,
            enable_sds_secret_ref: false,
            flags: BTreeSet::new(),
            foreign: ForeignKinds::default(),
            default_proxy: None,
        }
    }
}

impl Settings {
    /// The settings in a configuration file whose defaults were filled in.
    pub fn from_config(config: &EnvoyGateway) -> Self {
        let mut settings = Self::default();
        if let Some(name) = config.gateway.as_ref().and_then(|gateway| gateway.controller_name.as_deref()) {
            settings.controller_name = name.into();
        }
        if let Some(apis) = &config.extension_apis {
            settings.enable_backend = apis.enable_backend;
            settings.enable_envoy_patch_policy = apis.enable_envoy_patch_policy;
            settings.enable_lua = apis.accepts_lua();
            settings.enable_sds_secret_ref = apis.enable_sds_secret_ref;
        }
        if let Some(flags) = &config.runtime_flags {
            settings.flags =
                flags.enabled.iter().filter(|flag| !flags.disabled.contains(flag)).cloned().collect();
        }
        settings.default_proxy = config.envoy_proxy.as_deref().cloned().map(Arc::new);
        settings.foreign = ForeignKinds::from_config(config);
        settings.infrastructure = infrastructure(config);
        settings
    }

    /// Settings with which every object means something: all extension APIs are enabled, and proxies run on this host, so that
    /// Backends may have loopback addresses. For those who translate whatever there is, such as tests.
    pub fn for_all_objects() -> Self {
        Self {
            infrastructure: Infrastructure::Host,
            enable_backend: true,
            enable_envoy_patch_policy: true,
            enable_lua: true,
            enable_sds_secret_ref: true,
            ..Self::default()
        }
    }

    /// The same for another namespace of the control plane.
    #[must_use]
    pub fn in_namespace(mut self, namespace: &str) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// The same for another domain of the cluster.
    #[must_use]
    pub fn with_dns_domain(mut self, domain: &str) -> Self {
        self.dns_domain = domain.into();
        self
    }

    /// Whether a runtime flag is on.
    pub fn flag(&self, name: &str) -> bool {
        self.flags.contains(name)
    }
}

fn infrastructure(config: &EnvoyGateway) -> Infrastructure {
    let Some(provider) = &config.provider else { return Infrastructure::Kubernetes };
    if let Some(custom) = provider.custom.as_ref().filter(|_| provider.r#type == "Custom") {
        return match custom.infrastructure.as_ref().map(|infra| infra.r#type.as_str()) {
            Some("Host") => Infrastructure::Host,
            Some("Remote") => Infrastructure::Remote,
            _ => Infrastructure::None,
        };
    }
    let kubernetes = provider.kubernetes.as_ref().and_then(|kubernetes| kubernetes.deploy.as_ref());
    match kubernetes.and_then(|deploy| deploy.r#type.as_deref()) {
        Some("GatewayNamespace") => Infrastructure::GatewayNamespace,
        _ => Infrastructure::Kubernetes,
    }
}
