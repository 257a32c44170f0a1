//! What a route does with a request.

use eg_ir::{
    XdsIr,
    cluster::{Discovery, EndpointAddress, EndpointSet},
    route::{
        DirectResponse, Forward, HostRewrite, HttpRoute, PathMatch, PathRewrite, Redirect, RouteAction,
        StreamRoute, WeightedCluster,
    },
};
use eg_xds_translator::http::names_proxy;
use regex::Regex;

use super::{
    answer::{Backend, Destination, Outcome},
    request::{Seen, split_port},
};

/// What is answered when a cluster has no endpoint to send requests to.
const UNAVAILABLE: u16 = 503;
/// What is answered to a preflight, whatever it permits.
const PREFLIGHT: u16 = 200;
/// What is answered to a request for the proxy itself.
const FORBIDDEN: u16 = 403;
/// What is answered in the place of invalid backends.
const INVALID: u16 = 500;

/// What a route does with a request that it matches.
pub(super) fn outcome(ir: &XdsIr, route: &HttpRoute, seen: &Seen) -> Outcome {
    match &route.action {
        _ if allows_scripts(route) && is_preflight(seen) => {
            Outcome::Answered { status: PREFLIGHT, body: None }
        }
        // Nothing to forward to cannot be said in Envoy's words.
        RouteAction::Forward(forward) if forward.clusters.is_empty() => {
            Outcome::Answered { status: INVALID, body: None }
        }
        RouteAction::Forward(forward) if forward.by_host => by_host(ir, route, forward, seen),
        RouteAction::Forward(forward) => Outcome::Forwarded { destinations: destinations(ir, forward) },
        RouteAction::Redirect(redirect) => Outcome::Redirected {
            status: redirect.status,
            location: location(redirect, route.matches.path.as_ref(), seen),
        },
        RouteAction::DirectResponse(DirectResponse { status, body }) => {
            let body = body.as_ref().map(|body| String::from_utf8_lossy(body.as_bytes()).into_owned());
            Outcome::Answered { status: *status, body }
        }
    }
}

/// Where the connections of a stream go.
pub(super) fn streamed(ir: &XdsIr, route: &StreamRoute) -> Outcome {
    let cluster = WeightedCluster { name: route.cluster.clone(), weight: 1, ..WeightedCluster::default() };
    let mut destinations = destinations(ir, &Forward { clusters: vec![cluster], ..Forward::default() });
    for destination in &mut destinations {
        destination.status = None;
    }
    Outcome::Streamed { destinations }
}

/// Whether scripts of other origins may do something, because the route or a policy says so.
fn allows_scripts(HttpRoute { cors, security, .. }: &HttpRoute) -> bool {
    cors.is_some() || security.as_ref().is_some_and(|security| security.cors.is_some())
}

/// Whether a browser asks what scripts of another origin may do, which the proxy answers itself.
fn is_preflight(seen: &Seen) -> bool {
    let is_there = |name| seen.headers.get(name).is_some_and(|value: &String| !value.is_empty());
    seen.headers.get(":method").is_some_and(|method| method == "OPTIONS")
        && is_there("origin")
        && is_there("access-control-request-method")
}

/// A request goes where its host says, or a header in its place, unless that is the proxy itself.
fn by_host(ir: &XdsIr, route: &HttpRoute, forward: &Forward, seen: &Seen) -> Outcome {
    let rewrite = route.rewrite.as_ref().and_then(|rewrite| rewrite.host.as_ref());
    let (host, is_written) = match rewrite {
        Some(HostRewrite::Literal(host)) => (host.as_str(), true),
        Some(HostRewrite::Header(header)) => {
            let header = seen.headers.get(&header.to_ascii_lowercase());
            (header.map_or(seen.authority.as_str(), String::as_str), false)
        }
        _ => (seen.authority.as_str(), false),
    };
    if names_proxy(host) {
        return Outcome::Answered { status: if is_written { INVALID } else { FORBIDDEN }, body: None };
    }
    let mut destinations = destinations(ir, forward);
    // The share of invalid backends keeps its answer.
    for destination in destinations.iter_mut().filter(|destination| destination.resolves) {
        let cluster = destination.cluster.as_ref().and_then(|name| ir.clusters.get(name));
        destination.backends.push(Backend {
            address: host.to_owned(),
            origin: destination.origin.clone().unwrap_or_default(),
            priority: 0,
            tls: cluster.is_some_and(|cluster| cluster.tls.is_some()),
            draining: false,
        });
    }
    Outcome::Forwarded { destinations }
}

fn destinations(ir: &XdsIr, Forward { clusters, invalid_weight, by_host: _ }: &Forward) -> Vec<Destination> {
    let total: u64 =
        clusters.iter().map(|cluster| u64::from(cluster.weight)).sum::<u64>() + u64::from(*invalid_weight);
    let is_only = clusters.len() == 1 && *invalid_weight == 0;
    let percent = |weight: u32| match total {
        _ if is_only => 100.0,
        0 => 0.0,
        #[expect(clippy::cast_precision_loss, reason = "a share in percent")]
        total => f64::from(weight) * 100.0 / total as f64,
    };
    let mut destinations: Vec<Destination> = clusters
        .iter()
        .map(|weighted| {
            let cluster = ir.clusters.get(&weighted.name);
            let endpoints = cluster.and_then(|cluster| match &cluster.discovery {
                Discovery::Dns(endpoints) => Some(endpoints),
                _ => ir.endpoints.get(&weighted.name),
            });
            let backends = endpoints.map(|endpoints| backends(endpoints)).unwrap_or_default();
            let resolves = cluster.is_some_and(|cluster| matches!(cluster.discovery, Discovery::Dynamic(_)));
            let takes = resolves || backends.iter().any(|backend| !backend.draining);
            Destination {
                percent: percent(weighted.weight),
                cluster: Some(weighted.name.clone()),
                origin: cluster.map(|cluster| cluster.origin.clone()),
                status: (!takes).then_some(UNAVAILABLE),
                backends,
                resolves,
            }
        })
        .collect();
    if *invalid_weight > 0 {
        destinations.push(Destination {
            percent: percent(*invalid_weight),
            cluster: None,
            origin: None,
            status: Some(INVALID),
            backends: Vec::new(),
            resolves: false,
        });
    }
    destinations
}

