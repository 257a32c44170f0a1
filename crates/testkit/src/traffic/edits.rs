//! Edits while traffic flows: whether any request fails, and how long until an edit is live.

use super::gateway::{Gateway, GatewayFactory};
use crate::{
    BoxError,
    client::Request,
    deadline,
    echo::{Echo, Protocol},
    load::{Load, Report, time_to_live},
    port,
};
use serde_json::{Value, json};
use std::{fmt::Write, net::SocketAddr, time::Duration};

/// How long one edit may take until it is live.
const PATIENCE: Duration = Duration::from_secs(10);

/// A Gateway with routes, two Services behind them, and a constant load on some of the routes.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// How many HTTPRoutes there are, each with a path and a host name of its own.
    pub routes: usize,
    /// How many edits are made, one after the other was seen to be live.
    pub edits: usize,
    /// Requests a second while edits are made; zero for none.
    pub rate: u32,
}

/// What came of a [`Scene`].
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The account of the load.
    pub load: Report,
    /// How long each edit took to be live, sorted.
    pub latencies: Vec<Duration>,
    /// How long it took from the first objects to the first answer.
    pub first: Duration,
}

impl Outcome {
    /// The latency that half of the edits did not exceed.
    pub fn median(&self) -> Duration {
        self.latencies.get(self.latencies.len() / 2).copied().unwrap_or_default()
    }
}

/// The state that edits change: which Service each route goes to, and which extra routes there are.
struct Scenery {
    listener: u16,
    backends: [SocketAddr; 2],
    /// For each route, the Service and the value of the response header that marks the edit.
    routes: Vec<(usize, usize)>,
    extra: Option<usize>,
}

/// Plays a scene with a gateway of its own.
///
/// The edits take turns: a route is pointed at the other Service, a route is added, the added one is removed, a filter of a
/// route that is under load changes.
pub async fn play(factory: &dyn GatewayFactory, scene: Scene) -> Result<Outcome, BoxError> {
    let one = Echo::start("default", "s0", Protocol::Http1).await?;
    let two = Echo::start("default", "s1", Protocol::Http1).await?;
    let mut scenery = Scenery {
        listener: port::free(),
        backends: [one.address(), two.address()],
        routes: vec![(0, 0); scene.routes],
        extra: None,
    };
    let mut gateway = factory.start(&[]).await?;
    let outcome = edits(gateway.as_mut(), scene, &mut scenery).await;
    let explained = if outcome.is_err() { gateway.explain().await } else { String::new() };
    let stopped = gateway.stop().await;
    let outcome = outcome.map_err(|error| format!("{error}\n{explained}"))?;
    stopped.map(|()| outcome)
}

async fn edits(gateway: &mut dyn Gateway, scene: Scene, scenery: &mut Scenery) -> Result<Outcome, BoxError> {
    let mut outcome = Outcome::default();
    gateway.apply(&scenery.objects()).await?;
    let last = scenery.routes.len().saturating_sub(1);
    let live = |response: &crate::client::Response| response.status == 200;
    outcome.first = time_to_live(&scenery.request(last), gateway.warm_up(), live).await?;
    let load = (scene.rate > 0).then(|| scenery.load(scene.rate).start());
    for edit in 1..=scene.edits {
        let (request, expected) = scenery.edit(edit);
        gateway.apply(&scenery.objects()).await?;
        let took = time_to_live(&request, PATIENCE, |response| expected.holds(response)).await;
        outcome.latencies.push(took.map_err(|error| format!("edit {edit}: {error}"))?);
    }
    if let Some(load) = load {
        outcome.load = load.finish().await;
    }
    outcome.latencies.sort_unstable();
    // The last state is not only live but stays.
    let request = scenery.request(last);
    deadline::holds(Duration::from_millis(100), || async {
        match request.send().await {
            Ok(response) if response.status == 200 => Ok(()),
            Ok(response) => Err(format!("status {} after the last edit", response.status)),
            Err(error) => Err(error.to_string()),
        }
    })
    .await?;
    Ok(outcome)
}

