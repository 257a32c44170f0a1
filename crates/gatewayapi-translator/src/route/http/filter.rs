//! Filters of rules: the list of all of them, and how they are applied.
//!
//! The filters of a rule are applied in the order in which the user wrote them, each by the module of its feature, or by an
//! added [`RouteFilter`] that knows it. The first one that is refused ends it, and the rule fails closed. A filter that
//! nobody knows is refused, unless the configuration says that its kind is an extension server's.

use std::{collections::BTreeMap, fmt, sync::Arc};

use eg_api::gateway::{
    GrpcRouteFilter, GrpcRouteFilterType, HttpCorsFilter, HttpExternalAuthFilter, HttpHeaderFilter,
    HttpRequestMirrorFilter, HttpRequestRedirectFilter, HttpRouteFilter, HttpRouteFilterType,
    HttpUrlRewriteFilter, LocalObjectReference,
};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{
    Extension, FeatureId, Secret,
    route::{
        Cors, CredentialInjection, HeaderEdits, Mirror, Retry, RouteAction, SessionPersistence, UrlRewrite,
        ValueMatch,
    },
};

use super::{
    cors,
    header_modifier::{self, Direction},
    http_route_filter, mirror, redirect,
    rule::RulePlace,
    url_rewrite,
};
use crate::{engine::ReadCx, policy::ancestor::Outcome, refs::RefCx, route::destination::PlannedCluster};

static UNKNOWN_FILTER: Code = Code::error("unknown-filter", "Accepted", "UnsupportedValue");
static UNRESOLVED_FILTER: Code = Code::error("unresolved-filter", "ResolvedRefs", "UnsupportedValue");
static INCOMPATIBLE: Code = Code::error("incompatible-filters", "Accepted", "IncompatibleFilters");

/// A filter of rules of HTTPRoutes and GRPCRoutes that an embedder adds.
///
/// One implementation for each kind of filter. It is called for each filter in each rule that changed and that no built-in
/// one knows, must be pure, and reads other objects through [`FilterCx::refs`] only.
pub trait RouteFilter: Send + Sync {
    /// The name that the feature has everywhere.
    fn id(&self) -> FeatureId;

    /// Applies the filter to a rule, if it is of this kind; `false` when it is of another one.
    ///
    /// What is wrong is added to `problems`. A problem with condition `Accepted` makes the rule fail closed; one with
    /// another condition is only reported.
    fn apply(
        &self,
        cx: &FilterCx<'_, '_>,
        filter: &FilterSpec<'_>,
        draft: &mut RuleDraft,
        problems: &mut Vec<Diagnostic>,
    ) -> bool;
}

/// What a filter may look at besides its own fields.
pub struct FilterCx<'a, 'e> {
    pub(super) cx: &'a ReadCx<'e>,
    /// Follows references of the route.
    pub refs: RefCx<'a, 'e>,
    pub(super) place: &'a RulePlace<'a>,
}

impl FilterCx<'_, '_> {
    /// Says what came of an object that describes a filter, which becomes its status: accepted unless there are problems.
    /// Only objects of kinds that the configuration names as filters have such a status.
    pub fn report(&self, object: &ObjectRef, problems: &[Diagnostic]) {
        let outcome = Outcome { problems: problems.to_vec(), ..Outcome::default() };
        self.place.consumer.report(self.cx, object, None, &outcome);
    }
}

impl fmt::Debug for FilterCx<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilterCx").field("rule", &self.place.name).finish_non_exhaustive()
    }
}

/// A filter as the user wrote it.
#[derive(Clone, Debug)]
pub struct FilterSpec<'a> {
    /// Its position in the rule.
    pub position: usize,
    /// Where its settings are in the object.
    pub path: FieldPath,
    /// Its settings.
    pub settings: FilterSettings<'a>,
}

