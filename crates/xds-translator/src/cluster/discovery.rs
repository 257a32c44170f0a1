//! How the endpoints of a cluster are found: sent by the control plane, or resolved by the proxy, beforehand or when somebody
//! asks for them.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    Name,
    cluster::{Discovery, Dns, DnsCache, DnsFamily},
};

use super::load_assignment;
use crate::{
    envoy::{
        ads_with_default_timeout, any, cluster as pb, dns_cluster, dynamic_cluster, dynamic_resolver, millis,
    },
    finding::not_expressible,
};

/// How often a hostname is resolved when its record has no time to live, in milliseconds.
const DNS_REFRESH_MS: u64 = 30_000;

pub(super) fn discover(
    name: &Name,
    discovery: &Discovery,
    settings: Option<&Dns>,
    cluster: &mut pb::Cluster,
) -> Result<(), Diagnostic> {
    use pb::cluster::{ClusterDiscoveryType, DiscoveryType, EdsClusterConfig};
    cluster.dns_lookup_family = family(settings.map_or_else(DnsFamily::default, |dns| dns.family)).into();
    match discovery {
        Discovery::Eds => {
            cluster.cluster_discovery_type = Some(ClusterDiscoveryType::Type(DiscoveryType::Eds.into()));
            cluster.eds_cluster_config = Some(EdsClusterConfig {
                eds_config: Some(ads_with_default_timeout()),
                service_name: name.to_string(),
            });
        }
        Discovery::Dns(endpoints) => {
            cluster.cluster_discovery_type =
                Some(ClusterDiscoveryType::ClusterType(pb::cluster::CustomClusterType {
                    name: "envoy.cluster.dns".to_owned(),
                    typed_config: Some(any(&dns(settings))),
                }));
            cluster.load_assignment = Some(load_assignment(endpoints));
        }
        Discovery::Dynamic(cache) => {
            use dynamic_cluster::cluster_config::ClusterImplementationSpecifier;
            let config = dynamic_cluster::ClusterConfig {
                cluster_implementation_specifier: Some(ClusterImplementationSpecifier::DnsCacheConfig(
                    dns_cache(cache),
                )),
                ..dynamic_cluster::ClusterConfig::default()
            };
            cluster.cluster_discovery_type =
                Some(ClusterDiscoveryType::ClusterType(pb::cluster::CustomClusterType {
                    name: "envoy.clusters.dynamic_forward_proxy".to_owned(),
                    typed_config: Some(any(&config)),
                }));
        }
        other => {
            let message = format!("unknown kind of endpoint discovery {other:?}");
            return Err(not_expressible(FieldPath::root(), message));
        }
    }
    Ok(())
}

/// A cluster that never has an endpoint, and so needs no settings.
pub(super) fn nowhere(name: &Name) -> pb::Cluster {
    use pb::cluster::{ClusterDiscoveryType, DiscoveryType};
    pb::Cluster {
        name: name.to_string(),
        cluster_discovery_type: Some(ClusterDiscoveryType::Type(DiscoveryType::Static.into())),
        ..pb::Cluster::default()
    }
}

/// The cache of names that are resolved when they are asked for. Whoever shares it has to say the same of it.
pub(crate) fn dns_cache(cache: &DnsCache) -> dynamic_resolver::DnsCacheConfig {
    let DnsCache { refresh_ms, family: of, owner } = cache;
    let owner = owner.as_deref().unwrap_or("default");
    let family = family(*of);
    let family_name = family.as_str_name().to_lowercase();
    dynamic_resolver::DnsCacheConfig {
        name: format!("envoy-gateway-dfp-cache-{family_name}-{refresh_ms}ms-{owner}"),
        dns_lookup_family: family.into(),
        dns_refresh_rate: Some(millis(*refresh_ms)),
        ..dynamic_resolver::DnsCacheConfig::default()
    }
}

fn dns(settings: Option<&Dns>) -> dns_cluster::DnsCluster {
    use crate::envoy::dns_common::DnsLookupFamily;
    let Dns { refresh_ms, respects_ttl, family, owner: _ } = settings.cloned().unwrap_or_default();
    let family = match family {
        DnsFamily::V4Preferred => DnsLookupFamily::V4Preferred,
        DnsFamily::V6Preferred => DnsLookupFamily::Auto,
        DnsFamily::V4 => DnsLookupFamily::V4Only,
        DnsFamily::V6 => DnsLookupFamily::V6Only,
        DnsFamily::All => DnsLookupFamily::All,
    };
    dns_cluster::DnsCluster {
        dns_refresh_rate: Some(millis(refresh_ms.unwrap_or(DNS_REFRESH_MS))),
        respect_dns_ttl: respects_ttl.unwrap_or(true),
        dns_lookup_family: family.into(),
        ..dns_cluster::DnsCluster::default()
    }
}

/// Envoy looks for IPv6 first where it is left to choose.
fn family(family: DnsFamily) -> pb::cluster::DnsLookupFamily {
    use pb::cluster::DnsLookupFamily;
    match family {
        DnsFamily::V4Preferred => DnsLookupFamily::V4Preferred,
        DnsFamily::V6Preferred => DnsLookupFamily::Auto,
        DnsFamily::V4 => DnsLookupFamily::V4Only,
        DnsFamily::V6 => DnsLookupFamily::V6Only,
        DnsFamily::All => DnsLookupFamily::All,
    }
}
