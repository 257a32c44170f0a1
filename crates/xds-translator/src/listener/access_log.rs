//! Access logs of requests, connections and UDP sessions.
//!
//! API: `EnvoyProxy.spec.telemetry.accessLog`. Envoy: access loggers of the connection manager, of the TCP and the UDP proxy, of
//! the listener for connections that match no filter chain, and of the router for attempts at backends. Without settings there
//! is one JSON object per entry on the standard output of the proxy.
//!
//! Fail mode: open. A service or a collector that does not answer costs the entries, not the requests.
//!
//! - `open_telemetry`: entries for collectors of OpenTelemetry.

use std::borrow::Cow;

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId,
    listener::{AccessLog as Log, Listener, LogFormat, LogSink, Logged, ServiceEntries},
};

use super::{ListenerFeature, StreamCx};
use crate::{
    envoy::{
        accesslog, any, cel_log_filter, core, file_access_log, grpc_access_log, hcm, listener as pb,
        req_without_query, router, tcp_proxy, udp_proxy,
    },
    finding::not_expressible,
    http::ServerCx,
    metadata,
};

mod open_telemetry;

/// The fields of the usual format.
const FIELDS: &[(&str, &str)] = &[
    (":authority", "%REQ(:AUTHORITY)%"),
    ("bytes_received", "%BYTES_RECEIVED%"),
    ("bytes_sent", "%BYTES_SENT%"),
    ("connection_termination_details", "%CONNECTION_TERMINATION_DETAILS%"),
    ("downstream_local_address", "%DOWNSTREAM_LOCAL_ADDRESS%"),
    ("downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%"),
    ("duration", "%DURATION%"),
    ("method", "%REQ(:METHOD)%"),
    ("protocol", "%PROTOCOL%"),
    ("requested_server_name", "%REQUESTED_SERVER_NAME%"),
    ("response_code", "%RESPONSE_CODE%"),
    ("response_code_details", "%RESPONSE_CODE_DETAILS%"),
    ("response_flags", "%RESPONSE_FLAGS%"),
    ("route_name", "%ROUTE_NAME%"),
    ("start_time", "%START_TIME%"),
    ("upstream_cluster", "%UPSTREAM_CLUSTER%"),
    ("upstream_host", "%UPSTREAM_HOST%"),
    ("upstream_local_address", "%UPSTREAM_LOCAL_ADDRESS%"),
    ("upstream_transport_failure_reason", "%UPSTREAM_TRANSPORT_FAILURE_REASON%"),
    ("user-agent", "%REQ(USER-AGENT)%"),
    ("x-envoy-origin-path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"),
    ("x-envoy-upstream-service-time", "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"),
    ("x-forwarded-for", "%REQ(X-FORWARDED-FOR)%"),
    ("x-request-id", "%REQ(X-REQUEST-ID)%"),
];

/// The command operator that an extension of its own provides.
const WITHOUT_QUERY: &str = "%REQ_WITHOUT_QUERY(";

/// Access logs.
pub(super) struct AccessLog;

/// What writes entries.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// The listener.
    Listener,
    /// The connection manager or the proxy of a listener's connections or datagrams.
    Routes,
    /// The router.
    Attempts,
}

impl ListenerFeature for AccessLog {
    fn id(&self) -> FeatureId {
        FeatureId::new("access_log")
    }

    fn listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        listener.access_log = loggers(ir, Place::Listener)?;
        Ok(())
    }

    fn quic_listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        self.listener(ir, listener)
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        manager.access_log = loggers(cx.listener, Place::Routes)?;
        Ok(())
    }

    fn router(&self, cx: ServerCx<'_>, router: &mut router::Router) -> Result<(), Diagnostic> {
        router.upstream_log = loggers(cx.listener, Place::Attempts)?;
        if !router.upstream_log.is_empty() {
            let options = router.upstream_log_options.get_or_insert_default();
            options.flush_upstream_log_on_upstream_stream = true;
        }
        Ok(())
    }

    fn tcp_proxy(&self, cx: StreamCx<'_>, proxy: &mut tcp_proxy::TcpProxy) -> Result<(), Diagnostic> {
        proxy.access_log = loggers(cx.listener, Place::Routes)?;
        Ok(())
    }

    fn udp_proxy(&self, cx: StreamCx<'_>, proxy: &mut udp_proxy::UdpProxyConfig) -> Result<(), Diagnostic> {
        proxy.access_log = loggers(cx.listener, Place::Routes)?;
        Ok(())
    }
}

fn loggers(ir: &Listener, place: Place) -> Result<Vec<accesslog::AccessLog>, Diagnostic> {
    let usual = [Log::default()];
    let logs = ir.access_logs.as_ref().map_or(&usual[..], |logs| logs.as_slice());
    logs.iter().filter(|log| is_written(log.of, place)).map(|log| logger(log, place)).collect()
}

fn is_written(of: Logged, place: Place) -> bool {
    match place {
        Place::Listener => matches!(of, Logged::Everything | Logged::Connections),
        Place::Routes => matches!(of, Logged::Everything | Logged::Routes),
        Place::Attempts => of == Logged::Attempts,
    }
}

