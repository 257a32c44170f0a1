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
    ActiveHealthCheck, ActiveHealthCheckPayload, HealthCheck as Written, HttpActiveHealthChecker,
    PassiveHealthCheck, ProxyHealthCheckLog,
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId,
    cluster::{ActiveCheck, HealthCheck, HealthCheckLog, HttpProbe, PassiveCheck, Payload, Probe},
    features,
};

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

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

impl PolicyField<BackendTraffic> for HealthCheckField {
    fn id(&self) -> FeatureId {
        features::HEALTH_CHECK
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.cluster.health_check.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        slot.cluster_mut().health_check = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) -> Option<HealthCheck> {
    let Written { active, panic_threshold, passive } = policy.spec.cluster.health_check.as_ref()?;
    let mut reader = Reader::new(&INVALID, problems);
    let at = FieldPath::spec().field("healthCheck");
    Some(HealthCheck {
        active: active.as_ref().and_then(|active| asked(active, &at.field("active"), &mut reader)),
        passive: passive.as_ref().map(|passive| concluded(passive, &at.field("passive"), &mut reader)),
        panic_percent: percent(*panic_threshold, at.field("panicThreshold"), &mut reader),
    })
}

fn asked(active: &ActiveHealthCheck, at: &FieldPath, reader: &mut Reader<'_>) -> Option<ActiveCheck> {
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
        "HTTP" => Probe::Http(http_probe(http.as_ref()?, &at.field("http"), reader)),
        "GRPC" => Probe::Grpc { service: grpc.as_ref().and_then(|grpc| grpc.service.clone()) },
        "TCP" => {
            let tcp = tcp.clone().unwrap_or_default();
            let at = at.field("tcp");
            Probe::Tcp {
                send: payload(tcp.send.as_ref(), at.field("send"), reader),
                receive: payload(tcp.receive.as_ref(), at.field("receive"), reader),
            }
        }
        other => {
            reader.refuse(at.field("type"), format!("`{other}` is not a way to ask for health"));
            return None;
        }
    };
    let port = overrides.as_ref().and_then(|overrides| overrides.port).and_then(|port| {
        let known = u16::try_from(port).ok().filter(|port| *port != 0);
        let known = known.ok_or_else(|| format!("expected a port, found {port}"));
        reader.known(known, at.field("overrides").field("port"))
    });
    let mut count =
        |number: Option<i32>, field, otherwise| reader.count(number, at.field(field)).unwrap_or(otherwise);
    let unhealthy_threshold = count(*unhealthy_threshold, "unhealthyThreshold", UNHEALTHY);
    let healthy_threshold = count(*healthy_threshold, "healthyThreshold", HEALTHY);
    Some(ActiveCheck {
        interval_ms: reader.millis(interval.as_ref(), at.field("interval")).unwrap_or(INTERVAL_MS),
        timeout_ms: reader.millis(timeout.as_ref(), at.field("timeout")).unwrap_or(TIMEOUT_MS),
        initial_jitter_ms: reader.millis(initial_jitter.as_ref(), at.field("initialJitter")),
        unhealthy_threshold,
        healthy_threshold,
        probe,
        port,
        log: health_check_log.as_ref().and_then(log),
    })
}

fn http_probe(http: &HttpActiveHealthChecker, at: &FieldPath, reader: &mut Reader<'_>) -> HttpProbe {
    let HttpActiveHealthChecker {
        expected_response,
        expected_statuses,
        hostname,
        method,
        path,
        request_body,
        retriable_statuses,
    } = http;
    let mut expected = ranges(expected_statuses, &at.field("expectedStatuses"), reader);
    if expected.is_empty() {
        expected.push((OK, OK));
    }
    HttpProbe {
        host: hostname.clone().filter(|hostname| !hostname.is_empty()),
        path: path.clone(),
        method: method.as_ref().map(|method| method.to_uppercase()),
        expected,
        retriable: ranges(retriable_statuses, &at.field("retriableStatuses"), reader),
        send: payload(request_body.as_ref(), at.field("requestBody"), reader),
        receive: payload(expected_response.as_ref(), at.field("expectedResponse"), reader),
    }
}

/// Status codes, in ascending order and with neighbours in one range.
fn ranges(statuses: &[i64], at: &FieldPath, reader: &mut Reader<'_>) -> Vec<(u16, u16)> {
    let known = statuses.iter().filter_map(|status| {
        let known = u16::try_from(*status).ok().filter(|status| (100..600).contains(status));
        reader.known(known.ok_or_else(|| format!("{status} is not a status code")), at.clone())
    });
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

fn payload(
    payload: Option<&ActiveHealthCheckPayload>,
    at: FieldPath,
    reader: &mut Reader<'_>,
) -> Option<Payload> {
    let ActiveHealthCheckPayload { binary, text, r#type } = payload?;
    match (r#type.as_str(), text, binary) {
        ("Text", Some(text), _) => Some(Payload::Text(text.clone())),
        ("Binary", _, Some(binary)) => {
            let bytes = STANDARD.decode(binary).map_err(|error| format!("expected base64: {error}"));
            reader.known(bytes, at.field("binary")).map(Payload::Binary)
        }
        (other, ..) => {
            reader.refuse(at, format!("expected a value of type `{other}`"));
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

fn concluded(passive: &PassiveHealthCheck, at: &FieldPath, reader: &mut Reader<'_>) -> PassiveCheck {
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
    let ejection = reader.millis(base_ejection_time.as_ref(), at.field("baseEjectionTime"));
    let failures = at.field("consecutiveLocalOriginFailures");
    let largest = percent(*max_ejection_percent, at.field("maxEjectionPercent"), reader);
    PassiveCheck {
        splits_local_errors: split_external_local_origin_errors.unwrap_or_default(),
        interval_ms: reader.millis(interval.as_ref(), at.field("interval")).unwrap_or(INTERVAL_MS),
        local_failures: reader.count(*consecutive_local_origin_failures, failures).unwrap_or(FAILURES),
        gateway_errors: reader.count(*consecutive_gateway_errors, at.field("consecutiveGatewayErrors")),
        server_errors: reader
            .count(*consecutive_5xx_errors, at.field("consecutive5XxErrors"))
            .unwrap_or(FAILURES),
        ejection_ms: ejection.unwrap_or(EJECTION_MS),
        max_ejected_percent: largest.unwrap_or(MAX_EJECTED_PERCENT),
        failure_percent: percent(
            *failure_percentage_threshold,
            at.field("failurePercentageThreshold"),
            reader,
        ),
        always_one: always_eject_one_endpoint.unwrap_or_default(),
    }
}

fn percent(number: Option<i32>, at: FieldPath, reader: &mut Reader<'_>) -> Option<u8> {
    let number = number?;
    let known = u8::try_from(number).ok().filter(|percent| *percent <= 100);
    reader.known(known.ok_or_else(|| format!("expected a percentage, found {number}")), at)
}
