//! UDPRoutes: the datagrams of a listener for UDP.

use eg_api::gateway::{ParentReference, StreamRouteRule, UdpRoute};

use super::StreamRouteKind;
use crate::{fanout::StreamKind, route::kind::UnitNames};

impl StreamRouteKind for UdpRoute {
    const UNITS: UnitNames = UnitNames {
        lowered: "udp_route_lowered",
        attached: "udp_route_attached",
        status: "udp_route_status",
    };

    const PLACE: StreamKind = StreamKind::Udp;

    fn parent_refs(&self) -> &[ParentReference] {
        &self.spec.parent_refs
    }

    fn rules(&self) -> &[StreamRouteRule] {
        &self.spec.rules
    }
}
