//! From packed models to the xDS server's store.

use eg_ir::IrKey;
use eg_xds_server::{Changes, MemoryStore, NodeGroup, Resource, TypeUrl, Version};
use eg_xds_translator::{Packed, ResourceType};

use crate::Publication;

/// Makes a publication visible to proxies.
pub(super) fn publish(store: &MemoryStore, publication: &Publication) {
    let mut changes = Changes::default();
    for (resource_type, name, packed) in &publication.delta.upserts {
        changes.upserts.push((type_url(*resource_type), name.clone(), resource(packed)));
    }
    for (resource_type, name) in &publication.delta.removals {
        changes.removals.push((type_url(*resource_type), name.clone()));
    }
    store.update(&group(&publication.fleet), changes);
}

/// Forgets a fleet that is gone.
pub(super) fn withdraw(store: &MemoryStore, fleet: &IrKey) {
    store.remove_group(&group(fleet));
}

fn group(fleet: &IrKey) -> NodeGroup {
    NodeGroup(fleet.0.clone())
}

fn resource(packed: &Packed) -> Resource {
    // Both crates name content by the same hash; it was computed when the resource was packed.
    let version = Version::parse(&packed.version.to_string()).unwrap_or_else(|| Version::of(&packed.body));
    Resource { version, body: packed.body.clone() }
}

fn type_url(resource_type: ResourceType) -> TypeUrl {
    match resource_type {
        ResourceType::Listener => TypeUrl::LISTENER,
        ResourceType::Route => TypeUrl::ROUTE,
        ResourceType::Cluster => TypeUrl::CLUSTER,
        ResourceType::Endpoint => TypeUrl::ENDPOINT,
        ResourceType::Secret => TypeUrl::SECRET,
    }
}
