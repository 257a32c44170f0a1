//! The listener that says whether a proxy is ready, for the probes of the platform.

use eg_ir::{Name, ReadyListener};

use super::connection_manager::network_filter;
use crate::{
    envoy::{exact, hcm, health_check, listener as pb, route, router, socket_address},
    http::FilterChain,
};

/// The name of the listener.
pub(crate) fn name(ReadyListener { address, port, ipv4_compat: _ }: &ReadyListener) -> Name {
    format!("envoy-gateway-proxy-ready-{address}-{port}").into()
}

/// A listener that answers `/ready` with 200 while the proxy serves, and everything else with 500.
pub(crate) fn ready(ir: &ReadyListener) -> pb::Listener {
    use hcm::http_connection_manager::RouteSpecifier;
    let ReadyListener { address, port, ipv4_compat } = ir;
    let manager = hcm::HttpConnectionManager {
        stat_prefix: "eg-ready-http".to_owned(),
        route_specifier: Some(RouteSpecifier::RouteConfig(otherwise())),
        http_filters: filters(),
        ..hcm::HttpConnectionManager::default()
    };
    pb::Listener {
        name: name(ir).to_string(),
        address: Some(socket_address(address, *port, *ipv4_compat)),
        filter_chains: vec![pb::FilterChain {
            filters: vec![network_filter(&manager)],
            ..pb::FilterChain::default()
        }],
        // A proxy under load is still ready.
        bypass_overload_manager: true,
        ..pb::Listener::default()
    }
}

fn filters() -> Vec<hcm::HttpFilter> {
    use route::header_matcher::HeaderMatchSpecifier;
    let path = route::HeaderMatcher {
        name: ":path".to_owned(),
        header_match_specifier: Some(HeaderMatchSpecifier::StringMatch(exact("/ready"))),
        ..route::HeaderMatcher::default()
    };
    let health_check = health_check::HealthCheck {
        pass_through_mode: Some(false),
        headers: vec![path],
        ..health_check::HealthCheck::default()
    };
    let mut chain = FilterChain::default();
    chain.add("envoy.filters.http.health_check", &health_check);
    chain.finish(&router::Router { suppress_envoy_headers: true, ..router::Router::default() })
}

fn otherwise() -> route::RouteConfiguration {
    const NAME: &str = "ready_route";
    route::RouteConfiguration {
        name: NAME.to_owned(),
        virtual_hosts: vec![route::VirtualHost {
            name: NAME.to_owned(),
            domains: vec!["*".to_owned()],
            routes: vec![route::Route {
                r#match: Some(route::RouteMatch {
                    path_specifier: Some(route::route_match::PathSpecifier::Prefix("/".to_owned())),
                    ..route::RouteMatch::default()
                }),
                action: Some(route::route::Action::DirectResponse(route::DirectResponseAction {
                    status: 500,
                    ..route::DirectResponseAction::default()
                })),
                ..route::Route::default()
            }],
            ..route::VirtualHost::default()
        }],
        ..route::RouteConfiguration::default()
    }
}
