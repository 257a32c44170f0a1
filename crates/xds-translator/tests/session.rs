//! A session gives the answer of a translation from scratch, with work that follows the change.

use std::sync::Arc;

use eg_diag::{Kind, ObjectRef};
use eg_ir::{
    Globals, Name, OrdMap, Origin, ReadyListener, XdsIr,
    cluster::{Cluster, Endpoint, EndpointAddress, EndpointSet, Locality},
    listener::{HttpServer, Listener},
    patch::{Patch, PatchOrder, PatchPolicy, PatchValue},
    route::{
        Forward, HttpRoute, PathMatch, RouteAction, RouteMatch, RouteOrder, RoutePlace, RouteTable,
        VirtualHost, WeightedCluster,
    },
};
use eg_xds_translator::{
    Emitted, Packed, ResourceType, Session, XdsTranslator,
    xds_api::pb::envoy::config::route::v3::{
        Route, RouteConfiguration, route::Action, route_match::PathSpecifier,
    },
};
use prost::Message;

const TABLE: &str = "shop/web/http";

fn origin(kind: &'static str, name: &str) -> Origin {
    Origin::of(ObjectRef::new(Kind::intern("gateway.networking.k8s.io", kind), "shop", name))
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
        action: RouteAction::Forward(Forward {
            clusters: vec![cluster],
            invalid_weight: 0,
            ..Forward::default()
        }),
        ..HttpRoute::default()
    }
}

fn order(index: u32) -> RouteOrder {
    RoutePlace { position: (index, 0), ..RoutePlace::default() }.into()
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
            endpoints: [Endpoint { address, hostname: None, draining: false }].into(),
            ..Locality::default()
        }],
        ..EndpointSet::default()
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

/// Proxies that refuse route configurations, and what they are asked.
struct Proxies<F>(F);

impl<F: Fn(&Route) -> bool> Proxies<F> {
    /// Answers until there are no more questions; returns how many there were.
    fn converse(&self, session: &mut Session) -> usize {
        for questions in 0..200 {
            let packed = session.model().get(ResourceType::Route, TABLE).unwrap();
            let refuses = self.refuse(packed);
            if !refuses && !session.is_searching() {
                return questions;
            }
            let version = packed.version;
            if refuses {
                session.refused(ResourceType::Route, TABLE, version, "no such thing\n");
            } else {
                session.accepted(ResourceType::Route, TABLE, version);
            }
        }
        panic!("the questions never end");
    }

    fn refuse(&self, packed: &Packed) -> bool {
        let table = RouteConfiguration::decode(packed.body.clone()).unwrap();
        table.virtual_hosts.iter().flat_map(|host| &host.routes).any(&self.0)
    }
}

/// Proxies that cannot forward what has `bad` in its path.
fn proxies() -> Proxies<impl Fn(&Route) -> bool> {
    Proxies(|route: &Route| matches!(route.action, Some(Action::Route(_))) && path(route).contains("bad"))
}

fn path(route: &Route) -> String {
    match route.r#match.as_ref().and_then(|matched| matched.path_specifier.clone()) {
        Some(PathSpecifier::Prefix(path) | PathSpecifier::PathSeparatedPrefix(path)) => path,
        _ => String::new(),
    }
}

/// Status and path of each route: 200 for one that is forwarded.
fn served(session: &Session) -> Vec<(u32, String)> {
    let packed = session.model().get(ResourceType::Route, TABLE).unwrap();
    let table = RouteConfiguration::decode(packed.body.clone()).unwrap();
    let routes = table.virtual_hosts.iter().flat_map(|host| &host.routes);
    routes
        .map(|route| match &route.action {
            Some(Action::DirectResponse(answer)) => (answer.status, path(route)),
            _ => (200, path(route)),
        })
        .collect()
}

fn blamed(session: &Session) -> Vec<String> {
    session.model().findings().map(|finding| finding.origin.object.name.to_string()).collect()
}

fn generation(index: u32, path: &str, generation: i64) -> HttpRoute {
    let mut route = route(index, path);
    route.origin.generation = generation;
    route
}

#[test]
fn an_edited_route_that_proxies_refuse_keeps_its_last_good_form() {
    let mut ir = fleet(3, 1);
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    assert_eq!(proxies().converse(&mut session), 0);
    put(&mut ir, &domain(0), 1, generation(1, "/bad", 2));
    session.update(&ir);
    assert!(proxies().converse(&mut session) <= 2);
    assert_eq!(served(&session), [(200, "/0".into()), (200, "/1".into()), (200, "/2".into())]);
    assert_eq!(blamed(&session), ["route-1"]);
    let finding = session.model().findings().next().unwrap();
    assert_eq!(finding.origin.generation, 2);
    assert!(finding.diagnostic.message.ends_with("no such thing"), "{}", finding.diagnostic);

    // Others go on, and nobody is asked about the refused one again.
    put(&mut ir, &domain(0), 2, route(2, "/other"));
    session.update(&ir);
    assert_eq!(proxies().converse(&mut session), 0);
    assert_eq!(served(&session)[1..], [(200, "/1".into()), (200, "/other".into())]);
    assert_eq!(blamed(&session), ["route-1"]);

    // A new generation is tried, and heals.
    put(&mut ir, &domain(0), 1, generation(1, "/good", 3));
    session.update(&ir);
    assert_eq!(proxies().converse(&mut session), 0);
    assert_eq!(served(&session)[1], (200, "/good".into()));
    assert!(blamed(&session).is_empty() && !session.is_quarantined());
    assert_eq!(session.model(), &XdsTranslator::default().translate(&ir));
}

