//! A session gives the answer of a translation from scratch, with work that follows the change.

use std::sync::Arc;

use eg_diag::{Kind, ObjectRef};
use eg_ir::{
    Globals, Name, OrdMap, Origin, ReadyListener, XdsIr,
    cluster::{Cluster, Endpoint, EndpointAddress, EndpointSet, Locality},
    listener::{HttpServer, Listener},
    patch::{Patch, PatchOrder, PatchPolicy, PatchValue},
    route::{
        Forward, HttpRoute, PathMatch, RouteAction, RouteMatch, RouteOrder, RouteTable, VirtualHost,
        WeightedCluster,
    },
};
use eg_xds_translator::{
    Emitted, ResourceType, XdsTranslator, xds_api::pb::envoy::config::route::v3::RouteConfiguration,
};
use prost::Message;

const TABLE: &str = "shop/web/http";

fn origin(kind: &'static str, name: &str) -> Origin {
    Origin::of(ObjectRef::new(Kind::new("gateway.networking.k8s.io", kind), "shop", name))
}

fn cluster_name(index: u32) -> Name {
    format!("httproute/shop/route-{index}/rule/0").into()
}

fn route(index: u32, path: &str) -> HttpRoute {
    let cluster = WeightedCluster { name: cluster_name(index), weight: 1, ..WeightedCluster::default() };
    HttpRoute {
        name: format!("httproute/shop/route-{index}/rule/0/match/0").into(),
        origin: origin("HTTPRoute", &format!("route-{index}")),
        matches: RouteMatch { path: Some(PathMatch::Prefix(path.into())), ..RouteMatch::default() },
        action: RouteAction::Forward(Forward { clusters: vec![cluster], invalid_weight: 0 }),
        ..HttpRoute::default()
    }
}

fn order(index: u32) -> RouteOrder {
    RouteOrder { position: (index, 0), ..RouteOrder::default() }
}

/// Sets a route of the virtual host of `domain`.
fn put(ir: &mut XdsIr, domain: &str, index: u32, route: HttpRoute) {
    let mut table = RouteTable::clone(&ir.routes[TABLE]);
    let mut host = table.virtual_hosts.get(domain).map_or_else(
        || VirtualHost {
            name: format!("{TABLE}/{}", domain.replace('.', "_")).into(),
            domain: domain.into(),
            origin: origin("Gateway", "web").section("http"),
            ..VirtualHost::default()
        },
        |host| VirtualHost::clone(host),
    );
    host.routes.insert(order(index), Arc::new(route));
    table.virtual_hosts.insert(domain.into(), Arc::new(host));
    ir.routes.insert(TABLE.into(), Arc::new(table));
}

fn endpoint_set(index: u32, last: u8) -> EndpointSet {
    let address = EndpointAddress::Socket { host: format!("10.0.0.{last}").into(), port: 8080 };
    EndpointSet {
        cluster: cluster_name(index),
        localities: vec![Locality {
            region: format!("{}/backend/0", cluster_name(index)).into(),
            weight: Some(1),
            endpoints: vec![Endpoint { address, hostname: None, draining: false }],
            ..Locality::default()
        }],
    }
}

/// A gateway with `routes` routes in `hosts` virtual hosts.
fn fleet(routes: u32, hosts: u32) -> XdsIr {
    let ready = Some(ReadyListener::default());
    let mut ir = XdsIr { globals: Arc::new(Globals { ready }), ..XdsIr::default() };
    let http = HttpServer { name: TABLE.into(), routes: TABLE.into(), ..HttpServer::default() };
    let listener = Listener {
        name: TABLE.into(),
        address: "0.0.0.0".into(),
        port: 10080,
        http: Some(Arc::new(http)),
        ..Listener::default()
    };
    ir.listeners.insert(TABLE.into(), Arc::new(listener));
    ir.routes.insert(TABLE.into(), Arc::new(RouteTable { name: TABLE.into(), ..RouteTable::default() }));
    for index in 0..routes {
        let cluster = Cluster { name: cluster_name(index), ..Cluster::default() };
        ir.clusters.insert(cluster.name.clone(), Arc::new(cluster));
        ir.endpoints.insert(cluster_name(index), Arc::new(endpoint_set(index, 1)));
        put(&mut ir, &domain(index % hosts), index, route(index, &format!("/{index}")));
    }
    ir
}

fn domain(index: u32) -> String {
    format!("host-{index}.example.com")
}

#[test]
fn a_first_update_is_everything() {
    let ir = fleet(4, 2);
    let mut session = XdsTranslator::default().session();
    let delta = session.update(&ir);
    // Two listeners, one route configuration, four clusters and their endpoints.
    assert_eq!(delta.upserts.len(), 2 + 1 + 4 + 4);
    assert!(delta.removals.is_empty());
    assert!(delta.raised.is_empty(), "{:?}", delta.raised);
    assert_eq!(session.model(), &XdsTranslator::default().translate(&ir));
    assert!(session.update(&ir).is_empty());
}

#[test]
fn one_of_1000_routes_edited() {
    let mut ir = fleet(1_000, 100);
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    put(&mut ir, &domain(7), 7, route(7, "/edited"));
    let delta = session.update(&ir);
    assert_eq!(session.emitted(), Emitted { routes: 1, virtual_hosts: 1, resources: 1, patched: 0 });
    let names: Vec<_> = delta.upserts.iter().map(|(kind, name, _)| (*kind, &**name)).collect();
    assert_eq!(names, [(ResourceType::Route, TABLE)]);
    assert_eq!(session.model(), &XdsTranslator::default().translate(&ir));
}

