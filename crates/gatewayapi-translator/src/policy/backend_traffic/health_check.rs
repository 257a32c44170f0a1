//! How endpoints that cannot serve are found.
//!
//! API: `BackendTrafficPolicy.spec.healthCheck`. IR: [`HealthCheck`] of clusters. Endpoints of
//! UDPRoutes are not asked.
//!
//! Precedence: the host of HTTP questions is the one of the policy, then the endpoint's own, then the one under which the route
//! is served.
//!
//! Fail mode: closed; a number, a time or a payload that cannot be read makes routes answer 500.

use base64::{Engine, engine::general_purpose::STANDARD};
use eg_api::v1alpha1::{
    ActiveHealthCheck, ActiveHealthCheckPayload, BackendTrafficPolicySpec, HealthCheck as Written,
    HttpActiveHealthChecker, PassiveHealthCheck, ProxyHealthCheckLog,
};
use eg_diag::Code;
use eg_ir::{
    FeatureId,
    cluster::{ActiveCheck, HealthCheck, HealthCheckLog, HttpProbe, PassiveCheck, Payload, Probe},
    features,
};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-health-check", "Accepted", "Invalid");

/// The time between questions, and between conclusions, when the policy does not say.
const INTERVAL_MS: u64 = 3_000;
/// The time for an answer when the policy does not say.
const TIMEOUT_MS: u64 = 1_000;
/// How long an endpoint is ejected when the policy does not say.
const EJECTION_MS: u64 = 30_000;
/// How many bad answers make an endpoint unhealthy when the policy does not say.
const UNHEALTHY: u32 = 3;
/// How many good answers make it healthy again when the policy does not say.
const HEALTHY: u32 = 1;
/// How many failures of a kind eject an endpoint when the policy does not say.
const FAILURES: u32 = 5;
/// The greatest part of ejected endpoints when the policy does not say.
const MAX_EJECTED_PERCENT: u8 = 10;
/// The status code of a healthy endpoint when the policy does not say.
const OK: u16 = 200;

/// How endpoints that cannot serve are found.
pub(super) struct HealthCheckField;

impl ReadField<BackendTraffic> for HealthCheckField {
    const ID: FeatureId = features::HEALTH_CHECK;
    const NAME: &'static str = "healthCheck";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Written> {
        spec.cluster.health_check.as_ref()
    }

    fn read(
        Written { active, panic_threshold, passive }: &Written,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        slot.cluster_mut().health_check = Some(HealthCheck {
            active: active.as_ref().and_then(|active| asked(active, reading.at("active"))),
            passive: passive.as_ref().map(|passive| concluded(passive, reading.at("passive"))),
            panic_percent: reading.percent("panicThreshold", *panic_threshold),
        });
    }
}

fn asked(active: &ActiveHealthCheck, mut reading: Reading<'_>) -> Option<ActiveCheck> {
    let ActiveHealthCheck {
        grpc,
        health_check_log,
        healthy_threshold,
        http,
        initial_jitter,
        interval,
        overrides,
        tcp,
        timeout,
        r#type,
        unhealthy_threshold,
    } = active;
    let probe = match r#type.as_str() {
        "HTTP" => Probe::Http(http_probe(http.as_ref()?, reading.at("http"))),
        "GRPC" => Probe::Grpc { service: grpc.as_ref().and_then(|grpc| grpc.service.clone()) },
        "TCP" => {
            let tcp = tcp.clone().unwrap_or_default();
            let mut reading = reading.at("tcp");
            Probe::Tcp {
                send: payload(tcp.send.as_ref(), reading.at("send")),
                receive: payload(tcp.receive.as_ref(), reading.at("receive")),
            }
        }
        other => {
            reading.at("type").refuse(format!("`{other}` is not a way to ask for health"));
            return None;
        }
    };
    let port = overrides.as_ref().and_then(|overrides| overrides.port);
    let port = port.and_then(|port| reading.at("overrides").port("port", port));
    let unhealthy_threshold = reading.count("unhealthyThreshold", *unhealthy_threshold);
    let healthy_threshold = reading.count("healthyThreshold", *healthy_threshold);
    Some(ActiveCheck {
        interval_ms: reading.millis("interval", interval.as_ref()).unwrap_or(INTERVAL_MS),
        timeout_ms: reading.millis("timeout", timeout.as_ref()).unwrap_or(TIMEOUT_MS),
        initial_jitter_ms: reading.millis("initialJitter", initial_jitter.as_ref()),
        unhealthy_threshold: unhealthy_threshold.unwrap_or(UNHEALTHY),
        healthy_threshold: healthy_threshold.unwrap_or(HEALTHY),
        probe,
        port,
        log: health_check_log.as_ref().and_then(log),
    })
}

