//! Random histories of edits: a session equals a translation from scratch, and its deltas tell the whole story.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, sync::Arc};

use eg_ir::{
    Globals, Name, ReadyListener, SecretBytes, XdsIr,
    cluster::{Cluster, Discovery, EndpointSet, Locality, UpstreamProtocol, ZoneAware},
    listener::{HttpServer, Listener, TerminateTls, TlsChain},
    route::{
        Body, DirectResponse, Forward, HttpRoute, PathMatch, PathRewrite, Redirect, RouteAction, RouteMatch,
        RoutePlace, RouteTable, UrlRewrite, VirtualHost, WeightedCluster,
    },
};
use eg_xds_translator::{Finding, ModelDelta, NodePath, ResourceType, Version, XdsModel, XdsTranslator};
use proptest::{collection::vec, prelude::*};
use prost::Message;
use xds_api::pb::envoy::config::route::v3::RouteConfiguration;

/// One edit of a fleet. Names are drawn from few, so that edits meet.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "histories are short")]
enum Edit {
    Route { table: u8, host: u8, position: u8, route: Option<HttpRoute> },
    Host { table: u8, host: u8, renamed: bool },
    Table { table: u8, present: bool },
    Listener { index: u8, port: Option<u16>, tls: bool },
    Cluster { index: u8, cluster: Option<Cluster> },
    Endpoints { index: u8, localities: Option<u8> },
    Secret { index: u8, content: Option<String> },
    Ready { port: u16 },
}

fn name(kind: &str, index: u8) -> Name {
    format!("{kind}-{index}").into()
}

fn action() -> impl Strategy<Value = RouteAction> {
    let cluster = (0..3_u8, 0..3_u32).prop_map(|(index, weight)| WeightedCluster {
        name: name("cluster", index),
        weight,
        ..WeightedCluster::default()
    });
    prop_oneof![
        3 => (vec(cluster, 0..3), 0..2_u32).prop_map(|(clusters, invalid_weight)| {
            RouteAction::Forward(Forward { by_host: clusters.len() == 1, clusters, invalid_weight })
        }),
        1 => (300..310_u16).prop_map(|status| {
            RouteAction::Redirect(Box::new(Redirect { status, ..Redirect::default() }))
        }),
        1 => (199..700_u16, proptest::option::of(0..5000_usize)).prop_map(|(status, length)| {
            RouteAction::DirectResponse(DirectResponse { status, body: length.map(|n| Body::from("x".repeat(n).as_str())) })
        }),
    ]
}

fn route() -> impl Strategy<Value = HttpRoute> {
    let path = proptest::option::of(prop_oneof![
        "/[a-c]{0,2}".prop_map(PathMatch::Prefix),
        "/[a-c]{0,2}".prop_map(PathMatch::Exact),
        "/[a-c]{1,2}\\*".prop_map(PathMatch::Regex),
    ]);
    let rewrite = proptest::option::of("/[a-c]{0,2}").prop_map(|prefix| {
        prefix.map(|prefix| UrlRewrite { path: Some(PathRewrite::Prefix(prefix)), ..UrlRewrite::default() })
    });
    (0..4_u8, path, action(), rewrite, proptest::option::of(0..9_000_000_u64)).prop_map(
        |(index, path, action, rewrite, timeout_ms)| HttpRoute {
            name: name("route", index),
            matches: RouteMatch { path, ..RouteMatch::default() },
            action,
            rewrite: rewrite.map(Arc::new),
            timeout_ms,
            ..HttpRoute::default()
        },
    )
}

fn cluster() -> impl Strategy<Value = Cluster> {
    let protocol = prop_oneof![
        Just(UpstreamProtocol::Http1),
        Just(UpstreamProtocol::Http1Only),
        Just(UpstreamProtocol::Http2)
    ];
    // Always valid: what is not keeps its last good form, which a translation from scratch does not know.
    (protocol, 1..9999_u32, any::<bool>(), any::<bool>()).prop_map(|(protocol, timeout, near, dns)| Cluster {
        protocol,
        connect_timeout_ms: timeout,
        zone_aware: near.then(ZoneAware::default),
        discovery: if dns { Discovery::Dns(Arc::new(endpoints("dns".into(), 1))) } else { Discovery::Eds },
        ..Cluster::default()
    })
}

