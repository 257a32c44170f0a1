//! Listeners that want the same port or hostname.
//!
//! API: `port`, `protocol` and `hostname` of `Gateway.spec.listeners[]` and `ListenerSet.spec.listeners[]`. UDP shares a port with everything. HTTPS and TLS are one family; otherwise a port has one protocol. Listeners of one
//! family on a port have different hostnames, and there is one TCP or UDP listener on a port.

use std::collections::{BTreeMap, BTreeSet};

use eg_api::gateway::ListenerSet;
use eg_diag::ObjectRef;
use eg_ir::Name;
use eg_resources::Object;

use super::{
    listener::{ListenerState, complete},
    view::Protocol,
};

/// What a port is shared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Http,
    Tls,
    Tcp,
    Udp,
}

fn family(protocol: Protocol) -> Family {
    match protocol {
        Protocol::Http => Family::Http,
        Protocol::Https | Protocol::Tls { .. } => Family::Tls,
        Protocol::Tcp => Family::Tcp,
        Protocol::Udp => Family::Udp,
    }
}

/// Marks the listeners that lose to others. `listeners` are those of the Gateway and then those of its listener sets, in
/// the order of precedence; listeners that are not valid take no part.
pub(super) fn settle(gateway: &ObjectRef, listeners: &mut [ListenerState]) {
    let mut ports: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
    for (position, listener) in listeners.iter().enumerate() {
        if listener.valid {
            ports.entry(listener.port).or_default().push(position);
        }
    }
    for members in ports.values() {
        let members: Vec<usize> = protocols(gateway, listeners, members);
        let (streams, named): (Vec<usize>, Vec<usize>) = members.into_iter().partition(|position| {
            matches!(listeners[*position].protocol, Some(Protocol::Tcp | Protocol::Udp))
        });
        single(listeners, &streams);
        hostnames(gateway, listeners, &named);
    }
}

/// Settles which protocol a port has, and returns the listeners that keep it.
fn protocols(gateway: &ObjectRef, listeners: &mut [ListenerState], members: &[usize]) -> Vec<usize> {
    let family_of = |listeners: &[ListenerState], position: usize| listeners[position].protocol.map(family);
    let (udp, others): (Vec<usize>, Vec<usize>) =
        members.iter().partition(|position| family_of(listeners, **position) == Some(Family::Udp));
    let families = |positions: &[usize], listeners: &[ListenerState]| -> BTreeSet<Option<Family>> {
        positions.iter().map(|position| family_of(listeners, *position)).collect()
    };
    let own: Vec<usize> =
        others.iter().copied().filter(|position| listeners[*position].parent == *gateway).collect();
    // A listener set that contradicts itself loses the port, unless the Gateway settles which protocol it has.
    let contradicts_itself = |position: usize| {
        let parent = &listeners[position].parent;
        let of_set = others.iter().copied().filter(|other| listeners[*other].parent == *parent);
        own.is_empty() && families(&of_set.collect::<Vec<_>>(), listeners).len() > 1
    };
    let winner = match families(&own, listeners).len() {
        // Listeners of the Gateway that disagree among themselves all lose.
        2.. => None,
        1 => own.first().and_then(|position| family_of(listeners, *position)),
        _ => {
            let first = others.iter().find(|position| !contradicts_itself(**position));
            first.and_then(|position| family_of(listeners, *position))
        }
    };
    let (kept, lost): (Vec<usize>, Vec<usize>) = others.iter().copied().partition(|position| {
        winner.is_some() && family_of(listeners, *position) == winner && !contradicts_itself(*position)
    });
    for position in lost {
        let message = "Another listener uses the port with another protocol.";
        conflict(&mut listeners[position], "ProtocolConflict", message);
    }
    kept.into_iter().chain(udp).collect()
}

/// Keeps the first TCP and the first UDP listener of a port.
fn single(listeners: &mut [ListenerState], members: &[usize]) {
    let mut taken = BTreeSet::new();
    for position in members {
        if !taken.insert(listeners[*position].protocol) {
            let message = "An earlier listener uses the port with the same protocol.";
            conflict(&mut listeners[*position], "ProtocolConflict", message);
        }
    }
}

/// Settles who gets each hostname of a port.
fn hostnames(gateway: &ObjectRef, listeners: &mut [ListenerState], members: &[usize]) {
    let mut by_host: BTreeMap<Option<Name>, Vec<usize>> = BTreeMap::new();
    for position in members {
        by_host.entry(listeners[*position].hostname.clone()).or_default().push(*position);
    }
    for (hostname, rivals) in by_host.into_iter().filter(|(_, rivals)| rivals.len() > 1) {
        let own: Vec<usize> = rivals.iter().copied().filter(|p| listeners[*p].parent == *gateway).collect();
        let winner = match own.len() {
            2.. => None,
            1 => own.first().copied(),
            // The first one, unless its own listener set has the hostname twice.
            _ => rivals.first().copied().filter(|position| {
                let parent = &listeners[*position].parent;
                rivals.iter().filter(|other| listeners[**other].parent == *parent).count() == 1
            }),
        };
        let hostname = hostname.as_deref().unwrap_or("*");
        for position in rivals.into_iter().filter(|position| Some(*position) != winner) {
            let message = format!("Another listener on the port has the hostname {hostname}.");
            conflict(&mut listeners[position], "HostnameConflict", &message);
        }
    }
}

fn conflict(listener: &mut ListenerState, reason: &str, message: &str) {
    listener.conflicted = true;
    listener.conditions.lose(reason, message);
    if listener.parent.kind == ListenerSet::KIND {
        listener.conditions.set("Accepted", false, reason, message);
        listener.conditions.set("Programmed", false, reason, message);
    }
    complete(&listener.parent, &mut listener.conditions);
}

/// Marks the listeners that lose to one of another Gateway of their fleet. `gateways` are in the order of precedence, and
/// each of them is settled in itself.
pub(super) fn settle_fleet<'a>(gateways: impl Iterator<Item = &'a mut [ListenerState]>) {
    let mut ports: BTreeMap<u16, Family> = BTreeMap::new();
    let mut taken: BTreeSet<(u16, Family, Option<Name>)> = BTreeSet::new();
    for listeners in gateways {
        let (mut own_ports, mut own) = (Vec::new(), Vec::new());
        for listener in listeners.iter_mut().filter(|listener| listener.ready()) {
            let Some(family) = listener.protocol.map(family) else { continue };
            let place = (listener.port, family, listener.hostname.clone());
            let other = ports.get(&listener.port).filter(|_| family != Family::Udp);
            if other.is_some_and(|other| *other != family) {
                let message = "Another Gateway of the class uses the port with another protocol.";
                conflict(listener, "ProtocolConflict", message);
            } else if taken.contains(&place) {
                let message =
                    "Another Gateway of the class has a listener of this port, protocol and hostname.";
                conflict(listener, "HostnameConflict", message);
            } else {
                own.push(place);
                own_ports.extend((family != Family::Udp).then_some((listener.port, family)));
            }
        }
        // Listeners of one Gateway are settled already, and do not stand in each other's way here.
        taken.extend(own);
        ports.extend(own_ports);
    }
}
