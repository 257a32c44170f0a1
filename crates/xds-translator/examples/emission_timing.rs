//! How long it takes to translate 1,000 and 10,000 routes, and to follow one edit.
//!
//! Run with `--release`. Each route has a host of its own (as in `hosts`) or all share one (`one host`).

#![expect(clippy::print_stdout, reason = "an example shows what it measured")]
#![expect(clippy::disallowed_types, reason = "a measurement needs a clock")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use eg_ir::{
    Name, XdsIr,
    cluster::{Cluster, EndpointSet},
    route::{
        Forward, HttpRoute, PathMatch, RouteAction, RouteMatch, RoutePlace, RouteTable, VirtualHost,
        WeightedCluster,
    },
};
use eg_xds_translator::{ResourceType, XdsTranslator};

const TABLE: &str = "shop/web/http";
const EDITS: u32 = 200;

fn main() {
    println!(
        "{:>10} {:>8} {:>12} {:>12} {:>12} {:>12}",
        "shape", "routes", "scratch", "per route", "one edit", "RDS bytes"
    );
    for (shape, shared) in [("hosts", false), ("one host", true)] {
        for routes in [1_000, 10_000] {
            measure(shape, routes, shared);
        }
    }
}

fn measure(shape: &str, routes: u32, shared: bool) {
    let mut ir = fleet(routes, shared);
    let mut session = XdsTranslator::default().session();
    let start = Instant::now();
    session.update(&ir);
    let scratch = start.elapsed();

    let mut edit = Duration::ZERO;
    for version in 0..EDITS {
        let index = version * 7 % routes;
        put(&mut ir, index, shared, route(index, &format!("/edited-{version}")));
        let start = Instant::now();
        let delta = session.update(&ir);
        edit += start.elapsed();
        assert_eq!(delta.upserts.len(), 1);
    }
    let bytes = session.model().get(ResourceType::Route, TABLE).map_or(0, |packed| packed.body.len());
    println!(
        "{shape:>10} {routes:>8} {scratch:>12.1?} {:>12.1?} {:>12.1?} {bytes:>12}",
        scratch / routes,
        edit / EDITS
    );
}

fn fleet(routes: u32, shared: bool) -> XdsIr {
    let mut ir = XdsIr::default();
    ir.routes.insert(TABLE.into(), Arc::new(RouteTable { name: TABLE.into(), ..RouteTable::default() }));
    for index in 0..routes {
        let name = cluster(index);
        ir.clusters.insert(name.clone(), Arc::new(Cluster { name: name.clone(), ..Cluster::default() }));
        let endpoints = EndpointSet { cluster: name.clone(), ..EndpointSet::default() };
        ir.endpoints.insert(name, Arc::new(endpoints));
        put(&mut ir, index, shared, route(index, &format!("/{index}")));
    }
    ir
}

fn cluster(index: u32) -> Name {
    format!("httproute/shop/route-{index}/rule/0").into()
}

fn route(index: u32, path: &str) -> HttpRoute {
    let cluster = WeightedCluster { name: cluster(index), weight: 1, ..WeightedCluster::default() };
    HttpRoute {
        name: format!("httproute/shop/route-{index}/rule/0/match/0").into(),
        matches: RouteMatch { path: Some(PathMatch::Prefix(path.to_owned())), ..RouteMatch::default() },
        action: RouteAction::Forward(Forward {
            clusters: vec![cluster],
            invalid_weight: 0,
            ..Forward::default()
        }),
        ..HttpRoute::default()
    }
}

fn put(ir: &mut XdsIr, index: u32, shared: bool, route: HttpRoute) {
    let domain: Name = format!("host-{}.example.com", if shared { 0 } else { index }).into();
    let mut table = ir.routes.get(TABLE).map(|table| RouteTable::clone(table)).unwrap_or_default();
    let host = table.virtual_hosts.get(&domain).map(|host| VirtualHost::clone(host));
    let mut host = host.unwrap_or_else(|| VirtualHost {
        name: format!("{TABLE}/{domain}").into(),
        domain: domain.clone(),
        ..VirtualHost::default()
    });
    let place = RoutePlace { position: (index, 0), ..RoutePlace::default() };
    host.routes.insert(place.into(), Arc::new(route));
    table.virtual_hosts.insert(domain, Arc::new(host));
    ir.routes.insert(TABLE.into(), Arc::new(table));
}
