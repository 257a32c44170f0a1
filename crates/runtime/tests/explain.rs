//! Explanations agree with what a search through everything finds, for every set of objects and every request.

#![expect(clippy::expect_used, reason = "samples are known to be right")]

use std::sync::Arc;

use eg_ir::{
    XdsIr,
    listener::{HttpServer, Listener, StreamTls, Transport},
    route::{HttpRoute, PathMatch, RouteMatch, StringMatch, ValueMatch, VirtualHost},
};
use eg_resources::{Batch, SourceId};
use eg_runtime::{
    Core, Event, Infrastructure, Settings,
    explain::{Mismatch, Outcome, Part, Request},
};
use eg_testkit::arb::{self, World};
use proptest::{collection::vec, prelude::*, sample::select};
use regex::Regex;

const NOW: i64 = 1_790_000_000;

fn core_of(world: &World) -> Core {
    let settings =
        Settings { infrastructure: Infrastructure::Host, enable_backend: true, ..Settings::default() };
    let source = SourceId::new("test");
    let mut core = Core::new(settings, [source.clone()]);
    let batch = Batch::Replace(world.decode().expect("objects"));
    core.step([Event::Tick(NOW), Event::Batch { source, batch }]);
    core
}

/// Requests with the names and values that the generated routes ask for, and some others.
fn request() -> impl Strategy<Value = Request> {
    let host = select(
        &["a.example.com", "B.example.com:80", "x.b.example.com", "example.com", "example.org", "other.test"]
            [..],
    );
    let path = select(
        &["/", "/a", "/a/", "/a/b/c", "//a///b", "/ab", "/b/../a", "/b", "/v12", "/v1/x", "/(a)/x"][..],
    );
    let query = select(&["", "?x=1", "?x=two&version=1", "?version=v2", "?X=&x"][..]);
    let header = (select(&["x", "X", "version", "other"][..]), select(&["1", "two", "", "v2"][..]));
    (
        host,
        path,
        query,
        vec(header, 0..3),
        select(&["GET", "POST"][..]),
        select(&[80_u16, 443, 8080][..]),
        any::<bool>(),
    )
        .prop_map(|(host, path, query, headers, method, port, tls)| {
            let url = format!("{}://{host}{path}{query}", if tls { "https" } else { "http" });
            let mut request = Request::parse(&url).expect("a URL");
            method.clone_into(&mut request.method);
            request.port = port;
            headers.into_iter().fold(request, |request, (name, value)| request.with_header(name, value))
        })
}

/// How specific a name is that stands for another one; `None` when it does not.
fn specificity(pattern: &str, name: &str) -> Option<usize> {
    match pattern.strip_prefix('*') {
        Some("") => Some(0),
        Some(suffix) => (name.len() > suffix.len() && name.ends_with(suffix)).then_some(suffix.len()),
        None => (pattern == name).then_some(usize::MAX),
    }
}

/// What the oracle knows of a request: the paths of the pool are few enough to be normalised by hand.
struct Plain {
    host: String,
    path: &'static str,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl Plain {
    fn of(request: &Request) -> Self {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let path = match path {
            "/" => "/",
            "/a" | "/b/../a" => "/a",
            "/a/" => "/a/",
            "/a/b/c" => "/a/b/c",
            "//a///b" => "/a/b",
            "/ab" => "/ab",
            "/b" => "/b",
            "/v12" => "/v12",
            "/v1/x" => "/v1/x",
            _ => "/(a)/x",
        };
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        });
        let mut headers: Vec<(String, String)> = vec![(":method".to_owned(), request.method.clone())];
        headers.extend(request.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())));
        let host = request.authority.split(':').next().unwrap_or_default().to_lowercase();
        Self { host, path, query: query.collect(), headers }
    }

    fn meets(&self, RouteMatch { path, headers, query, cookies }: &RouteMatch) -> bool {
        let path = match path {
            None => true,
            Some(PathMatch::Exact(exact)) => self.path == exact,
            Some(PathMatch::Regex(expression)) => full(expression, self.path),
            Some(PathMatch::Prefix(prefix)) => {
                // Segment by segment.
                let prefix: Vec<&str> = prefix.split('/').filter(|segment| !segment.is_empty()).collect();
                let path: Vec<&str> = self.path.split('/').skip(1).collect();
                path.starts_with(&prefix)
            }
        };
        let header = |ValueMatch { name, value }: &ValueMatch| {
            let name = name.to_lowercase();
            let values: Vec<&str> = self
                .headers
                .iter()
                .filter(|(own, _)| *own == name)
                .map(|(_, value)| value.as_str())
                .collect();
            !values.is_empty() && equals(value, &values.join(","))
        };
        let parameter = |ValueMatch { name, value }: &ValueMatch| {
            self.query.iter().find(|(own, _)| own == name).is_some_and(|(_, own)| equals(value, own))
        };
        path && headers.iter().all(header) && query.iter().all(parameter) && cookies.is_empty()
    }
}

fn equals(expected: &StringMatch, text: &str) -> bool {
    match expected {
        StringMatch::Exact(exact) => exact == text,
        StringMatch::Prefix(prefix) => text.starts_with(prefix.as_str()),
        StringMatch::Suffix(suffix) => text.ends_with(suffix.as_str()),
        StringMatch::Regex(expression) => full(expression, text),
    }
}

fn full(expression: &str, text: &str) -> bool {
    Regex::new(&format!(r"\A({expression})\z")).expect("expressions were checked").is_match(text)
}

