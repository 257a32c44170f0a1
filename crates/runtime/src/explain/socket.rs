//! Which listener and filter chain take a connection.

use eg_ir::{
    InfraIr, Name, XdsIr,
    listener::{
        ClientSettings, HttpServer, Listener, StreamChain, StreamServer, StreamTls, TerminateTls, TlsChain,
        Transport,
    },
    route::StreamRoute,
};

use super::{Mismatch, Request, answer, host::wildcards};

/// The port that proxies bind for the port that clients use. Where nothing is known of it, they are the same.
pub(super) fn bound_port(infra: Option<&InfraIr>, port: u16) -> u16 {
    let mut ports = infra.into_iter().flat_map(|infra| &infra.listeners).flat_map(|listener| &listener.ports);
    ports.find(|one| one.service_port == port).map_or(port, |one| one.container_port)
}

/// The ports that clients use for the port that proxies bind.
pub(super) fn client_ports(infra: Option<&InfraIr>, bound: u16) -> Vec<u16> {
    let ports = infra.into_iter().flat_map(|infra| &infra.listeners).flat_map(|listener| &listener.ports);
    let mut ports: Vec<u16> =
        ports.filter(|one| one.container_port == bound).map(|one| one.service_port).collect();
    ports.sort_unstable();
    ports.dedup();
    if ports.is_empty() { vec![bound] } else { ports }
}

/// The listeners at a port that take connections.
pub(super) fn at(ir: &XdsIr, port: u16) -> Vec<&Listener> {
    let listeners = ir.listeners.values().map(AsRef::as_ref);
    listeners.filter(|listener| listener.port == port && listener.transport == Transport::Tcp).collect()
}

/// What serves a connection.
#[derive(Clone, Copy)]
pub(super) enum Server<'i> {
    /// It reads requests.
    Http(&'i HttpServer),
    /// It forwards what it reads.
    Stream(&'i StreamServer, &'i StreamRoute),
}

/// A connection and what takes it.
pub(super) struct Connection<'i> {
    /// The listener.
    pub(super) listener: &'i Listener,
    /// The chain, where TLS is terminated.
    pub(super) chain: Option<answer::Chain>,
    /// What serves it, or why it is refused.
    pub(super) server: Result<Server<'i>, Mismatch>,
}

impl Connection<'_> {
    /// The listener and chain for an answer.
    pub(super) fn listening(&self) -> answer::Listening {
        let Listener { name, address, port, .. } = self.listener;
        let (routes, origin) = match self.server {
            Ok(Server::Http(server)) => (Some(server.routes.clone()), Some(server.origin.clone())),
            Ok(Server::Stream(server, _)) => (None, Some(server.origin.clone())),
            Err(_) => (None, None),
        };
        answer::Listening {
            name: name.clone(),
            address: address.clone(),
            bound_port: *port,
            chain: self.chain.clone(),
            routes,
            origin,
        }
    }
}

/// Connects to one of the listeners of a port: the first one that takes the connection, or the first one at all.
pub(super) fn connect<'i>(first: &'i Listener, rest: &[&'i Listener], request: &Request) -> Connection<'i> {
    let connection = connect_to(first, request);
    if connection.server.is_ok() {
        return connection;
    }
    let mut others = rest.iter().map(|listener| connect_to(listener, request));
    others.find(|other| other.server.is_ok()).unwrap_or(connection)
}

/// A filter chain.
#[derive(Clone, Copy)]
enum Taker<'i> {
    Tls(&'i TlsChain),
    Stream(&'i StreamServer, &'i StreamChain),
    /// A listener without routes, which closes its connections.
    Nowhere,
}

/// Connects to a listener.
pub(super) fn connect_to<'i>(listener: &'i Listener, request: &Request) -> Connection<'i> {
    let mut chain = None;
    let asked = request.server_name.as_deref().filter(|_| request.tls);
    let server = match (taker(listener, asked), listener.http.as_deref()) {
        // A chain for every server name takes connections without TLS too, and fails to shake hands.
        (Some(Taker::Tls(_)), _) if !request.tls => Err(Mismatch::Tls { spoken: true }),
        (Some(Taker::Tls(taken)), _) => {
            chain = Some(terminating(&taken.name, &taken.server_names, (&taken.tls, &taken.http.client)));
            Ok(Server::Http(&taken.http))
        }
        (Some(Taker::Stream(server, taken)), _) => match &server.tls {
            StreamTls::Terminate(_) if !request.tls => Err(Mismatch::Tls { spoken: true }),
            StreamTls::Terminate(tls) => {
                chain = Some(terminating(&taken.route.name, &taken.server_names, (tls, &server.client)));
                Ok(Server::Stream(server, &taken.route))
            }
            _ => Ok(Server::Stream(server, &taken.route)),
        },
        (Some(Taker::Nowhere), _) => Err(Mismatch::Unrouted),
        (None, Some(_)) if request.tls => Err(Mismatch::Tls { spoken: false }),
        (None, Some(plain)) => Ok(Server::Http(plain)),
        (None, None) if request.tls => Err(Mismatch::ServerName {
            expected: names(listener).flatten().cloned().collect(),
            found: request.server_name.clone(),
        }),
        (None, None) => Err(Mismatch::Tls { spoken: true }),
    };
    Connection { listener, chain, server }
}