fn endpoints(cluster: Name, localities: u8) -> EndpointSet {
    EndpointSet {
        cluster,
        localities: vec![Locality::default(); localities.into()],
        ..EndpointSet::default()
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let (table, host) = (0..2_u8, 0..3_u8);
    prop_oneof![
        8 => (table.clone(), host.clone(), 0..4_u8, proptest::option::weighted(0.8, route()))
            .prop_map(|(table, host, position, route)| Edit::Route { table, host, position, route }),
        1 => (table.clone(), host, any::<bool>())
            .prop_map(|(table, host, renamed)| Edit::Host { table, host, renamed }),
        1 => (table, any::<bool>()).prop_map(|(table, present)| Edit::Table { table, present }),
        1 => (0..2_u8, proptest::option::of(1..3_u16), any::<bool>())
            .prop_map(|(index, port, tls)| Edit::Listener { index, port, tls }),
        2 => (0..3_u8, proptest::option::of(cluster()))
            .prop_map(|(index, cluster)| Edit::Cluster { index, cluster }),
        2 => (0..3_u8, proptest::option::of(0..3_u8))
            .prop_map(|(index, localities)| Edit::Endpoints { index, localities }),
        1 => (0..2_u8, proptest::option::of("[a-b]{1,2}"))
            .prop_map(|(index, content)| Edit::Secret { index, content }),
        1 => (0..3_u16).prop_map(|port| Edit::Ready { port }),
    ]
}

/// Sets or removes an entry of one of the maps of an IR.
fn set<T>(map: &mut eg_ir::OrdMap<Name, Arc<T>>, name: Name, value: Option<T>) {
    match value {
        Some(value) => map.insert(name, Arc::new(value)),
        None => map.remove(&name),
    };
}

fn apply(ir: &mut XdsIr, edit: Edit) {
    match edit {
        Edit::Route { table, host, position, route } => in_host(ir, table, host, |host| {
            let order = RoutePlace { position: (position.into(), 0), ..RoutePlace::default() }.into();
            match route {
                Some(route) => host.routes.insert(order, Arc::new(route)),
                None => host.routes.remove(&order),
            };
        }),
        Edit::Host { table, host, renamed } => in_host(ir, table, host, |host| {
            host.name = if renamed { "renamed".into() } else { host.domain.clone() };
        }),
        Edit::Table { table, present } => {
            let name = name("table", table);
            let table = RouteTable { name: name.clone(), ..RouteTable::default() };
            set(&mut ir.routes, name, present.then_some(table));
        }
        Edit::Listener { index, port, tls } => {
            let name = name("listener", index);
            let listener = port.map(|port| listener(&name, port, tls));
            set(&mut ir.listeners, name, listener);
        }
        Edit::Cluster { index, cluster } => {
            let name = name("cluster", index);
            let cluster = cluster.map(|cluster| Cluster { name: name.clone(), ..cluster });
            set(&mut ir.clusters, name, cluster);
        }
        Edit::Endpoints { index, localities } => {
            let name = name("cluster", index);
            let endpoints = localities.map(|count| endpoints(name.clone(), count));
            set(&mut ir.endpoints, name, endpoints);
        }
        Edit::Secret { index, content } => {
            let name = name("secret", index);
            let secret = content.map(|content| eg_ir::Secret {
                name: name.clone(),
                content: eg_ir::SecretContent::TrustedCa(SecretBytes::new(content)),
                ..eg_ir::Secret::default()
            });
            set(&mut ir.secrets, name, secret);
        }
        Edit::Ready { port } => {
            let ready = (port > 0).then(|| ReadyListener { port, ..ReadyListener::default() });
            ir.globals = Arc::new(Globals { ready });
        }
    }
}

fn in_host(ir: &mut XdsIr, table: u8, host: u8, change: impl FnOnce(&mut VirtualHost)) {
    let (name, domain) = (name("table", table), name("host", host));
    let mut table = ir.routes.get(&name).map(|table| RouteTable::clone(table)).unwrap_or_default();
    table.name = name.clone();
    let mut host = table.virtual_hosts.get(&domain).map(|host| VirtualHost::clone(host)).unwrap_or_default();
    host.domain = domain.clone();
    if host.name.is_empty() {
        host.name = domain.clone();
    }
    change(&mut host);
    table.virtual_hosts.insert(domain, Arc::new(host));
    ir.routes.insert(name, Arc::new(table));
}

fn listener(name: &Name, port: u16, tls: bool) -> Listener {
    let server =
        Arc::new(HttpServer { name: name.clone(), routes: "table-0".into(), ..HttpServer::default() });
    let chain = TlsChain {
        name: name.clone(),
        server_names: vec!["host-0".into()],
        tls: TerminateTls { certificates: vec!["secret-0".into()], ..TerminateTls::default() },
        http: server.clone(),
    };
    Listener {
        name: name.clone(),
        address: "0.0.0.0".into(),
        port,
        tls_chains: if tls { vec![Arc::new(chain)] } else { Vec::new() },
        http: (!tls).then_some(server),
        ..Listener::default()
    }
}

/// What somebody knows who saw nothing but deltas.
#[derive(Default)]
struct Replica {
    versions: BTreeMap<(ResourceType, Name), Version>,
    findings: BTreeMap<NodePath, Finding>,
}

impl Replica {
    fn apply(&mut self, delta: ModelDelta) {
        for (resource_type, name, packed) in delta.upserts {
            let old = self.versions.insert((resource_type, name), packed.version);
            assert_ne!(old, Some(packed.version), "an unchanged resource was sent again");
        }
        for key in delta.removals {
            assert!(self.versions.remove(&key).is_some(), "{key:?} was removed twice");
        }
        for finding in delta.withdrawn {
            assert_eq!(self.findings.remove(&finding.node), Some(finding));
        }
        for finding in delta.raised {
            self.findings.insert(finding.node.clone(), finding);
        }
    }

    fn assert_equals(&self, model: &XdsModel) {
        let versions = ResourceType::ALL.into_iter().flat_map(|resource_type| {
            let resources = model.resources(resource_type);
            resources.iter().map(move |(name, packed)| ((resource_type, name.clone()), packed.version))
        });
        assert_eq!(self.versions, versions.collect());
        let findings = model.findings().map(|finding| (finding.node.clone(), finding.clone()));
        assert_eq!(self.findings, findings.collect());
    }
}

fn assert_publishable(model: &XdsModel) {
    for resource_type in ResourceType::ALL {
        for (name, packed) in model.resources(resource_type) {
            let valid = xds_api::validate_encoded(resource_type.type_url(), &packed.body);
            assert_eq!(valid, Ok(()), "{resource_type:?} {name}");
        }
    }
    for packed in model.resources(ResourceType::Route).values() {
        let decoded = RouteConfiguration::decode(&*packed.body).unwrap();
        assert_eq!(decoded.encode_to_vec(), packed.body, "spliced bytes are canonical");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_session_equals_a_translation_from_scratch(history in vec(vec(edit(), 1..4), 1..12)) {
        let translator = XdsTranslator::default();
        let mut session = translator.session();
        let mut replica = Replica::default();
        let mut ir = XdsIr::default();
        for edits in history {
            for edit in edits {
                apply(&mut ir, edit);
            }
            replica.apply(session.update(&ir));
            let scratch = translator.translate(&ir);
            prop_assert_eq!(session.model(), &scratch);
            replica.assert_equals(&scratch);
            assert_publishable(&scratch);
            prop_assert!(session.update(&ir.clone()).is_empty());
        }
    }
}
