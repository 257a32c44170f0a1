//! Traces of requests.
//!
//! API: `EnvoyProxy.spec.telemetry.tracing`. The collector is named by `backendRefs`, or by the deprecated `host` and
//! `port`; what its backends have as addresses and TLS is that of backends of routes, and Unix sockets besides. An EnvoyProxy
//! belongs to those who run the proxies, so that its references need no ReferenceGrant. A Gateway one of whose references
//! is invalid serves without traces, and its status says that the parameters are.

use std::{collections::BTreeMap, sync::Arc};

use eg_api::{
    gateway::Fraction as ApiFraction,
    v1alpha1::{CustomTag, OTelSampler, ProxyTracing, TracingProvider as ApiProvider},
};
use eg_diag::{Diagnostic, FieldPath, ObjectRef};
use eg_ir::{
    Name, Origin, SecretBytes,
    cluster::UpstreamProtocol,
    listener::{OpenTelemetry, RootSampler, Sampler, SpanTag, Tracing, TracingProvider},
    route::{BackendFilters, Fraction},
};

use super::{
    proxy::{EffectiveProxy, INVALID_PARAMETERS},
    state::{GatewayOf, GatewayState},
};
use crate::{
    engine::{ReadCx, Unit},
    policy::ancestor::Consumer,
    refs::backend::BackendKey,
    route::{attach::send_cluster, destination::Destination},
};

/// The cluster of the collector.
const CLUSTER: &str = "tracing";
/// The name of each of its backends.
const BACKEND: &str = "tracing/backend/-1";
/// The port of a collector that is named by its host alone.
const OTLP_PORT: i32 = 4317;

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
        let destination = collector(cx, key, proxy, &settings.provider);
        if let Some(problem) = refusal(&destination, proxy) {
            return TracingState { tracing: None, problem: Some(problem) };
        }
        let authority = destination.authority();
        let Some(planned) = destination.finish_service(&Origin::of(proxy.object.clone())) else {
            return TracingState::default();
        };
        send_cluster(cx, key, &state.fleet, &planned);
        TracingState { tracing: Some(Arc::new(lower(state, key, settings, authority))), problem: None }
    }
}

/// What the status of the Gateway says of a collector whose backends are not all there.
fn refusal(destination: &Destination<'_, '_>, proxy: &EffectiveProxy) -> Option<Diagnostic> {
    let problem = destination.problems.iter().find(|problem| problem.code.condition == "ResolvedRefs")?;
    let message = format!("{}: {}", proxy.object, problem.sentence());
    Some(Diagnostic::new(&INVALID_PARAMETERS, FieldPath::root(), message))
}

fn of(proxy: &EffectiveProxy) -> Option<&ProxyTracing> {
    proxy.spec.telemetry.as_ref()?.tracing.as_ref()
}

fn at() -> FieldPath {
    FieldPath::spec().field("telemetry").field("tracing").field("provider").field("backendRefs")
}

/// The backends of the collector. What is wrong with one of them is left out.
fn collector<'c, 'e>(
    cx: &'c ReadCx<'e>,
    gateway: &'c ObjectRef,
    proxy: &'c EffectiveProxy,
    provider: &ApiProvider,
) -> Destination<'c, 'e> {
    let consumer = Consumer { object: &proxy.object, gateway, ancestors: &[] };
    let protocol = match provider.r#type.as_str() {
        "Zipkin" | "Datadog" => UpstreamProtocol::default(),
        _ => UpstreamProtocol::Http2,
    };
    let mut destination = Destination::of_service(cx, consumer, CLUSTER.into(), protocol);
    let name = Name::from(BACKEND);
    let references = provider.backend.references();
    for (position, reference) in references.iter().enumerate() {
        let key = BackendKey::new(&proxy.object, reference);
        destination.add(name.clone(), key, 1, Ok(BackendFilters::default()), &at().index(position));
    }
    let host = provider.host.as_deref().filter(|_| references.is_empty());
    if let (Some(host), Ok(port)) = (host, u16::try_from(provider.port.unwrap_or(OTLP_PORT))) {
        destination.add_host(name, host, port);
    }
    destination
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
