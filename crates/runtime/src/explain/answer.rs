//! What is answered: typed, for programs; its `Display` is for people.

use eg_diag::ObjectRef;
use eg_ir::{
    IrKey, Name, Origin,
    route::{HttpRoute, RouteMatch, StreamRoute, VirtualHost},
};
use serde::Serialize;

use super::{Candidate, Mismatch, Request};

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The request.
    pub request: Request,
    /// What becomes of it in each fleet that listens at its port.
    pub fleets: Vec<FleetAnswer>,
    /// Where it would be served, when nobody listens at its port.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
}

/// What becomes of a request in one fleet.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FleetAnswer {
    /// The fleet.
    pub fleet: IrKey,
    /// What serves the request, as far as it gets.
    #[serde(flatten)]
    pub serving: Serving,
    /// What comes of it.
    pub outcome: Outcome,
    /// What does not serve the request and why, nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// What the statuses of the objects that serve it complain about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub complaints: Vec<Complaint>,
    /// Patches of resources that the answer speaks of. What they change is not followed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patches: Vec<Patched>,
}

/// A resource that a policy patches, so that proxies may do something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Patched {
    /// The EnvoyPatchPolicy.
    pub policy: ObjectRef,
    /// The name of the resource.
    pub resource: Name,
}

/// What serves a request, as far as it gets.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Serving {
    /// The socket that takes the connection.
    #[serde(rename = "listener", skip_serializing_if = "Option::is_none")]
    pub listening: Option<Listening>,
    /// The virtual host that takes the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_host: Option<Host>,
    /// The route that matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<Served>,
}

/// A socket.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listening {
    /// The name of the xDS listener.
    pub name: Name,
    /// The address that proxies bind.
    pub address: Name,
    /// The port that proxies bind.
    pub bound_port: u16,
    /// The filter chain, for connections with TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain: Option<Chain>,
    /// The name of the route configuration; absent when the connection is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routes: Option<Name>,
    /// The listener of the Gateway; absent when the connection is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// A filter chain for connections with TLS.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Chain {
    /// Its name.
    pub name: Name,
    /// The server names that choose it; empty for every name.
    pub server_names: Vec<Name>,
    /// The names of the secrets whose certificates it presents.
    pub certificates: Vec<Name>,
    /// Whether clients are asked for certificates and some are refused; an explanation takes one that is not to be presented.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub asks_for_certificate: bool,
}

/// A virtual host.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Host {
    /// Its name.
    pub name: Name,
    /// Its domain.
    pub domain: Name,
    /// The listener of the Gateway.
    pub origin: Origin,
}

impl Host {
    /// What is told of a virtual host.
    pub(super) fn of(host: &VirtualHost) -> Self {
        Self { name: host.name.clone(), domain: host.domain.clone(), origin: host.origin.clone() }
    }
}

/// A route.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Served {
    /// Its name.
    pub name: Name,
    /// The rule.
    pub origin: Origin,
    /// What it matches.
    pub matches: RouteMatch,
    /// The policies that shaped it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<ObjectRef>,
}

impl Served {
    /// What is told of a route.
    pub(super) fn of(route: &HttpRoute) -> Self {
        let HttpRoute { name, origin, matches, policies, .. } = route;
        Self {
            name: name.clone(),
            origin: origin.clone(),
            matches: matches.clone(),
            policies: policies.clone(),
        }
    }
}

impl Served {
    /// What is told of a route for connections, which every request on them takes.
    pub(super) fn of_stream(route: &StreamRoute) -> Self {
        let (name, origin) = (route.name.clone(), route.origin.clone());
        Self { name, origin, matches: RouteMatch::default(), policies: Vec::new() }
    }
}

/// What comes of a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
#[non_exhaustive]
pub enum Outcome {
    /// It is sent to one of these.
    Forwarded {
        /// Clusters with their shares of such requests; the share that has no cluster is answered with 500.
        destinations: Vec<Destination>,
    },
    /// The connection is forwarded to one of these, without a look at requests.
    Streamed {
        /// One cluster, without a status of its own: without endpoints the connection is closed.
        destinations: Vec<Destination>,
    },
    /// The client is sent elsewhere.
    Redirected {
        /// The status code.
        status: u16,
        /// The value of the `location` header.
        location: String,
    },
    /// The proxy answers by itself.
    Answered {
        /// The status code.
        status: u16,
        /// The body, in which Envoy may put properties of the request.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// No route matches; the answer is 404.
    NotFound,
    /// The proxy refuses it before it looks for a route.
    Rejected {
        /// The status code.
        status: u16,
        /// Why.
        why: String,
    },
    /// There is no connection.
    Refused {
        /// Why not.
        why: Mismatch,
    },
}

/// A share of the requests of a route.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Destination {
    /// How many of a hundred requests.
    pub percent: f64,
    /// The cluster; absent for the share whose backends are invalid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Name>,
    /// What needs the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What the proxy answers in the place of the backends; absent when there are endpoints to send it to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The endpoints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backends: Vec<Backend>,
    /// Whether the cluster has no endpoints of its own, because the proxy resolves the name that is asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub resolves: bool,
}

/// An endpoint of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Backend {
    /// Address and port, the name to resolve and port, or the path of a socket.
    pub address: String,
    /// The object that it belongs to.
    pub origin: Origin,
    /// 0 is used first.
    pub priority: u32,
    /// Whether TLS is spoken to it.
    pub tls: bool,
    /// Whether it takes no new requests because it is shutting down.
    pub draining: bool,
}

/// What a status complains about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Complaint {
    /// The object.
    pub object: ObjectRef,
    /// The listener, parent or ancestor that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The type of the condition that is false.
    pub condition: String,
    /// Its reason.
    pub reason: String,
    /// Its message.
    pub message: String,
}
