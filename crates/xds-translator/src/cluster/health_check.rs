//! How endpoints that cannot serve are found.
//!
//! API: `BackendTrafficPolicy.spec.healthCheck`. Envoy: `Cluster.health_checks`, `outlier_detection` and
//! `common_lb_config.healthy_panic_threshold`. Another port, and names that endpoints are asked by, are said with the
//! endpoints (`endpoint`).

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId,
    cluster::{
        ActiveCheck, Cluster, HealthCheck as Checks, HealthCheckLog, HttpProbe, PassiveCheck, Payload, Probe,
    },
    features,
};

use super::{ClusterDraft, ClusterFeature};
use crate::{
    envoy::{
        any,
        cluster::OutlierDetection,
        core::{
            self,
            health_check::{
                self as pb, GrpcHealthCheck, HealthChecker, HttpHealthCheck, TcpHealthCheck, payload,
            },
        },
        file_health_log, kind, millis,
    },
    finding::not_expressible,
};

/// How endpoints that cannot serve are found.
pub(super) struct HealthCheck;

impl ClusterFeature for HealthCheck {
    fn id(&self) -> FeatureId {
        features::HEALTH_CHECK
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        let checks = ir.traffic.as_ref().and_then(|traffic| traffic.health_check.as_ref());
        let Some(Checks { active, passive, panic_percent }) = checks else { return Ok(()) };
        if let Some(active) = active {
            draft.cluster.health_checks.push(asked(active)?);
        }
        draft.cluster.outlier_detection = passive.as_ref().map(concluded);
        if let Some(percent) = panic_percent {
            let common = draft.cluster.common_lb_config.get_or_insert_default();
            common.healthy_panic_threshold = Some(kind::Percent { value: (*percent).into() });
        }
        Ok(())
    }
}

fn asked(check: &ActiveCheck) -> Result<core::HealthCheck, Diagnostic> {
    let ActiveCheck {
        interval_ms,
        timeout_ms,
        initial_jitter_ms,
        unhealthy_threshold,
        healthy_threshold,
        probe,
        port: _,
        log,
    } = check;
    let checker = match probe {
        Probe::Http(probe) => HealthChecker::HttpHealthCheck(http(probe)?),
        Probe::Tcp { send, receive } => HealthChecker::TcpHealthCheck(TcpHealthCheck {
            send: send.as_ref().map(payload),
            receive: receive.iter().map(payload).collect(),
            ..TcpHealthCheck::default()
        }),
        Probe::Grpc { service } => HealthChecker::GrpcHealthCheck(GrpcHealthCheck {
            service_name: service.clone().unwrap_or_default(),
            ..GrpcHealthCheck::default()
        }),
        other => return Err(unknown(format!("unknown question about health {other:?}"))),
    };
    let log = log.as_ref();
    Ok(core::HealthCheck {
        timeout: Some(millis(*timeout_ms)),
        interval: Some(millis(*interval_ms)),
        initial_jitter: initial_jitter_ms.map(millis),
        unhealthy_threshold: Some(*unhealthy_threshold),
        healthy_threshold: Some(*healthy_threshold),
        event_logger: log.into_iter().map(logger).collect(),
        always_log_health_check_failures: log.is_some_and(|log| log.every_failure),
        always_log_health_check_success: log.is_some_and(|log| log.every_success),
        health_checker: Some(checker),
        ..core::HealthCheck::default()
    })
}

fn http(probe: &HttpProbe) -> Result<HttpHealthCheck, Diagnostic> {
    let HttpProbe { host, path, method, expected, retriable, send, receive } = probe;
    let method = match method {
        None => core::RequestMethod::MethodUnspecified,
        Some(name) => core::RequestMethod::from_str_name(name)
            .ok_or_else(|| unknown(format!("unknown method `{name}` of a health check")))?,
    };
    Ok(HttpHealthCheck {
        host: host.clone().unwrap_or_default(),
        path: path.clone(),
        send: send.as_ref().map(payload),
        receive: receive.iter().map(payload).collect(),
        expected_statuses: expected.iter().copied().map(range).collect(),
        retriable_statuses: retriable.iter().copied().map(range).collect(),
        method: method.into(),
        ..HttpHealthCheck::default()
    })
}

/// Envoy's ranges end before their end.
fn range((first, last): (u16, u16)) -> kind::Int64Range {
    kind::Int64Range { start: first.into(), end: i64::from(last) + 1 }
}

/// Envoy takes texts as the hexadecimal digits of their bytes.
fn payload(payload: &Payload) -> pb::Payload {
    let payload = match payload {
        Payload::Text(text) => payload::Payload::Text(text.bytes().flat_map(hexadecimal).collect()),
        Payload::Binary(bytes) => payload::Payload::Binary(bytes.clone()),
    };
    pb::Payload { payload: Some(payload) }
}

fn hexadecimal(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or_default())
}

fn logger(log: &HealthCheckLog) -> core::TypedExtensionConfig {
    let sink = file_health_log::HealthCheckEventFileSink { event_log_path: log.path.clone() };
    core::TypedExtensionConfig {
        name: "envoy.health_check.event_sinks.file".to_owned(),
        typed_config: Some(any(&sink)),
    }
}

fn concluded(check: &PassiveCheck) -> OutlierDetection {
    /// What is detected is acted upon.
    const ALWAYS: u32 = 100;
    let PassiveCheck {
        splits_local_errors,
        interval_ms,
        local_failures,
        gateway_errors,
        server_errors,
        ejection_ms,
        max_ejected_percent,
        failure_percent,
        always_one,
    } = check;
    OutlierDetection {
        split_external_local_origin_errors: *splits_local_errors,
        interval: Some(millis(*interval_ms)),
        consecutive_local_origin_failure: Some(*local_failures),
        consecutive_gateway_failure: *gateway_errors,
        enforcing_consecutive_gateway_failure: gateway_errors.map(|_| ALWAYS),
        consecutive_5xx: Some(*server_errors),
        base_ejection_time: Some(millis(*ejection_ms)),
        max_ejection_percent: Some((*max_ejected_percent).into()),
        failure_percentage_threshold: failure_percent.map(Into::into),
        enforcing_failure_percentage: failure_percent.map(|_| ALWAYS),
        always_eject_one_host: Some(*always_one),
        ..OutlierDetection::default()
    }
}

fn unknown(message: String) -> Diagnostic {
    not_expressible(FieldPath::spec().field("healthCheck"), message)
}
