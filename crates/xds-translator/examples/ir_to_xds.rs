//! The IR fed by hand: what a control plane with an API of its own does with these two crates.
//!
//! One plain HTTP listener, two routes, one backend. Prints what Envoy receives, then edits a route and prints what
//! changed.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::sync::Arc;

use eg_diag::{Kind, ObjectRef};
use eg_ir::{
    Origin, XdsIr,
    cluster::{Cluster, Endpoint, EndpointAddress, EndpointSet, Locality},
    listener::{HttpServer, Listener},
    route::{
        Forward, HttpRoute, PathMatch, Redirect, RouteAction, RouteMatch, RoutePlace, RouteTable,
        VirtualHost, WeightedCluster,
    },
};
use eg_xds_translator::{ResourceType, SecretsInDump, XdsTranslator};

/// The kind of object that this control plane makes its configuration from.
const SITE: Kind = eg_diag::kind!("example.com", "Site");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut ir = XdsIr::default();
    listen(&mut ir, 8080);
    serve(&mut ir, "orders", ["10.0.0.1", "10.0.0.2"]);
    route(&mut ir, &[forward("/orders", "orders"), redirect("/bestellungen", "/orders")]);

    let mut session = XdsTranslator::default().session();
    let delta = session.update(&ir);
    for finding in &delta.raised {
        println!("{}: {}", finding.origin.object, finding.diagnostic);
    }
    assert!(delta.raised.is_empty(), "everything can be expressed");
    println!("{:#}", session.model().to_json(SecretsInDump::Redacted)?);

    // An edit of one route changes the route configuration and nothing else.
    route(&mut ir, &[forward("/v2/orders", "orders"), redirect("/bestellungen", "/v2/orders")]);
    let delta = session.update(&ir);
    for (resource_type, name, packed) in &delta.upserts {
        println!("{resource_type:?} {name} is now {} ({} bytes)", packed.version, packed.body.len());
    }
    let changed: Vec<_> =
        delta.upserts.iter().map(|(resource_type, name, _)| (*resource_type, &**name)).collect();
    assert_eq!(changed, [(ResourceType::Route, "web")]);
    assert!(delta.removals.is_empty());
    Ok(())
}

fn origin() -> Origin {
    Origin::of(ObjectRef::new(SITE, "", "shop"))
}

/// A socket that serves plain HTTP with the routes of the table `web`.
fn listen(ir: &mut XdsIr, port: u16) {
    let server =
        HttpServer { name: "web".into(), origin: origin(), routes: "web".into(), ..HttpServer::default() };
    let listener = Listener {
        name: "web".into(),
        address: "0.0.0.0".into(),
        port,
        http: Some(Arc::new(server)),
        ..Listener::default()
    };
    ir.listeners.insert(listener.name.clone(), Arc::new(listener));
}

/// A cluster with endpoints at these addresses.
fn serve<const N: usize>(ir: &mut XdsIr, name: &str, addresses: [&str; N]) {
    let cluster = Cluster { name: name.into(), origin: origin(), ..Cluster::default() };
    let endpoint = |host: &str| Endpoint {
        address: EndpointAddress::Socket { host: host.into(), port: 8080 },
        hostname: None,
        draining: false,
    };
    let endpoints = EndpointSet {
        cluster: name.into(),
        localities: vec![Locality {
            region: name.into(),
            weight: Some(1),
            endpoints: addresses.into_iter().map(endpoint).collect(),
            ..Locality::default()
        }],
        ..EndpointSet::default()
    };
    ir.clusters.insert(name.into(), Arc::new(cluster));
    ir.endpoints.insert(name.into(), Arc::new(endpoints));
}

fn forward(path: &str, cluster: &str) -> (String, RouteAction) {
    let cluster = WeightedCluster { name: cluster.into(), weight: 1, ..WeightedCluster::default() };
    (
        path.to_owned(),
        RouteAction::Forward(Forward { clusters: vec![cluster], invalid_weight: 0, ..Forward::default() }),
    )
}

fn redirect(path: &str, to: &str) -> (String, RouteAction) {
    let path_rewrite = eg_ir::route::PathRewrite::Full(to.to_owned());
    let redirect = Redirect { path: Some(path_rewrite), status: 301, ..Redirect::default() };
    (path.to_owned(), RouteAction::Redirect(Box::new(redirect)))
}

/// The table `web` with one virtual host for these routes, the more specific match first.
fn route(ir: &mut XdsIr, routes: &[(String, RouteAction)]) {
    let mut host =
        VirtualHost { name: "web/*".into(), domain: "*".into(), origin: origin(), ..VirtualHost::default() };
    for (path, action) in routes {
        let matches = RouteMatch { path: Some(PathMatch::Prefix(path.clone())), ..RouteMatch::default() };
        let place = RoutePlace { specificity: RoutePlace::specificity(&matches), ..RoutePlace::default() };
        let route = HttpRoute {
            name: format!("web{path}").into(),
            origin: origin(),
            matches,
            action: action.clone(),
            ..HttpRoute::default()
        };
        host.routes.insert(place.into(), Arc::new(route));
    }
    let mut table = RouteTable { name: "web".into(), ..RouteTable::default() };
    table.virtual_hosts.insert(host.domain.clone(), Arc::new(host));
    ir.routes.insert(table.name.clone(), Arc::new(table));
}
