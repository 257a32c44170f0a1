//! Entries for collectors of OpenTelemetry.
//!
//! Text of the format is the body of entries, JSON their attributes. Which pod wrote an entry is an attribute of each.

use std::borrow::Cow;

use eg_ir::listener::OpenTelemetryLog;

use super::{FIELDS, common, formatters, grpc};
use crate::envoy::{otel_access_log, otlp};

/// The name of the log.
const LOG: &str = "otel_envoy_accesslog";

/// The attributes that every entry has.
const POD: &[(&str, &str)] = &[
    ("k8s.namespace.name", "%ENVIRONMENT(ENVOY_POD_NAMESPACE)%"),
    ("k8s.pod.name", "%ENVIRONMENT(ENVOY_POD_NAME)%"),
];

#[expect(
    deprecated,
    reason = "proxies of earlier releases know the settings of the call by this field alone"
)]
pub(super) fn config(log: &OpenTelemetryLog) -> otel_access_log::OpenTelemetryAccessLogConfig {
    let OpenTelemetryLog { cluster, authority, body, attributes, resource_attributes, headers } = log;
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (Cow::from(name), String::from_utf8_lossy(value.expose())))
        .collect();
    let usual = if body.is_none() && attributes.is_empty() { FIELDS } else { &[] };
    let own = attributes.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    otel_access_log::OpenTelemetryAccessLogConfig {
        common_config: Some(common(LOG, grpc(cluster, authority.as_deref(), &headers))),
        body: body.as_deref().map(value),
        attributes: Some(list(POD.iter().chain(usual).copied().chain(own))),
        resource_attributes: Some(list(
            resource_attributes.iter().map(|(name, text)| (name.as_str(), text.as_str())),
        )),
        formatters: formatters(body.iter().chain(attributes.values())),
        ..otel_access_log::OpenTelemetryAccessLogConfig::default()
    }
}

fn list<'t>(pairs: impl Iterator<Item = (&'t str, &'t str)>) -> otlp::KeyValueList {
    let pair = |(key, text): (&str, &str)| otlp::KeyValue {
        key: key.to_owned(),
        value: Some(value(text)),
        ..otlp::KeyValue::default()
    };
    otlp::KeyValueList { values: pairs.map(pair).collect() }
}

fn value(text: &str) -> otlp::AnyValue {
    otlp::AnyValue { value: Some(otlp::any_value::Value::StringValue(text.to_owned())) }
}
