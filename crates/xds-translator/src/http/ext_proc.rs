//! Services that see and change requests and responses.
//!
//! API: `EnvoyExtensionPolicy.spec.extProc`. Envoy: one filter `ext_proc` for each service, off on listeners, which a route
//! turns on. A request whose service cannot be asked is refused, unless the settings say that it passes.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{BodyMode, ExtProc as Settings, Seen},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, processor, retry};
use crate::envoy::{core, ext_proc, kind, millis, route};

const FILTER: (&FeatureId, &str) = (&features::EXT_PROC, "envoy.filters.http.ext_proc");

/// The time for a whole call, in milliseconds.
const CALL_TIMEOUT_MS: u64 = 10_000;

/// Services that see and change requests and responses.
pub(super) struct ExtProc;

impl HttpFeature for ExtProc {
    fn id(&self) -> FeatureId {
        features::EXT_PROC
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        processor::filters(cx, FILTER, chain, emit)
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        processor::turn_on(cx, FILTER, route, |_| None);
        Ok(())
    }
}

fn emit(settings: &Settings) -> ext_proc::ExternalProcessor {
    let Settings {
        name: _,
        position: _,
        cluster,
        authority,
        retry,
        message_timeout_ms,
        request,
        response,
        mode_override,
        fail_open,
        status_on_error,
        shadow,
        readable_metadata,
        writable_metadata,
    } = settings;
    let service = core::grpc_service::EnvoyGrpc {
        cluster_name: cluster.to_string(),
        authority: authority.clone().unwrap_or_default(),
        ..core::grpc_service::EnvoyGrpc::default()
    };
    let attributes = |seen: &Option<Seen>| seen.as_ref().map(|seen| seen.attributes.clone());
    ext_proc::ExternalProcessor {
        grpc_service: Some(core::GrpcService {
            timeout: Some(millis(CALL_TIMEOUT_MS)),
            retry_policy: retry.as_ref().map(retry::of_service),
            target_specifier: Some(core::grpc_service::TargetSpecifier::EnvoyGrpc(service)),
            ..core::GrpcService::default()
        }),
        failure_mode_allow: *fail_open,
        processing_mode: Some(mode(request.as_ref(), response.as_ref())),
        request_attributes: attributes(request).unwrap_or_default(),
        response_attributes: attributes(response).unwrap_or_default(),
        message_timeout: message_timeout_ms.map(millis),
        allow_mode_override: *mode_override,
        metadata_options: metadata(readable_metadata, writable_metadata),
        observability_mode: *shadow,
        status_on_error: status_on_error.map(|status| kind::HttpStatus { code: status.into() }),
        ..ext_proc::ExternalProcessor::default()
    }
}

fn mode(request: Option<&Seen>, response: Option<&Seen>) -> ext_proc::ProcessingMode {
    use ext_proc::processing_mode::HeaderSendMode;
    let sent = |is_sent: bool| if is_sent { HeaderSendMode::Send } else { HeaderSendMode::Skip }.into();
    let body = |seen: Option<&Seen>| seen.and_then(|seen| seen.body);
    let trailers = |seen| sent(body(seen) == Some(BodyMode::FullDuplex));
    ext_proc::ProcessingMode {
        request_header_mode: sent(request.is_some()),
        response_header_mode: sent(response.is_some()),
        request_body_mode: body_mode(body(request)),
        response_body_mode: body_mode(body(response)),
        request_trailer_mode: trailers(request),
        response_trailer_mode: trailers(response),
    }
}

fn body_mode(mode: Option<BodyMode>) -> i32 {
    use ext_proc::processing_mode::BodySendMode;
    match mode {
        Some(BodyMode::Streamed) => BodySendMode::Streamed,
        Some(BodyMode::Buffered) => BodySendMode::Buffered,
        Some(BodyMode::BufferedPartial) => BodySendMode::BufferedPartial,
        Some(BodyMode::FullDuplex) => BodySendMode::FullDuplexStreamed,
        None => BodySendMode::None,
    }
    .into()
}

fn metadata(readable: &[String], writable: &[String]) -> Option<ext_proc::MetadataOptions> {
    use ext_proc::metadata_options::MetadataNamespaces;
    let named = |namespaces: &[String]| {
        let untyped = namespaces.to_vec();
        (!namespaces.is_empty()).then(|| MetadataNamespaces { untyped, ..MetadataNamespaces::default() })
    };
    let options = ext_proc::MetadataOptions {
        forwarding_namespaces: named(readable),
        receiving_namespaces: named(writable),
        ..ext_proc::MetadataOptions::default()
    };
    (options != ext_proc::MetadataOptions::default()).then_some(options)
}