/// How an edit shows.
enum Sign {
    /// The header that marks an edit has this value.
    Marked(usize),
    /// This backend answers.
    From(usize),
    /// The status.
    Status(u16),
}

impl Sign {
    fn holds(&self, response: &crate::client::Response) -> bool {
        match self {
            Self::Marked(mark) => response.header("x-edit") == Some(mark.to_string()),
            Self::From(backend) => response.echoed().is_ok_and(|echoed| echoed.pod == format!("s{backend}")),
            Self::Status(status) => response.status == *status,
        }
    }
}

impl Scenery {
    /// Makes the edit of this number, and says where it shows and how.
    fn edit(&mut self, number: usize) -> (Request, Sign) {
        let chosen = number / 4 % self.routes.len().max(1);
        match number % 4 {
            0 => {
                let backend = 1 - self.routes[chosen].0;
                self.routes[chosen].0 = backend;
                (self.request(chosen), Sign::From(backend))
            }
            1 => {
                self.extra = Some(number);
                (self.request_of("extra", number), Sign::Status(200))
            }
            2 => {
                let extra = self.extra.take().unwrap_or_default();
                (self.request_of("extra", extra), Sign::Status(404))
            }
            _ => {
                self.routes[chosen].1 = number;
                (self.request(chosen), Sign::Marked(number))
            }
        }
    }

    fn request(&self, route: usize) -> Request {
        self.request_of("route", route)
    }

    fn request_of(&self, name: &str, number: usize) -> Request {
        let target = SocketAddr::from(([127, 0, 0, 1], self.listener));
        Request::get(target, &format!("{name}-{number}.example.com"), &format!("/{name}-{number}/x"))
    }

    fn load(&self, rate: u32) -> Load {
        let requests = (0..self.routes.len().min(20)).map(|route| {
            let request = self.request(route);
            (request.host, request.path)
        });
        let target = SocketAddr::from(([127, 0, 0, 1], self.listener));
        Load { target, requests: requests.collect(), connections: 4, rate }
    }

    /// The whole desired state, a document an object.
    fn objects(&self) -> String {
        let mut text = String::new();
        let mut add = |object: Value| {
            let _ = write!(text, "{object}\n---\n");
        };
        add(json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "eg"},
            "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"},
        }));
        add(json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
            "metadata": {"name": "gw", "namespace": "default"},
            "spec": {
                "gatewayClassName": "eg",
                "listeners": [{"name": "http", "protocol": "HTTP", "port": self.listener}],
            },
        }));
        for (number, address) in self.backends.iter().enumerate() {
            add(json!({
                "apiVersion": "v1", "kind": "Service",
                "metadata": {"name": format!("s{number}"), "namespace": "default"},
                "spec": {"ports": [{"name": "http", "port": 80, "targetPort": 3000}]},
            }));
            add(json!({
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                "metadata": {
                    "name": format!("s{number}-a"), "namespace": "default",
                    "labels": {"kubernetes.io/service-name": format!("s{number}")},
                },
                "addressType": "IPv4",
                "ports": [{"name": "http", "protocol": "TCP", "port": address.port()}],
                "endpoints": [{"addresses": [address.ip()], "conditions": {"ready": true}}],
            }));
        }
        for (number, (backend, mark)) in self.routes.iter().enumerate() {
            add(route("route", number, *backend, *mark));
        }
        if let Some(number) = self.extra {
            add(route("extra", number, 0, 0));
        }
        text
    }
}

fn route(name: &str, number: usize, backend: usize, mark: usize) -> Value {
    let name = format!("{name}-{number}");
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "parentRefs": [{"name": "gw"}],
            "hostnames": [format!("{name}.example.com")],
            "rules": [{
                "matches": [{"path": {"type": "PathPrefix", "value": format!("/{name}")}}],
                "filters": [{
                    "type": "ResponseHeaderModifier",
                    "responseHeaderModifier": {"set": [{"name": "x-edit", "value": mark.to_string()}]},
                }],
                "backendRefs": [{"name": format!("s{backend}"), "port": 80}],
            }],
        },
    })
}
