//! Redirects.
//!
//! API: filter `RequestRedirect`. Without a port in the filter, requests are sent to the usual port of the new scheme, or
//! to that of the listener when the scheme stays; a usual port is left out of the address.
//!
//! Precedence: a redirect goes before the backends of the rule. Besides a direct response, another redirect or a mirror it is
//! refused.
//!
//! Fail mode: closed. A rule with a scheme, a hostname, a port, a path or a status that cannot be answers 500.

use eg_api::gateway::{HttpPathModifier, HttpPathModifierType, HttpRequestRedirectFilter};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::route::{PathRewrite, Redirect, RouteAction};

use super::filter::RuleDraft;
use crate::{
    gateway::view::{BindListener, Protocol},
    hostname,
};

static INVALID: Code = Code::error("invalid-redirect", "Accepted", "UnsupportedValue");
pub(super) static INVALID_PATH: Code = Code::error("invalid-path-modifier", "Accepted", "UnsupportedValue");

/// The status code of a redirect that names none.
const FOUND: u16 = 302;

/// Adds the filter to a rule, which can have only one answer.
pub(super) fn apply(
    redirect: &HttpRequestRedirectFilter,
    at: &FieldPath,
    draft: &mut RuleDraft,
) -> Result<(), Diagnostic> {
    if draft.action.is_some() {
        let message = "a rule has only one redirect or direct response";
        return Err(Diagnostic::new(&INVALID, at.clone(), message));
    }
    draft.action = Some(RouteAction::Redirect(Box::new(lower(redirect, at)?)));
    Ok(())
}

fn lower(redirect: &HttpRequestRedirectFilter, at: &FieldPath) -> Result<Redirect, Diagnostic> {
    let refuse = |field, message: String| Err(Diagnostic::new(&INVALID, at.field(field), message));
    let HttpRequestRedirectFilter { scheme, hostname, path, port, status_code } = redirect;
    if let Some(scheme) = scheme.as_ref().filter(|scheme| !matches!(scheme.as_str(), "http" | "https")) {
        return refuse("scheme", format!("`{scheme}` is neither `http` nor `https`"));
    }
    if let Some(host) = hostname.as_ref().filter(|host| !hostname::is_precise(host)) {
        return refuse("hostname", format!("`{host}` is not a hostname"));
    }
    let status = match status_code {
        None => FOUND,
        Some(code) => match u16::try_from(*code) {
            Ok(code @ (301 | 302 | 303 | 307 | 308)) => code,
            _ => return refuse("statusCode", format!("{code} is none of 301, 302, 303, 307 and 308")),
        },
    };
    let port = match port.map(u16::try_from).transpose() {
        Ok(port) => port.filter(|port| *port != 0),
        Err(_) => return refuse("port", "the port is out of range".to_owned()),
    };
    Ok(Redirect {
        scheme: scheme.clone(),
        host: hostname.clone(),
        port,
        path: path.as_ref().map(|path| path_rewrite(path, &at.field("path"))).transpose()?.flatten(),
        status,
    })
}

/// How a path modifier changes paths; `None` when it says nothing.
pub(super) fn path_rewrite(
    modifier: &HttpPathModifier,
    at: &FieldPath,
) -> Result<Option<PathRewrite>, Diagnostic> {
    let refuse = |message: String| Err(Diagnostic::new(&INVALID_PATH, at.clone(), message));
    let HttpPathModifier { r#type, replace_full_path, replace_prefix_match } = modifier;
    let (value, other) = match r#type {
        HttpPathModifierType::ReplaceFullPath => (replace_full_path, replace_prefix_match),
        HttpPathModifierType::ReplacePrefixMatch => (replace_prefix_match, replace_full_path),
        HttpPathModifierType::Unknown(unknown) => {
            return refuse(format!("`{unknown}` is not a way to change a path"));
        }
    };
    if other.is_some() {
        return refuse(format!("a modifier of type {type} has settings of the other type"));
    }
    let Some(value) = value.clone() else {
        return refuse(format!("a modifier of type {type} needs a path"));
    };
    Ok(Some(match r#type {
        HttpPathModifierType::ReplaceFullPath => PathRewrite::Full(value),
        _ => PathRewrite::Prefix(value),
    }))
}

/// Whether the address of the redirect depends on the listener.
pub(super) fn follows_listener(redirect: &Redirect) -> bool {
    redirect.port.is_none()
}

/// The port of a redirect that names none; `None` when the address needs no port.
pub(super) fn port(scheme: Option<&str>, listener: &BindListener) -> Option<u16> {
    if scheme.is_some() {
        return None;
    }
    let usual = if listener.protocol == Protocol::Https { 443 } else { 80 };
    Some(listener.port).filter(|port| *port != usual)
}
