//! Who may do what.
//!
//! API: `SecurityPolicy.spec.authorization`. Envoy: the filter `rbac` without rules of its own, on listeners with a route that
//! has some, and a matcher on the route, whose first rule that matches decides. It runs after all filters that find out who
//! somebody is. The matcher of connections that are not HTTP is made of the same rules ([`matcher`]).

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{
        Authorization as Settings, AuthorizationRule, ClaimCondition, HeaderCondition, Network, PathMatch,
        TokenCondition, Verdict,
    },
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, jwt, rate_limit::beginning};
use crate::{
    envoy::{
        any, core, exact, http_rbac, ip_matcher, literal, matcher as value, metadata_matcher, network_input,
        route,
        xds_matcher::{Matcher, matcher::matcher_list::Predicate},
    },
    rbac::{self, Action},
};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.rbac";

/// The claims that can have the scopes of a token.
const SCOPES: [&str; 2] = ["scope", "scp"];

/// Who may do what.
pub(super) struct Authorization;

impl HttpFeature for Authorization {
    fn id(&self) -> FeatureId {
        features::AUTHORIZATION
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        if cx.is_needed(&features::AUTHORIZATION) {
            chain.add(FILTER, &http_rbac::Rbac::default());
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let settings = cx.route.security.as_ref().and_then(|security| security.authorization.as_ref());
        if let Some(settings) = settings {
            let config = http_rbac::RbacPerRoute {
                rbac: Some(http_rbac::Rbac {
                    matcher: Some(matcher(settings)),
                    ..http_rbac::Rbac::default()
                }),
            };
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&config));
        }
        Ok(())
    }
}

/// What decides about requests or connections.
pub(crate) fn matcher(Settings { rules, otherwise }: &Settings) -> Matcher {
    let rules = rules.iter().map(|rule| rbac::rule(&rule.name, action(rule.verdict), condition(rule)));
    rbac::matcher(rules.collect(), action(*otherwise))
}

fn action(verdict: Verdict) -> Action {
    match verdict {
        Verdict::Allow => Action::Allow,
        Verdict::Deny => Action::Deny,
    }
}

fn condition(rule: &AuthorizationRule) -> Predicate {
    let AuthorizationRule { name: _, verdict: _, methods, path, networks, token, headers } = rule;
    let mut all = Vec::new();
    if !methods.is_empty() {
        let method = |method: &String| rbac::header(":method", rbac::exactly(method, true));
        all.push(rbac::any_of(methods.iter().map(method).collect()));
    }
    all.extend(path.as_ref().map(|path| rbac::header(":path", rbac::expression(with_query(path)))));
    if !networks.is_empty() {
        all.push(client_in(networks));
    }
    all.extend(token.iter().flat_map(conditions));
    all.extend(headers.iter().map(|HeaderCondition { name, values }| {
        rbac::any_of(values.iter().map(|value| rbac::header(name, rbac::exactly(value, false))).collect())
    }));
    rbac::all_of(all)
}

/// An expression for paths with what may follow them: queries, fragments and parameters.
fn with_query(path: &PathMatch) -> String {
    match path {
        PathMatch::Exact(path) => format!(r"^{}(\?.*|#.*|;.*|$)", literal(path)),
        PathMatch::Prefix(prefix) => beginning(prefix),
        PathMatch::Regex(regex) => regex.clone(),
    }
}

fn client_in(networks: &[Network]) -> Predicate {
    let range = |Network { address, prefix }: &Network| core::CidrRange {
        address_prefix: address.clone(),
        prefix_len: Some(u32::from(*prefix)),
    };
    let ranges = ip_matcher::Ip {
        cidr_ranges: networks.iter().map(range).collect(),
        stat_prefix: "client_ip".to_owned(),
    };
    rbac::custom(("client_ip", &network_input::SourceIpInput {}), ("ip_matcher", &ranges))
}

fn conditions(TokenCondition { provider, scopes, claims }: &TokenCondition) -> Vec<Predicate> {
    let scope = |scope: &String| {
        let in_claim = |claim: &&str| {
            let path = [provider.as_str(), claim];
            rbac::custom(("scope", &payload(path)), ("scope_matcher", &value_is(scope, true)))
        };
        rbac::any_of(SCOPES.iter().map(in_claim).collect())
    };
    let claim = |ClaimCondition { path, is_list, values }: &ClaimCondition| {
        let one = |value: &String| {
            let path = std::iter::once(provider.as_str()).chain(path.iter().map(String::as_str));
            rbac::custom(("claim", &payload(path)), ("claim_matcher", &value_is(value, *is_list)))
        };
        rbac::any_of(values.iter().map(one).collect())
    };
    scopes.iter().map(scope).chain(claims.iter().map(claim)).collect()
}

/// Where the filter `jwt_authn` keeps what a token says.
fn payload<'p>(path: impl IntoIterator<Item = &'p str>) -> network_input::DynamicMetadataInput {
    use network_input::dynamic_metadata_input::{PathSegment, path_segment::Segment};
    let segment = |key: &str| PathSegment { segment: Some(Segment::Key(key.to_owned())) };
    network_input::DynamicMetadataInput {
        filter: jwt::FILTER.to_owned(),
        path: path.into_iter().map(segment).collect(),
    }
}

fn value_is(text: &str, in_list: bool) -> metadata_matcher::Metadata {
    use value::{list_matcher, value_matcher::MatchPattern};
    let text = value::ValueMatcher { match_pattern: Some(MatchPattern::StringMatch(exact(text))) };
    let value = if in_list {
        let one = list_matcher::MatchPattern::OneOf(Box::new(text));
        let list = value::ListMatcher { match_pattern: Some(one) };
        value::ValueMatcher { match_pattern: Some(MatchPattern::ListMatch(Box::new(list))) }
    } else {
        text
    };
    metadata_matcher::Metadata { value: Some(value), invert: false }
}
