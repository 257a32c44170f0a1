//! Scripts that see and change requests and responses.
//!
//! API: `EnvoyExtensionPolicy.spec.lua`. IR: [`Lua`], and a [`Processor`] with its context on the route. A script is inline, or
//! in key `lua` of a ConfigMap; without that key, the first one is taken. Scripts must be allowed by the configuration of the
//! control plane (`extensionApis.enableLua`).
//!
//! Fail mode: closed. What is wrong with a script makes its routes answer 500.
//!
//! A script must be one that Envoy can load, and name one of the functions that Envoy calls; and it must not be one that can
//! only fail, which is tried without running anything of it (see [`lua`]). The EnvoyProxy of the Gateway may want no trying
//! (`lua.validationType: InsecureSyntax`) or no checks at all (`Disabled`).
//!
//! [`Processor`]: eg_ir::route::Processor

use eg_api::v1alpha1::Lua as Written;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, features, route::Lua};
use serde_json::Value;

use super::{
    Extensions, RouteExtensions,
    allowance::{AllowanceOf, ScriptCheck},
    each,
};
use crate::{
    lua, names,
    policy::{Declared, FieldCx, PolicyField},
    refs::config_map,
};

static INVALID: Code = Code::error("invalid-lua", "Accepted", "Invalid");

/// The key of a ConfigMap that has the script.
const KEY: &str = "lua";

/// Scripts that see and change requests and responses.
pub(super) struct LuaField;

impl PolicyField<Extensions> for LuaField {
    fn id(&self) -> FeatureId {
        features::LUA
    }

    fn is_set(&self, policy: &Declared<'_, Extensions>) -> bool {
        !policy.spec.lua.is_empty()
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Extensions>, slot: &mut RouteExtensions) -> Result<(), Diagnostic> {
        if !cx.refs.env().settings.enable_lua {
            let message = "the configuration of the control plane does not allow scripts";
            return Err(Diagnostic::new(&INVALID, FieldPath::spec().field("lua"), message));
        }
        each(
            slot,
            &cx.policy.spec.lua,
            |_| false,
            |slot, position, written| lower(cx, slot, position, written),
        )
    }
}

fn lower(
    cx: &FieldCx<'_, '_, Extensions>,
    slot: &mut RouteExtensions,
    position: usize,
    written: &Written,
) -> Result<(), Diagnostic> {
    let at = FieldPath::spec().field("lua").index(position);
    let name = names::extension(cx.refs.from(), "lua", position);
    let source = source(cx, written, &at)?;
    let check = cx.refs.reads().unit::<AllowanceOf>(cx.place).scripts;
    checked(&source, check).map_err(|why| Diagnostic::new(&INVALID, at.clone(), why))?;
    let context = match &written.filter_context {
        None => None,
        Some(Value::Object(context)) => Some(context.clone()),
        Some(_) => {
            let message = "what a script is told is an object, whose fields it reads";
            return Err(Diagnostic::new(&INVALID, at.field("filterContext"), message));
        }
    };
    let position = u32::try_from(position).unwrap_or(u32::MAX);
    slot.add(features::LUA, &Lua { name, position, source }, context);
    Ok(())
}

/// Why a script is of no use.
fn checked(source: &str, check: ScriptCheck) -> Result<(), String> {
    let checked = match check {
        ScriptCheck::Trusted => return Ok(()),
        _ if !lua::CALLED.iter().any(|function| source.contains(function)) => {
            return Err(format!("the script defines none of the functions {}", lua::CALLED.join(", ")));
        }
        ScriptCheck::Syntax => lua::check(source),
        ScriptCheck::Strict => lua::check_strictly(source),
    };
    checked.map_err(|error| error.to_string())
}

fn source(
    cx: &FieldCx<'_, '_, Extensions>,
    Written { filter_context: _, inline, r#type, value_ref }: &Written,
    at: &FieldPath,
) -> Result<String, Diagnostic> {
    let invalid = |field, message| Diagnostic::new(&INVALID, at.field(field), message);
    match (r#type.as_str(), inline, value_ref) {
        ("ValueRef", _, Some(reference)) => {
            let wrong = |message| invalid("valueRef", message);
            let bytes = config_map::entry(cx.refs, &reference.name, KEY).map_err(wrong)?;
            String::from_utf8(bytes).map_err(|_| wrong("the script is not UTF-8".to_owned()))
        }
        ("ValueRef", _, None) => Err(invalid("valueRef", "type ValueRef needs a valueRef".to_owned())),
        ("Inline" | "", Some(inline), _) => Ok(inline.clone()),
        ("Inline" | "", None, _) => Err(invalid("inline", "type Inline needs a script".to_owned())),
        (other, _, _) => Err(invalid("type", format!("`{other}` is neither `Inline` nor `ValueRef`"))),
    }
}
