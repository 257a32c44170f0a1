//! GatewayClasses: which are ours, and what their parameters say.
//!
//! API: `GatewayClass.spec.controllerName` and `parametersRef`, an EnvoyProxy, in the namespace of the control plane unless the
//! reference names one.
//!
//! Fail mode: closed. A class whose parameters are missing or invalid is not accepted, nor is a Gateway that needs them.

use std::sync::Arc;

use eg_api::{gateway::GatewayClass, gateway::GatewayClassStatus, v1alpha1::EnvoyProxy};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::Name;
use eg_resources::{Object, Status, StatusUpdate};

use super::proxy::EffectiveProxy;
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    status::{condition::Conditions, update_of},
};

static INVALID_PARAMETERS: Code = Code::error("invalid-class-parameters", "Accepted", "InvalidParameters");

/// A GatewayClass of ours.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClassView {
    /// The name of the class.
    pub(crate) name: Name,
    /// The EnvoyProxy to which `parametersRef` leads.
    pub(crate) proxy: Option<EffectiveProxy>,
    /// Whether the Gateways of the class share one fleet.
    pub(crate) merged: bool,
    /// Why the class is not accepted.
    pub(crate) problem: Option<Diagnostic>,
}

/// The class of a name, if it exists and its controller is this one.
pub(crate) struct ClassOf;

impl Unit for ClassOf {
    type Key = Name;
    type Out = Option<Arc<ClassView>>;
    const NAME: &'static str = "class";
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, name: &Name) -> Self::Out {
        let class = cx.get::<GatewayClass>("", name)?;
        let settings = &cx.env().settings;
        if *class.spec.controller_name != *settings.controller_name {
            return None;
        }
        let (proxy, problem) = match parameters(cx, &class) {
            Ok(proxy) => (proxy, None),
            Err(problem) => (None, Some(problem)),
        };
        let own = proxy.as_ref().and_then(|layer| layer.spec.merge_gateways);
        let base = settings.default_proxy.as_ref().and_then(|base| base.merge_gateways);
        let merged = own.or(base).unwrap_or(false);
        Some(Arc::new(ClassView { name: name.clone(), proxy, merged, problem }))
    }
}

/// The EnvoyProxy of a class, if it names one.
fn parameters(cx: &ReadCx<'_>, class: &GatewayClass) -> Result<Option<EffectiveProxy>, Diagnostic> {
    let Some(reference) = &class.spec.parameters_ref else { return Ok(None) };
    let path = FieldPath::spec().field("parametersRef");
    let fail = |message: String| Err(Diagnostic::new(&INVALID_PARAMETERS, path.clone(), message));
    if reference.group != EnvoyProxy::KIND.group || reference.kind != EnvoyProxy::KIND.kind {
        return fail(format!(
            "expected an EnvoyProxy of group {}, found kind {:?} of group {:?}",
            EnvoyProxy::KIND.group,
            reference.kind,
            reference.group
        ));
    }
    let namespace = reference.namespace.as_deref().unwrap_or(&cx.env().settings.namespace);
    match cx.get::<EnvoyProxy>(namespace, &reference.name) {
        Some(proxy) => match super::proxy::invalid(&proxy.spec) {
            None => Ok(Some(EffectiveProxy::of(&proxy))),
            Some((field, problem)) => fail(format!("{}: {field}: {problem}", proxy.object_ref())),
        },
        None => fail(format!("EnvoyProxy {namespace}/{} does not exist", reference.name)),
    }
}

/// The status of a class.
pub(crate) struct ClassRoot;

impl Unit for ClassRoot {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = "class_status";
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let view = cx.unit::<ClassOf>(&key.name);
        let view = view.as_ref().as_ref()?;
        let class = cx.object::<GatewayClass>(key)?;
        let mut conditions = Conditions::of(class.metadata.generation());
        match &view.problem {
            Some(problem) => conditions.fail(std::slice::from_ref(problem)),
            None => conditions.set("Accepted", true, "Accepted", "The GatewayClass is valid."),
        }
        let status =
            GatewayClassStatus { conditions: conditions.into_list(), ..GatewayClassStatus::default() };
        Some(update_of(&*class, Status::GatewayClass(status)))
    }
}

impl Root for ClassRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}
