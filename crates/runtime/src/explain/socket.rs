//! Which listener and filter chain take a connection.

use eg_ir::{
    InfraIr, XdsIr,
    listener::{HttpServer, Listener, TlsChain},
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

/// The listeners at a port that serve requests.
pub(super) fn at(ir: &XdsIr, port: u16) -> Vec<&Listener> {
    let serves = |listener: &&Listener| {
        listener.port == port && (listener.http.is_some() || !listener.tls_chains.is_empty())
    };
    ir.listeners.values().map(AsRef::as_ref).filter(serves).collect()
}

/// A connection and what takes it.
pub(super) struct Connection<'i> {
    /// The listener.
    pub(super) listener: &'i Listener,
    /// The chain, for connections with TLS.
    pub(super) chain: Option<&'i TlsChain>,
    /// What serves requests on it, or why the connection is refused.
    pub(super) server: Result<&'i HttpServer, Mismatch>,
}

impl Connection<'_> {
    /// The listener and chain for an answer.
    pub(super) fn listening(&self) -> answer::Listening {
        let Listener { name, address, port, .. } = self.listener;
        let chain = self.chain.map(|chain| answer::Chain {
            name: chain.name.clone(),
            server_names: chain.server_names.clone(),
            certificates: chain.tls.certificates.clone(),
        });
        let server = self.server.as_ref().ok();
        answer::Listening {
            name: name.clone(),
            address: address.clone(),
            bound_port: *port,
            chain,
            routes: server.map(|server| server.routes.clone()),
            origin: server.map(|server| server.origin.clone()),
        }
    }
}

/// Connects to one of the listeners of a port: the first one that takes the connection, or the first one at all.
pub(super) fn connect<'i>(first: &'i Listener, rest: &[&'i Listener], request: &Request) -> Connection<'i> {
    let connection = connect_to(first, request);
    if connection.server.is_ok() {
        return connection;
    }
    let others = rest.iter().map(|listener| connect_to(listener, request));
    others.into_iter().find(|other| other.server.is_ok()).unwrap_or(connection)
}

/// Connects to a listener.
pub(super) fn connect_to<'i>(listener: &'i Listener, request: &Request) -> Connection<'i> {
    let chain = chain(listener, request.server_name.as_deref().filter(|_| request.tls));
    let plain = listener.http.as_deref();
    let server = match (request.tls, chain, plain) {
        (true, Some(chain), _) => Ok(&*chain.http),
        (true, None, Some(_)) => Err(Mismatch::Tls { spoken: false }),
        (true, None, None) => Err(Mismatch::ServerName {
            expected: listener.tls_chains.iter().flat_map(|chain| chain.server_names.clone()).collect(),
            found: request.server_name.clone(),
        }),
        // A chain for every server name takes connections without TLS too, and fails to shake hands.
        (false, None, Some(plain)) => Ok(plain),
        (false, ..) => Err(Mismatch::Tls { spoken: true }),
    };
    Connection { listener, chain: chain.filter(|_| request.tls), server }
}

/// The chain for a server name: the name itself, then the longest wildcard, then a chain for every name.
fn chain<'i>(listener: &'i Listener, server_name: Option<&str>) -> Option<&'i TlsChain> {
    let chains = || listener.tls_chains.iter().map(AsRef::as_ref);
    let of = |name: &str| {
        chains().find(|chain| chain.server_names.iter().any(|one| one.eq_ignore_ascii_case(name)))
    };
    server_name
        .and_then(|name| {
            let name = name.to_ascii_lowercase();
            of(&name).or_else(|| wildcards(&name).find_map(|wildcard| of(&wildcard)))
        })
        .or_else(|| chains().find(|chain| chain.server_names.is_empty()))
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
        let found = connection.server.map(|_| connection.chain.map(|chain| &*chain.name)).map_err(drop);
        assert_eq!(found, expected, "{url}");
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
}
