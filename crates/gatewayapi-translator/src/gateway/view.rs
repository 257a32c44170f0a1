//! What binding needs to know of a Gateway. Edits of a Gateway that do not show here re-run no route.

use eg_api::meta::LabelSelector;
use eg_diag::{Kind, ObjectRef};
use eg_ir::{IrKey, Name, Origin};

/// A Gateway as routes see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BindView {
    /// The fleet that serves it.
    pub(crate) fleet: IrKey,
    /// Its listeners, those of attached listener sets after its own.
    pub(crate) listeners: Vec<BindListener>,
    /// Whether routes keep the order in which they are written.
    pub(crate) preserve_route_order: bool,
}

/// A listener as routes see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BindListener {
    /// The Gateway or ListenerSet that declares it.
    pub(crate) parent: ObjectRef,
    /// Its name there, which parentRefs call section.
    pub(crate) section: Name,
    /// The port it names, which parentRefs and redirects refer to.
    pub(crate) port: u16,
    pub(crate) protocol: Protocol,
    /// The hostname it is for; absent for every hostname.
    pub(crate) hostname: Option<Name>,
    /// The kinds of routes that it accepts.
    pub(crate) kinds: Vec<Kind>,
    /// The namespaces whose routes it accepts.
    pub(crate) namespaces: AllowedNamespaces,
    /// Whether it is valid enough to serve routes. Routes bind to it all the same, and say so in their status.
    pub(crate) ready: bool,
    /// The name of the IR listener.
    pub(crate) ir_name: Name,
    /// The name of the route table that serves it.
    pub(crate) table: Name,
    /// Hostnames of other listeners on the same port, whose requests this one must not serve.
    pub(crate) isolated_from: Vec<Name>,
    /// Where it came from.
    pub(crate) origin: Origin,
}

/// The protocol of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protocol {
    Http,
    Https,
    /// TLS that is terminated, or passed through.
    Tls {
        passthrough: bool,
    },
    Tcp,
    Udp,
}

/// The namespaces whose routes a listener accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AllowedNamespaces {
    All,
    /// The namespace of the listener's parent.
    Same,
    /// Those whose labels match.
    Selector(LabelSelector),
    None,
}
