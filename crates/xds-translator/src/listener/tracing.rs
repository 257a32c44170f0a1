//! Traces of requests.
//!
//! API: `EnvoyProxy.spec.telemetry.tracing`. Envoy: `tracing` of the connection manager, with a span for the request that
//! arrives and one for each attempt towards a backend. A collector that does not answer costs the spans, not the requests.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId,
    listener::{self as ir, OpenTelemetry, RootSampler, Sampler, SpanTag, TracingProvider},
    route::Fraction,
};
use prost::Name as Message;

use super::ListenerFeature;
use crate::{
    envoy::{any, core, hcm, kind, otel_resource, otel_sampler, trace, tracing_tag},
    finding::not_expressible,
    http::ServerCx,
};

/// The path at which Zipkin collects spans.
const ZIPKIN_SPANS: &str = "/api/v2/spans";

/// Traces of requests.
pub(super) struct Tracing;

impl ListenerFeature for Tracing {
    fn id(&self) -> FeatureId {
        FeatureId::new("tracing")
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        if let Some(tracing) = &cx.server.tracing {
            manager.tracing = Some(emit(tracing)?);
        }
        Ok(())
    }
}

fn emit(tracing: &ir::Tracing) -> Result<hcm::http_connection_manager::Tracing, Diagnostic> {
    let ir::Tracing {
        cluster,
        service_name,
        provider,
        sampling,
        client_sampling,
        overall_sampling,
        tags,
        operation,
        upstream_operation,
    } = tracing;
    let all = |part: &Option<Fraction>| percent(part.as_ref(), 100.0);
    Ok(hcm::http_connection_manager::Tracing {
        client_sampling: Some(percent(client_sampling.as_ref(), 0.0)),
        random_sampling: Some(all(sampling)),
        overall_sampling: Some(all(overall_sampling)),
        custom_tags: tags.iter().map(|(name, tag)| custom_tag(name, tag)).collect::<Result<_, _>>()?,
        provider: Some(match provider {
            TracingProvider::OpenTelemetry(settings) => {
                http("envoy.tracers.opentelemetry", &open_telemetry(cluster, service_name, settings)?)
            }
            TracingProvider::Zipkin { wide_trace_id, shared_span } => http(
                "envoy.traces.zipkin",
                &trace::ZipkinConfig {
                    collector_cluster: cluster.to_string(),
                    collector_endpoint: ZIPKIN_SPANS.to_owned(),
                    collector_endpoint_version: trace::zipkin_config::CollectorEndpointVersion::HttpJson
                        .into(),
                    trace_id_128bit: *wide_trace_id,
                    shared_span_context: Some(*shared_span),
                    ..trace::ZipkinConfig::default()
                },
            ),
            TracingProvider::Datadog => http(
                "envoy.tracers.datadog",
                &trace::DatadogConfig {
                    collector_cluster: cluster.to_string(),
                    service_name: service_name.clone(),
                    ..trace::DatadogConfig::default()
                },
            ),
            other => return Err(unknown(format!("unknown collector of traces {other:?}"))),
        }),
        spawn_upstream_span: Some(true),
        operation: operation.clone().unwrap_or_default(),
        upstream_operation: upstream_operation.clone().unwrap_or_default(),
        ..hcm::http_connection_manager::Tracing::default()
    })
}

/// A fraction in percent.
fn percent(part: Option<&Fraction>, otherwise: f64) -> kind::Percent {
    let of = |Fraction { numerator, denominator }: &Fraction| {
        f64::from(*numerator) * 100.0 / f64::from((*denominator).max(1))
    };
    kind::Percent { value: part.map_or(otherwise, of) }
}

fn http(name: &str, config: &impl Message) -> trace::tracing::Http {
    trace::tracing::Http {
        name: name.to_owned(),
        config_type: Some(trace::tracing::http::ConfigType::TypedConfig(any(config))),
    }
}

