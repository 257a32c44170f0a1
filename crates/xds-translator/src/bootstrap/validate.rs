//! What every bootstrap must be so that a proxy can run with it: readable, valid by Envoy's rules, and leading home.

use std::net::IpAddr;

use serde_json::Value;
use xds_api::pb::envoy::config::bootstrap::v3::Bootstrap;
use xds_api::pb::envoy::config::bootstrap::v3::bootstrap::DynamicResources;
use xds_api::pb::envoy::config::core::v3::address::Address as AddressKind;
use xds_api::pb::envoy::config::core::v3::socket_address::PortSpecifier;
use xds_api::pb::envoy::config::endpoint::v3::LbEndpoint;
use xds_api::pb::envoy::config::endpoint::v3::lb_endpoint::HostIdentifier;

use super::{Violation, XDS_CLUSTER};

/// Checks a bootstrap against the default one of its fleet.
///
/// It must be an Envoy bootstrap that obeys the validation rules of its fields; have an administration interface; keep
/// `dynamic_resources` but for `initial_fetch_timeout`; and keep the endpoints of the cluster `xds_cluster`, where the
/// first label of the host name (the name of the control plane's service) also does.
///
/// # Errors
///
/// Everything that is wrong, in a fixed order; decoding fails alone.
pub fn validate(bootstrap: &Value, default: &Value) -> Result<(), Vec<Violation>> {
    let undecodable = |error: xds_api::JsonError| vec![Violation::Undecodable(error.to_string())];
    let candidate: Bootstrap = xds_api::from_json(bootstrap).map_err(undecodable)?;
    let default: Bootstrap = xds_api::from_json(default).map_err(undecodable)?;

    let mut violations = match xds_api::validate(&candidate) {
        Ok(()) => Vec::new(),
        Err(broken) => broken.into_iter().map(|rule| Violation::Rule(rule.to_string())).collect(),
    };
    if !has_admin_address(&candidate) {
        violations.push(Violation::AdminAddress);
    }
    if discovery(&candidate) != discovery(&default) {
        violations.push(Violation::DynamicResources);
    }
    match (control_plane(&candidate), control_plane(&default)) {
        (None, _) => violations.push(Violation::XdsClusterMissing),
        (Some(found), expected) if !leads_to(&found, expected.as_deref()) => {
            violations.push(Violation::XdsClusterEndpoints);
        }
        _ => {}
    }
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}

fn has_admin_address(bootstrap: &Bootstrap) -> bool {
    match bootstrap.admin.as_ref().and_then(|admin| admin.address.as_ref()?.address.as_ref()) {
        Some(AddressKind::SocketAddress(socket)) => !socket.address.is_empty(),
        Some(_) => true,
        None => false,
    }
}

/// How resources are discovered, without what users may choose.
fn discovery(bootstrap: &Bootstrap) -> Option<DynamicResources> {
    let mut dynamic = bootstrap.dynamic_resources.clone()?;
    for source in [&mut dynamic.lds_config, &mut dynamic.cds_config].into_iter().flatten() {
        source.initial_fetch_timeout = None;
    }
    Some(dynamic)
}

/// Where a connection goes: a host and a port, or nothing for any other kind of address.
type Target = Option<(String, u32)>;

/// The endpoints of the control plane's cluster, if there is one.
fn control_plane(bootstrap: &Bootstrap) -> Option<Vec<Target>> {
    let clusters = &bootstrap.static_resources.as_ref()?.clusters;
    let cluster = clusters.iter().find(|cluster| cluster.name == XDS_CLUSTER)?;
    let localities = cluster.load_assignment.iter().flat_map(|assignment| &assignment.endpoints);
    Some(localities.flat_map(|locality| &locality.lb_endpoints).map(target).collect())
}

fn target(endpoint: &LbEndpoint) -> Target {
    let Some(HostIdentifier::Endpoint(endpoint)) = &endpoint.host_identifier else { return None };
    let Some(AddressKind::SocketAddress(socket)) = endpoint.address.as_ref()?.address.as_ref() else {
        return None;
    };
    let Some(PortSpecifier::PortValue(port)) = socket.port_specifier else { return None };
    Some((socket.address.clone(), port))
}

/// Whether both lists name the same places, host names in full or by their first label.
fn leads_to(found: &[Target], expected: Option<&[Target]>) -> bool {
    let same = |found: &Target, expected: &Target| match (found, expected) {
        (Some((found, found_port)), Some((expected, port))) => {
            found_port == port && (found == expected || Some(found.as_str()) == first_label(expected))
        }
        _ => false,
    };
    expected.is_some_and(|expected| {
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(found, expected)| same(found, expected))
    })
}

/// The first label of a host name.
fn first_label(host: &str) -> Option<&str> {
    if host.parse::<IpAddr>().is_ok() { None } else { host.split('.').next() }
}
