//! Prints what packing, validating and mapping cost: `cargo run --release -p eg-xds-api --example message_timing`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program for people")]

use std::hint::black_box;
use std::time::Instant;

use prost::Message;
use serde_json::{Value, json};
use xds_api::pb::envoy::config::cluster::v3::Cluster;
use xds_api::pb::envoy::config::listener::v3::Listener;
use xds_api::pb::envoy::config::route::v3::{Route, RouteConfiguration};
use xds_api::{Case, canonical, descriptor_pool, from_json, pack, pack_valid, to_json, validate};

/// Runs `work` for a fraction of a second and prints the mean.
fn time<T>(name: &str, mut work: impl FnMut() -> T) {
    let begin = Instant::now();
    black_box(work());
    let first = begin.elapsed();
    let runs = (200_000_000 / first.as_nanos().max(1)).clamp(5, 100_000);
    let begin = Instant::now();
    for _ in 0..runs {
        black_box(work());
    }
    let mean = begin.elapsed() / u32::try_from(runs).unwrap_or(u32::MAX);
    println!("{name:<44} first {first:>12.2?}   mean of {runs:>6} {mean:>12.2?}");
}

fn route(index: usize) -> Value {
    json!({
        "name": format!("route-{index}"),
        "match": {"path_separated_prefix": format!("/p/{index}"), "headers": [{"name": "x-a", "present_match": true}]},
        "route": {"cluster": format!("httproute/default/backend/rule/{index}"), "timeout": "15s"},
        "request_headers_to_add": [{"header": {"key": "x-b", "value": "1"}}],
    })
}

fn listener() -> Value {
    json!({
        "name": "web",
        "address": {"socket_address": {"address": "0.0.0.0", "port_value": 10080}},
        "default_filter_chain": {"filters": [{"name": "hcm", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "http",
            "rds": {"route_config_name": "web", "config_source": {"ads": {}}},
            "http_filters": [{"name": "router", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
                "suppress_envoy_headers": true,
            }}],
            "access_log": [{"name": "file", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                "path": "/dev/stdout",
                "log_format": {"json_format": {"method": "%REQ(:METHOD)%", "start": "%START_TIME%"}},
            }}],
        }}]},
    })
}

fn main() {
    time("descriptor pool (first use decodes)", || descriptor_pool().all_messages().count());

    let small: Route = from_json(&route(1)).unwrap();
    println!("\nroute of {} bytes", small.encoded_len());
    time("validate route", || validate(&small));
    time("pack route", || pack(&small));
    time("pack_valid route", || pack_valid(&small));
    time("canonical route", || canonical(&small));

    let cluster: Cluster = from_json(&json!({
        "name": "c", "connect_timeout": "10s", "type": "EDS", "lb_policy": "LEAST_REQUEST",
        "eds_cluster_config": {"eds_config": {"ads": {}}}, "outlier_detection": {},
    }))
    .unwrap();
    println!("\ncluster of {} bytes", cluster.encoded_len());
    time("pack_valid cluster", || pack_valid(&cluster));

    let value = listener();
    let web: Listener = from_json(&value).unwrap();
    println!("\nlistener of {} bytes", web.encoded_len());
    time("pack_valid listener with payloads", || pack_valid(&web));
    time("canonical listener", || canonical(&web));
    time("to_json listener", || to_json(&web, Case::Snake).unwrap());
    time("from_json listener", || from_json::<Listener>(&value).unwrap());

    let routes: Vec<Value> = (0..1000).map(route).collect();
    let value = json!({"name": "r", "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": routes}]});
    let routes: RouteConfiguration = from_json(&value).unwrap();
    println!("\n1000 routes of {} bytes", routes.encoded_len());
    time("pack 1000 routes", || pack(&routes));
    time("pack_valid 1000 routes", || pack_valid(&routes));
    time("canonical 1000 routes", || canonical(&routes));
    time("to_json 1000 routes", || to_json(&routes, Case::Snake).unwrap());
    time("from_json 1000 routes", || from_json::<RouteConfiguration>(&value).unwrap());
}
