//! Which objects serve a request, and why others do not.
//!
//! [`explain`] answers from the IR of the fleets, whose nodes know the objects that they came from, and from the statuses
//! of objects that are not in the IR. It decides as Envoy does with the configuration that the same IR becomes:
//!
//! 1. the listener by port, as clients know it;
//! 2. the filter chain by the server name that TLS asks for: the name itself, then the longest wildcard, then the chain
//!    for every name;
//! 3. the path, normalised: dot segments, doubled slashes and needless escapes go, escaped slashes are redirected;
//! 4. the virtual host by the host without its port: the name itself, then the longest wildcard, then `*`;
//! 5. the first route, in the order of the IR, of which path, headers, query parameters and cookies match. When none
//!    does, no other virtual host is tried;
//! 6. what the route does: clusters with their shares and endpoints, a redirect, or an answer of the proxy's own.
//!
//! Patches that users make to Envoy's resources are named and not followed. Nothing is sent, and nothing that depends on a running proxy is known: whether endpoints answer, which of several
//! clusters is chosen, what filters such as authentication say.

mod answer;
mod candidate;
mod client;
mod complaint;
mod host;
mod matching;
mod patch;
mod path;
mod request;
mod socket;
mod target;
mod text;

use eg_gatewayapi_translator::Translation;
use eg_ir::{IrKey, XdsIr, listener::Listener};
use eg_resources::Snapshot;

pub use answer::{
    Backend, Chain, Complaint, Destination, Explanation, FleetAnswer, Host, Listening, Outcome, Patched,
    Served, Serving,
};
pub use candidate::{Candidate, Part};
pub use matching::{Mismatch, Place};
pub use request::{Request, RequestError};

use self::{candidate::Search, path::Normalised, request::Seen, socket::Server};

/// What is known when a request is explained.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World<'w> {
    pub(crate) translation: &'w Translation,
    /// The objects, to tell what those that were refused wanted.
    pub(crate) snapshot: &'w Snapshot,
}

/// Explains what becomes of a request in every fleet that listens at its port.
pub fn explain(translation: &Translation, snapshot: &Snapshot, request: &Request) -> Explanation {
    let world = World { translation, snapshot };
    let listening = translation.xds.iter().filter_map(|(fleet, ir)| {
        let port = socket::bound_port(translation.infra.get(fleet).map(AsRef::as_ref), request.port);
        let listeners = socket::at(ir, port);
        let (first, rest) = listeners.split_first()?;
        Some(FleetQuery { world, fleet, ir, request }.answer(first, rest))
    });
    let fleets: Vec<FleetAnswer> = listening.collect();
    let candidates = if fleets.is_empty() { candidate::without_fleet(world, request) } else { Vec::new() };
    Explanation { request: request.clone(), fleets, candidates }
}

/// One request in one fleet.
#[derive(Clone, Copy)]
struct FleetQuery<'q> {
    world: World<'q>,
    fleet: &'q IrKey,
    ir: &'q XdsIr,
    request: &'q Request,
}

impl<'q> FleetQuery<'q> {
    fn answer(self, first: &'q Listener, rest: &[&'q Listener]) -> FleetAnswer {
        let connection = socket::connect(first, rest, self.request);
        let listening = Some(connection.listening());
        let serving = Serving { listening, ..Serving::default() };
        let http = match connection.server.clone() {
            Ok(Server::Http(http)) => http,
            Ok(Server::Stream(_, route)) => {
                let serving = Serving { route: Some(Served::of_stream(route)), ..serving };
                return self.finish(serving, target::streamed(self.ir, route), Vec::new());
            }
            Err(why) => {
                let candidates = self.search().run(&connection, None, None);
                return self.finish(serving, Outcome::Refused { why }, candidates);
            }
        };
        let request = match client::received(self.request, &http.client.headers) {
            Ok(request) => request,
            Err(outcome) => return self.finish(serving, outcome, Vec::new()),
        };
        let received = FleetQuery { request: &request, ..self };
        let seen = match received.seen() {
            Ok(seen) => seen,
            Err(outcome) => return self.finish(serving, outcome, Vec::new()),
        };
        if let Some(outcome) = client::health(&seen, http.client.health_check.as_ref()) {
            return self.finish(serving, outcome, Vec::new());
        }
        let table = self.ir.routes.get(&http.routes);
        let host = table.and_then(|table| host::choose(&table.virtual_hosts, &seen.host));
        let route = host.and_then(|host| matching::first_match(host, &seen));
        let outcome = route.map_or(Outcome::NotFound, |route| target::outcome(self.ir, route, &seen));
        let candidates = received.search().run(&connection, host, route);
        let serving = Serving { virtual_host: host.map(Host::of), route: route.map(Served::of), ..serving };
        self.finish(serving, outcome, candidates)
    }

    /// What is compared with routes, or what the proxy answers before it looks for one.
    fn seen(self) -> Result<Seen, Outcome> {
        match path::normalise(&self.request.path) {
            Normalised::Path(path) => Ok(Seen::new(self.request, path)),
            Normalised::Redirect(path) => {
                let query = self.request.path.find('?').map_or("", |start| &self.request.path[start..]);
                Err(Outcome::Redirected { status: 307, location: format!("{path}{query}") })
            }
            Normalised::Refused => {
                Err(Outcome::Rejected { status: 400, why: "the path cannot be normalised".to_owned() })
            }
        }
    }

    fn search(self) -> Search<'q> {
        Search { world: self.world, fleet: self.fleet, ir: self.ir, request: self.request }
    }

    fn finish(self, serving: Serving, outcome: Outcome, candidates: Vec<Candidate>) -> FleetAnswer {
        let complaints = complaint::of(self.world, &serving, &outcome);
        let patches = patch::of(self.ir, &serving, &outcome);
        FleetAnswer { fleet: self.fleet.clone(), serving, outcome, candidates, complaints, patches }
    }
}
