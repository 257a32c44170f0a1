//! Which requests a route serves.
//!
//! API: `HTTPRoute.spec.rules[].matches`, `GRPCRoute.spec.rules[].matches`. Envoy: `RouteMatch`. A prefix matches whole
//! path segments, so every prefix but `/` becomes `path_separated_prefix`.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{PathMatch, RouteMatch as Matches, StringMatch, ValueMatch},
};

use super::{HttpFeature, RouteCx};
use crate::envoy::{matcher, regex, route};

/// Which requests a route serves.
pub(super) struct RouteMatch;

impl HttpFeature for RouteMatch {
    fn id(&self) -> FeatureId {
        features::ROUTE_MATCH
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        route.r#match = Some(matches(&cx.route.matches));
        Ok(())
    }
}

/// What a route compares.
pub(crate) fn matches(matches: &Matches) -> route::RouteMatch {
    let Matches { path, headers, query, cookies } = matches;
    route::RouteMatch {
        headers: headers.iter().map(header).collect(),
        query_parameters: query.iter().map(query_parameter).collect(),
        cookies: cookies.iter().map(cookie).collect(),
        path_specifier: Some(path_specifier(path.as_ref())),
        ..route::RouteMatch::default()
    }
}

fn path_specifier(path: Option<&PathMatch>) -> route::route_match::PathSpecifier {
    use route::route_match::PathSpecifier;
    match path {
        None => PathSpecifier::Prefix("/".to_owned()),
        Some(PathMatch::Exact(path)) => PathSpecifier::Path(path.clone()),
        Some(PathMatch::Prefix(prefix)) if prefix == "/" => PathSpecifier::Prefix(prefix.clone()),
        Some(PathMatch::Prefix(prefix)) => PathSpecifier::PathSeparatedPrefix(prefix.clone()),
        Some(PathMatch::Regex(expression)) => PathSpecifier::SafeRegex(regex(expression)),
    }
}

/// What a header must be.
pub(super) fn header(ValueMatch { name, value }: &ValueMatch) -> route::HeaderMatcher {
    use route::header_matcher::HeaderMatchSpecifier;
    route::HeaderMatcher {
        name: name.clone(),
        header_match_specifier: Some(HeaderMatchSpecifier::StringMatch(string(value))),
        ..route::HeaderMatcher::default()
    }
}

/// What a query parameter must be.
pub(super) fn query_parameter(ValueMatch { name, value }: &ValueMatch) -> route::QueryParameterMatcher {
    use route::query_parameter_matcher::QueryParameterMatchSpecifier;
    route::QueryParameterMatcher {
        name: name.clone(),
        query_parameter_match_specifier: Some(QueryParameterMatchSpecifier::StringMatch(string(value))),
    }
}

fn cookie(ValueMatch { name, value }: &ValueMatch) -> route::CookieMatcher {
    route::CookieMatcher { name: name.clone(), string_match: Some(string(value)), invert_match: false }
}

/// What a text must be.
pub(crate) fn string(value: &StringMatch) -> matcher::StringMatcher {
    use matcher::string_matcher::MatchPattern;
    let pattern = match value {
        StringMatch::Exact(text) => MatchPattern::Exact(text.clone()),
        StringMatch::Prefix(text) => MatchPattern::Prefix(text.clone()),
        StringMatch::Suffix(text) => MatchPattern::Suffix(text.clone()),
        StringMatch::Regex(expression) => MatchPattern::SafeRegex(regex(expression)),
    };
    matcher::StringMatcher { match_pattern: Some(pattern), ..matcher::StringMatcher::default() }
}
