//! Datagrams.
//!
//! API: UDPRoute on listeners for UDP. Envoy: the UDP proxy as a filter of the listener. A listener without a route drops what
//! it receives.

use eg_diag::Diagnostic;
use eg_ir::listener::{Listener, StreamServer};

use super::stream::StreamCx;
use crate::{
    Features,
    envoy::{any, core, listener as pb, udp_proxy, xds_core, xds_matcher},
};

/// Makes the listener one of UDP, and serves the datagrams.
pub(super) fn serve(
    features: &Features,
    ir: &Listener,
    listener: &mut pb::Listener,
) -> Result<(), Diagnostic> {
    carry(listener);
    let Some(server) = ir.streams.first() else { return Ok(()) };
    let StreamServer { name: _, origin: _, stat_port: _, client: _, tls: _, chains } = &**server;
    let route = chains.first().map(|chain| &*chain.route);
    let cx = StreamCx { listener: ir, server, route };
    let mut proxy = udp_proxy::UdpProxyConfig {
        stat_prefix: "service".to_owned(),
        route_specifier: Some(udp_proxy::udp_proxy_config::RouteSpecifier::Matcher(to(cx.cluster()))),
        ..udp_proxy::UdpProxyConfig::default()
    };
    for feature in &features.listener {
        feature.udp_proxy(cx, &mut proxy)?;
    }
    listener.listener_filters.push(pb::ListenerFilter {
        name: "envoy.filters.udp_listener.udp_proxy".to_owned(),
        config_type: Some(pb::listener_filter::ConfigType::TypedConfig(any(&proxy))),
        ..pb::ListenerFilter::default()
    });
    Ok(())
}

/// Makes the socket of a listener carry datagrams.
pub(super) fn carry(listener: &mut pb::Listener) {
    if let Some(core::address::Address::SocketAddress(socket)) =
        listener.address.as_mut().and_then(|address| address.address.as_mut())
    {
        socket.protocol = core::socket_address::Protocol::Udp.into();
    }
}

/// Sends every datagram to this cluster.
fn to(cluster: String) -> xds_matcher::Matcher {
    use xds_matcher::matcher::{OnMatch, on_match};
    let action = xds_core::TypedExtensionConfig {
        name: "route".to_owned(),
        typed_config: Some(any(&udp_proxy::Route { cluster })),
    };
    let always = OnMatch { on_match: Some(on_match::OnMatch::Action(action)), ..OnMatch::default() };
    xds_matcher::Matcher { on_no_match: Some(Box::new(always)), matcher_type: None }
}
