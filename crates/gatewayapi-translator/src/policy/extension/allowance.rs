//! What the proxies of a Gateway allow code to be.
//!
//! API: `EnvoyProxy.spec.lua` or the deprecated `spec.luaValidation`, and `spec.dynamicModules`.

use std::sync::Arc;

use eg_api::v1alpha1::{DynamicModuleEntry, EnvoyProxySpec};
use eg_diag::ObjectRef;

use crate::{
    engine::{ReadCx, Unit},
    gateway::GatewayOf,
};

/// What the proxies of a Gateway allow code to be, so that other edits of the Gateway and of its EnvoyProxy re-run no policy.
pub(super) struct AllowanceOf;

/// What proxies allow code to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Allowance {
    /// How scripts are checked.
    pub(super) scripts: ScriptCheck,
    /// The modules that may be loaded.
    pub(super) modules: Vec<DynamicModuleEntry>,
}

/// How scripts are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ScriptCheck {
    /// They can be loaded, and do not always fail.
    #[default]
    Strict,
    /// They can be loaded.
    Syntax,
    /// Not at all.
    Trusted,
}

impl Unit for AllowanceOf {
    type Key = ObjectRef;
    type Out = Arc<Allowance>;
    const NAME: &'static str = "code_allowance";
    const RANK: u8 = 5;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let state = cx.unit::<GatewayOf>(key);
        let proxy = state.as_ref().as_ref().and_then(|state| state.proxy.as_ref());
        proxy.map(|proxy| Arc::new(of(&proxy.spec))).unwrap_or_default()
    }
}

fn of(spec: &EnvoyProxySpec) -> Allowance {
    let validation = spec.lua.as_ref().and_then(|lua| lua.validation_type.as_deref());
    let validation = validation.or(spec.lua_validation.as_deref());
    let scripts = match validation {
        Some("Disabled") => ScriptCheck::Trusted,
        Some("InsecureSyntax") => ScriptCheck::Syntax,
        _ => ScriptCheck::Strict,
    };
    Allowance { scripts, modules: spec.dynamic_modules.clone() }
}
