//! Who connects, and which configuration is theirs.

use crate::NodeGroup;
use xds_api::pb::envoy::config::core::v3::Node;

/// Puts a connecting node into a group.
///
/// Called once per stream, when its first message arrives, on the stream's task; it must not block.
pub trait NodeGrouper: Send + Sync + 'static {
    /// The group whose resources the node gets; `None` refuses the node.
    fn group(&self, node: &Node) -> Option<NodeGroup>;
}

/// Groups nodes by `node.cluster`; a node without one is refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByCluster;

impl NodeGrouper for ByCluster {
    fn group(&self, node: &Node) -> Option<NodeGroup> {
        (!node.cluster.is_empty()).then(|| NodeGroup::from(node.cluster.as_str()))
    }
}

impl<F> NodeGrouper for F
where
    F: Fn(&Node) -> Option<NodeGroup> + Send + Sync + 'static,
{
    fn group(&self, node: &Node) -> Option<NodeGroup> {
        self(node)
    }
}