#[test]
fn an_endpoint_change_touches_nothing_else() {
    let mut ir = fleet(100, 10);
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    ir.endpoints.insert(cluster_name(5), Arc::new(endpoint_set(5, 2)));
    let delta = session.update(&ir);
    assert_eq!(session.emitted(), Emitted { resources: 1, ..Emitted::default() });
    assert_eq!(delta.upserts.len(), 1);
    assert_eq!(delta.upserts[0].0, ResourceType::Endpoint);
}

#[test]
fn a_removed_and_added_route_is_what_it_was() {
    let ir = fleet(20, 3);
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    let before = session.model().clone();
    let mut without = ir.clone();
    without.routes.remove(TABLE);
    without.clusters.remove(&*cluster_name(3));
    let removed = session.update(&without);
    assert_eq!(
        removed.removals,
        [(ResourceType::Route, Name::from(TABLE)), (ResourceType::Cluster, cluster_name(3))]
    );
    session.update(&ir);
    assert_eq!(session.model(), &before);
}

#[test]
fn a_spliced_route_configuration_is_the_canonical_encoding() {
    let model = XdsTranslator::default().translate(&fleet(20, 3));
    let packed = model.get(ResourceType::Route, TABLE).unwrap();
    let decoded = RouteConfiguration::decode(&*packed.body).unwrap();
    assert_eq!(decoded.virtual_hosts.len(), 3);
    assert_eq!(decoded.virtual_hosts.iter().map(|host| host.routes.len()).sum::<usize>(), 20);
    assert_eq!(decoded.encode_to_vec(), packed.body);
}

#[test]
fn a_route_that_cannot_be_expressed_fails_closed_alone() {
    let mut ir = fleet(2, 1);
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    let nowhere = RouteAction::Forward(Forward::default());
    put(&mut ir, &domain(0), 0, HttpRoute { action: nowhere, ..route(0, "/0") });
    let delta = session.update(&ir);
    assert_eq!(delta.raised.len(), 1);
    assert_eq!(delta.raised[0].origin, origin("HTTPRoute", "route-0"));
    assert_eq!(session.model().findings().count(), 1);
    assert_eq!(session.model(), &XdsTranslator::default().translate(&ir));
    // It works again as soon as it can be expressed.
    put(&mut ir, &domain(0), 0, route(0, "/0"));
    let delta = session.update(&ir);
    assert_eq!((delta.withdrawn.len(), delta.raised.len()), (1, 0));
    assert_eq!(session.model().findings().count(), 0);
}

#[test]
fn every_node_knows_its_object() {
    let model = XdsTranslator::default().translate(&fleet(2, 1));
    let origins = &model.get(ResourceType::Route, TABLE).unwrap().origins;
    let hosts: Vec<_> = origins.virtual_hosts().map(|(_, name, origin)| (&**name, origin)).collect();
    let listener = origin("Gateway", "web").section("http");
    assert_eq!(hosts, [("shop/web/http/host-0_example_com", &listener)]);
    let routes: Vec<_> = origins.routes(&domain(0)).collect();
    assert_eq!(&**routes[1].0, "httproute/shop/route-1/rule/0/match/0/host-0_example_com");
    assert_eq!(routes[1].1, &origin("HTTPRoute", "route-1"));
}

/// A policy with one patch of a cluster.
fn patched(ir: &mut XdsIr, cluster: u32) {
    let order = PatchOrder { name: "edit".into(), ..PatchOrder::default() };
    let patch = Patch {
        resource_type: ResourceType::Cluster.type_url().into(),
        resource: cluster_name(cluster),
        op: "add".into(),
        path: Some("/alt_stat_name".into()),
        value: Some(PatchValue::new("patched".into())),
        ..Patch::default()
    };
    let origin = origin("EnvoyPatchPolicy", "edit");
    let policy = PatchPolicy { order: order.clone(), origin, patches: vec![patch] };
    ir.patches.insert(order, Arc::new(policy));
}

#[test]
fn only_what_has_patches_is_patched_again() {
    let mut ir = fleet(20, 2);
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    patched(&mut ir, 3);
    let delta = session.update(&ir);
    assert_eq!(session.emitted(), Emitted { patched: 1, ..Emitted::default() });
    assert_eq!(delta.upserts.len(), 1);
    assert_eq!(session.model(), &XdsTranslator::default().translate(&ir));

    // Another cluster.
    let edited = Cluster { connect_timeout_ms: 7, ..Cluster::clone(&ir.clusters[&cluster_name(4)]) };
    ir.clusters.insert(cluster_name(4), Arc::new(edited.clone()));
    session.update(&ir);
    assert_eq!(session.emitted(), Emitted { resources: 1, ..Emitted::default() });

    // The patched one: the patch stays in force.
    let edited = Cluster { name: cluster_name(3), ..edited };
    ir.clusters.insert(cluster_name(3), Arc::new(edited));
    session.update(&ir);
    assert_eq!(session.emitted(), Emitted { resources: 1, patched: 1, ..Emitted::default() });
    assert_eq!(session.model(), &XdsTranslator::default().translate(&ir));

    // The resource goes and comes back, and so does the policy.
    let cluster = ir.clusters.remove(&cluster_name(3)).unwrap();
    session.update(&ir);
    assert!(session.model().patched().all(|report| !report.problems.is_empty()));
    assert_eq!(session.model(), &XdsTranslator::default().translate(&ir));
    ir.clusters.insert(cluster_name(3), cluster);
    session.update(&ir);
    assert!(session.model().patched().all(|report| report.problems.is_empty()));
    ir.patches = OrdMap::new();
    let delta = session.update(&ir);
    assert_eq!((delta.upserts.len(), delta.unpatched.len()), (1, 1));
    assert_eq!(session.model(), &XdsTranslator::default().translate(&ir));
}
