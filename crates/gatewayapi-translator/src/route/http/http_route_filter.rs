//! HTTPRouteFilters: what filters of type `ExtensionRef` ask for.
//!
//! API: `HTTPRouteFilter`, from rules and from backend references, in the namespace of the route. Each part of it is the
//! business of its feature: `url_rewrite`, `direct_response`, `credential_injection`, and `route_match` for cookies.
//!
//! Fail mode: closed. A rule whose filter does not exist answers 500, and its references are not resolved; one whose filter is
//! invalid answers 500.

use eg_api::{
    gateway::LocalObjectReference,
    v1alpha1::{HttpRouteFilter, HttpRouteFilterSpec},
};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_resources::Object;

use super::{
    credential_injection, direct_response,
    filter::{FilterCx, RuleDraft},
    route_match, url_rewrite,
};
use crate::route::destination::BackendChanges;

static NOT_FOUND: Code = Code::error("http-route-filter-not-found", "ResolvedRefs", "UnsupportedValue");
static UNSUPPORTED: Code =
    Code::error("unsupported-backend-extension", "ResolvedRefs", "UnsupportedRefValue");

/// The filter that says something, and the place in the route that refers to it.
pub(super) struct Described<'a> {
    pub(super) filter: &'a ObjectRef,
    /// Where the route refers to it.
    pub(super) at: &'a FieldPath,
}

impl Described<'_> {
    /// Says of the reference what is wrong with a field of the filter.
    pub(super) fn problem(&self, code: &'static Code, field: &FieldPath, message: &str) -> Diagnostic {
        Diagnostic::new(code, self.at.clone(), format!("{} {field}: {message}", self.filter))
    }
}

/// Whether the reference is to an HTTPRouteFilter.
pub(super) fn is_one(LocalObjectReference { group, kind, name: _ }: &LocalObjectReference) -> bool {
    let known = HttpRouteFilter::KIND;
    group == known.group && kind == known.kind
}

/// Adds the filter to a rule.
pub(super) fn apply(
    cx: &FilterCx<'_, '_>,
    reference: &LocalObjectReference,
    at: &FieldPath,
    draft: &mut RuleDraft,
) -> Result<(), Diagnostic> {
    let target = cx.refs.target(HttpRouteFilter::KIND, None, &reference.name);
    let Ok(filter) = cx.refs.follow::<HttpRouteFilter>(&target) else {
        draft.is_refused = true;
        return Err(not_found(&target, at));
    };
    let by = Described { filter: &target, at };
    let HttpRouteFilterSpec { credential_injection, direct_response, matches, url_rewrite } = &filter.spec;
    if !matches.is_empty() {
        route_match::add_cookies(matches, &by, draft)?;
    }
    if let Some(rewrite) = url_rewrite {
        url_rewrite::add(url_rewrite::lower_extended(rewrite, &by)?, at, draft)?;
    }
    if let Some(response) = direct_response {
        direct_response::apply(cx, response, &by, draft)?;
    }
    if let Some(injection) = credential_injection {
        let (injection, secret) = credential_injection::lower(cx, injection, &by)?;
        draft.credential = Some(injection);
        draft.secrets.push(secret);
    }
    Ok(())
}

/// Adds the filter to a backend reference, which can only have credentials of it.
pub(super) fn apply_to_backend(
    cx: &FilterCx<'_, '_>,
    reference: &LocalObjectReference,
    at: &FieldPath,
    changes: &mut BackendChanges,
) -> Result<(), Diagnostic> {
    let target = cx.refs.target(HttpRouteFilter::KIND, None, &reference.name);
    let Ok(filter) = cx.refs.follow::<HttpRouteFilter>(&target) else {
        return Err(not_found(&target, at));
    };
    let by = Described { filter: &target, at };
    let HttpRouteFilterSpec { credential_injection, direct_response, matches, url_rewrite } = &filter.spec;
    if direct_response.is_some() || !matches.is_empty() || url_rewrite.is_some() {
        let message = "a backend reference can only have credentials added by it";
        return Err(by.problem(&UNSUPPORTED, &FieldPath::spec(), message));
    }
    if let Some(injection) = credential_injection {
        changes.credential = Some(credential_injection::lower(cx, injection, &by)?);
    }
    Ok(())
}

fn not_found(target: &ObjectRef, at: &FieldPath) -> Diagnostic {
    Diagnostic::new(&NOT_FOUND, at.clone(), format!("{target} does not exist"))
}
