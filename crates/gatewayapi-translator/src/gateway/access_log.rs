//! Access logs of a Gateway.
//!
//! API: `EnvoyProxy.spec.telemetry.accessLog`. What services and collectors are is in `collector`. Settings
//! without sinks write to the standard output of the proxy.
//!
//! Fail mode: without access logs. A Gateway one of whose references or expressions is invalid serves requests nevertheless, and
//! its status says that the parameters are not accepted.
//!
//! - `expression`: the syntax of CEL.

use std::sync::Arc;

use eg_api::v1alpha1::{
    AlsEnvoyProxyAccessLog, BackendCluster, FileEnvoyProxyAccessLog, OpenTelemetryEnvoyProxyAccessLog,
    ProxyAccessLogFormat, ProxyAccessLogSetting, ProxyAccessLogSink,
};
use eg_diag::{Diagnostic, FieldPath, ObjectRef};
use eg_ir::{
    Name, SecretBytes,
    cluster::UpstreamProtocol,
    listener::{AccessLog, LogFormat, LogSink, Logged, OpenTelemetryLog, ServiceEntries},
};

use super::{collector::Reporter, proxy::INVALID_PARAMETERS, state::GatewayOf};
use crate::{
    engine::{ReadCx, Unit},
    route::{attach::send_cluster, destination::PlannedCluster},
};

mod expression;

/// Where entries go that have no sink: the standard output of the proxy.
const STDOUT: &str = "/dev/stdout";

/// The access logs of a Gateway. Sends the clusters of their sinks.
pub(crate) struct AccessLogsOf;

/// The access logs of a Gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AccessLogs {
    /// `None` for the usual one.
    pub(crate) logs: Option<Arc<Vec<AccessLog>>>,
    /// Why there are none although the EnvoyProxy wants some.
    pub(crate) problem: Option<Diagnostic>,
}

impl Unit for AccessLogsOf {
    type Key = ObjectRef;
    type Out = AccessLogs;
    const NAME: &'static str = "access_logs";
    const RANK: u8 = 8;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> AccessLogs {
        let state = cx.unit::<GatewayOf>(key);
        let Some(state) = state.as_ref().as_ref().filter(|state| state.problem.is_none()) else {
            return AccessLogs::default();
        };
        let Some(proxy) = &state.proxy else { return AccessLogs::default() };
        let settings = proxy.spec.telemetry.as_ref().and_then(|telemetry| telemetry.access_log.as_ref());
        let Some(settings) = settings else { return AccessLogs::default() };
        if settings.disable.unwrap_or_default() {
            return AccessLogs { logs: Some(Arc::default()), problem: None };
        }
        if settings.settings.is_empty() {
            return AccessLogs::default();
        }
        let reporter = Reporter { cx, gateway: key, proxy };
        let mut lowering = Lowering { reporter, clusters: Vec::new() };
        match lowering.all(&settings.settings) {
            Ok(logs) => {
                for cluster in &lowering.clusters {
                    send_cluster(cx, key, &state.fleet, cluster);
                }
                AccessLogs { logs: Some(Arc::new(logs)), problem: None }
            }
            Err(problem) => {
                AccessLogs { logs: Some(Arc::default()), problem: Some(reporter.refusal(&problem)) }
            }
        }
    }
}

/// Access logs while they are lowered.
struct Lowering<'c, 'e> {
    reporter: Reporter<'c, 'e>,
    clusters: Vec<PlannedCluster>,
}

impl Lowering<'_, '_> {
    /// All logs, or the first thing that is wrong with them.
    fn all(&mut self, settings: &[ProxyAccessLogSetting]) -> Result<Vec<AccessLog>, Diagnostic> {
        let at = FieldPath::spec().field("telemetry").field("accessLog").field("settings");
        let mut logs = Vec::new();
        for (position, setting) in settings.iter().enumerate() {
            let at = at.index(position);
            let ProxyAccessLogSetting { format, matches, sinks, r#type } = setting;
            for (number, expression) in matches.iter().enumerate() {
                let at = at.field("matches").index(number);
                let refuse = |message: String| Diagnostic::new(&INVALID_PARAMETERS, at, message);
                expression::check(expression)
                    .map_err(|error| refuse(format!("`{expression}` is no expression: {error}")))?;
            }
            let of = match r#type.as_deref() {
                Some("Route") => Logged::Routes,
                Some("Listener") => Logged::Connections,
                Some("Upstream") => Logged::Attempts,
                _ => Logged::Everything,
            };
            if sinks.is_empty() {
                let sink = LogSink::File { path: STDOUT.to_owned(), format: self::format(format.as_ref()) };
                logs.push(AccessLog { of, matches: matches.clone(), sink });
            }
            for (number, sink) in sinks.iter().enumerate() {
                let place = (format!("{position}_{number}"), at.field("sinks").index(number));
                if let Some(sink) = self.sink(sink, format.as_ref(), place)? {
                    logs.push(AccessLog { of, matches: matches.clone(), sink });
                }
            }
        }
        logs.sort_by_key(|log: &AccessLog| rank(&log.sink));
        Ok(logs)
    }

