//! ClientTrafficPolicies: how the clients of listeners are treated.
//!
//! API: ClientTrafficPolicy, for Gateways and listener sets and for sections of both. Of the policies for a listener, one
//! that names its section is in force, then one for its listener set, then one for its Gateway; nothing is merged.
//!
//! Listeners for plain HTTP that share a port share a connection manager. So a policy for only some of them is refused, and
//! none of its settings is used. A policy with a field that cannot be lowered fails closed: the routes of its listeners
//! answer 500.
//!
//! - `listener`: what each listener of a Gateway gets;
//! - `client_timeout`, `client_headers`, `client_connection`, `client_keepalive`, `client_path`, `client_proxy_protocol`,
//!   `client_health_check`, `client_scheme`, `client_ip_detection`, `client_http1`, `client_http2`, `client_http3`, `client_tls`,
//!   `grpc`: the fields.

use std::{borrow::Cow, sync::Arc};

use eg_api::{
    gateway::{Gateway, ListenerSet},
    v1alpha1::{ClientTrafficPolicy, ClientTrafficPolicySpec, PolicyTargetReferences},
};
use eg_diag::Kind;
use eg_ir::listener::{ClientConnection, ClientSettings, ClientTimeout};
use eg_resources::Object;

use super::{
    field::PolicyField,
    kind::{Attachable, PolicyKind, Targeting, TargetingNames, UnitNames},
};
use crate::{Features, gateway::view::Protocol};

mod client_connection;
mod client_headers;
mod client_health_check;
mod client_http1;
pub(super) mod client_http2;
mod client_http3;
mod client_ip_detection;
mod client_keepalive;
mod client_path;
mod client_proxy_protocol;
mod client_scheme;
mod client_timeout;
mod client_tls;
mod grpc;
pub(crate) mod listener;

/// The built-in fields.
const FIELDS: &[&dyn PolicyField<ClientTraffic>] = &[
    &client_timeout::ClientTimeoutField,
    &client_headers::ClientHeadersField,
    &client_connection::ClientConnectionField,
    &client_keepalive::ClientKeepaliveField,
    &client_path::ClientPathField,
    &client_proxy_protocol::ClientProxyProtocolField,
    &client_health_check::ClientHealthCheckField,
    &client_scheme::ClientSchemeField,
    &client_ip_detection::ClientIpDetectionField,
    &client_http1::ClientHttp1Field,
    &client_http2::ClientHttp2Field,
    &client_http3::ClientHttp3Field,
    &client_tls::ClientTlsField,
    &grpc::GrpcField,
];

/// Marks ClientTrafficPolicies.
#[derive(Clone, Copy, Debug)]
pub struct ClientTraffic;

/// What a listener serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ListenerProtocol {
    /// Plain-text HTTP.
    Http,
    /// HTTP over TLS.
    Https,
    /// TLS that is terminated, with something else than HTTP in it.
    Tls,
    /// TLS that is passed through.
    TlsPassthrough,
    /// TCP.
    Tcp,
}

impl ListenerProtocol {
    /// Whether requests are HTTP.
    pub fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Https)
    }

    /// Whether the listener presents certificates.
    pub fn terminates_tls(self) -> bool {
        matches!(self, Self::Https | Self::Tls)
    }

    /// What a policy is lowered for; `None` for listeners on which policies have no effect.
    fn of(protocol: Protocol) -> Option<Self> {
        match protocol {
            Protocol::Http => Some(Self::Http),
            Protocol::Https => Some(Self::Https),
            Protocol::Tls { passthrough: false } => Some(Self::Tls),
            Protocol::Tls { passthrough: true } => Some(Self::TlsPassthrough),
            Protocol::Tcp => Some(Self::Tcp),
            Protocol::Udp => None,
        }
    }
}

impl PolicyKind for ClientTraffic {
    type Spec = ClientTrafficPolicySpec;
    type Place = ListenerProtocol;
    type Slot = ClientSettings;
}

impl Targeting for ClientTraffic {
    type Object = ClientTrafficPolicy;

    const TARGETS: &'static [Kind] = &[Gateway::KIND, ListenerSet::KIND];

    const TARGETING: TargetingNames = TargetingNames {
        in_use: "client_policy_in_use",
        targets: "client_policy_targets",
        selection: "client_policy_selection",
        policies: "client_policies",
    };

    fn targets(object: &ClientTrafficPolicy) -> Cow<'_, PolicyTargetReferences> {
        Cow::Borrowed(&object.spec.targets)
    }
}

impl Attachable for ClientTraffic {
    const UNITS: UnitNames = UnitNames {
        effective: "client_policy_effective",
        lowered: "client_policy_lowered",
        status: "client_policy_status",
        of_gateway: "client_policy_of_gateway",
    };

    const RANK: u8 = 3;

    fn spec(object: &ClientTrafficPolicy) -> &ClientTrafficPolicySpec {
        &object.spec
    }

    fn fields() -> &'static [&'static dyn PolicyField<Self>] {
        FIELDS
    }

    fn added(features: &Features) -> &[Arc<dyn PolicyField<Self>>] {
        &features.client_traffic
    }

    fn close(slot: &mut ClientSettings) {
        slot.timeout = ClientTimeout::default();
        slot.connection = ClientConnection::default();
        slot.keepalive = None;
        slot.proxy_protocol = None;
    }
}
