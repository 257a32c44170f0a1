//! What each listener is worth, looked at alone.

use std::sync::Arc;

use eg_api::gateway::{
    GrpcRoute, HttpRoute, Listener, ListenerSet, ProtocolType, RouteGroupKind, TcpRoute, TlsMode, TlsRoute,
    UdpRoute,
};
use eg_diag::{Code, Diagnostic, FieldPath, Kind, ObjectRef};
use eg_ir::{Name, Secret, SecretContent};
use eg_resources::Object;

use super::{certificate, frontend::ClientAuthorities, namespace::AllowedNamespaces, view::Protocol};
use crate::{engine::ReadCx, fanout::ListenerKey, names, status::condition::Conditions};

static UNSUPPORTED_PROTOCOL: Code = Code::error("unsupported-protocol", "Accepted", "UnsupportedProtocol");
static UNSUPPORTED_TLS_MODE: Code = Code::error("unsupported-tls-mode", "Programmed", "UnsupportedTLSMode");
static INVALID_LISTENER: Code = Code::error("invalid-listener", "Programmed", "Invalid");
static INVALID_ROUTE_KINDS: Code = Code::error("invalid-route-kinds", "ResolvedRefs", "InvalidRouteKinds");

/// A listener and what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ListenerState {
    /// The Gateway or ListenerSet that declares it.
    pub(crate) parent: ObjectRef,
    pub(crate) section: Name,
    pub(crate) port: u16,
    /// `None` for a protocol that is not supported.
    pub(crate) protocol: Option<Protocol>,
    pub(crate) hostname: Option<Name>,
    /// The kinds of routes that it accepts, in the order of its `allowedRoutes` or of the protocol.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) namespaces: AllowedNamespaces,
    /// The certificates that it presents.
    pub(crate) certificates: Vec<Certificate>,
    /// Whose certificates clients have to present; absent asks them for none.
    pub(crate) client: Option<ClientAuthorities>,
    /// The conditions of the listener so far.
    pub(crate) conditions: Conditions,
    /// Whether the listener, looked at alone, can be served.
    pub(crate) valid: bool,
    /// Whether another listener has the port or hostname.
    pub(crate) conflicted: bool,
    /// Whether its certificates overlap with those of another listener on the port, or might, so that HTTP/2 is not offered.
    pub(crate) overlaps: bool,
}

/// A certificate of a listener.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Certificate {
    pub(crate) secret: Arc<Secret>,
    /// The names the certificate is for.
    pub(crate) names: Vec<Name>,
    /// Whether the names are those of the subject only, at which no client looks any more.
    pub(crate) common_name_only: bool,
    /// The kind of its key, such as `RSA`; certificates of different kinds may be for the same name.
    pub(crate) key_kind: String,
}

impl Certificate {
    /// Whether another server has it, so that nobody here knows its names.
    pub(crate) fn is_opaque(&self) -> bool {
        matches!(self.secret.content, SecretContent::Elsewhere(_))
    }
}

impl ListenerState {
    /// Whether the listener is served.
    pub(crate) fn ready(&self) -> bool {
        self.valid && !self.conflicted
    }

    /// The secrets that its filter chain names.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Arc<Secret>> {
        let certificates = self.certificates.iter().map(|certificate| &certificate.secret);
        certificates.chain(self.client.iter().map(|client| &client.secret))
    }

    /// What tells it apart from every other listener: who declares it, and its name there.
    pub(crate) fn key(&self) -> ListenerKey {
        (self.parent.clone(), self.section.clone())
    }

    /// The name of its IR listener on `gateway`, which it belongs to or was added to.
    pub(crate) fn ir_name(&self, gateway: &ObjectRef) -> Name {
        if self.parent == *gateway {
            names::listener(gateway, &self.section)
        } else {
            names::set_listener(gateway, &self.parent, &self.section)
        }
    }
}

