//! TLSRoutes: connections chosen by the server name of their TLS, which is passed on or terminated as the listener says.

use eg_api::gateway::{ParentReference, StreamRouteRule, TlsRoute};

use super::StreamRouteKind;
use crate::{fanout::StreamKind, route::kind::UnitNames};

impl StreamRouteKind for TlsRoute {
    const UNITS: UnitNames = UnitNames {
        lowered: "tls_route_lowered",
        attached: "tls_route_attached",
        status: "tls_route_status",
    };

    const PLACE: StreamKind = StreamKind::Tls;

    fn parent_refs(&self) -> &[ParentReference] {
        &self.spec.parent_refs
    }

    fn hostnames(&self) -> &[String] {
        &self.spec.hostnames
    }

    fn rules(&self) -> &[StreamRouteRule] {
        &self.spec.rules
    }
}
