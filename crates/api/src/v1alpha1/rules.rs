//! CEL rules, each with the message for objects that break it. A constant is named for the type, or type and field,
//! that it is about.

mod backend;
mod backend_traffic_policy;
mod client_traffic_policy;
mod cluster_settings;
mod envoy_extension_policy;
mod envoy_proxy;
mod http_route_filter;
mod security_policy;
mod shared;

pub(super) use backend::*;
pub(super) use backend_traffic_policy::*;
pub(super) use client_traffic_policy::*;
pub(super) use cluster_settings::*;
pub(super) use envoy_extension_policy::*;
pub(super) use envoy_proxy::*;
pub(super) use http_route_filter::*;
pub(super) use security_policy::*;
pub(super) use shared::*;
