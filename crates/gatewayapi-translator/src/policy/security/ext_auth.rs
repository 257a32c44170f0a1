//! Services that are asked about requests.
//!
//! API: `SecurityPolicy.spec.extAuth`. IR: [`ExtAuth`]. What is wrong fails closed, unless the policy says `failOpen`: then requests
//! pass unasked, and its other fields hold.

use std::collections::BTreeMap;

use eg_api::{
    core::{ConfigMap, Secret},
    v1alpha1::{ContextExtension, ExtAuth as Written, GrpcExtAuthService, HttpExtAuthService},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, SecretBytes,
    cluster::UpstreamProtocol,
    features,
    route::{ExtAuth, ExtAuthService},
};
use eg_resources::Object;

use super::{RouteSecurity, Security, SecurityPlace, service};
use crate::{
    duration::millis,
    names,
    policy::{Declared, FieldCx, PolicyField, service::warn},
};

static INVALID: Code = Code::error("invalid-ext-auth", "Accepted", "Invalid");
static DEPRECATED: Code = Code::warning("deprecated-ext-auth-backend", "Warning", "DeprecatedField");

/// The time for an answer unless the policy says so, in milliseconds.
const TIMEOUT_MS: u64 = 10_000;

/// Services that are asked about requests.
pub(super) struct ExtAuthField;

impl PolicyField<Security> for ExtAuthField {
    fn id(&self) -> FeatureId {
        features::EXT_AUTH
    }

    fn is_set(&self, policy: &Declared<'_, Security>) -> bool {
        policy.spec.ext_auth.is_some()
    }

    fn applies(&self, place: &SecurityPlace) -> bool {
        !place.of_connections
    }

    fn warn(&self, policy: &Declared<'_, Security>, warnings: &mut Vec<Diagnostic>) {
        let Some(Written { grpc, http, .. }) = &policy.spec.ext_auth else { return };
        let by_grpc = grpc.as_ref().map(|grpc| ("grpc", &grpc.backend));
        let by_http = http.as_ref().map(|http| ("http", &http.backend));
        for (field, backend) in by_grpc.into_iter().chain(by_http) {
            let at = path().field(field);
            if backend.backend_ref.is_some() {
                let message = "`backendRef` is deprecated; `backendRefs` replaces it";
                warnings.push(Diagnostic::new(&DEPRECATED, at.field("backendRef"), message));
            }
            warn(backend, &at, warnings);
        }
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, slot: &mut RouteSecurity) -> Result<(), Diagnostic> {
        let Some(written) = &cx.policy.spec.ext_auth else { return Ok(()) };
        let lowered = lower(cx, written, slot);
        if lowered.is_err() && written.fail_open.unwrap_or(false) {
            slot.tolerated += 1;
        }
        slot.settings_mut().ext_auth = Some(lowered?.into());
        Ok(())
    }
}

fn path() -> FieldPath {
    FieldPath::spec().field("extAuth")
}

fn invalid(at: FieldPath, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&INVALID, at, message)
}