/// What takes a connection.
#[derive(Clone, Copy)]
enum Taker<'i> {
    Http(&'i HttpServer),
    Stream(&'i str),
    Nobody,
}

/// What takes the connection: of all chains that may, the one with the most specific name.
fn taker<'i>(listener: &'i Listener, request: &Request) -> Taker<'i> {
    let name = request.server_name.as_deref().filter(|_| request.tls);
    let rate = |names: &[eg_ir::Name]| match name {
        _ if names.is_empty() => Some(0),
        Some(name) => names.iter().filter_map(|pattern| specificity(pattern, name)).max(),
        None => None,
    };
    let mut all: Vec<(usize, Taker<'i>)> = Vec::new();
    for chain in &listener.tls_chains {
        let taker = if request.tls { Taker::Http(&chain.http) } else { Taker::Nobody };
        all.extend(rate(&chain.server_names).map(|rate| (rate, taker)));
    }
    for server in &listener.streams {
        let fails = matches!(server.tls, StreamTls::Terminate(_)) && !request.tls;
        for chain in &server.chains {
            let taker = if fails { Taker::Nobody } else { Taker::Stream(&chain.route.name) };
            all.extend(rate(&chain.server_names).map(|rate| (rate, taker)));
        }
    }
    if all.iter().all(|(rate, _)| *rate > 0) && listener.streams.iter().any(|server| server.chains.is_empty())
    {
        all.push((0, Taker::Nobody));
    }
    let best = all.into_iter().max_by_key(|(rate, _)| *rate).map(|(_, taker)| taker);
    let plain = listener.http.as_deref().filter(|_| !request.tls);
    best.unwrap_or_else(|| plain.map_or(Taker::Nobody, Taker::Http))
}

fn hosts<'i>(ir: &'i XdsIr, server: &HttpServer, host: &str) -> Option<&'i VirtualHost> {
    let hosts = ir.routes.get(&server.routes)?.virtual_hosts.values();
    let rated = hosts.filter_map(|one| Some((specificity(&one.domain, host)?, &**one)));
    rated.max_by_key(|(specificity, _)| *specificity).map(|(_, host)| host)
}

fn first<'i>(host: &'i VirtualHost, plain: &Plain) -> Option<&'i HttpRoute> {
    let matching = host.routes.iter().filter(|(_, route)| plain.meets(&route.matches));
    matching.min_by_key(|(order, _)| (*order).clone()).map(|(_, route)| &**route)
}

fn route<'i>(ir: &'i XdsIr, name: &str) -> &'i HttpRoute {
    let tables = ir.routes.values().flat_map(|table| table.virtual_hosts.values());
    let mut routes = tables.flat_map(|host| host.routes.values());
    routes.find(|route| &*route.name == name).expect("a candidate that is there")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// The fleets, the virtual host and the route are those that a search through everything finds.
    #[test]
    fn what_serves_a_request_is_what_a_search_finds(world in arb::world(24), requests in vec(request(), 1..12)) {
        let core = core_of(&world);
        for request in requests {
            let explanation = core.explain(&request);
            let plain = Plain::of(&request);
            for (fleet, ir) in &core.translation().xds {
                let is_there = |one: &&Arc<Listener>| one.port == request.port && one.transport == Transport::Tcp;
                let mut listeners = ir.listeners.values().filter(is_there);
                let answer = explanation.fleets.iter().find(|answer| answer.fleet == *fleet);
                let Some(listener) = listeners.next() else {
                    prop_assert!(answer.is_none(), "{request:?}");
                    continue;
                };
                let answer = answer.expect("an answer of a fleet that listens");
                let server = match taker(listener, &request) {
                    Taker::Http(server) => server,
                    Taker::Stream(route) => {
                        let found = answer.serving.route.as_ref().map(|route| &*route.name);
                        prop_assert_eq!(found, Some(route), "{}", answer);
                        prop_assert!(matches!(answer.outcome, Outcome::Streamed { .. }), "{}", answer);
                        continue;
                    }
                    Taker::Nobody => {
                        prop_assert!(matches!(answer.outcome, Outcome::Refused { .. }), "{}", answer);
                        continue;
                    }
                };
                if matches!(answer.outcome, Outcome::Rejected { .. }) {
                    continue;
                }
                let host = hosts(ir, server, &plain.host);
                let found = answer.serving.virtual_host.as_ref();
                prop_assert_eq!(found.map(|host| &host.domain), host.map(|host| &host.domain), "{}", answer);
                let chosen = host.and_then(|host| first(host, &plain));
                let found = answer.serving.route.as_ref();
                prop_assert_eq!(found.map(|route| &route.name), chosen.map(|route| &route.name), "{}", answer);
                prop_assert_eq!(chosen.is_none(), answer.outcome == Outcome::NotFound, "{}", answer);
                if let Outcome::Forwarded { destinations } = &answer.outcome {
                    let sum: f64 = destinations.iter().map(|destination| destination.percent).sum();
                    prop_assert!((sum - 100.0).abs() < 1e-6, "{}", answer);
                }
            }
        }
    }

    /// What is said of the losers is true: those that do not match do not, and those that lose for another reason do.
    #[test]
    fn losers_lost_for_the_reason_that_is_named(world in arb::world(24), requests in vec(request(), 1..12)) {
        let core = core_of(&world);
        for request in requests {
            let plain = Plain::of(&request);
            for answer in core.explain(&request).fleets {
                prop_assert!(answer.candidates.len() <= 8);
                let ir = &core.translation().xds[&answer.fleet];
                for candidate in answer.candidates.iter().filter(|candidate| candidate.part == Part::Route) {
                    // A candidate at another port may be another fleet's.
                    let meets = match &candidate.why {
                        Mismatch::Path { .. } | Mismatch::Value { .. } => false,
                        Mismatch::Precedence { .. } | Mismatch::Host { .. } => true,
                        _ => continue,
                    };
                    prop_assert_eq!(plain.meets(&route(ir, &candidate.name).matches), meets, "{}", candidate);
                }
            }
        }
    }
}
