//! GatewayClasses, Gateways and their listeners.
//!
//! - `class`: which classes are ours, and the status of a class;
//! - `proxy`: the effective EnvoyProxy of a Gateway;
//! - `routing`: whether traffic goes to Services or to their endpoints;
//! - `listener`, `certificate`, `conflict`, `overlap`: what each listener is worth;
//! - `listener_set`: listeners that others add;
//! - `frontend`: certificates that clients have to present;
//! - `namespace`: from which namespaces something may attach;
//! - `state`: all of that for one Gateway, and `merged` for Gateways that share a fleet;
//! - `view`: the part of it that routes see;
//! - `stream`: what serves listeners that are not for HTTP;
//! - `misdirected`: answers to requests for the hosts of other listeners;
//! - `fanout`: what a Gateway sends to its fleet, which `socket` and `fleet` put together;
//! - `access_log`, `tracing`, `request_id`: access logs, and traces of requests;
//! - `collector`: the services that they go to;
//! - `proxy_stats`: statistics beside the usual ones;
//! - `service`: the Service of the fleet's own proxies.

use eg_api::{
    gateway::{Gateway, GatewayClass, ListenerSet},
    v1alpha1::EnvoyProxy,
};
use eg_resources::Object;

use crate::{
    engine::Engine,
    fanout::{FleetMembers, Secrets, SocketParts, Tables},
};

mod access_log;
mod certificate;
mod class;
mod collector;
mod conflict;
mod fanout;
mod fleet;
mod frontend;
mod listener;
mod listener_set;
mod merged;
mod misdirected;
mod namespace;
mod overlap;
mod proxy;
mod proxy_stats;
mod request_id;
mod routing;
mod service;
mod socket;
mod state;
mod stream;
pub(crate) mod tracing;
pub(crate) mod view;

pub(crate) use access_log::AccessLogsOf;
pub(crate) use certificate::certificate_in;
pub(crate) use class::ClassOf;
pub(crate) use listener::ListenerState;
pub(crate) use listener_set::SetState;
pub(crate) use merged::ClassListeners;
pub(crate) use namespace::AllowedNamespaces;
pub use proxy::EffectiveProxy;
pub(crate) use proxy::{invalid as invalid_proxy, is_merged as is_merged_proxy};
pub(crate) use routing::{GatewayRouting, Routing, RoutingOf};
pub(crate) use state::{GatewayOf, GatewayState};
pub(crate) use stream::StreamSecrets;
pub(crate) use tracing::TracingOf;

/// Registers the units of this module.
pub(crate) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<class::ClassRoot>(GatewayClass::KIND);
    engine.root_for_each_object::<fanout::GatewayFanout>(Gateway::KIND);
    engine.root_for_each_object::<crate::status::gateway::GatewayRoot>(Gateway::KIND);
    engine.root_for_each_object::<crate::status::envoy_proxy::EnvoyProxyRoot>(EnvoyProxy::KIND);
    engine.root_for_each_object::<crate::status::listener_set::ListenerSetRoot>(ListenerSet::KIND);
    engine.root_for_each_group::<SocketParts, socket::SocketUnit>();
    engine.root_for_each_group::<Tables, socket::TableUnit>();
    engine.root_for_each_group::<Secrets, socket::SecretUnit>();
    engine.root_for_each_group::<FleetMembers, fleet::FleetUnit>();
}
