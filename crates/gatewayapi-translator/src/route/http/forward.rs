//! Where a rule sends requests.
//!
//! API: `rules[].backendRefs` with their weights and filters. Backend references have filters for headers and for the host,
//! and no others.

use eg_api::gateway::{BackendReference, GrpcBackendRef, GrpcRouteFilter, HttpBackendRef, HttpRouteFilter};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::route::{BackendFilters, HostRewrite, UrlRewrite};

use super::{
    filter::{FilterSettings, TypedFilter},
    header_modifier::{self, Direction},
    rule::RulePlace,
    url_rewrite,
};
use crate::{engine::ReadCx, names, refs::backend::BackendKey, route::destination::Destination};

static UNSUPPORTED_FILTER: Code =
    Code::error("unsupported-backend-filter", "ResolvedRefs", "UnsupportedRefValue");
static INVALID_FILTER: Code = Code::error("invalid-backend-filter", "ResolvedRefs", "InvalidBackendFilters");

static UNGUARDED_HOST: Code = Code::error("unguarded-host", "ResolvedRefs", "UnsupportedValue");

/// A backend reference that has filters of its own.
pub(in crate::route) trait RuleBackend: BackendReference {
    /// Its filters.
    type Filter: TypedFilter;

    /// What is done to the requests that go to it.
    fn filters(&self) -> &[Self::Filter];
}

impl RuleBackend for HttpBackendRef {
    type Filter = HttpRouteFilter;

    fn filters(&self) -> &[HttpRouteFilter] {
        &self.filters
    }
}

impl RuleBackend for GrpcBackendRef {
    type Filter = GrpcRouteFilter;

    fn filters(&self) -> &[GrpcRouteFilter] {
        &self.filters
    }
}

/// Resolves the backend references of a rule.
pub(super) fn lower<'c, 'e>(
    cx: &'c ReadCx<'e>,
    place: &RulePlace<'c>,
    backends: &[impl RuleBackend],
    problems: &mut Vec<Diagnostic>,
) -> Destination<'c, 'e> {
    let mut destination =
        Destination::new(cx, place.consumer, place.name.clone(), place.traffic.protocol()).resolving(true);
    for (position, backend) in backends.iter().enumerate() {
        let path = place.path.field("backendRefs").index(position);
        let key = BackendKey::new(place.route, backend);
        let filters = filters(backend.filters(), &path);
        destination.add(names::backend(&place.name, position), key, backend.weight(), filters, &path);
    }
    destination.check_only(&place.path.field("backendRefs"));
    problems.append(&mut destination.problems);
    destination
}

/// Refuses what makes the host of a request out of its path where the host says where the request goes: nobody could tell
/// which hosts it leads to.
pub(super) fn check_host(
    destination: &mut Destination<'_, '_>,
    rewrite: Option<&UrlRewrite>,
    place: &RulePlace<'_>,
    problems: &mut Vec<Diagnostic>,
) {
    let host = rewrite.and_then(|rewrite| rewrite.host.as_ref());
    if destination.by_host() && matches!(host, Some(HostRewrite::PathRegex(_) | HostRewrite::Endpoint)) {
        let message =
            "a Backend of type DynamicResolver cannot take the host from the path or from its endpoint";
        let path = place.path.field("filters");
        destination.refuse_by_host(Diagnostic::new(&UNGUARDED_HOST, path, message));
        problems.append(&mut destination.problems);
    }
}

/// The filters of one backend reference.
fn filters(filters: &[impl TypedFilter], backend: &FieldPath) -> Result<BackendFilters, Diagnostic> {
    let mut lowered = BackendFilters::default();
    for (position, filter) in filters.iter().enumerate() {
        let path = backend.field("filters").index(position);
        let mut problems = Vec::new();
        match filter.settings() {
            FilterSettings::RequestHeaders(edits) => {
                let edited = &mut lowered.request_headers;
                header_modifier::lower(edits, Direction::Request, &path, edited, &mut problems);
            }
            FilterSettings::ResponseHeaders(edits) => {
                let edited = &mut lowered.response_headers;
                header_modifier::lower(edits, Direction::Response, &path, edited, &mut problems);
            }
            FilterSettings::UrlRewrite(rewrite) if rewrite.path.is_none() => {
                match url_rewrite::lower(rewrite, &path) {
                    Ok(rewrite) => {
                        lowered.host = rewrite.host.and_then(|host| match host {
                            HostRewrite::Literal(host) => Some(host),
                            _ => None,
                        });
                    }
                    Err(problem) => problems.push(problem),
                }
            }
            _ => {
                let message = "a backend reference can only have filters for headers and for the host";
                return Err(Diagnostic::new(&UNSUPPORTED_FILTER, path, message));
            }
        }
        if let Some(problem) = problems.into_iter().next() {
            return Err(Diagnostic { code: &INVALID_FILTER, ..problem });
        }
    }
    Ok(lowered)
}
