//! Short names of the Envoy packages that emitters use.

pub(crate) use xds_api::pb::cel::expr as cel;
pub(crate) use xds_api::pb::envoy::{
    config::{
        accesslog::v3 as accesslog, cluster::v3 as cluster, common::mutation_rules::v3 as mutation_rules,
        core::v3 as core, endpoint::v3 as endpoint, listener::v3 as listener, rbac::v3 as rbac,
        route::v3 as route, trace::v3 as trace,
    },
    extensions::{
        access_loggers::{
            file::v3 as file_access_log, filters::cel::v3 as cel_log_filter, grpc::v3 as grpc_access_log,
            open_telemetry::v3 as otel_access_log,
        },
        clusters::{
            common::dns::v3 as dns_common, dns::v3 as dns_cluster,
            dynamic_forward_proxy::v3 as dynamic_cluster,
        },
        common::{dynamic_forward_proxy::v3 as dynamic_resolver, ratelimit::v3 as common_rate_limit},
        compression::{
            brotli::compressor::v3 as brotli, gzip::compressor::v3 as gzip, zstd::compressor::v3 as zstd,
        },
        dynamic_modules::v3 as dynamic_module,
        filters::{
            common::fault::v3 as fault_common,
            http::{
                admission_control::v3 as admission_control, api_key_auth::v3 as api_key_auth,
                bandwidth_limit::v3 as bandwidth_limit, basic_auth::v3 as basic_auth, buffer::v3 as buffer,
                compressor::v3 as compressor, cors::v3 as cors,
                credential_injector::v3 as credential_injector, csrf::v3 as csrf,
                custom_response::v3 as custom_response, dynamic_modules::v3 as dynamic_module_filter,
                ext_authz::v3 as ext_authz, ext_proc::v3 as ext_proc, fault::v3 as fault,
                grpc_stats::v3 as grpc_stats, grpc_web::v3 as grpc_web,
                header_mutation::v3 as header_mutation, health_check::v3 as health_check,
                jwt_authn::v3 as jwt_authn, local_ratelimit::v3 as local_rate_limit, lua::v3 as lua,
                oauth2::v3 as oauth2, rbac::v3 as http_rbac, router::v3 as router,
                stateful_session::v3 as stateful_session, upstream_codec::v3 as upstream_codec,
            },
            listener::{proxy_protocol::v3 as proxy_protocol, tls_inspector::v3 as tls_inspector},
            network::{
                connection_limit::v3 as connection_limit, http_connection_manager::v3 as hcm,
                rbac::v3 as network_rbac, sni_dynamic_forward_proxy::v3 as sni_resolver,
                tcp_proxy::v3 as tcp_proxy,
            },
            udp::udp_proxy::v3 as udp_proxy,
        },
        formatter::req_without_query::v3 as req_without_query,
        health_check::event_sinks::file::v3 as file_health_log,
        http::{
            custom_response::{
                local_response_policy::v3 as local_response, redirect_policy::v3 as redirect_response,
            },
            early_header_mutation::header_mutation::v3 as early_header_mutation,
            header_formatters::preserve_case::v3 as preserve_case,
            injected_credentials::generic::v3 as generic_credential,
            original_ip_detection::{custom_header::v3 as custom_header, xff::v3 as xff},
            stateful_session::{cookie::v3 as cookie_session, header::v3 as header_session},
        },
        load_balancing_policies::{
            client_side_weighted_round_robin::v3 as client_side_weighted_round_robin,
            cluster_provided::v3 as cluster_provided, common::v3 as lb_common,
            least_request::v3 as least_request, maglev::v3 as maglev, override_host::v3 as override_host,
            random::v3 as random, round_robin::v3 as round_robin,
        },
        matching::{
            common_inputs::network::v3 as network_input,
            input_matchers::{ip::v3 as ip_matcher, metadata::v3 as metadata_matcher},
        },
        request_id::uuid::v3 as uuid_request_id,
        retry::{
            host::previous_hosts::v3 as previous_hosts,
            priority::previous_priorities::v3 as previous_priorities,
        },
        tracers::opentelemetry::{resource_detectors::v3 as otel_resource, samplers::v3 as otel_sampler},
        transport_sockets::{
            proxy_protocol::v3 as upstream_proxy_protocol, quic::v3 as quic, raw_buffer::v3 as raw_buffer,
            tls::v3 as tls,
        },
        upstreams::http::v3 as upstream_http,
    },
    r#type::{http::v3 as http_type, matcher::v3 as matcher, tracing::v3 as tracing_tag, v3 as kind},
};
pub(crate) use xds_api::pb::opentelemetry::proto::common::v1 as otlp;
pub(crate) use xds_api::pb::xds::{
    core::v3 as xds_core,
    r#type::{matcher::v3 as xds_matcher, v3 as xds_type},
};

use prost_types::Duration;
pub(crate) use xds_api::pack as any;

/// A duration from milliseconds.
pub(crate) fn millis(millis: u64) -> Duration {
    let seconds = i64::try_from(millis / 1000).unwrap_or(i64::MAX);
    let nanos = i32::try_from(millis % 1000).unwrap_or_default() * 1_000_000;
    Duration { seconds, nanos }
}

/// A source of configuration that is this same stream.
///
/// Without a time limit for the first answer, because a listener without its routes or certificates is of no use.
pub(crate) fn ads() -> core::ConfigSource {
    core::ConfigSource { initial_fetch_timeout: Some(Duration::default()), ..ads_with_default_timeout() }
}

/// A source of configuration that is this same stream, with Envoy's time limit for the first answer.
pub(crate) fn ads_with_default_timeout() -> core::ConfigSource {
    core::ConfigSource {
        resource_api_version: core::ApiVersion::V3.into(),
        config_source_specifier: Some(core::config_source::ConfigSourceSpecifier::Ads(
            core::AggregatedConfigSource {},
        )),
        ..Default::default()
    }
}

/// The address of a TCP socket.
pub(crate) fn socket_address(address: &str, port: u16, ipv4_compat: bool) -> core::Address {
    core::Address {
        address: Some(core::address::Address::SocketAddress(core::SocketAddress {
            address: address.to_owned(),
            ipv4_compat,
            port_specifier: Some(core::socket_address::PortSpecifier::PortValue(port.into())),
            ..Default::default()
        })),
    }
}

/// A regular expression.
pub(crate) fn regex(regex: impl Into<String>) -> matcher::RegexMatcher {
    matcher::RegexMatcher { regex: regex.into(), ..Default::default() }
}

/// A text as it stands in a regular expression that must match it and nothing else.
pub(crate) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$".contains(letter) {
            literal.push('\\');
        }
        literal.push(letter);
    }
    literal
}

/// Compares a text with `exact`.
pub(crate) fn exact(exact: impl Into<String>) -> matcher::StringMatcher {
    matcher::StringMatcher {
        match_pattern: Some(matcher::string_matcher::MatchPattern::Exact(exact.into())),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_milliseconds() {
        assert_eq!(millis(1_500), Duration { seconds: 1, nanos: 500_000_000 });
        assert_eq!(millis(0), Duration::default());
    }
}
