//! TCPRoutes: the connections of a listener for TCP, or those whose TLS a listener terminates.

use eg_api::gateway::{ParentReference, StreamRouteRule, TcpRoute};

use super::StreamRouteKind;
use crate::{fanout::StreamKind, route::kind::UnitNames};

impl StreamRouteKind for TcpRoute {
    const UNITS: UnitNames = UnitNames {
        lowered: "tcp_route_lowered",
        attached: "tcp_route_attached",
        status: "tcp_route_status",
    };

    const PLACE: StreamKind = StreamKind::Tcp;

    fn parent_refs(&self) -> &[ParentReference] {
        &self.spec.parent_refs
    }

    fn rules(&self) -> &[StreamRouteRule] {
        &self.spec.rules
    }
}
