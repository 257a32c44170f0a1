//! What does not serve a request, and why: the nearest misses first.

use eg_diag::ObjectRef;
use eg_ir::{
    IrKey, Name, Origin, XdsIr,
    listener::Listener,
    route::{HttpRoute, PathMatch, RouteTable, VirtualHost},
};
use serde::Serialize;
use serde_json::Value;

use super::{
    Mismatch, Place, Request, World, complaint,
    host::{choose, covers},
    matching::{first_match, mismatch},
    path::{Normalised, normalise},
    request::Seen,
    socket::{self, Connection, Server},
};

/// How many are told at most.
const MOST: usize = 8;

/// Something that does not serve a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// What it is.
    pub part: Part,
    /// Its name.
    pub name: Name,
    /// The object, and the part of it, that it came from.
    pub origin: Origin,
    /// The first thing that does not fit.
    pub why: Mismatch,
}

/// A part of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// A listener of a Gateway.
    Listener,
    /// A filter chain for connections with TLS.
    Chain,
    /// A virtual host.
    VirtualHost,
    /// A route.
    Route,
    /// An object that is not in force.
    Object,
}

/// How far a candidate is from serving the request; small is near.
type Distance = (u8, usize);

/// A search for candidates in one fleet.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    pub(super) world: World<'s>,
    pub(super) fleet: &'s IrKey,
    pub(super) ir: &'s XdsIr,
    pub(super) request: &'s Request,
}

impl<'s> Search<'s> {
    /// The nearest candidates beside the route that serves the request, if one does.
    pub(super) fn run(
        self,
        connection: &Connection<'s>,
        host: Option<&'s VirtualHost>,
        served: Option<&'s HttpRoute>,
    ) -> Vec<Candidate> {
        let Some(seen) = seen(self.request) else { return Vec::new() };
        let mut found = Vec::new();
        if let Some(host) = host {
            found.extend(of_host(host, served, &seen));
        }
        if served.is_some() {
            return nearest(found);
        }
        match &connection.server {
            Ok(Server::Stream(..)) => {}
            Ok(Server::Http(http)) => {
                if let Some(table) = self.ir.routes.get(&http.routes) {
                    found.extend(of_table(table, host, &seen));
                }
            }
            Err(_) => found.extend(of_chains(connection.listener, self.request)),
        }
        found.extend(elsewhere(self.world, self.request, &seen, Some((self.fleet, connection.listener))));
        found.extend(refused(self.world, self.request, &seen, Some(self.fleet)));
        nearest(found)
    }
}

/// The nearest candidates when no fleet listens at the port.
pub(super) fn without_fleet(world: World<'_>, request: &Request) -> Vec<Candidate> {
    let Some(seen) = seen(request) else { return Vec::new() };
    let elsewhere = elsewhere(world, request, &seen, None);
    nearest(elsewhere.into_iter().chain(refused(world, request, &seen, None)).collect())
}

fn seen(request: &Request) -> Option<Seen> {
    match normalise(&request.path) {
        Normalised::Path(path) | Normalised::Redirect(path) => Some(Seen::new(request, path)),
        Normalised::Refused => None,
    }
}

fn nearest(mut found: Vec<(Distance, Candidate)>) -> Vec<Candidate> {
    found.sort_by_key(|(distance, _)| *distance);
    let mut nearest: Vec<Candidate> = Vec::new();
    for (_, candidate) in found {
        if nearest.len() < MOST && !nearest.contains(&candidate) {
            nearest.push(candidate);
        }
    }
    nearest
}

/// The routes that are tried before the one that serves the request, and those that it takes requests from.
fn of_host(host: &VirtualHost, served: Option<&HttpRoute>, seen: &Seen) -> Vec<(Distance, Candidate)> {
    let mut found = Vec::new();
    let mut is_before = true;
    for route in host.routes.values() {
        if served.is_some_and(|served| std::ptr::eq(served, route.as_ref())) {
            is_before = false;
            continue;
        }
        let why = mismatch(&route.matches, seen);
        let why = match (why, served) {
            (Some(why), _) if is_before => why,
            (None, Some(served)) => Mismatch::Precedence { route: served.name.clone() },
            _ => continue,
        };
        let name = route.name.clone();
        let candidate = Candidate { part: Part::Route, name, origin: route.origin.clone(), why };
        found.push((distance(&candidate.why), candidate));
    }
    found
}

fn distance(why: &Mismatch) -> Distance {
    match why {
        Mismatch::Precedence { .. } => (0, 0),
        Mismatch::Value { place: Place::Cookie, .. } => (1, 0),
        Mismatch::Value { place: Place::Query, .. } => (2, 0),
        Mismatch::Value { place: Place::Header, .. } => (3, 0),
        Mismatch::Value { place: Place::Method, .. } => (4, 0),
        Mismatch::Path { expected, found } => {
            let (PathMatch::Exact(text) | PathMatch::Prefix(text) | PathMatch::Regex(text)) = expected;
            (5, usize::MAX - text.bytes().zip(found.bytes()).take_while(|(a, b)| a == b).count())
        }
        _ => (6, 0),
    }
}

