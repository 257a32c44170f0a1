//! The bootstrap: the static configuration with which an Envoy starts and finds the control plane.
//!
//! Four steps, each usable alone: [`render`] writes the default bootstrap of a fleet from [`Options`],
//! [`apply_user_patch`] applies what the user wants different (`EnvoyProxy.spec.bootstrap`), [`validate`] checks that the
//! result still reaches the control plane, and [`to_yaml`] prints it. [`effective`] does the first three.
//!
//! A bootstrap is proto JSON of `envoy.config.bootstrap.v3.Bootstrap` as a [`serde_json::Value`]. It is the document that
//! the JSON patches of users are applied to, so the spelling of its fields, `deferredStatOptions` included, is part of
//! what users rely on.
//!
//! ```
//! use eg_xds_translator::bootstrap::{self, Options, UserBootstrap};
//!
//! let options = Options { local_cluster: Some("infra/eg".to_owned()), ..Options::default() };
//! let user = UserBootstrap::Merge("admin: {address: {socket_address: {port_value: 9901}}}".to_owned());
//! let bootstrap = bootstrap::effective(&options, Some(&user))?;
//! assert_eq!(bootstrap["admin"]["address"]["socket_address"]["port_value"], 9901);
//! assert_eq!(bootstrap["admin"]["address"]["socket_address"]["address"], "127.0.0.1");
//! # Ok::<(), eg_xds_translator::bootstrap::BootstrapError>(())
//! ```

mod control_plane;
mod error;
mod merge;
mod metric;
mod options;
mod user;
mod validate;

use serde_json::{Value, json};

pub use self::error::{BootstrapError, Violation};
pub use self::options::{
    Compression, ControlPlane, Header, IpFamily, MetricSink, Metrics, Node, Options, Prometheus, Security,
    Server, SinkTls, SinkTrust, StatMatch,
};
pub use self::user::{UserBootstrap, apply_user_patch};
pub use self::validate::validate;

/// The name of the cluster through which Envoy reaches the control plane.
pub const XDS_CLUSTER: &str = "xds_cluster";

/// Connections that an Envoy accepts at most, over all its listeners.
const MAX_DOWNSTREAM_CONNECTIONS: u32 = 50_000;

/// Writes the default bootstrap.
///
/// # Errors
///
/// A metric sink without address or port, see [`BootstrapError::MetricSink`].
pub fn render(options: &Options) -> Result<Value, BootstrapError> {
    let Options {
        node: _,
        local_cluster,
        admin: _,
        stats: _,
        ip_family: _,
        control_plane,
        metrics,
        max_heap_size_bytes,
    } = options;
    let mut clusters = Vec::new();
    let mut static_resources = json!({});
    if let Some(prometheus) = metrics.prometheus {
        static_resources["listeners"] = json!([metric::prometheus_listener(options, prometheus)]);
        clusters.push(metric::prometheus_cluster(options));
    }
    let mut sinks = Vec::new();
    for (index, sink) in metrics.sinks.iter().enumerate() {
        clusters.push(metric::sink_cluster(index, sink)?);
        sinks.push(metric::sink(index, sink));
    }
    clusters.extend(local_cluster.as_deref().map(zone_aware_cluster));
    clusters.push(control_plane::cluster(control_plane));
    static_resources["clusters"] = clusters.into();

    let mut bootstrap = json!({
        "admin": admin(options),
        "node": node(&options.node),
        "deferredStatOptions": {"enableDeferredCreationStats": true},
        "stats_config": metric::stats_config(&metrics.matches),
        "layered_runtime": {"layers": [{
            "name": "global_config",
            "static_layer": {
                "re2.max_program_size.error_level": u32::MAX,
                "re2.max_program_size.warn_level": 1000,
            },
        }]},
        "dynamic_resources": control_plane::dynamic_resources(),
        "static_resources": static_resources,
        "overload_manager": overload_manager(*max_heap_size_bytes),
    });
    if let Some(name) = local_cluster {
        bootstrap["cluster_manager"] = json!({"local_cluster_name": name});
    }
    if !sinks.is_empty() {
        bootstrap["stats_sinks"] = sinks.into();
    }
    Ok(bootstrap)
}