fn backends(endpoints: &EndpointSet) -> Vec<Backend> {
    let of = |locality: &eg_ir::cluster::Locality| {
        let endpoints = locality.endpoints.iter().map(|endpoint| Backend {
            address: address(&endpoint.address),
            origin: locality.origin.clone(),
            priority: locality.priority,
            tls: locality.tls.is_some(),
            draining: endpoint.draining,
        });
        endpoints.collect::<Vec<_>>()
    };
    // A locality without weight gets nothing, where weights count.
    endpoints.localities.iter().filter(|locality| locality.weight != Some(0)).flat_map(of).collect()
}

fn address(address: &EndpointAddress) -> String {
    match address {
        EndpointAddress::Socket { host, port } if host.contains(':') => format!("[{host}]:{port}"),
        EndpointAddress::Socket { host, port } => format!("{host}:{port}"),
        EndpointAddress::Unix(path) => path.to_string(),
    }
}

/// Where a redirect leads to.
fn location(redirect: &Redirect, matched: Option<&PathMatch>, seen: &Seen) -> String {
    let Redirect { scheme, host, port, path, status: _ } = redirect;
    let to = scheme.as_deref().unwrap_or(seen.scheme);
    let authority = host.clone().unwrap_or_else(|| {
        let (name, own) = split_port(&seen.authority);
        let is_default = matches!((seen.scheme, own), ("https", Some("443")) | ("http", Some("80")));
        if port.is_some() || to != seen.scheme && is_default { name } else { &seen.authority }.to_owned()
    });
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let path = rewritten(path.as_ref(), matched, &seen.path);
    let query = if path.contains('?') { "" } else { &seen.query_text };
    format!("{to}://{authority}{port}{path}{query}")
}

fn rewritten(rewrite: Option<&PathRewrite>, matched: Option<&PathMatch>, path: &str) -> String {
    match rewrite {
        Some(PathRewrite::Full(full)) => full.clone(),
        Some(PathRewrite::Prefix(replacement)) => {
            let prefix = match matched {
                Some(PathMatch::Prefix(prefix)) => prefix,
                _ => "/",
            };
            let rest = path.strip_prefix(prefix).unwrap_or_default();
            match replacement.as_str() {
                "" | "/" => format!("/{}", rest.trim_start_matches('/')),
                other => format!("{}{rest}", other.strip_suffix('/').unwrap_or(other)),
            }
        }
        Some(PathRewrite::Regex(rewrite)) => match Regex::new(&rewrite.pattern).ok() {
            Some(regex) => {
                let substitution = rewrite.substitution.replace('$', "$$");
                let groups = Regex::new(r"\\([0-9])")
                    .map(|group| group.replace_all(&substitution, "$${$1}").into_owned());
                regex.replace_all(path, groups.as_deref().unwrap_or(&rewrite.substitution)).into_owned()
            }
            None => path.to_owned(),
        },
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Request;

    #[track_caller]
    fn check(url: &str, redirect: &Redirect, expected: &str) {
        let request = Request::parse(url).unwrap();
        let path = request.path.split('?').next().unwrap().to_owned();
        let matched = PathMatch::Prefix("/a".into());
        assert_eq!(location(redirect, Some(&matched), &Seen::new(&request, path)), expected);
    }

    #[test]
    fn redirects_keep_what_they_do_not_change() {
        let to = Redirect::default;
        check("http://h:81/a?q=1", &to(), "http://h:81/a?q=1");
        check("http://h:80/a", &Redirect { scheme: Some("https".into()), ..to() }, "https://h/a");
        check("http://h:81/a", &Redirect { port: Some(8443), ..to() }, "http://h:8443/a");
        check("http://h/a", &Redirect { host: Some("i".into()), ..to() }, "http://i/a");
        let path = |path| Redirect { path: Some(path), ..to() };
        check("http://h/a/b?q", &path(PathRewrite::Full("/n".into())), "http://h/n?q");
        check("http://h/a/b?q", &path(PathRewrite::Full("/n?r".into())), "http://h/n?r");
        check("http://h/a/b", &path(PathRewrite::Prefix("/n/".into())), "http://h/n/b");
        check("http://h/a/b", &path(PathRewrite::Prefix("/".into())), "http://h/b");
        check("http://h/a", &path(PathRewrite::Prefix("/".into())), "http://h/");
        let regex = eg_ir::route::RegexRewrite { pattern: "/a/(.)".into(), substitution: r"/$\1\1".into() };
        check("http://h/a/b", &path(PathRewrite::Regex(regex)), "http://h/$bb");
    }
}
