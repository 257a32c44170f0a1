//! Misdirected requests: those that came on a TLS connection which was opened for another listener.
//!
//! API: runtime flag `DetectMisdirectedRequests`, off by default and on in `examples/conformance/config.yaml`. The server name
//! of a connection chooses a listener; clients that find the name of another host in its certificate send requests for that
//! host on the same connection. With the flag, a request whose host another listener on the port serves more specifically, or
//! serves while this one does not, is answered with 421, upon which clients open a connection of its own for it. A host that
//! no listener serves stays a 404.
//!
//! Precedence: the listener with the most specific hostname serves a request.
//!
//! Envoy: virtual hosts for the hostnames of the other listeners. The one with the most specific domain serves a request, so
//! that a listener whose hostname is part of another one's has a virtual host for its own name too.

use std::{cmp::Reverse, sync::Arc};

use eg_diag::ObjectRef;
use eg_ir::{
    Name, Origin,
    route::{DirectResponse, HttpRoute, RouteAction, RoutePlace},
};

use super::{listener::ListenerState, state::GatewayState, view};
use crate::{
    engine::ReadCx,
    fanout::{HostOwners, HostRoutes},
    hostname, names,
};

const FLAG: &str = "DetectMisdirectedRequests";

/// The domain of every host that has none of its own.
const EVERY_HOST: &str = "*";
const MISDIRECTED: u16 = 421;
const NOT_FOUND: u16 = 404;

/// Sends what answers requests for the hosts of other listeners, if the flag is on.
pub(super) fn send(
    cx: &ReadCx<'_>,
    gateway: &ObjectRef,
    state: &GatewayState,
    listener: &ListenerState,
    origin: &Origin,
) {
    if !cx.env().settings.flag(FLAG) {
        return;
    }
    let name = listener.ir_name(gateway);
    let table = view::table(cx, gateway, state, listener, &name);
    let origin = origin.clone().section(listener.section.clone());
    let beside = view::hostnames_beside(cx, gateway, state, listener);
    for (domain, status) in answers(listener.hostname.as_ref(), &beside) {
        let host = (state.fleet.clone(), table.clone(), domain);
        let route = HttpRoute {
            name: names::misdirected(&name),
            origin: origin.clone(),
            action: RouteAction::DirectResponse(DirectResponse { status, body: None }),
            ..HttpRoute::default()
        };
        // Behind the routes of users, whatever their order.
        let last = RoutePlace {
            specificity: Reverse::default(),
            created: i64::MAX,
            listener: name.clone(),
            ..RoutePlace::default()
        };
        cx.send::<HostOwners>(host.clone(), (name.clone(), gateway.clone()), Arc::new(origin.clone()));
        cx.send::<HostRoutes>(host, last.into(), Arc::new(route));
    }
}

/// The domains with an answer of their own, and its status.
fn answers(own: Option<&Name>, beside: &[Option<Name>]) -> Vec<(Name, u16)> {
    let every = Name::from(EVERY_HOST);
    let own = own.unwrap_or(&every);
    let mut others: Vec<&Name> = beside.iter().map(|other| other.as_ref().unwrap_or(&every)).collect();
    others.retain(|other| *other != own);
    others.sort_unstable();
    others.dedup();
    let is_within = |other: &&&Name| **other == &every || hostname::covers(other, own);
    // What this listener serves is not misdirected to it only because another one would serve it too.
    let fallback = others.iter().find(is_within).map(|_| (own.clone(), NOT_FOUND));
    others.iter().map(|other| (Name::clone(other), MISDIRECTED)).chain(fallback).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_listeners_have_their_hosts_and_this_one_keeps_its_own() {
        let check = |own: Option<&str>, beside: &[Option<&str>], expected: &[(&str, u16)]| {
            let own = own.map(Name::from);
            let beside: Vec<_> = beside.iter().map(|name| name.map(Name::from)).collect();
            let got = answers(own.as_ref(), &beside);
            let got: Vec<_> = got.iter().map(|(name, status)| (&**name, *status)).collect();
            assert_eq!(got, expected);
        };
        check(None, &[], &[]);
        check(None, &[None], &[]);
        check(None, &[Some("a.org")], &[("a.org", 421)]);
        check(Some("a.org"), &[None], &[("*", 421), ("a.org", 404)]);
        check(Some("a.org"), &[Some("b.org")], &[("b.org", 421)]);
        check(Some("*.w.org"), &[Some("a.w.org")], &[("a.w.org", 421)]);
        check(Some("a.w.org"), &[Some("*.w.org")], &[("*.w.org", 421), ("a.w.org", 404)]);
    }
}
