//! The worlds that are measured: one class, one Gateway, and routes that each have a backend of their own.

use std::{fmt, str::FromStr};

use eg_resources::{AnyObject, Change, DecodeError, Decoder};
use serde_json::{Value, json};

/// How routes share hostnames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Each route has a hostname of its own.
    OwnHosts,
    /// All routes have one hostname and differ in their paths.
    OneHost,
}

impl Layout {
    /// Every layout.
    pub(crate) const ALL: [Self; 2] = [Self::OwnHosts, Self::OneHost];
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OwnHosts => "own_hosts",
            Self::OneHost => "one_host",
        })
    }
}

impl FromStr for Layout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|layout| layout.to_string() == text);
        known.ok_or_else(|| format!("{text} is no layout: own_hosts or one_host are"))
    }
}

/// Every object of a world.
pub(crate) fn objects(layout: Layout, routes: usize) -> Result<Vec<AnyObject>, DecodeError> {
    let decoder = Decoder::new();
    let mut objects = vec![decoder.decode(class())?, decoder.decode(gateway())?];
    for index in 0..routes {
        objects.push(decoder.decode(route(layout, index, 0))?);
        objects.push(decoder.decode(service(index))?);
        objects.push(decoder.decode(slice(index, 0))?);
    }
    Ok(objects)
}

/// A route with another path; each version differs from the one before.
pub(crate) fn route_edit(layout: Layout, index: usize, version: usize) -> Result<Change, DecodeError> {
    Decoder::new().decode(route(layout, index, version)).map(Change::Upsert)
}

/// An endpoint slice with another address; each version differs from the one before.
pub(crate) fn endpoint_edit(index: usize, version: usize) -> Result<Change, DecodeError> {
    Decoder::new().decode(slice(index, version)).map(Change::Upsert)
}

fn class() -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": "eg", "uid": "class", "generation": 1},
        "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"},
    })
}

fn gateway() -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "eg", "namespace": "bench", "uid": "gateway", "generation": 1},
        "spec": {
            "gatewayClassName": "eg",
            "listeners": [{
                "name": "http",
                "port": 80,
                "protocol": "HTTP",
                "allowedRoutes": {"namespaces": {"from": "Same"}},
            }],
        },
    })
}

fn route(layout: Layout, index: usize, version: usize) -> Value {
    let (hostname, path) = match layout {
        Layout::OwnHosts => (format!("host-{index}.example.com"), format!("/v{version}")),
        Layout::OneHost => ("www.example.com".to_owned(), format!("/path-{index}/v{version}")),
    };
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {
            "name": format!("route-{index}"),
            "namespace": "bench",
            "uid": format!("route-{index}"),
            "generation": version + 1,
        },
        "spec": {
            "parentRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "eg"}],
            "hostnames": [hostname],
            "rules": [{
                "matches": [{"path": {"type": "PathPrefix", "value": path}}],
                "backendRefs": [{
                    "group": "", "kind": "Service", "name": format!("service-{index}"), "port": 8080, "weight": 1,
                }],
            }],
        },
    })
}

fn service(index: usize) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": format!("service-{index}"), "namespace": "bench", "uid": format!("service-{index}")},
        "spec": {
            "clusterIP": "10.96.0.1",
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP", "targetPort": 8080}],
        },
    })
}

fn slice(index: usize, version: usize) -> Value {
    // 97 divides no number of routes that anybody asks for, so that an object never gets its old address again.
    let first = if version == 0 { 10 } else { 11 + version % 97 };
    let address = |offset: usize| {
        let number = index * 2 + offset;
        format!("{first}.{}.{}.{}", number >> 16 & 0xff, number >> 8 & 0xff, number & 0xff)
    };
    json!({
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": format!("service-{index}-a"),
            "namespace": "bench",
            "uid": format!("slice-{index}"),
            "labels": {"kubernetes.io/service-name": format!("service-{index}")},
        },
        "addressType": "IPv4",
        "endpoints": [
            {"addresses": [address(0)], "conditions": {"ready": true}},
            {"addresses": [address(1)], "conditions": {"ready": true}},
        ],
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    })
}