    /// Where entries go; `None` for a sink whose settings are missing, or that has no backend that is there.
    fn sink(
        &mut self,
        sink: &ProxyAccessLogSink,
        format: Option<&ProxyAccessLogFormat>,
        (number, at): (String, FieldPath),
    ) -> Result<Option<LogSink>, Diagnostic> {
        let ProxyAccessLogSink { als, file, open_telemetry, r#type } = sink;
        match (r#type.as_deref(), file, als, open_telemetry) {
            (Some("File"), Some(FileEnvoyProxyAccessLog { path: Some(path) }), ..) => {
                Ok(Some(LogSink::File { path: path.clone(), format: self::format(format) }))
            }
            (Some("ALS"), _, Some(als), _) => self.service(als, format!("accesslog_als_{number}"), &at),
            (Some("OpenTelemetry"), .., Some(otel)) => {
                self.collector(otel, format, format!("accesslog_otel_{number}"), &at)
            }
            _ => Ok(None),
        }
    }

    fn service(
        &mut self,
        als: &AlsEnvoyProxyAccessLog,
        cluster: String,
        at: &FieldPath,
    ) -> Result<Option<LogSink>, Diagnostic> {
        let AlsEnvoyProxyAccessLog { backend, http, log_name, r#type } = als;
        let at = at.field("als");
        let Some((cluster, _)) = self.cluster(cluster, backend, (None, None), &at)? else { return Ok(None) };
        let object = &self.reporter.proxy.object;
        let usual = || format!("{}/{}", object.namespace, object.name);
        let http = http.clone().unwrap_or_default();
        Ok(Some(LogSink::Service {
            cluster,
            log_name: log_name.clone().unwrap_or_else(usual),
            entries: if r#type == "TCP" {
                ServiceEntries::Tcp
            } else {
                ServiceEntries::Http {
                    request_headers: http.request_headers,
                    response_headers: http.response_headers,
                    response_trailers: http.response_trailers,
                }
            },
        }))
    }

    fn collector(
        &mut self,
        otel: &OpenTelemetryEnvoyProxyAccessLog,
        format: Option<&ProxyAccessLogFormat>,
        cluster: String,
        at: &FieldPath,
    ) -> Result<Option<LogSink>, Diagnostic> {
        let OpenTelemetryEnvoyProxyAccessLog { backend, headers, host, port, resource_attributes, resources } =
            otel;
        let at = at.field("openTelemetry");
        let Some((cluster, authority)) = self.cluster(cluster, backend, (host.as_deref(), *port), &at)?
        else {
            return Ok(None);
        };
        // Text is the body, JSON the attributes; without a type there may be both.
        let is = |r#type: &str| {
            let format = format.and_then(|format| format.r#type.as_deref());
            format.is_none_or(|format| format == r#type)
        };
        let attributes = if resource_attributes.is_empty() { resources } else { resource_attributes };
        Ok(Some(LogSink::OpenTelemetry(Box::new(OpenTelemetryLog {
            cluster,
            authority,
            body: format.and_then(|format| format.text.clone()).filter(|_| is("Text")),
            attributes: format.map(|format| format.json.clone()).filter(|_| is("JSON")).unwrap_or_default(),
            resource_attributes: attributes.clone(),
            headers: headers
                .iter()
                .map(|header| (header.name.clone(), SecretBytes::new(header.value.as_bytes())))
                .collect(),
        }))))
    }

    /// Plans the cluster of a sink; its name, and the host by which calls name it.
    fn cluster(
        &mut self,
        name: String,
        backend: &BackendCluster,
        host: (Option<&str>, Option<i32>),
        at: &FieldPath,
    ) -> Result<Option<(Name, Option<String>)>, Diagnostic> {
        let name = Name::from(name);
        let cluster = (name.clone(), UpstreamProtocol::Http2);
        let Some(collector) = self.reporter.collector(cluster, backend, host, at)? else { return Ok(None) };
        self.clusters.push(collector.cluster);
        Ok(Some((name, collector.authority)))
    }
}

/// The place of a sink among the others, by which proxies write entries: files with text, files with JSON, services,
/// collectors. Those of one kind stay in the order of the settings.
fn rank(sink: &LogSink) -> u8 {
    match sink {
        LogSink::File { format: LogFormat::Text(_), .. } => 0,
        LogSink::File { .. } => 1,
        LogSink::Service { .. } => 2,
        _ => 3,
    }
}

fn format(format: Option<&ProxyAccessLogFormat>) -> LogFormat {
    let Some(ProxyAccessLogFormat { json, text, r#type }) = format else { return LogFormat::Usual };
    match (r#type.as_deref(), text) {
        (Some("Text") | None, Some(text)) => LogFormat::Text(text.clone()),
        (Some("JSON") | None, _) if !json.is_empty() => LogFormat::Json(json.clone()),
        _ => LogFormat::Usual,
    }
}
