#![doc = include_str!("../README.md")]

mod auth;
mod driver;
mod grpc;
mod method;
mod node;
mod observer;
mod options;
mod resource;
mod server;
mod store;
pub mod stream;
mod type_url;
mod view;
mod wire;

pub use auth::{Authenticator, Call, Denied, Identity, TrustTransport};
pub use node::{ByCluster, NodeGrouper};
pub use observer::{Ack, Nack, Protocol, Sent, Silent, StreamInfo, StreamObserver};
pub use options::Options;
pub use resource::{NodeGroup, Resource, ResourceName, Version};
pub use server::{Builder, Server, XdsService};
pub use store::{BoxFuture, MemoryStore, SnapshotStore};
pub use type_url::TypeUrl;
pub use view::{Changes, Seq, View};

/// Re-exported, because `Status` and `Connected` are in this crate's signatures.
pub use tonic;
/// Re-exported, because the node and its messages are in this crate's signatures.
pub use xds_api;