fn terminating(
    name: &Name,
    server_names: &[Name],
    (tls, client): (&TerminateTls, &ClientSettings),
) -> answer::Chain {
    let by_policy = client.tls.as_ref().and_then(|tls| tls.validation.as_ref());
    let validation = by_policy.or(tls.client.as_ref());
    answer::Chain {
        name: name.clone(),
        server_names: server_names.to_vec(),
        certificates: tls.certificates.iter().map(|secret| secret.name().clone()).collect(),
        asks_for_certificate: validation
            .is_some_and(|validation| validation.mode.is_required() || validation.mode.is_verified()),
    }
}

/// The server names of every chain of a listener.
fn names(listener: &Listener) -> impl Iterator<Item = &[Name]> {
    chains(listener).map(|(names, _)| names)
}

fn chains(listener: &Listener) -> impl Iterator<Item = (&[Name], Taker<'_>)> {
    let tls = listener.tls_chains.iter().map(|chain| (chain.server_names.as_slice(), Taker::Tls(chain)));
    let streams = listener.streams.iter().flat_map(|server| {
        server.chains.iter().map(|chain| (chain.server_names.as_slice(), Taker::Stream(server, chain)))
    });
    tls.chain(streams)
}

/// The chain for a server name: the name itself, then the longest wildcard, then a chain for every name.
fn taker<'i>(listener: &'i Listener, server_name: Option<&str>) -> Option<Taker<'i>> {
    let of = |name: &str| {
        let mut chains = chains(listener);
        chains
            .find(|(names, _)| names.iter().any(|one| one.eq_ignore_ascii_case(name)))
            .map(|(_, taker)| taker)
    };
    let named = server_name.and_then(|name| {
        let name = name.to_ascii_lowercase();
        of(&name).or_else(|| wildcards(&name).find_map(|wildcard| of(&wildcard)))
    });
    let every = || chains(listener).find(|(names, _)| names.is_empty()).map(|(_, taker)| taker);
    let is_unrouted = listener.streams.iter().any(|server| server.chains.is_empty());
    named.or_else(every).or_else(|| is_unrouted.then_some(Taker::Nowhere))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn listener(chains: &[(&str, &[&str])], plain: bool) -> Listener {
        let chain = |(name, names): &(&str, &[&str])| TlsChain {
            name: (*name).into(),
            server_names: names.iter().map(|name| (*name).into()).collect(),
            ..TlsChain::default()
        };
        Listener {
            tls_chains: chains.iter().map(|one| Arc::new(chain(one))).collect(),
            http: plain.then(Arc::default),
            ..Listener::default()
        }
    }

    #[track_caller]
    fn check(listener: &Listener, url: &str, expected: Result<Option<&str>, ()>) {
        let connection = connect_to(listener, &Request::parse(url).unwrap());
        let chain = connection.chain.as_ref().map(|chain| &*chain.name);
        assert_eq!(connection.server.map(|_| chain).map_err(drop), expected, "{url}");
    }

    #[test]
    fn server_names_choose_the_most_specific_chain() {
        let names: &[(&str, &[&str])] =
            &[("exact", &["a.example.com"]), ("wild", &["*.example.com"]), ("deep", &["*.b.example.com"])];
        let some = listener(names, false);
        check(&some, "https://A.example.com", Ok(Some("exact")));
        check(&some, "https://x.example.com", Ok(Some("wild")));
        check(&some, "https://x.y.b.example.com", Ok(Some("deep")));
        check(&some, "https://example.org", Err(()));
        check(&some, "https://127.0.0.1", Err(()));
        check(&some, "http://a.example.com", Err(()));
        let every = listener(&[names, &[("every", &[])]].concat(), false);
        check(&every, "https://example.org", Ok(Some("every")));
        check(&every, "https://127.0.0.1", Ok(Some("every")));
        check(&every, "http://example.org", Err(()));
    }

    #[test]
    fn plain_listeners_speak_no_tls() {
        check(&listener(&[], true), "http://a", Ok(None));
        check(&listener(&[], true), "https://a", Err(()));
    }

    #[test]
    fn streams_take_connections_by_server_name_too() {
        let stream = |tls, name: &str, names: &[&str]| {
            let route = StreamRoute { name: name.into(), ..StreamRoute::default() };
            let names = names.iter().map(|name| (*name).into()).collect();
            let chains = vec![StreamChain { server_names: names, route: Arc::new(route) }];
            Arc::new(StreamServer { tls, chains, ..StreamServer::default() })
        };
        let with = |streams| Listener { streams, ..listener(&[("web", &["web.example.com"])], false) };
        let route = |listener: &Listener, url: &str| {
            let server = connect_to(listener, &Request::parse(url).unwrap()).server;
            server.map(|server| match server {
                Server::Http(_) => "http".to_owned(),
                Server::Stream(_, route) => route.name.to_string(),
            })
        };
        let terminated = StreamTls::Terminate(TerminateTls::default());
        let some = with(vec![
            stream(StreamTls::Passthrough, "passed", &["*.example.com"]),
            stream(terminated, "ended", &["ended.example.com"]),
        ]);
        assert_eq!(route(&some, "https://web.example.com"), Ok("http".to_owned()));
        assert_eq!(route(&some, "https://a.example.com"), Ok("passed".to_owned()));
        assert_eq!(route(&some, "https://ended.example.com"), Ok("ended".to_owned()));
        assert!(route(&some, "https://example.org").is_err());
        let every = with(vec![stream(StreamTls::None, "tcp", &[])]);
        assert_eq!(route(&every, "http://a"), Ok("tcp".to_owned()));
        let unrouted = with(vec![Arc::default()]);
        assert_eq!(route(&unrouted, "https://a"), Err(Mismatch::Unrouted));
    }
}