fn http_probe(http: &HttpActiveHealthChecker, mut reading: Reading<'_>) -> HttpProbe {
    let HttpActiveHealthChecker {
        expected_response,
        expected_statuses,
        hostname,
        method,
        path,
        request_body,
        retriable_statuses,
    } = http;
    let mut expected = ranges(expected_statuses, reading.at("expectedStatuses"));
    if expected.is_empty() {
        expected.push((OK, OK));
    }
    HttpProbe {
        host: hostname.clone().filter(|hostname| !hostname.is_empty()),
        path: path.clone(),
        method: method.as_ref().map(|method| method.to_uppercase()),
        expected,
        retriable: ranges(retriable_statuses, reading.at("retriableStatuses")),
        send: payload(request_body.as_ref(), reading.at("requestBody")),
        receive: payload(expected_response.as_ref(), reading.at("expectedResponse")),
    }
}

/// Status codes, in ascending order and with neighbours in one range.
fn ranges(statuses: &[i64], mut reading: Reading<'_>) -> Vec<(u16, u16)> {
    let known = statuses.iter().filter_map(|status| reading.status(*status));
    let mut known: Vec<u16> = known.collect();
    known.sort_unstable();
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for status in known {
        match ranges.last_mut() {
            Some((_, last)) if status <= *last + 1 => *last = status,
            _ => ranges.push((status, status)),
        }
    }
    ranges
}

fn payload(payload: Option<&ActiveHealthCheckPayload>, mut reading: Reading<'_>) -> Option<Payload> {
    let ActiveHealthCheckPayload { binary, text, r#type } = payload?;
    match (r#type.as_str(), text, binary) {
        ("Text", Some(text), _) => Some(Payload::Text(text.clone())),
        ("Binary", _, Some(binary)) => {
            let bytes = STANDARD.decode(binary).map_err(|error| format!("expected base64: {error}"));
            reading.at("binary").value(bytes).map(Payload::Binary)
        }
        (other, ..) => {
            reading.refuse(format!("expected a value of type `{other}`"));
            None
        }
    }
}

/// Envoy writes all that changes the state of an endpoint; a policy adds what does not.
fn log(ProxyHealthCheckLog { matches, sinks }: &ProxyHealthCheckLog) -> Option<HealthCheckLog> {
    let file = sinks.iter().find_map(|sink| sink.file.as_ref())?;
    let has = |event: &str| matches.iter().any(|matched| matched == event);
    Some(HealthCheckLog {
        path: file.path.clone(),
        every_failure: has("Failure"),
        every_success: has("Success"),
    })
}

fn concluded(passive: &PassiveHealthCheck, mut reading: Reading<'_>) -> PassiveCheck {
    let PassiveHealthCheck {
        always_eject_one_endpoint,
        base_ejection_time,
        consecutive_5xx_errors,
        consecutive_gateway_errors,
        consecutive_local_origin_failures,
        failure_percentage_threshold,
        interval,
        max_ejection_percent,
        split_external_local_origin_errors,
    } = passive;
    let local_failures = reading.count("consecutiveLocalOriginFailures", *consecutive_local_origin_failures);
    let server_errors = reading.count("consecutive5XxErrors", *consecutive_5xx_errors);
    let ejection = reading.millis("baseEjectionTime", base_ejection_time.as_ref());
    let largest = reading.percent("maxEjectionPercent", *max_ejection_percent);
    PassiveCheck {
        splits_local_errors: split_external_local_origin_errors.unwrap_or_default(),
        interval_ms: reading.millis("interval", interval.as_ref()).unwrap_or(INTERVAL_MS),
        local_failures: local_failures.unwrap_or(FAILURES),
        gateway_errors: reading.count("consecutiveGatewayErrors", *consecutive_gateway_errors),
        server_errors: server_errors.unwrap_or(FAILURES),
        ejection_ms: ejection.unwrap_or(EJECTION_MS),
        max_ejected_percent: largest.unwrap_or(MAX_EJECTED_PERCENT),
        failure_percent: reading.percent("failurePercentageThreshold", *failure_percentage_threshold),
        always_one: always_eject_one_endpoint.unwrap_or_default(),
    }
}