/// Renders the default bootstrap, applies what the user wants different, and validates the result.
///
/// # Errors
///
/// See [`BootstrapError`]. A caller keeps a fleet running on an error by falling back to `effective(options, None)`.
pub fn effective(options: &Options, user: Option<&UserBootstrap>) -> Result<Value, BootstrapError> {
    let default = render(options)?;
    let Some(user) = user else { return Ok(default) };
    let bootstrap = apply_user_patch(default.clone(), user)?;
    validate(&bootstrap, &default).map_err(BootstrapError::Invalid)?;
    Ok(bootstrap)
}

/// Prints a bootstrap as YAML with every text quoted, so that no YAML reader takes one for something else.
///
/// # Errors
///
/// [`BootstrapError::Yaml`], which a bootstrap from this module does not cause.
pub fn to_yaml(bootstrap: &Value) -> Result<String, BootstrapError> {
    let options = serde_saphyr::ser_options! { quote_all: true };
    serde_saphyr::to_string_with_options(bootstrap, options)
        .map_err(|error| BootstrapError::Yaml(error.to_string()))
}

/// The administration interface, without access log.
fn admin(options: &Options) -> Value {
    json!({
        "access_log": [{
            "name": "envoy.access_loggers.file",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                "path": "/dev/null",
            },
        }],
        "address": {"socket_address": {
            "address": options.admin_address().to_string(),
            "port_value": options.admin.port,
        }},
    })
}

/// What Envoy says of itself; `id` and `cluster` usually come from the command line instead.
fn node(node: &Node) -> Value {
    let Node { id, cluster, zone } = node;
    let mut value = json!({});
    if let Some(id) = id {
        value["id"] = json!(id);
    }
    if let Some(cluster) = cluster {
        value["cluster"] = json!(cluster);
    }
    if let Some(zone) = zone {
        value["locality"] = json!({"zone": zone});
    }
    value
}

/// The cluster of the fleet's own proxies, whose zones decide how much traffic stays in a zone.
fn zone_aware_cluster(name: &str) -> Value {
    json!({
        "name": name,
        "type": "EDS",
        "connect_timeout": "10s",
        "eds_cluster_config": {
            "eds_config": {"ads": {}, "resource_api_version": "V3"},
            "service_name": name,
        },
        "load_balancing_policy": {"policies": [{"typed_extension_config": {
            "name": "envoy.load_balancing_policies.least_request",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest",
                "locality_lb_config": {"zone_aware_lb_config": {"min_cluster_size": "1"}},
            },
        }}]},
    })
}

/// Limits that keep an overloaded Envoy alive.
fn overload_manager(max_heap_size_bytes: Option<u64>) -> Value {
    const FIXED_HEAP: &str = "envoy.resource_monitors.fixed_heap";
    let mut monitors = vec![json!({
        "name": "envoy.resource_monitors.global_downstream_max_connections",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
            "max_active_downstream_connections": MAX_DOWNSTREAM_CONNECTIONS,
        },
    })];
    let mut manager = json!({"refresh_interval": "0.25s"});
    if let Some(bytes) = max_heap_size_bytes {
        monitors.push(json!({
            "name": FIXED_HEAP,
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
                "max_heap_size_bytes": bytes,
            },
        }));
        let action = |name: &str, used: f64| json!({"name": name, "triggers": [{"name": FIXED_HEAP, "threshold": {"value": used}}]});
        manager["actions"] = json!([
            action("envoy.overload_actions.shrink_heap", 0.95),
            action("envoy.overload_actions.stop_accepting_requests", 0.98),
        ]);
    }
    manager["resource_monitors"] = monitors.into();
    manager
}

#[cfg(test)]
mod tests;
