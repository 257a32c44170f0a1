//! Routes: binding to listeners, and lowering to the IR.
//!
//! - `kind`: what the kinds of routes have in common, and what each says about itself;
//! - `bind`: which listeners a route attaches to, and under which hostnames;
//! - `attach`: what a route sends to its virtual hosts, clusters and listeners;
//! - `destination`: clusters of the backends of a rule;
//! - `routing`: whether a rule leads to Services or to their endpoints;
//! - `http`: lowering of HTTPRoutes, with one module for each feature;
//! - `grpc`: lowering of GRPCRoutes, with the features of HTTPRoutes;
//! - `stream`: TLSRoutes, TCPRoutes and UDPRoutes;
//! - `virtual_host`: the routes of one domain.

use eg_api::{
    gateway::{GrpcRoute, HttpRoute, TcpRoute, TlsRoute, UdpRoute},
    v1alpha1::Backend,
};
use eg_resources::Object;

use crate::{
    engine::Engine, fanout::HostRoutes, refs::backend::BackendRoot, route::kind::RouteKind,
    status::route::RouteRoot,
};

pub(crate) mod attach;
pub(crate) mod bind;
pub(crate) mod destination;
mod grpc;
pub(crate) mod http;
pub(crate) mod kind;
mod routing;
mod stream;
mod virtual_host;

/// Registers the units of this module.
pub(crate) fn register(engine: &mut Engine) {
    register_kind::<HttpRoute>(engine);
    register_kind::<GrpcRoute>(engine);
    register_kind::<TlsRoute>(engine);
    register_kind::<TcpRoute>(engine);
    register_kind::<UdpRoute>(engine);
    engine.root_for_each_group::<HostRoutes, virtual_host::VirtualHostUnit>();
    engine.root_for_each_object::<BackendRoot>(Backend::KIND);
}

fn register_kind<R: RouteKind>(engine: &mut Engine) {
    engine.root_for_each_object::<RouteRoot<R>>(R::KIND);
}
