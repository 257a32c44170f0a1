//! Who may connect.

use std::collections::BTreeMap;

use tonic::metadata::MetadataMap;
use xds_api::pb::envoy::config::core::v3::Node;

use crate::{BoxFuture, NodeGroup};

/// What is known of a call before any of its messages is read.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The path of the method, `/package.Service/Method`.
    pub path: &'a str,
    /// The call's headers.
    pub metadata: &'a MetadataMap,
    /// What the transport says of the peer: the `ConnectInfo` of the accepted stream's `Connected` implementation, such
    /// as the verified client certificates of a TLS stream.
    pub extensions: &'a http::Extensions,
}

/// Who a peer proved to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// A name for logs and observers; empty when the transport alone vouches for the peer.
    pub subject: String,
    /// What else the authenticator learned and wants to see again when it authorises.
    pub attributes: BTreeMap<String, String>,
}

/// The peer is not allowed to do what it asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// The peer did not prove who it is.
    #[error("peer is not authenticated: {0}")]
    Unauthenticated(String),
    /// The peer proved who it is, and is not allowed to get this configuration.
    #[error("peer is not authorised: {0}")]
    Unauthorised(String),
    /// Whether the peer may connect cannot be found out now; the peer should try again.
    #[error("peer cannot be authenticated now: {0}")]
    Unavailable(String),
}

impl From<Denied> for tonic::Status {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unauthenticated(why) => Self::unauthenticated(why),
            Denied::Unauthorised(why) => Self::permission_denied(why),
            Denied::Unavailable(why) => Self::unavailable(why),
        }
    }
}

/// Decides who may connect: client certificates, service-account tokens, or what else the operator uses.
///
/// Called for every call of every kind (unary, state of the world, delta, aggregated or not) before the call's first
/// message is read. Implementations that ask elsewhere should cache, because a restart makes all nodes call at once.
pub trait Authenticator: Send + Sync + 'static {
    /// Finds out who the peer is.
    fn authenticate<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Identity, Denied>>;

    /// Decides whether the peer may get a group's configuration in the name of `node`; called when the node is known,
    /// before anything is sent to it. The default allows it.
    fn authorise(&self, identity: &Identity, node: &Node, group: &NodeGroup) -> Result<(), Denied> {
        let _ = (identity, node, group);
        Ok(())
    }
}

/// Lets in whoever the transport let in. With mutual TLS in front that is whoever holds a client certificate.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrustTransport;

impl Authenticator for TrustTransport {
    fn authenticate<'a>(&'a self, _call: Call<'a>) -> BoxFuture<'a, Result<Identity, Denied>> {
        Box::pin(std::future::ready(Ok(Identity::default())))
    }
}
