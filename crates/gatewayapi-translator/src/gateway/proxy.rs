//! The effective EnvoyProxy of a Gateway: that of the Gateway over that of its class over that of the configuration.
//!
//! API: `Gateway.spec.infrastructure.parametersRef`, `GatewayClass.spec.parametersRef`, and `envoyProxy` of the configuration.
//!
//! Precedence: the Gateway, its class, the configuration. One replaces the other as a whole, unless `mergeType` says how they
//! are merged.
//!
//! Fail mode: closed. A Gateway whose EnvoyProxy is missing or invalid is not accepted.

use std::sync::Arc;

use eg_api::{
    gateway::Gateway,
    v1alpha1::{EnvoyProxy, EnvoyProxySpec},
};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_resources::Object;
use serde::{Deserialize, Serialize};

use super::class::ClassView;
use crate::{engine::ReadCx, merge::overlay};

pub(super) static INVALID_PARAMETERS: Code =
    Code::error("invalid-gateway-parameters", "Accepted", "InvalidParameters");

/// An EnvoyProxy, merged from the layers that apply, and the object of the uppermost of them.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveProxy {
    /// Where the uppermost layer was written; without a name when that is the configuration of the control plane.
    pub object: ObjectRef,
    /// What it says.
    pub spec: Arc<EnvoyProxySpec>,
}

impl EffectiveProxy {
    pub(crate) fn of(proxy: &EnvoyProxy) -> Self {
        Self { object: proxy.object_ref(), spec: Arc::new(proxy.spec.clone()) }
    }

    /// Whether it is merged over the next layer instead of replacing it.
    fn is_merged(&self) -> bool {
        is_merged(&self.spec)
    }
}

/// Whether an EnvoyProxy is merged over the next layer instead of replacing it.
pub(crate) fn is_merged(spec: &EnvoyProxySpec) -> bool {
    matches!(spec.merge_type.as_deref(), Some("StrategicMerge" | "JSONMerge"))
}

/// The effective EnvoyProxy of a Gateway; `None` when nobody wrote one.
pub(crate) fn effective(
    cx: &ReadCx<'_>,
    class: &ClassView,
    gateway: &Gateway,
) -> Result<Option<EffectiveProxy>, Diagnostic> {
    let of_class = class.proxy.as_ref().map(|proxy| &proxy.spec);
    // Whichever of the layers wants it; one that replaces the other does not take it back.
    let mut layers = of_class.into_iter().chain(&cx.env().settings.default_proxy);
    if class.merged && layers.any(|layer| layer.merge_backends.is_some()) {
        let message = "mergeGateways of its EnvoyProxy excludes mergeBackends, which the EnvoyProxy or the configuration has";
        let path = FieldPath::spec().field("gatewayClassName");
        return Err(Diagnostic::new(&INVALID_PARAMETERS, path, message));
    }
    layered(cx, class, gateway)
}

/// The layers that apply, one over the other.
fn layered(
    cx: &ReadCx<'_>,
    class: &ClassView,
    gateway: &Gateway,
) -> Result<Option<EffectiveProxy>, Diagnostic> {
    let own = if class.merged { None } else { own(cx, gateway)? };
    // The Gateway stands on its own where its EnvoyProxy replaces that of the class.
    let stands_alone = own.as_ref().is_some_and(|own| !own.is_merged());
    if let Some(problem) = class.problem.as_ref().filter(|_| !stands_alone) {
        let message = format!("GatewayClass {}: {}", class.name, problem.sentence());
        return Err(Diagnostic::new(
            &INVALID_PARAMETERS,
            FieldPath::spec().field("gatewayClassName"),
            message,
        ));
    }
    let merge_type =
        |layer: &Option<EffectiveProxy>| layer.as_ref().and_then(|layer| layer.spec.merge_type.clone());
    let over_base = merge_type(&class.proxy).or_else(|| merge_type(&own));
    let upper = match (own, class.proxy.clone()) {
        (Some(own), Some(class)) => Some(merged(own, &class.spec)),
        (own, class) => own.or(class),
    };
    let Some(base) = &cx.env().settings.default_proxy else { return Ok(upper) };
    Ok(Some(match upper {
        Some(upper) => {
            let spec = EnvoyProxySpec { merge_type: over_base, ..EnvoyProxySpec::clone(&upper.spec) };
            merged(EffectiveProxy { spec: Arc::new(spec), ..upper }, base)
        }
        None => EffectiveProxy { object: ObjectRef::new(EnvoyProxy::KIND, "", ""), spec: Arc::clone(base) },
    }))
}

/// The EnvoyProxy that a Gateway names.
fn own(cx: &ReadCx<'_>, gateway: &Gateway) -> Result<Option<EffectiveProxy>, Diagnostic> {
    let infrastructure = gateway.spec.infrastructure.as_ref();
    let Some(reference) = infrastructure.and_then(|infra| infra.parameters_ref.as_ref()) else {
        return Ok(None);
    };
    let path = FieldPath::spec().field("infrastructure").field("parametersRef");
    let fail = |message: String| Err(Diagnostic::new(&INVALID_PARAMETERS, path.clone(), message));
    if reference.group != EnvoyProxy::KIND.group || reference.kind != EnvoyProxy::KIND.kind {
        return fail(format!(
            "expected an EnvoyProxy of group {}, found kind {:?} of group {:?}",
            EnvoyProxy::KIND.group,
            reference.kind,
            reference.group
        ));
    }
    let namespace = gateway.metadata.namespace();
    match cx.get::<EnvoyProxy>(namespace, &reference.name) {
        Some(proxy) => match invalid(&proxy.spec) {
            None => Ok(Some(EffectiveProxy::of(&proxy))),
            Some((field, problem)) => fail(format!("{}: {field}: {problem}", proxy.object_ref())),
        },
        None => fail(format!("EnvoyProxy {namespace}/{} does not exist", reference.name)),
    }
}

/// What is wrong with an EnvoyProxy so that none of it can be used, and where.
///
/// The API server refuses most mistakes; this is what leaves an access log without anything to write to.
pub(crate) fn invalid(spec: &EnvoyProxySpec) -> Option<(FieldPath, &'static str)> {
    let access_log = spec.telemetry.as_ref()?.access_log.as_ref()?;
    let at = FieldPath::spec().field("telemetry").field("accessLog").field("settings");
    access_log.settings.iter().enumerate().find_map(|(position, setting)| {
        let at = at.index(position).field("sinks");
        setting.sinks.iter().enumerate().find_map(|(position, sink)| {
            let problem = match sink.r#type.as_deref() {
                Some("File") if sink.file.is_none() => "expected `file`, because the sink is of type File",
                Some("ALS") if sink.als.is_none() => "expected `als`, because the sink is of type ALS",
                Some("OpenTelemetry") if sink.open_telemetry.is_none() => {
                    "expected `openTelemetry`, because the sink is of type OpenTelemetry"
                }
                _ => return None,
            };
            Some((at.index(position), problem))
        })
    })
}

/// `upper` over `lower`, as the merge type of `upper` says: it replaces it unless a merge type is set.
fn merged(upper: EffectiveProxy, lower: &EnvoyProxySpec) -> EffectiveProxy {
    if !upper.is_merged() {
        return upper;
    }
    let json = |spec: &EnvoyProxySpec| spec.serialize(serde_json::value::Serializer).unwrap_or_default();
    let mut result = json(lower);
    overlay(&mut result, json(&upper.spec));
    match EnvoyProxySpec::deserialize(result) {
        Ok(spec) => EffectiveProxy { spec: Arc::new(spec), ..upper },
        Err(_) => upper,
    }
}