/// Virtual hosts other than the chosen one: those with a route that would match, and all when none was chosen.
fn of_table(table: &RouteTable, chosen: Option<&VirtualHost>, seen: &Seen) -> Vec<(Distance, Candidate)> {
    let others = table.virtual_hosts.values();
    let others = others.filter(|host| chosen.is_none_or(|chosen| chosen.domain != host.domain));
    let of = |host: &std::sync::Arc<VirtualHost>| {
        let why = || Mismatch::Host { expected: vec![host.domain.clone()], found: seen.host.clone() };
        let common =
            host.domain.bytes().rev().zip(seen.host.bytes().rev()).take_while(|(a, b)| a == b).count();
        if let Some(route) = first_match(host, seen) {
            let (name, origin) = (route.name.clone(), route.origin.clone());
            return Some((
                (20, usize::MAX - common),
                Candidate { part: Part::Route, name, origin, why: why() },
            ));
        }
        let (name, origin) = (host.name.clone(), host.origin.clone());
        chosen.is_none().then(|| {
            ((40, usize::MAX - common), Candidate { part: Part::VirtualHost, name, origin, why: why() })
        })
    };
    others.filter_map(of).collect()
}

fn of_chains(listener: &Listener, request: &Request) -> Vec<(Distance, Candidate)> {
    let of = |chain: &std::sync::Arc<eg_ir::listener::TlsChain>| {
        let why = if request.tls {
            Mismatch::ServerName { expected: chain.server_names.clone(), found: request.server_name.clone() }
        } else {
            Mismatch::Tls { spoken: true }
        };
        let (name, origin) = (chain.name.clone(), chain.http.origin.clone());
        ((10, 0), Candidate { part: Part::Chain, name, origin, why })
    };
    listener.tls_chains.iter().map(of).collect()
}

/// Listeners at other ports, or of the other protocol, that would serve the request.
fn elsewhere(
    world: World<'_>,
    request: &Request,
    seen: &Seen,
    except: Option<(&IrKey, &Listener)>,
) -> Vec<(Distance, Candidate)> {
    let mut found = Vec::new();
    for (fleet, ir) in &world.translation.xds {
        let infra = world.translation.infra.get(fleet).map(AsRef::as_ref);
        for listener in ir.listeners.values().map(AsRef::as_ref) {
            for tls in [request.tls, !request.tls] {
                let is_same = except.is_some_and(|(of, own)| of == fleet && own.name == listener.name);
                if is_same && tls == request.tls {
                    continue;
                }
                let server_name = request.server_name.clone().or_else(|| Some(seen.host.clone()));
                let other = Request { tls, server_name, ..request.clone() };
                let Ok(Server::Http(http)) = socket::connect_to(listener, &other).server else { continue };
                let table = ir.routes.get(&http.routes);
                let Some(host) = table.and_then(|table| choose(&table.virtual_hosts, &seen.host)) else {
                    continue;
                };
                let Some(route) = first_match(host, seen) else { continue };
                let listens = socket::client_ports(infra, listener.port);
                let why = if listens.contains(&request.port) {
                    Mismatch::Tls { spoken: tls }
                } else {
                    Mismatch::Port { listens }
                };
                let (name, origin) = (route.name.clone(), route.origin.clone());
                found.push(((30, 0), Candidate { part: Part::Route, name, origin, why }));
            }
        }
    }
    found
}

/// Routes for the host and listeners at the port that are not in force.
fn refused(
    world: World<'_>,
    request: &Request,
    seen: &Seen,
    fleet: Option<&IrKey>,
) -> Vec<(Distance, Candidate)> {
    let mut found = Vec::new();
    for (object, update) in &world.translation.statuses {
        for complaint in complaint::all(update) {
            let is_route = object.kind.kind.ends_with("Route");
            let about = complaint.about.as_deref();
            let spec = || world.snapshot.get_any(object).map(|object| object.to_json()["spec"].clone());
            // Of a route whose references are not resolved the rest is in force.
            let concerns = match (is_route, complaint.condition.as_str()) {
                (true, "Accepted") => spec().is_some_and(|spec| wants_host(&spec, &seen.host)),
                (false, "Accepted" | "Programmed" | "Conflicted" | "ResolvedRefs") => {
                    is_gateway(object) && spec().is_some_and(|spec| has_port(&spec, about, request.port))
                }
                _ => false,
            };
            if !concerns {
                continue;
            }
            let is_ours = fleet.is_some_and(|fleet| {
                *fleet.as_str() == object.qualified_name()
                    || about.is_some_and(|about| about.starts_with(fleet.as_str()))
            });
            let origin = Origin { section: about.map(Into::into), ..Origin::of(object.clone()) };
            let why = Mismatch::Condition {
                condition: complaint.condition,
                reason: complaint.reason,
                message: complaint.message,
            };
            let name = object.qualified_name().into();
            let distance = (if is_ours || !is_route { 7 } else { 25 }, 0);
            found.push((distance, Candidate { part: Part::Object, name, origin, why }));
        }
    }
    found
}

fn is_gateway(object: &ObjectRef) -> bool {
    matches!(object.kind.kind, "Gateway" | "ListenerSet")
}

/// Whether a route wants requests for a host.
fn wants_host(spec: &Value, host: &str) -> bool {
    match spec["hostnames"].as_array() {
        Some(hostnames) if !hostnames.is_empty() => {
            hostnames.iter().filter_map(Value::as_str).any(|hostname| covers(hostname, host))
        }
        _ => true,
    }
}

/// Whether a listener of this name, or any if there is none, is to listen at a port.
fn has_port(spec: &Value, name: Option<&str>, port: u16) -> bool {
    let mut listeners = spec["listeners"].as_array().into_iter().flatten();
    listeners.any(|listener| listener["port"] == port && name.is_none_or(|name| listener["name"] == name))
}