/// Looks at one listener of `parent`, which has this generation; `at` is the path of the listener there.
pub(crate) fn evaluate(
    cx: &ReadCx<'_>,
    parent: &ObjectRef,
    generation: i64,
    at: &FieldPath,
    listener: &Listener,
) -> ListenerState {
    let mut problems = Vec::new();
    let protocol = protocol(listener);
    if protocol.is_none() {
        let message = format!("protocol {} is not one of HTTP, HTTPS, TLS, TCP and UDP", listener.protocol);
        problems.push(Diagnostic::new(&UNSUPPORTED_PROTOCOL, at.field("protocol"), message));
    }
    let kinds = kinds(listener, protocol, at, &mut problems);
    let namespaces = namespaces(listener, at, &mut problems);
    let mut certificates = Vec::new();
    let mut partially = None;
    check_tls(listener, protocol, at, &mut problems);
    if problems.is_empty() && matches!(protocol, Some(Protocol::Https | Protocol::Tls { passthrough: false }))
    {
        let refs = listener.tls.as_ref().map(|tls| tls.certificate_refs.as_slice()).unwrap_or_default();
        let loaded = certificate::load(cx, parent, refs, &at.field("tls").field("certificateRefs"));
        certificates = loaded.certificates;
        if certificates.is_empty() {
            problems.extend(loaded.problems);
        } else {
            partially = certificate::partially(loaded.problems);
        }
    }
    if matches!(protocol, Some(Protocol::Tcp | Protocol::Udp)) && listener.hostname.is_some() {
        let message = format!("a listener for {} has no hostname", listener.protocol);
        problems.push(Diagnostic::new(&INVALID_LISTENER, at.field("hostname"), message));
    }
    let valid = problems.is_empty();
    ListenerState {
        parent: parent.clone(),
        section: listener.name.as_str().into(),
        port: u16::try_from(listener.port).unwrap_or_default(),
        protocol,
        hostname: listener.hostname.as_deref().filter(|host| !host.is_empty()).map(Into::into),
        kinds,
        namespaces,
        certificates,
        client: None,
        conditions: conditions(parent, generation, &problems, partially),
        valid,
        conflicted: false,
        overlaps: false,
    }
}

fn protocol(listener: &Listener) -> Option<Protocol> {
    let mode = listener.tls.as_ref().and_then(|tls| tls.mode.as_ref());
    match listener.protocol {
        ProtocolType::Http => Some(Protocol::Http),
        ProtocolType::Https => Some(Protocol::Https),
        ProtocolType::Tls => Some(Protocol::Tls { passthrough: mode == Some(&TlsMode::Passthrough) }),
        ProtocolType::Tcp => Some(Protocol::Tcp),
        ProtocolType::Udp => Some(Protocol::Udp),
        ProtocolType::Unknown(_) => None,
    }
}

/// The kinds of routes that a listener of this protocol can serve.
fn kinds_of(protocol: Protocol) -> &'static [Kind] {
    match protocol {
        Protocol::Http | Protocol::Https => &[HttpRoute::KIND, GrpcRoute::KIND],
        Protocol::Tls { passthrough: true } => &[TlsRoute::KIND],
        Protocol::Tls { passthrough: false } => &[TcpRoute::KIND, TlsRoute::KIND],
        Protocol::Tcp => &[TcpRoute::KIND],
        Protocol::Udp => &[UdpRoute::KIND],
    }
}

