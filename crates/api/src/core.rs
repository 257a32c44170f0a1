//! The parts of Kubernetes' core kinds that the translation reads.
//!
//! Fields that nothing reads are left out and dropped when an object is decoded, which keeps the store small.

mod config_map;
mod endpoint_slice;
mod namespace;
mod node;
mod secret;
mod service;
mod trust_bundle;

pub use config_map::ConfigMap;
pub use endpoint_slice::{Endpoint, EndpointConditions, EndpointPort, EndpointSlice};
pub use namespace::{Namespace, NamespaceStatus};
pub use node::{Node, NodeAddress, NodeStatus};
pub use secret::{ByteString, Secret};
pub use service::{Service, ServicePort, ServiceSpec};
pub use trust_bundle::{ClusterTrustBundle, ClusterTrustBundleSpec};
