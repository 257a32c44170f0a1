//! Services that see and change requests and responses.
//!
//! API: `EnvoyExtensionPolicy.spec.extProc`. IR: [`ExtProc`], a cluster for each service, and a [`Processor`] on the route.
//! How connections to a service are made and used is in `backendSettings`.
//!
//! Fail mode: closed. What is wrong with a service makes its routes answer 500, unless it has `failOpen`: then it alone is left
//! out.
//!
//! [`Processor`]: eg_ir::route::Processor

use eg_api::v1alpha1::{BackendCluster, ExtProc as Written, ExtProcProcessingMode, ProcessingModeOptions};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId,
    cluster::UpstreamProtocol,
    features,
    route::{BodyMode, ExtProc, Seen},
};

use super::{Extensions, RouteExtensions, each};
use crate::{
    duration::millis,
    names,
    policy::{Declared, FieldCx, PolicyField, choice::one_of, service},
};

static INVALID: Code = Code::error("invalid-ext-proc", "Accepted", "Invalid");

/// Services that see and change requests and responses.
pub(super) struct ExtProcField;

impl PolicyField<Extensions> for ExtProcField {
    fn id(&self) -> FeatureId {
        features::EXT_PROC
    }

    fn is_set(&self, policy: &Declared<'_, Extensions>) -> bool {
        !policy.spec.ext_proc.is_empty()
    }

    fn warn(&self, policy: &Declared<'_, Extensions>, warnings: &mut Vec<Diagnostic>) {
        for (position, written) in policy.spec.ext_proc.iter().enumerate() {
            let at = FieldPath::spec().field("extProc").index(position);
            service::warn(&written.backend, &at, warnings);
        }
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Extensions>, slot: &mut RouteExtensions) -> Result<(), Diagnostic> {
        let fails_open = |written: &Written| written.fail_open.unwrap_or(false);
        each(slot, &cx.policy.spec.ext_proc, fails_open, |slot, position, written| {
            lower(cx, slot, position, written).map_err(|problem| Diagnostic { code: &INVALID, ..problem })
        })
    }
}

fn lower(
    cx: &FieldCx<'_, '_, Extensions>,
    slot: &mut RouteExtensions,
    position: usize,
    written: &Written,
) -> Result<(), Diagnostic> {
    let Written {
        backend,
        fail_open,
        message_timeout,
        metadata,
        processing_mode,
        shadow_mode,
        status_on_error,
    } = written;
    let at = FieldPath::spec().field("extProc").index(position);
    let policy = cx.refs.from();
    let name = names::extension(policy, "extproc", position);
    let message_timeout_ms = message_timeout
        .as_ref()
        .map(|timeout| {
            millis(timeout).map_err(|why| Diagnostic::new(&INVALID, at.field("messageTimeout"), why))
        })
        .transpose()?;
    let status_on_error = status_on_error
        .map(|status| {
            let wrong = || format!("{status} is not a status code between 400 and 599");
            let status = u16::try_from(status).ok().filter(|status| (400..600).contains(status));
            status.ok_or_else(|| Diagnostic::new(&INVALID, at.field("statusOnError"), wrong()))
        })
        .transpose()?;
    let ExtProcProcessingMode { allow_mode_override, request, response } =
        processing_mode.clone().unwrap_or_default();
    let at_mode = at.field("processingMode");
    let seen = |options: Option<ProcessingModeOptions>, field| {
        options.map(|options| seen(options, &at_mode.field(field))).transpose()
    };
    let metadata = metadata.clone().unwrap_or_default();
    // The deprecated `backendRef` never counted here.
    let backend = BackendCluster { backend_ref: None, ..backend.clone() };
    let service = service::lower(cx.refs, cx.place, (name.clone(), UpstreamProtocol::Http2), &backend, &at)?;
    let settings = ExtProc {
        name,
        position: u32::try_from(position).unwrap_or(u32::MAX),
        cluster: service.cluster.cluster.name.clone(),
        authority: Some(service.authority),
        retry: service.retry,
        message_timeout_ms,
        request: seen(request, "request")?,
        response: seen(response, "response")?,
        mode_override: allow_mode_override.unwrap_or(false),
        fail_open: fail_open.unwrap_or(false),
        status_on_error,
        shadow: shadow_mode.unwrap_or(false),
        readable_metadata: metadata.accessible_namespaces,
        writable_metadata: metadata.writable_namespaces,
    };
    slot.clusters.push(service.cluster);
    slot.add(features::EXT_PROC, &settings, None);
    Ok(())
}

fn seen(options: ProcessingModeOptions, at: &FieldPath) -> Result<Seen, Diagnostic> {
    const MODES: &[(&str, BodyMode)] = &[
        ("Streamed", BodyMode::Streamed),
        ("Buffered", BodyMode::Buffered),
        ("BufferedPartial", BodyMode::BufferedPartial),
        ("FullDuplexStreamed", BodyMode::FullDuplex),
    ];
    let ProcessingModeOptions { attributes, body } = options;
    let body = body.map(|body| one_of(&body, MODES, &INVALID, at.field("body"))).transpose()?;
    Ok(Seen { body, attributes })
}
