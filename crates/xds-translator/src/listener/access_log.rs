//! Access logs: one JSON object per request, connection or UDP session on the standard output of the proxy.
//!
//! API: `EnvoyProxy.spec.telemetry.accessLog`, whose default this is. Envoy: the logger `file` of connection managers, TCP and
//! UDP proxies. Connections that match no filter chain are logged by the listener.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, listener::Listener};

use super::{ListenerFeature, StreamCx};
use crate::{
    envoy::{accesslog, any, core, file_access_log, hcm, listener as pb, tcp_proxy, udp_proxy},
    http::ServerCx,
    metadata,
};

/// The fields of the default format.
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

/// Access logs.
pub(super) struct AccessLog;

impl ListenerFeature for AccessLog {
    fn id(&self) -> FeatureId {
        FeatureId::new("access_log")
    }

    fn listener(&self, _: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        use accesslog::access_log_filter::FilterSpecifier;
        let no_route = accesslog::ResponseFlagFilter { flags: vec!["NR".to_owned()] };
        let filter = accesslog::AccessLogFilter {
            filter_specifier: Some(FilterSpecifier::ResponseFlagFilter(no_route)),
        };
        listener.access_log.push(to_stdout(Some(filter)));
        Ok(())
    }

    fn quic_listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        self.listener(ir, listener)
    }

    fn connection_manager(
        &self,
        _: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        manager.access_log.push(to_stdout(None));
        Ok(())
    }

    fn tcp_proxy(&self, _: StreamCx<'_>, proxy: &mut tcp_proxy::TcpProxy) -> Result<(), Diagnostic> {
        proxy.access_log.push(to_stdout(None));
        Ok(())
    }

    fn udp_proxy(&self, _: StreamCx<'_>, proxy: &mut udp_proxy::UdpProxyConfig) -> Result<(), Diagnostic> {
        proxy.access_log.push(to_stdout(None));
        Ok(())
    }
}

fn to_stdout(filter: Option<accesslog::AccessLogFilter>) -> accesslog::AccessLog {
    use core::substitution_format_string::Format;
    use file_access_log::file_access_log::AccessLogFormat;
    let format = core::SubstitutionFormatString {
        format: Some(Format::JsonFormat(metadata::texts(FIELDS))),
        ..core::SubstitutionFormatString::default()
    };
    let config = file_access_log::FileAccessLog {
        path: "/dev/stdout".to_owned(),
        access_log_format: Some(AccessLogFormat::LogFormat(format)),
    };
    accesslog::AccessLog {
        name: "envoy.access_loggers.file".to_owned(),
        filter,
        config_type: Some(accesslog::access_log::ConfigType::TypedConfig(any(&config))),
    }
}
