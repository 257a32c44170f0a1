//! Traces of requests.
//!
//! API: `EnvoyProxy.spec.telemetry.tracing`. What the collector is, and what comes of one that is not there, is in `collector`.

use std::{collections::BTreeMap, sync::Arc};

use eg_api::{
    gateway::Fraction as ApiFraction,
    v1alpha1::{CustomTag, OTelSampler, ProxyTracing, TracingProvider as ApiProvider},
};
use eg_diag::{Diagnostic, FieldPath, ObjectRef};
use eg_ir::{
    SecretBytes,
    cluster::UpstreamProtocol,
    listener::{OpenTelemetry, RootSampler, Sampler, SpanTag, Tracing, TracingProvider},
    route::Fraction,
};

use super::{
    collector::{Collector, Reporter},
    proxy::EffectiveProxy,
    state::{GatewayOf, GatewayState},
};
use crate::{
    engine::{ReadCx, Unit},
    route::attach::send_cluster,
};

/// The cluster of the collector.
const CLUSTER: &str = "tracing";

/// How the requests of a Gateway are traced. Sends the cluster of the collector.
pub(crate) struct TracingOf;

/// How the requests of a Gateway are traced.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TracingState {
    /// `None` when they are not.
    pub(crate) tracing: Option<Arc<Tracing>>,
    /// Why they are not although the EnvoyProxy wants it.
    pub(crate) problem: Option<Diagnostic>,
}

impl Unit for TracingOf {
    type Key = ObjectRef;
    type Out = TracingState;
    const NAME: &'static str = "tracing";
    const RANK: u8 = 8;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> TracingState {
        let state = cx.unit::<GatewayOf>(key);
        let Some(state) = state.as_ref().as_ref().filter(|state| state.problem.is_none()) else {
            return TracingState::default();
        };
        let Some((proxy, settings)) = state.proxy.as_ref().and_then(|proxy| Some((proxy, of(proxy)?))) else {
            return TracingState::default();
        };
        let reporter = Reporter { cx, gateway: key, proxy };
        match collector(reporter, &settings.provider) {
            Ok(None) => TracingState::default(),
            Ok(Some(Collector { cluster, authority })) => {
                send_cluster(cx, key, &state.fleet, &cluster);
                let tracing = lower(state, key, settings, authority);
                TracingState { tracing: Some(Arc::new(tracing)), problem: None }
            }
            Err(problem) => TracingState { tracing: None, problem: Some(reporter.refusal(&problem)) },
        }
    }
}

fn of(proxy: &EffectiveProxy) -> Option<&ProxyTracing> {
    proxy.spec.telemetry.as_ref()?.tracing.as_ref()
}

/// The collector; `None` when it has no backend.
fn collector(reporter: Reporter<'_, '_>, provider: &ApiProvider) -> Result<Option<Collector>, Diagnostic> {
    let protocol = match provider.r#type.as_str() {
        "Zipkin" | "Datadog" => UpstreamProtocol::default(),
        _ => UpstreamProtocol::Http2,
    };
    let at = FieldPath::spec().field("telemetry").field("tracing").field("provider");
    let host = (provider.host.as_deref(), provider.port);
    reporter.collector((CLUSTER.into(), protocol), &provider.backend, host, &at)
}

fn lower(
    state: &GatewayState,
    gateway: &ObjectRef,
    settings: &ProxyTracing,
    authority: Option<String>,
) -> Tracing {
    let provider = &settings.provider;
    let service_name = provider.service_name.clone().unwrap_or_else(|| {
        if state.class.merged {
            state.class.name.to_string()
        } else {
            format!("{}.{}", gateway.name, gateway.namespace)
        }
    });
    let rate = settings.sampling_rate.and_then(|rate| u32::try_from(rate).ok());
    let rate = rate.map(|numerator| Fraction { numerator, denominator: 100 });
    let spans = settings.span_name.as_ref();
    let named = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
    Tracing {
        cluster: CLUSTER.into(),
        service_name,
        provider: lower_provider(provider, authority),
        sampling: settings.sampling_fraction.as_ref().and_then(fraction).or(rate),
        client_sampling: settings.client_sampling_fraction.as_ref().and_then(fraction),
        overall_sampling: settings.overall_sampling_fraction.as_ref().and_then(fraction),
        tags: tags(&settings.custom_tags, &settings.tags),
        operation: spans.and_then(|spans| named(&spans.client)),
        upstream_operation: spans.and_then(|spans| named(&spans.server)),
    }
}

/// Tags of both fields; of two with the same name the one in `tags` holds.
pub(crate) fn tags(
    custom: &BTreeMap<String, CustomTag>,
    formats: &BTreeMap<String, String>,
) -> BTreeMap<String, SpanTag> {
    let custom = custom.iter().filter_map(|(name, tag)| Some((name.clone(), custom_tag(tag)?)));
    custom
        .chain(formats.iter().map(|(name, format)| (name.clone(), SpanTag::Format(format.clone()))))
        .collect()
}

fn custom_tag(tag: &CustomTag) -> Option<SpanTag> {
    Some(match tag.r#type.as_str() {
        "Environment" => {
            let environment = tag.environment.clone()?;
            SpanTag::Environment { name: environment.name, default: environment.default_value }
        }
        "RequestHeader" => {
            let header = tag.request_header.clone()?;
            SpanTag::RequestHeader { name: header.name, default: header.default_value }
        }
        _ => SpanTag::Literal(tag.literal.clone()?.value),
    })
}

fn lower_provider(provider: &ApiProvider, authority: Option<String>) -> TracingProvider {
    match provider.r#type.as_str() {
        "Zipkin" => {
            let zipkin = provider.zipkin.as_ref();
            TracingProvider::Zipkin {
                wide_trace_id: zipkin.and_then(|zipkin| zipkin.enable_128_bit_trace_id).unwrap_or(false),
                shared_span: !zipkin.and_then(|zipkin| zipkin.disable_shared_span_context).unwrap_or(false),
            }
        }
        "Datadog" => TracingProvider::Datadog,
        _ => {
            let settings = provider.open_telemetry.clone().unwrap_or_default();
            let headers = settings.headers.into_iter();
            TracingProvider::OpenTelemetry(OpenTelemetry {
                authority,
                headers: headers.map(|header| (header.name, SecretBytes::new(header.value))).collect(),
                resource_attributes: settings.resource_attributes,
                sampler: settings.sampler.as_ref().map(sampler),
            })
        }
    }
}

fn sampler(sampler: &OTelSampler) -> Sampler {
    let (parent_based, root) = match sampler.r#type.strip_prefix("ParentBased") {
        Some(root) => (true, root),
        None => (false, sampler.r#type.as_str()),
    };
    let all = Fraction { numerator: 100, denominator: 100 };
    let root = match root {
        "AlwaysOff" => RootSampler::AlwaysOff,
        "TraceIdRatio" => {
            RootSampler::TraceIdRatio(sampler.sampling_percentage.as_ref().and_then(fraction).unwrap_or(all))
        }
        _ => RootSampler::AlwaysOn,
    };
    Sampler { root, parent_based }
}

/// A part as the IR counts it; `None` for one that is none.
pub(crate) fn fraction(part: &ApiFraction) -> Option<Fraction> {
    let numerator = u32::try_from(part.numerator).ok()?;
    let denominator = u32::try_from(part.denominator.unwrap_or(100)).ok().filter(|part| *part != 0)?;
    Some(Fraction { numerator, denominator })
}