fn open_telemetry(
    cluster: &str,
    service_name: &str,
    settings: &OpenTelemetry,
) -> Result<trace::OpenTelemetryConfig, Diagnostic> {
    let OpenTelemetry { authority, headers, resource_attributes, sampler } = settings;
    let metadata = headers.iter().map(|(key, value)| core::HeaderValue {
        key: key.clone(),
        value: String::from_utf8_lossy(value.expose()).into_owned(),
        ..core::HeaderValue::default()
    });
    let service = core::GrpcService {
        target_specifier: Some(core::grpc_service::TargetSpecifier::EnvoyGrpc(
            core::grpc_service::EnvoyGrpc {
                cluster_name: cluster.to_owned(),
                authority: authority.clone().unwrap_or_default(),
                ..core::grpc_service::EnvoyGrpc::default()
            },
        )),
        initial_metadata: metadata.collect(),
        ..core::GrpcService::default()
    };
    let attributes = (!resource_attributes.is_empty()).then(|| {
        let config =
            otel_resource::StaticConfigResourceDetectorConfig { attributes: resource_attributes.clone() };
        extension("envoy.tracers.opentelemetry.resource_detectors.static_config", &config)
    });
    Ok(trace::OpenTelemetryConfig {
        grpc_service: Some(service),
        service_name: service_name.to_owned(),
        resource_detectors: attributes.into_iter().collect(),
        sampler: sampler.as_ref().map(sampled).transpose()?,
        ..trace::OpenTelemetryConfig::default()
    })
}

fn sampled(Sampler { root, parent_based }: &Sampler) -> Result<core::TypedExtensionConfig, Diagnostic> {
    let root = match root {
        RootSampler::AlwaysOn => extension(
            "envoy.tracers.opentelemetry.samplers.always_on",
            &otel_sampler::AlwaysOnSamplerConfig::default(),
        ),
        // A ratio of nothing is never.
        RootSampler::AlwaysOff => by_ratio(Fraction { numerator: 0, denominator: 100 }),
        RootSampler::TraceIdRatio(part) => by_ratio(*part),
        other => return Err(unknown(format!("unknown sampler {other:?}"))),
    };
    if !parent_based {
        return Ok(root);
    }
    let parent = otel_sampler::ParentBasedSamplerConfig { wrapped_sampler: Some(root) };
    Ok(extension("envoy.tracers.opentelemetry.samplers.parent_based", &parent))
}

fn by_ratio(part: Fraction) -> core::TypedExtensionConfig {
    let config = otel_sampler::TraceIdRatioBasedSamplerConfig { sampling_percentage: Some(fractional(part)) };
    extension("envoy.tracers.opentelemetry.samplers.trace_id_ratio_based", &config)
}

/// A fraction of which Envoy knows three denominators.
pub(crate) fn fractional(Fraction { numerator, denominator }: Fraction) -> kind::FractionalPercent {
    use kind::fractional_percent::DenominatorType;
    const MILLION: u64 = 1_000_000;
    let (numerator, denominator) = match denominator {
        100 => (numerator, DenominatorType::Hundred),
        10_000 => (numerator, DenominatorType::TenThousand),
        exact if exact != 0 && 10_000 % exact == 0 => {
            (numerator.saturating_mul(10_000 / exact), DenominatorType::TenThousand)
        }
        _ => {
            let share = u64::from(numerator) * MILLION / u64::from(denominator).max(1);
            (u32::try_from(share.min(MILLION)).unwrap_or(u32::MAX), DenominatorType::Million)
        }
    };
    kind::FractionalPercent { numerator, denominator: denominator.into() }
}

fn extension(name: &str, config: &impl Message) -> core::TypedExtensionConfig {
    core::TypedExtensionConfig { name: name.to_owned(), typed_config: Some(any(config)) }
}

pub(crate) fn custom_tag(name: &str, tag: &SpanTag) -> Result<tracing_tag::CustomTag, Diagnostic> {
    use tracing_tag::custom_tag::{Environment, Header, Literal, Type};
    let value = match tag {
        SpanTag::Format(format) => Type::Value(format.clone()),
        SpanTag::Literal(value) => Type::Literal(Literal { value: value.clone() }),
        SpanTag::Environment { name, default } => Type::Environment(Environment {
            name: name.clone(),
            default_value: default.clone().unwrap_or_default(),
        }),
        SpanTag::RequestHeader { name, default } => Type::RequestHeader(Header {
            name: name.clone(),
            default_value: default.clone().unwrap_or_default(),
        }),
        other => return Err(unknown(format!("unknown kind of tag {other:?}"))),
    };
    Ok(tracing_tag::CustomTag { tag: name.to_owned(), r#type: Some(value) })
}

fn unknown(message: String) -> Diagnostic {
    not_expressible(FieldPath::root(), message)
}
