//! What proxies said, for statuses, metrics and logs.

use std::sync::Arc;

use crate::{NodeGroup, ResourceName, TypeUrl, Version, auth::Identity};

/// How a stream's messages are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Incremental xDS: responses name what changed.
    Delta,
    /// State of the world: responses list everything.
    Sotw,
}

/// A stream, as observers see it.
#[derive(Clone, Debug)]
pub struct StreamInfo {
    /// Unique among the streams of this process.
    pub id: u64,
    /// The node's `id`.
    pub node: Arc<str>,
    /// The group the node was put in.
    pub group: NodeGroup,
    /// The variant of the protocol.
    pub protocol: Protocol,
    /// The service's only type, `None` for an aggregated stream.
    pub only: Option<TypeUrl>,
    /// Who the peer proved to be.
    pub identity: Identity,
}

/// A response that was handed to the transport.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The type of the response.
    pub type_url: TypeUrl,
    /// Number of resources in it.
    pub resources: usize,
    /// Number of removed names in it.
    pub removed: usize,
    /// Size of the encoded response in bytes.
    pub bytes: usize,
}

/// A response that the node accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// The type of the response.
    pub type_url: TypeUrl,
    /// The response's nonce.
    pub nonce: String,
    /// The resources in it.
    pub resources: Vec<(ResourceName, Version)>,
    /// The names it removed.
    pub removed: Vec<ResourceName>,
}

/// A response that the node rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nack {
    /// The type of the response.
    pub type_url: TypeUrl,
    /// The response's nonce.
    pub nonce: String,
    /// The resources that may be at fault: those that the node's words name, else all of the response.
    pub suspects: Vec<(ResourceName, Version)>,
    /// Whether each suspect is known to be at fault, because the node named it or it was alone in the response. When
    /// false, the server goes on sending parts of the response to find out, and reports again.
    pub isolated: bool,
    /// The node's words.
    pub detail: String,
}

/// Hears what happens on streams; this is how rejections become statuses, and everything becomes metrics.
///
/// Every method is called on the stream's task and must not block. Calls for one stream come in order: `connected`
/// first, `disconnected` last. All methods default to doing nothing.
pub trait StreamObserver: Send + Sync + 'static {
    /// A node identified itself and was put in a group.
    fn connected(&self, stream: &StreamInfo) {
        let _ = stream;
    }

    /// A response was handed to the transport.
    fn sent(&self, stream: &StreamInfo, sent: &Sent) {
        let _ = (stream, sent);
    }

    /// A node accepted a response.
    fn acked(&self, stream: &StreamInfo, ack: &Ack) {
        let _ = (stream, ack);
    }

    /// A node rejected a response. It keeps what it had before; the rejected versions are not sent again until the
    /// store's owner changes them, unless the node asks for them.
    fn nacked(&self, stream: &StreamInfo, nack: &Nack) {
        let _ = (stream, nack);
    }

    /// A stream ended, for whatever reason.
    fn disconnected(&self, stream: &StreamInfo) {
        let _ = stream;
    }

    /// A call was refused before it became a stream.
    fn refused(&self, path: &str, status: &tonic::Status) {
        let _ = (path, status);
    }
}

/// An observer that does nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl StreamObserver for Silent {}