#[test]
fn a_new_route_that_proxies_refuse_answers_500_and_is_left_out_if_that_does_not_help() {
    let mut ir = fleet(2, 1);
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    put(&mut ir, &domain(0), 2, route(2, "/bad"));
    session.update(&ir);
    proxies().converse(&mut session);
    assert_eq!(served(&session)[2], (500, "/bad".into()));
    assert_eq!(blamed(&session), ["route-2"]);

    // Proxies that do not even take its match.
    let stricter = Proxies(|route: &Route| path(route).contains("bad"));
    assert!(stricter.converse(&mut session) <= 4);
    assert_eq!(served(&session), [(200, "/0".into()), (200, "/1".into())]);
    assert_eq!(blamed(&session), ["route-2"]);
}

#[test]
fn the_bad_ones_among_many_are_found_at_once() {
    let mut ir = fleet(300, 7);
    for bad in [17, 180, 181] {
        put(&mut ir, &domain(bad % 7), bad, route(bad, "/bad"));
    }
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    let questions = proxies().converse(&mut session);
    assert!(questions <= 45, "{questions}");
    assert_eq!(served(&session).iter().filter(|(status, _)| *status == 200).count(), 297);
    assert_eq!(served(&session).iter().filter(|(status, _)| *status == 500).count(), 3);
    let mut blamed = blamed(&session);
    blamed.sort();
    assert_eq!(blamed, ["route-17", "route-180", "route-181"]);
}

#[test]
fn an_edit_in_the_middle_of_a_search_is_not_lost() {
    let mut ir = fleet(40, 2);
    put(&mut ir, &domain(1), 33, route(33, "/bad"));
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    let version = session.model().get(ResourceType::Route, TABLE).unwrap().version;
    session.refused(ResourceType::Route, TABLE, version, "no");
    assert!(session.is_searching());
    put(&mut ir, &domain(0), 40, route(40, "/late"));
    session.update(&ir);
    // What is said of the version before means nothing any more.
    assert!(session.refused(ResourceType::Route, TABLE, version, "no").is_empty());
    proxies().converse(&mut session);
    let served = served(&session);
    assert!(served.contains(&(200, "/late".into())) && served.contains(&(500, "/bad".into())));
    assert_eq!((served.len(), blamed(&session).len()), (41, 1));
}

#[test]
fn patches_that_proxies_refuse_are_taken_back_alone() {
    let mut ir = fleet(2, 1);
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    patched(&mut ir, 1);
    session.update(&ir);
    let name = cluster_name(1);
    let version = |session: &Session| session.model().get(ResourceType::Cluster, &name).unwrap().version;
    let with_patch = version(&session);
    session.refused(ResourceType::Cluster, &name, with_patch, "no such name");
    assert!(session.is_searching());
    session.accepted(ResourceType::Cluster, &name, version(&session));
    assert!(!session.is_searching());
    let plain = XdsTranslator::default().translate(&XdsIr { patches: OrdMap::new(), ..ir.clone() });
    assert_eq!(version(&session), plain.get(ResourceType::Cluster, &name).unwrap().version);
    let report = session.model().patched().next().unwrap();
    assert!(report.problems[0].message.contains("no such name"), "{:?}", report.problems);
    assert!(blamed(&session).is_empty());

    // Gone and back, it is tried again.
    let patches = std::mem::take(&mut ir.patches);
    session.update(&ir);
    ir.patches = patches;
    session.update(&ir);
    assert_eq!(version(&session), with_patch);
}

#[test]
fn a_cluster_that_proxies_refuse_keeps_its_last_good_form() {
    let mut ir = fleet(2, 1);
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    let name = cluster_name(1);
    let version = |session: &Session| session.model().get(ResourceType::Cluster, &name).unwrap().version;
    let good = version(&session);
    let bad = Cluster { connect_timeout_ms: 1, ..Cluster::clone(&ir.clusters[&name]) };
    ir.clusters.insert(name.clone(), Arc::new(bad.clone()));
    session.update(&ir);
    session.refused(ResourceType::Cluster, &name, version(&session), "too short");
    assert_eq!((version(&session), blamed(&session).len()), (good, 1));
    let healed = Cluster { connect_timeout_ms: 2, ..bad };
    ir.clusters.insert(name.clone(), Arc::new(healed));
    session.update(&ir);
    assert!(blamed(&session).is_empty() && !session.is_quarantined());
    assert_eq!(session.model(), &XdsTranslator::default().translate(&ir));
}
