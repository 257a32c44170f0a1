//! Where a rule sends requests.
//!
//! API: `rules[].backendRefs` with their weights and filters. Backend references have filters for headers, for the host, and
//! HTTPRouteFilters that add credentials; those of GRPCRoutes have filters for headers alone.
//!
//! Precedence: a redirect or a direct response of the rule goes before its backends.
//!
//! Fail mode: closed. The share of an invalid backend answers 500 and nobody else gets it; a rule whose valid backends have no
//! endpoints answers 503.

use eg_api::gateway::{BackendReference, GrpcBackendRef, GrpcRouteFilter, HttpBackendRef, HttpRouteFilter};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::route::{HostRewrite, UrlRewrite};

use super::{
    filter::{FilterCx, FilterSettings, TypedFilter},
    header_modifier::{self, Direction},
    http_route_filter,
    rule::{RulePlace, Traffic},
    url_rewrite,
};
use crate::{
    names,
    refs::backend::BackendKey,
    route::destination::{BackendChanges, Destination},
};

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
    cx: &FilterCx<'c, 'e>,
    backends: &[impl RuleBackend],
    problems: &mut Vec<Diagnostic>,
) -> Destination<'c, 'e> {
    let place = cx.place;
    let protocol = place.traffic.protocol();
    let mut destination =
        Destination::new(cx.cx, place.consumer, place.name.clone(), protocol, place.routing).resolving(true);
    for (position, backend) in backends.iter().enumerate() {
        let path = place.path.field("backendRefs").index(position);
        let key = BackendKey::new(place.route, backend);
        let changes = changes(cx, backend.filters(), &path);
        destination.add(names::backend(&place.name, position), key, backend.weight(), changes, &path);
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

/// What the filters of one backend reference do.
fn changes(
    cx: &FilterCx<'_, '_>,
    filters: &[impl TypedFilter],
    backend: &FieldPath,
) -> Result<BackendChanges, Diagnostic> {
    let mut changes = BackendChanges::default();
    for (position, filter) in filters.iter().enumerate() {
        let settings = filter.settings();
        let path = settings.path(&backend.field("filters").index(position));
        let mut problems = Vec::new();
        match settings {
            FilterSettings::RequestHeaders(edits) => {
                let edited = &mut changes.filters.request_headers;
                header_modifier::lower(edits, Direction::Request, &path, edited, &mut problems);
            }
            FilterSettings::ResponseHeaders(edits) => {
                let edited = &mut changes.filters.response_headers;
                header_modifier::lower(edits, Direction::Response, &path, edited, &mut problems);
            }
            FilterSettings::UrlRewrite(rewrite) if rewrite.path.is_none() => {
                match url_rewrite::lower(rewrite, &path) {
                    Ok(rewrite) => {
                        changes.filters.host = rewrite.host.and_then(|host| match host {
                            HostRewrite::Literal(host) => Some(host),
                            _ => None,
                        });
                    }
                    Err(problem) => problems.push(problem),
                }
            }
            FilterSettings::Extension(reference)
                if http_route_filter::is_one(reference) && cx.place.traffic == Traffic::Http =>
            {
                let applied = http_route_filter::apply_to_backend(cx, reference, &path, &mut changes);
                problems.extend(applied.err());
            }
            _ => {
                let message = "a backend reference can only have filters for headers, for the host and \
                               for credentials";
                return Err(Diagnostic::new(&UNSUPPORTED_FILTER, path, message));
            }
        }
        if let Some(problem) = problems.into_iter().next() {
            return Err(Diagnostic { code: &INVALID_FILTER, ..problem });
        }
    }
    Ok(changes)
}