fn lower(
    cx: &FieldCx<'_, '_, Security>,
    written: &Written,
    slot: &mut RouteSecurity,
) -> Result<ExtAuth, Diagnostic> {
    let Written {
        body_to_ext_auth,
        context_extensions,
        fail_open,
        grpc,
        headers_to_ext_auth,
        http,
        include_route_metadata,
        recompute_route,
        status_on_error,
        timeout,
    } = written;
    let (field, backend, protocol) = match (grpc, http) {
        (Some(grpc), None) => ("grpc", &grpc.backend, UpstreamProtocol::Http2),
        (None, Some(http)) => ("http", &http.backend, UpstreamProtocol::default()),
        _ => return Err(invalid(path(), "expected either `grpc` or `http`")),
    };
    let name = names::security_policy(cx.refs.from());
    let body_bytes = body_to_ext_auth.as_ref().map(|body| {
        let at = path().field("bodyToExtAuth").field("maxRequestBytes");
        let size = u32::try_from(body.max_request_bytes).ok().filter(|size| *size > 0);
        size.ok_or_else(|| invalid(at, "a body has some bytes at least"))
    });
    let timeout = timeout.as_ref().map(millis).transpose();
    let status = status_on_error.map(|status| {
        let known = u16::try_from(status).ok().filter(|status| (400..600).contains(status));
        known.ok_or_else(|| invalid(path().field("statusOnError"), "expected a status of errors"))
    });
    let context = context(cx, context_extensions)?;
    let asked = service::of_backends(
        cx,
        backend,
        (format!("{name}/extauth/0").into(), protocol),
        &path().field(field),
    )
    .map_err(|(at, why)| invalid(at, why))?;
    let settings = ExtAuth {
        name,
        cluster: asked.cluster.cluster.name.clone(),
        service: service_of(grpc.as_ref(), http.as_ref(), asked.authority),
        timeout_ms: timeout.map_err(|why| invalid(path().field("timeout"), why))?.unwrap_or(TIMEOUT_MS),
        retry: asked.retry,
        headers: headers_to_ext_auth.clone(),
        body_bytes: body_bytes.transpose()?,
        context,
        tells_route: include_route_metadata.unwrap_or(false),
        choose_again: recompute_route.unwrap_or(false),
        fail_open: fail_open.unwrap_or(false),
        error_status: status.transpose()?,
    };
    slot.clusters.push(asked.cluster);
    Ok(settings)
}

fn service_of(
    _: Option<&GrpcExtAuthService>,
    http: Option<&HttpExtAuthService>,
    authority: String,
) -> ExtAuthService {
    let Some(HttpExtAuthService { backend: _, headers_to_backend, path, path_override }) = http else {
        return ExtAuthService::Grpc { authority };
    };
    ExtAuthService::Http {
        authority,
        path_prefix: path.clone().filter(|path| !path.is_empty()),
        path: path_override.clone().filter(|path| !path.is_empty()),
        headers_to_backend: headers_to_backend.clone(),
    }
}

/// What the service is told besides; values may be in ConfigMaps and Secrets of the namespace.
fn context(
    cx: &FieldCx<'_, '_, Security>,
    extensions: &[ContextExtension],
) -> Result<BTreeMap<String, SecretBytes>, Diagnostic> {
    let mut context = BTreeMap::new();
    for (position, extension) in extensions.iter().enumerate() {
        let ContextExtension { name, r#type: _, value: _, value_ref: _ } = extension;
        let value = value(cx, extension)
            .map_err(|why| invalid(path().field("contextExtensions").index(position), why))?;
        context.insert(name.clone(), SecretBytes::new(value));
    }
    Ok(context)
}

fn value(
    cx: &FieldCx<'_, '_, Security>,
    ContextExtension { name: _, r#type, value, value_ref }: &ContextExtension,
) -> Result<Vec<u8>, String> {
    if r#type != "ValueRef" {
        return Ok(value.clone().unwrap_or_default().into_bytes());
    }
    let reference = value_ref.as_ref().ok_or("`valueRef` is missing")?;
    let missing =
        |target: &eg_diag::ObjectRef| format!("{target} does not exist or has no {}", reference.key);
    let value = match (reference.group.as_str(), reference.kind.as_str()) {
        ("", "ConfigMap") => {
            let target = cx.refs.target(ConfigMap::KIND, None, &reference.name);
            let map = cx.refs.follow::<ConfigMap>(&target).ok();
            let value = map.and_then(|map| map.data.get(&reference.key).cloned());
            value.ok_or_else(|| missing(&target))?.into_bytes()
        }
        ("", "Secret") => {
            let target = cx.refs.target(Secret::KIND, None, &reference.name);
            let secret = cx.refs.follow::<Secret>(&target).ok();
            let value =
                secret.and_then(|secret| secret.data.get(&reference.key).map(|v| v.as_bytes().to_vec()));
            value.ok_or_else(|| missing(&target))?
        }
        (_, kind) => return Err(format!("expected a ConfigMap or a Secret, found kind {kind}")),
    };
    if std::str::from_utf8(&value).is_err() {
        return Err(format!("{} is no text", reference.key));
    }
    Ok(value)
}