fn logger(Log { of, matches, sink }: &Log, place: Place) -> Result<accesslog::AccessLog, Diagnostic> {
    let (name, config) = match sink {
        LogSink::File { path, format } => {
            use file_access_log::file_access_log::AccessLogFormat;
            let format = Some(AccessLogFormat::LogFormat(self::format(format)?));
            ("file", any(&file_access_log::FileAccessLog { path: path.clone(), access_log_format: format }))
        }
        LogSink::Service { cluster, log_name, entries } => {
            let common = Some(common(log_name, grpc(cluster, None, &[])));
            match entries {
                ServiceEntries::Http { request_headers, response_headers, response_trailers } => {
                    let config = grpc_access_log::HttpGrpcAccessLogConfig {
                        common_config: common,
                        additional_request_headers_to_log: request_headers.clone(),
                        additional_response_headers_to_log: response_headers.clone(),
                        additional_response_trailers_to_log: response_trailers.clone(),
                    };
                    ("http_grpc", any(&config))
                }
                ServiceEntries::Tcp => {
                    ("tcp_grpc", any(&grpc_access_log::TcpGrpcAccessLogConfig { common_config: common }))
                }
                other => return Err(unknown(format!("unknown entries for a service {other:?}"))),
            }
        }
        LogSink::OpenTelemetry(log) => ("open_telemetry", any(&open_telemetry::config(log))),
        other => return Err(unknown(format!("unknown sink of entries {other:?}"))),
    };
    Ok(accesslog::AccessLog {
        name: format!("envoy.access_loggers.{name}"),
        filter: filter(matches, *of == Logged::Everything && place == Place::Listener),
        config_type: Some(accesslog::access_log::ConfigType::TypedConfig(config)),
    })
}

/// All conditions on entries; the last one is that there is no route, so that nothing is written twice.
fn filter(matches: &[String], unrouted: bool) -> Option<accesslog::AccessLogFilter> {
    use accesslog::access_log_filter::FilterSpecifier;
    let one = |specifier| accesslog::AccessLogFilter { filter_specifier: Some(specifier) };
    let mut filters: Vec<_> = matches
        .iter()
        .map(|expression| {
            let config =
                cel_log_filter::ExpressionFilter { expression: expression.clone(), ..Default::default() };
            let config = any(&config);
            one(FilterSpecifier::ExtensionFilter(accesslog::ExtensionFilter {
                name: "envoy.access_loggers.extension_filters.cel".to_owned(),
                config_type: Some(accesslog::extension_filter::ConfigType::TypedConfig(config)),
            }))
        })
        .collect();
    if unrouted {
        let flags = accesslog::ResponseFlagFilter { flags: vec!["NR".to_owned()] };
        filters.push(one(FilterSpecifier::ResponseFlagFilter(flags)));
    }
    if filters.len() > 1 {
        return Some(one(FilterSpecifier::AndFilter(accesslog::AndFilter { filters })));
    }
    filters.pop()
}

fn format(format: &LogFormat) -> Result<core::SubstitutionFormatString, Diagnostic> {
    use core::substitution_format_string::Format;
    let (format, formatters) = match format {
        LogFormat::Usual => (Format::JsonFormat(metadata::texts(FIELDS)), Vec::new()),
        LogFormat::Json(fields) => {
            let texts: Vec<_> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            (Format::JsonFormat(metadata::texts(&texts)), formatters(fields.values()))
        }
        LogFormat::Text(text) => {
            let source = core::DataSource {
                specifier: Some(core::data_source::Specifier::InlineString(text.clone())),
                ..core::DataSource::default()
            };
            (Format::TextFormatSource(source), formatters([text]))
        }
        other => return Err(unknown(format!("unknown form of entries {other:?}"))),
    };
    Ok(core::SubstitutionFormatString {
        format: Some(format),
        formatters,
        ..core::SubstitutionFormatString::default()
    })
}

/// The extensions whose command operators some of the texts have.
fn formatters<'t>(texts: impl IntoIterator<Item = &'t String>) -> Vec<core::TypedExtensionConfig> {
    let is_needed = texts.into_iter().any(|text| text.contains(WITHOUT_QUERY));
    let config = || core::TypedExtensionConfig {
        name: "envoy.formatter.req_without_query".to_owned(),
        typed_config: Some(any(&req_without_query::ReqWithoutQuery::default())),
    };
    is_needed.then(config).into_iter().collect()
}

/// How a service or a collector is called.
fn grpc(
    cluster: &str,
    authority: Option<&str>,
    headers: &[(Cow<'_, str>, Cow<'_, str>)],
) -> core::GrpcService {
    use core::grpc_service::{EnvoyGrpc, TargetSpecifier};
    let header = |(key, value): &(Cow<'_, str>, Cow<'_, str>)| core::HeaderValue {
        key: key.to_string(),
        value: value.to_string(),
        ..core::HeaderValue::default()
    };
    core::GrpcService {
        target_specifier: Some(TargetSpecifier::EnvoyGrpc(EnvoyGrpc {
            cluster_name: cluster.to_owned(),
            authority: authority.unwrap_or_default().to_owned(),
            ..EnvoyGrpc::default()
        })),
        initial_metadata: headers.iter().map(header).collect(),
        ..core::GrpcService::default()
    }
}

fn common(log_name: &str, service: core::GrpcService) -> grpc_access_log::CommonGrpcAccessLogConfig {
    grpc_access_log::CommonGrpcAccessLogConfig {
        log_name: log_name.to_owned(),
        grpc_service: Some(service),
        transport_api_version: core::ApiVersion::V3.into(),
        ..grpc_access_log::CommonGrpcAccessLogConfig::default()
    }
}

fn unknown(message: String) -> Diagnostic {
    not_expressible(FieldPath::root(), message)
}
