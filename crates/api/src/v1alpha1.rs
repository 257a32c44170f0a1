//! The kinds of `gateway.envoyproxy.io/v1alpha1`.
//!
//! Every struct has the fields of the API under the API's names. Four groups of fields that several structs have in common
//! exist once and are flattened into them: [`PolicyTargetReferences`], [`ClusterSettings`], [`BackendCluster`] and
//! [`TlsSettings`].
//!
//! - Fields with a fixed set of values are texts, so that objects which break the schema reach the translator, which
//!   reports them; feature `schema` knows the values.
//! - Optional values are `None`, optional lists and maps empty when unset. Defaults of the schema are not filled in here:
//!   an API server does so, and so does feature `validate`.
//! - Core types of Kubernetes inside of EnvoyProxy stay JSON; the CRDs have their whole schema.

mod backend;
mod backend_cluster;
mod backend_traffic_policy;
mod client_traffic_policy;
mod cluster_settings;
mod compression;
#[cfg(feature = "schema")]
mod crds;
mod envoy_extension_policy;
mod envoy_patch_policy;
mod envoy_proxy;
#[cfg(feature = "schema")]
mod format;
mod http_route_filter;
mod json_patch;
#[cfg(feature = "schema")]
mod kubernetes;
#[cfg(feature = "schema")]
mod rules;
mod security_policy;
mod string_match;
mod target;
mod tls_settings;
mod tracing;

pub use backend::*;
pub use backend_cluster::*;
pub use backend_traffic_policy::*;
pub use client_traffic_policy::*;
pub use cluster_settings::*;
pub use compression::*;
#[cfg(feature = "schema")]
pub use crds::crds;
pub use envoy_extension_policy::*;
pub use envoy_patch_policy::*;
pub use envoy_proxy::*;
pub use http_route_filter::*;
pub use json_patch::*;
pub use security_policy::*;
pub use string_match::*;
pub use target::*;
pub use tls_settings::*;
pub use tracing::*;

/// API group of the kinds.
pub const GROUP: &str = "gateway.envoyproxy.io";
