//! Modules, loaded into the proxy, that see and change requests and responses.
//!
//! API: `EnvoyExtensionPolicy.spec.dynamicModule`. IR: [`DynamicModule`], and a [`Processor`] on the route. The EnvoyProxy of the
//! Gateway says which modules there are (`spec.dynamicModules`) and where; a policy names one of them. Modules that the proxy has
//! to fetch are not part of this build.
//!
//! Fail mode: closed. What is wrong with a module makes its routes answer 500.
//!
//! [`Processor`]: eg_ir::route::Processor

use eg_api::v1alpha1::{DynamicModule as Written, DynamicModuleEntry, DynamicModuleSource};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{DynamicModule, ModuleSource},
};

use super::{Extensions, RouteExtensions, allowance::AllowanceOf, each};
use crate::{
    names,
    policy::{Declared, FieldCx, PolicyField},
};

static INVALID: Code = Code::error("invalid-dynamic-module", "Accepted", "Invalid");

/// Modules, loaded into the proxy, that see and change requests and responses.
pub(super) struct DynamicModuleField;

impl PolicyField<Extensions> for DynamicModuleField {
    fn id(&self) -> FeatureId {
        features::DYNAMIC_MODULE
    }

    fn is_set(&self, policy: &Declared<'_, Extensions>) -> bool {
        !policy.spec.dynamic_module.is_empty()
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Extensions>, slot: &mut RouteExtensions) -> Result<(), Diagnostic> {
        each(
            slot,
            &cx.policy.spec.dynamic_module,
            |_| false,
            |slot, position, written| lower(cx, slot, position, written),
        )
    }
}

fn lower(
    cx: &FieldCx<'_, '_, Extensions>,
    slot: &mut RouteExtensions,
    position: usize,
    Written { config, filter_name, name: module, terminal_filter }: &Written,
) -> Result<(), Diagnostic> {
    let at = FieldPath::spec().field("dynamicModule").index(position).field("name");
    let invalid = |message: String| Diagnostic::new(&INVALID, at.clone(), message);
    let allowance = cx.refs.reads().unit::<AllowanceOf>(cx.place);
    let entry = allowance.modules.iter().find(|entry| entry.name == *module);
    let DynamicModuleEntry { do_not_close, load_globally, name: _, source } =
        entry.ok_or_else(|| invalid(format!("the EnvoyProxy of {} has no module `{module}`", cx.place)))?;
    let settings = DynamicModule {
        name: names::extension(cx.refs.from(), "dynamic-module", position),
        position: u32::try_from(position).unwrap_or(u32::MAX),
        source: where_is(source).map_err(|why| invalid(format!("module `{module}`: {why}")))?,
        filter: filter_name.clone().unwrap_or_default(),
        config: config.as_ref().map(ToString::to_string),
        stays_loaded: do_not_close.unwrap_or(false),
        is_global: load_globally.unwrap_or(false),
        answers: terminal_filter.unwrap_or(false),
    };
    slot.add(features::DYNAMIC_MODULE, &settings, None);
    Ok(())
}

fn where_is(
    DynamicModuleSource { local, remote: _, r#type }: &DynamicModuleSource,
) -> Result<ModuleSource, &'static str> {
    match (r#type.as_deref(), local) {
        (None | Some("Local"), Some(local)) => Ok(ModuleSource::Local(local.path.clone())),
        (None | Some("Local"), None) => Err("a local module needs a path"),
        _ => Err("modules that the proxy has to fetch are not part of this build"),
    }
}