/// The settings of a filter, by its type.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum FilterSettings<'a> {
    /// Edits of the request's headers.
    RequestHeaders(&'a HttpHeaderFilter),
    /// Edits of the response's headers.
    ResponseHeaders(&'a HttpHeaderFilter),
    /// A copy to another backend.
    Mirror(&'a HttpRequestMirrorFilter),
    /// A redirect.
    Redirect(&'a HttpRequestRedirectFilter),
    /// A rewrite of host or path.
    UrlRewrite(&'a HttpUrlRewriteFilter),
    /// Rules for requests from other origins.
    Cors(&'a HttpCorsFilter),
    /// A question to another service.
    ExternalAuth(&'a HttpExternalAuthFilter),
    /// A filter that another object describes.
    Extension(&'a LocalObjectReference),
    /// A filter whose type is unknown, or whose settings are missing.
    Unknown(&'a str),
}

impl FilterSettings<'_> {
    /// The field that has them; none for a filter without settings.
    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::RequestHeaders(_) => "requestHeaderModifier",
            Self::ResponseHeaders(_) => "responseHeaderModifier",
            Self::Mirror(_) => "requestMirror",
            Self::Redirect(_) => "requestRedirect",
            Self::UrlRewrite(_) => "urlRewrite",
            Self::Cors(_) => "cors",
            Self::ExternalAuth(_) => "externalAuth",
            Self::Extension(_) => "extensionRef",
            Self::Unknown(_) => return None,
        })
    }

    /// Where they are, in the filter at this place.
    pub(super) fn path(&self, filter: &FieldPath) -> FieldPath {
        self.field().map_or_else(|| filter.clone(), |field| filter.field(field))
    }
}

/// A filter as the API has it: its type says in which of its fields the settings are.
pub(in crate::route) trait TypedFilter {
    /// The settings of its type.
    fn settings(&self) -> FilterSettings<'_>;
}

impl TypedFilter for HttpRouteFilter {
    fn settings(&self) -> FilterSettings<'_> {
        use FilterSettings as Settings;
        use HttpRouteFilterType as Type;
        let settings = match &self.r#type {
            Type::RequestHeaderModifier => {
                self.request_header_modifier.as_ref().map(Settings::RequestHeaders)
            }
            Type::ResponseHeaderModifier => {
                self.response_header_modifier.as_ref().map(Settings::ResponseHeaders)
            }
            Type::RequestMirror => self.request_mirror.as_ref().map(Settings::Mirror),
            Type::RequestRedirect => self.request_redirect.as_ref().map(Settings::Redirect),
            Type::UrlRewrite => self.url_rewrite.as_ref().map(Settings::UrlRewrite),
            Type::Cors => self.cors.as_ref().map(Settings::Cors),
            Type::ExternalAuth => self.external_auth.as_ref().map(Settings::ExternalAuth),
            Type::ExtensionRef => self.extension_ref.as_ref().map(Settings::Extension),
            Type::Unknown(_) => None,
        };
        settings.unwrap_or(Settings::Unknown(self.r#type.as_str()))
    }
}

impl TypedFilter for GrpcRouteFilter {
    fn settings(&self) -> FilterSettings<'_> {
        use FilterSettings as Settings;
        use GrpcRouteFilterType as Type;
        let settings = match &self.r#type {
            Type::RequestHeaderModifier => {
                self.request_header_modifier.as_ref().map(Settings::RequestHeaders)
            }
            Type::ResponseHeaderModifier => {
                self.response_header_modifier.as_ref().map(Settings::ResponseHeaders)
            }
            Type::RequestMirror => self.request_mirror.as_ref().map(Settings::Mirror),
            Type::ExtensionRef => self.extension_ref.as_ref().map(Settings::Extension),
            Type::Unknown(_) => None,
        };
        settings.unwrap_or(Settings::Unknown(self.r#type.as_str()))
    }
}

/// A rule while its filters are applied.
#[derive(Clone, Debug, Default)]
pub struct RuleDraft {
    /// Edits of the request's headers.
    pub request_headers: HeaderEdits,
    /// Edits of the response's headers.
    pub response_headers: HeaderEdits,
    /// What happens to requests, when a filter decides it.
    pub action: Option<RouteAction>,
    /// Rewriting of the URL.
    pub rewrite: Option<UrlRewrite>,
    /// Where copies go.
    pub mirrors: Vec<Mirror>,
    /// How long the exchange may take, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// How failed requests are repeated.
    pub retry: Option<Arc<Retry>>,
    /// Configuration of features that the IR does not know. The listeners of the route need these features.
    pub extensions: BTreeMap<FeatureId, Extension>,
    /// What scripts of other origins may do.
    pub cors: Option<Arc<Cors>>,
    /// How the requests of a session are kept at one endpoint.
    pub(super) session: Option<SessionPersistence>,
    /// The credential that is added to requests.
    pub(super) credential: Option<Arc<CredentialInjection>>,
    /// Conditions on cookies, one set of which must hold besides a match of the rule; empty for none.
    pub(super) cookies: Vec<Vec<ValueMatch>>,
    /// Whether a condition was refused, so that the rule matches nothing.
    pub(super) matches_nothing: bool,
    /// Whether a filter is missing, so that the rule fails closed although it is accepted.
    pub(super) is_refused: bool,
    /// The clusters of the mirrors.
    pub(super) clusters: Vec<PlannedCluster>,
    /// The secrets that the filters name.
    pub(super) secrets: Vec<Arc<Secret>>,
}

/// Applies the filters of a rule.
pub(super) fn lower_all(
    cx: &FilterCx<'_, '_>,
    filters: &[impl TypedFilter],
    draft: &mut RuleDraft,
    problems: &mut Vec<Diagnostic>,
) {
    let path = cx.place.path.field("filters");
    let mut mirrors = 0_usize;
    for (position, filter) in filters.iter().enumerate() {
        let settings = filter.settings();
        let spec = FilterSpec { position, path: settings.path(&path.index(position)), settings };
        mirrors += usize::from(matches!(spec.settings, FilterSettings::Mirror(_)));
        let added = &cx.cx.env().features.route_filters;
        if !apply(cx, &spec, draft, problems)
            && !added.iter().any(|known| known.apply(cx, &spec, draft, problems))
        {
            problems.extend(foreign(cx, &spec, draft).err());
        }
        if problems.iter().any(|problem| problem.code.condition == "Accepted") {
            return;
        }
    }
    if mirrors > 0 && draft.action.is_some() {
        let message = "a rule that answers requests itself has nothing to mirror";
        problems.push(Diagnostic::new(&INCOMPATIBLE, path, message));
    }
}

/// Applies a built-in filter; `false` when it is none. Each kind has a row here.
fn apply(
    cx: &FilterCx<'_, '_>,
    spec: &FilterSpec<'_>,
    draft: &mut RuleDraft,
    problems: &mut Vec<Diagnostic>,
) -> bool {
    let FilterSpec { position: _, path, settings } = spec;
    let applied = match settings {
        FilterSettings::RequestHeaders(edits) => {
            header_modifier::lower(edits, Direction::Request, path, &mut draft.request_headers, problems);
            Ok(())
        }
        FilterSettings::ResponseHeaders(edits) => {
            header_modifier::lower(edits, Direction::Response, path, &mut draft.response_headers, problems);
            Ok(())
        }
        FilterSettings::Mirror(mirror) => {
            mirror::apply(cx, mirror, spec, draft, problems);
            Ok(())
        }
        FilterSettings::Redirect(redirect) => redirect::apply(redirect, path, draft),
        FilterSettings::UrlRewrite(rewrite) => {
            url_rewrite::lower(rewrite, path).and_then(|rewrite| url_rewrite::add(rewrite, path, draft))
        }
        FilterSettings::Cors(policy) => cors::apply(policy, path, draft),
        FilterSettings::Extension(reference) if http_route_filter::is_one(reference) => {
            http_route_filter::apply(cx, reference, path, draft)
        }
        FilterSettings::Extension(_) | FilterSettings::ExternalAuth(_) | FilterSettings::Unknown(_) => {
            return false;
        }
    };
    problems.extend(applied.err());
    true
}

/// A filter of a kind that the configuration names, whose meaning is for an extension server to give. All that is known of it
/// here is whether it exists. Without it the rule fails closed and stays accepted, as with any reference that leads nowhere.
fn foreign(cx: &FilterCx<'_, '_>, spec: &FilterSpec<'_>, draft: &mut RuleDraft) -> Result<(), Diagnostic> {
    let FilterSettings::Extension(LocalObjectReference { group, kind, name }) = spec.settings else {
        return Err(unknown(spec));
    };
    let mut known = cx.cx.env().settings.foreign.filters.iter();
    let known =
        known.find(|known| known.group == group && known.kind == kind).ok_or_else(|| unknown(spec))?;
    let target = cx.refs.target(*known, None, name);
    if cx.refs.follow_any(&target).is_ok() {
        return Ok(());
    }
    draft.is_refused = true;
    Err(Diagnostic::new(&UNRESOLVED_FILTER, spec.path.clone(), format!("{target} does not exist")))
}

fn unknown(spec: &FilterSpec<'_>) -> Diagnostic {
    let message = match spec.settings {
        FilterSettings::Extension(reference) => {
            let LocalObjectReference { group, kind, name: _ } = reference;
            format!("{kind} of group {group} is not a kind of filter")
        }
        FilterSettings::Unknown(name) => format!("filter `{name}` is unknown or has no settings"),
        FilterSettings::ExternalAuth(_) => "filter `ExternalAuth` cannot be used".to_owned(),
        _ => "the filter cannot be used here".to_owned(),
    };
    Diagnostic::new(&UNKNOWN_FILTER, spec.path.clone(), message)
}
