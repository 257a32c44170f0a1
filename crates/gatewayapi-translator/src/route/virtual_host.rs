//! Virtual hosts.

use std::sync::Arc;

use eg_ir::{Origin, route::VirtualHost};

use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    fanout::{HostKey, HostOwners, HostRoutes},
    gateway::view::HostViewOf,
    names,
};

/// The routes of one domain of a route table. Its list of routes is the group itself, so that an edited route costs the
/// same however many there are.
pub(crate) struct VirtualHostUnit;

impl Unit for VirtualHostUnit {
    type Key = HostKey;
    type Out = Option<Arc<VirtualHost>>;
    const NAME: &'static str = "virtual_host";
    const RANK: u8 = 11;

    fn compute(cx: &ReadCx<'_>, key: &HostKey) -> Self::Out {
        let routes = cx.group::<HostRoutes>(key);
        let owners = cx.group::<HostOwners>(key);
        let ((listener, _), origin) = owners.first()?;
        let gateway = cx.unit::<HostViewOf>(&origin.object);
        Some(Arc::new(VirtualHost {
            name: if cx.env().settings.flag("XDSNameSchemeV2") {
                names::domain(&key.2)
            } else {
                names::virtual_host(listener, &key.2)
            },
            domain: key.2.clone(),
            stats: gateway.stats,
            origin: Origin { generation: gateway.generation, ..Origin::clone(origin) },
            routes,
        }))
    }
}

impl Root for VirtualHostUnit {
    fn publish(assembly: &mut Assembly<'_>, (fleet, table, domain): &HostKey, out: Option<&Arc<Self::Out>>) {
        assembly.virtual_host(fleet, table, domain, out.and_then(|out| out.as_ref().as_ref()));
    }
}
