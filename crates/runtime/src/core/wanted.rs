//! Statuses to ask for.

use eg_api::{
    gateway::{GatewayClassStatus, GatewayStatus, ListenerSetStatus, PolicyStatus, RouteStatus},
    v1alpha1::EnvoyProxyStatus,
};
use eg_diag::ObjectRef;
use eg_resources::{Snapshot, Status, StatusUpdate};

use super::Core;

impl Core {
    /// The status to ask for; an empty one for an object that is there and no longer ours.
    pub(super) fn status(&self, snapshot: &Snapshot, object: ObjectRef) -> Option<StatusUpdate> {
        if let Some(status) = self.session.current().statuses.get(&object) {
            return Some(status.clone());
        }
        let meta = snapshot.get_any(&object)?.meta();
        let (uid, generation) = (meta.uid.clone(), meta.generation());
        Some(StatusUpdate { status: empty_status(&object)?.into(), uid, generation, object })
    }
}

/// The status that removes our entries from an object.
fn empty_status(object: &ObjectRef) -> Option<Status> {
    Some(match object.kind.kind {
        "GatewayClass" => Status::GatewayClass(GatewayClassStatus::default()),
        "Gateway" => Status::Gateway(GatewayStatus::default()),
        "ListenerSet" => Status::ListenerSet(ListenerSetStatus::default()),
        "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" => {
            Status::Route(RouteStatus::default())
        }
        kind if kind.ends_with("Policy") => Status::Policy(PolicyStatus::default()),
        "EnvoyProxy" => Status::EnvoyProxy(EnvoyProxyStatus::default()),
        "Backend" => Status::Conditions { conditions: Vec::new() },
        kind if is_known(object.kind.group, kind) => return None,
        // Objects of foreign kinds have statuses like those of policies.
        _ => Status::Policy(PolicyStatus::default()),
    })
}

fn is_known(group: &str, kind: &str) -> bool {
    eg_api::kinds::KINDS.iter().any(|known| known.group == group && known.kind == kind)
}