/// The kinds of routes that the listener accepts.
fn kinds(
    listener: &Listener,
    protocol: Option<Protocol>,
    at: &FieldPath,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Kind> {
    let Some(protocol) = protocol else { return Vec::new() };
    let possible = kinds_of(protocol);
    let wanted = listener.allowed_routes.as_ref().map(|allowed| allowed.kinds.as_slice()).unwrap_or_default();
    if wanted.is_empty() {
        return possible.to_vec();
    }
    let mut kinds: Vec<Kind> = Vec::new();
    for (position, RouteGroupKind { group, kind }) in wanted.iter().enumerate() {
        let group = group.as_deref().unwrap_or(HttpRoute::KIND.group);
        match possible.iter().find(|possible| possible.group == group && possible.kind == kind) {
            Some(kind) if kinds.contains(kind) => {}
            Some(kind) => kinds.push(*kind),
            None => {
                let path = at.field("allowedRoutes").field("kinds").index(position);
                let possible: Vec<_> = possible.iter().map(|kind| kind.kind).collect();
                let message = format!(
                    "a listener for {} serves {}, found kind {kind:?} of group {group:?}",
                    listener.protocol,
                    possible.join(" and ")
                );
                problems.push(Diagnostic::new(&INVALID_ROUTE_KINDS, path, message));
            }
        }
    }
    kinds
}

fn namespaces(listener: &Listener, at: &FieldPath, problems: &mut Vec<Diagnostic>) -> AllowedNamespaces {
    let allowed = listener.allowed_routes.as_ref().and_then(|allowed| allowed.namespaces.as_ref());
    let Some(allowed) = allowed else { return AllowedNamespaces::Same };
    let (from, selector) = (allowed.from.as_ref(), allowed.selector.as_ref());
    AllowedNamespaces::parse(from, selector, AllowedNamespaces::Same).unwrap_or_else(|message| {
        let path = at.field("allowedRoutes").field("namespaces").field("selector");
        problems.push(Diagnostic::new(&INVALID_LISTENER, path, message));
        AllowedNamespaces::None
    })
}

/// Checks that there is a TLS block where the protocol wants one, and that it fits.
fn check_tls(
    listener: &Listener,
    protocol: Option<Protocol>,
    at: &FieldPath,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(protocol) = protocol else { return };
    let path = at.field("tls");
    let mut fail =
        |code, path: FieldPath, message: String| problems.push(Diagnostic::new(code, path, message));
    match (&listener.tls, protocol) {
        (None, Protocol::Http | Protocol::Tcp | Protocol::Udp) => {}
        (Some(_), Protocol::Http | Protocol::Tcp | Protocol::Udp) => {
            fail(&INVALID_LISTENER, path, format!("a listener for {} has no TLS", listener.protocol));
        }
        (None, Protocol::Https | Protocol::Tls { .. }) => {
            fail(&INVALID_LISTENER, path, format!("a listener for {} needs TLS settings", listener.protocol));
        }
        (Some(tls), Protocol::Https) if tls.mode == Some(TlsMode::Passthrough) => {
            fail(&UNSUPPORTED_TLS_MODE, path.field("mode"), "a listener for HTTPS terminates TLS".to_owned());
        }
        (Some(tls), Protocol::Tls { passthrough: true }) => {
            if !tls.certificate_refs.is_empty() {
                let message = "a listener that passes TLS through has no certificates".to_owned();
                fail(&INVALID_LISTENER, path.field("certificateRefs"), message);
            }
        }
        (Some(tls), Protocol::Https | Protocol::Tls { .. }) => {
            if tls.certificate_refs.is_empty() {
                let message = "a listener that terminates TLS needs a certificate".to_owned();
                fail(&INVALID_LISTENER, path.field("certificateRefs"), message);
            }
        }
    }
}

/// The conditions of a listener, before conflicts with others are known.
fn conditions(
    parent: &ObjectRef,
    generation: i64,
    problems: &[Diagnostic],
    partially: Option<Diagnostic>,
) -> Conditions {
    let mut conditions = Conditions::of(generation);
    let mut types: Vec<&str> = problems.iter().map(|problem| problem.code.condition).collect();
    types.sort_unstable();
    types.dedup();
    for r#type in types {
        let of_type: Vec<_> =
            problems.iter().filter(|problem| problem.code.condition == r#type).cloned().collect();
        conditions.fail(&of_type);
    }
    let certificates_only = problems.iter().all(certificate::is_certificate_problem);
    if problems.is_empty() || certificates_only {
        conditions.set_default("Accepted", true, "Accepted", "The listener is valid.");
    }
    if problems.is_empty() {
        conditions.set_default("Programmed", true, "Programmed", "The listener is sent to the proxies.");
    }
    if let Some(partially) = partially {
        conditions.fail(&[partially]);
    }
    complete(parent, &mut conditions);
    conditions
}

/// Adds the conditions that every listener of `parent` has.
pub(crate) fn complete(parent: &ObjectRef, conditions: &mut Conditions) {
    let reason = if parent.kind == ListenerSet::KIND { "ListenersNotValid" } else { "Invalid" };
    let message = "The listener is not valid; its other conditions say why.";
    conditions.set_default("Programmed", false, reason, message);
    conditions.set_default(
        "ResolvedRefs",
        true,
        "ResolvedRefs",
        "All references of the listener lead somewhere.",
    );
}
