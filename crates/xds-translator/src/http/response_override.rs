//! Responses that are replaced.
//!
//! API: `BackendTrafficPolicy.spec.responseOverride`. Envoy: a filter `custom_response` for each policy, off on listeners with a route
//! that needs it, and on for the route. It is the first filter, so that it sees what all others answer. Ranges of status codes are
//! compared with CEL.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{
        Answerer, HeaderEdits, Replacement, ResponseOverride as Settings, ResponseRule, StringMatch,
        ValueMatch,
    },
};
use prost_types::Any;

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, header_modifier, processor};
use crate::{
    envoy::{
        any, cel, core, custom_response, local_response, matcher as input, redirect_response, route,
        xds_core,
        xds_matcher::{
            self, CelMatcher, HttpAttributesCelMatchInput, StringMatcher,
            matcher::{
                MatcherList, MatcherType, OnMatch,
                matcher_list::{FieldMatcher, Predicate},
                on_match,
            },
            string_matcher::MatchPattern,
        },
        xds_type::CelExpression,
    },
    rbac::{all_of, any_of, custom, exactly, expression, valued},
};

/// Responses that are replaced.
pub(super) struct ResponseOverride;

impl HttpFeature for ResponseOverride {
    fn id(&self) -> FeatureId {
        features::RESPONSE_OVERRIDE
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        let needed: Result<Vec<Settings>, _> = cx.needed(&features::RESPONSE_OVERRIDE).collect();
        let mut needed = needed?;
        needed.sort_by(|one, other| one.policy.cmp(&other.policy));
        for settings in needed {
            chain.add_disabled(&name(&settings), &emit(&settings));
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let settings = cx.route.traffic.as_ref().and_then(|traffic| traffic.response_override.as_ref());
        if let Some(settings) = settings {
            route.typed_per_filter_config.insert(name(settings), processor::as_on_the_listener());
        }
        Ok(())
    }
}

fn name(settings: &Settings) -> String {
    format!("envoy.filters.http.custom_response/backendtrafficpolicy/{}", settings.policy)
}

fn emit(Settings { policy, rules }: &Settings) -> custom_response::CustomResponse {
    let rules = rules.iter().enumerate().map(|(position, rule)| {
        let name = format!("backendtrafficpolicy/{policy}/responseoverride/rule/{position}");
        let action =
            xds_core::TypedExtensionConfig { name, typed_config: Some(replacement(&rule.replacement)) };
        let on_match = OnMatch { on_match: Some(on_match::OnMatch::Action(action)), ..OnMatch::default() };
        FieldMatcher { predicate: Some(condition(rule)), on_match: Some(on_match) }
    });
    let rules = MatcherType::MatcherList(MatcherList { matchers: rules.collect() });
    custom_response::CustomResponse {
        custom_response_matcher: Some(xds_matcher::Matcher {
            matcher_type: Some(rules),
            ..xds_matcher::Matcher::default()
        }),
    }
}

fn condition(ResponseRule { statuses, headers, answered_by, replacement: _ }: &ResponseRule) -> Predicate {
    let mut all = Vec::new();
    if !statuses.is_empty() {
        all.push(any_of(statuses.iter().map(|range| status(*range)).collect()));
    }
    if !headers.is_empty() {
        all.push(all_of(headers.iter().map(header).collect()));
    }
    if let Some(by) = answered_by {
        let local = if *by == Answerer::Proxy { "true" } else { "false" };
        let answered = input::HttpResponseLocalReplyMatchInput {};
        all.push(valued("http-response-local-reply-match-input", &answered, exactly(local, false)));
    }
    all_of(all)
}

fn status((first, last): (u16, u16)) -> Predicate {
    if first == last {
        let code = input::HttpResponseStatusCodeMatchInput {};
        return valued("http-response-status-code-match-input", &code, exactly(&first.to_string(), false));
    }
    let matcher = CelMatcher {
        expr_match: Some(CelExpression { cel_expr_parsed: Some(between(first, last)), ..Default::default() }),
        ..CelMatcher::default()
    };
    custom(("http-attributes-cel-match-input", &HttpAttributesCelMatchInput {}), ("cel-matcher", &matcher))
}

/// `response.code >= first && response.code <= last`, with an identity for each part.
fn between(first: u16, last: u16) -> cel::ParsedExpr {
    use cel::expr::{Call, ExprKind, Ident, Select};
    let expr = |id, kind| cel::Expr { id, expr_kind: Some(kind) };
    let call = |function: &str, args| {
        let call = Call { function: function.to_owned(), args, ..Call::default() };
        ExprKind::CallExpr(Box::new(call))
    };
    let compared = |id, function, code: u16| {
        let response = expr(id, ExprKind::IdentExpr(Ident { name: "response".to_owned() }));
        let field =
            Select { operand: Some(Box::new(response)), field: "code".to_owned(), ..Select::default() };
        let kind = cel::constant::ConstantKind::Int64Value(code.into());
        let constant = ExprKind::ConstExpr(cel::Constant { constant_kind: Some(kind) });
        let args = vec![expr(id + 1, ExprKind::SelectExpr(Box::new(field))), expr(id + 3, constant)];
        expr(id + 2, call(function, args))
    };
    let both = call("_&&_", vec![compared(1, "_>=_", first), compared(5, "_<=_", last)]);
    cel::ParsedExpr { expr: Some(expr(9, both)), ..cel::ParsedExpr::default() }
}

fn header(ValueMatch { name, value }: &ValueMatch) -> Predicate {
    let pattern = |pattern| StringMatcher { match_pattern: Some(pattern), ..StringMatcher::default() };
    let value = match value {
        StringMatch::Exact(text) => exactly(text, false),
        StringMatch::Prefix(text) => pattern(MatchPattern::Prefix(text.clone())),
        StringMatch::Suffix(text) => pattern(MatchPattern::Suffix(text.clone())),
        StringMatch::Regex(regex) => expression(regex.clone()),
    };
    let header = input::HttpResponseHeaderMatchInput { header_name: name.clone() };
    valued("http-response-header-match-input", &header, value)
}

fn replacement(replacement: &Replacement) -> Any {
    match replacement {
        Replacement::Answer { status, body, headers } => {
            let headers = HeaderEdits { values: headers.clone(), remove: Vec::new() };
            any(&local_response::LocalResponsePolicy {
                status_code: status.map(u32::from),
                body_format: body.as_deref().map(format),
                response_headers_to_add: header_modifier::to_add(&headers),
                ..local_response::LocalResponsePolicy::default()
            })
        }
        Replacement::Redirect { status, scheme, host, port, path } => {
            use redirect_response::redirect_policy::RedirectActionSpecifier;
            use route::redirect_action::{PathRewriteSpecifier, SchemeRewriteSpecifier};
            let action = route::RedirectAction {
                host_redirect: host.clone().unwrap_or_default(),
                port_redirect: port.map(u32::from).unwrap_or_default(),
                scheme_rewrite_specifier: scheme.clone().map(SchemeRewriteSpecifier::SchemeRedirect),
                path_rewrite_specifier: path.clone().map(PathRewriteSpecifier::PathRedirect),
                ..route::RedirectAction::default()
            };
            any(&redirect_response::RedirectPolicy {
                status_code: Some((*status).into()),
                redirect_action_specifier: Some(RedirectActionSpecifier::RedirectAction(action)),
                ..redirect_response::RedirectPolicy::default()
            })
        }
    }
}

#[expect(deprecated, reason = "it is the same to Envoy as a source of data, and shorter")]
fn format(body: &str) -> core::SubstitutionFormatString {
    core::SubstitutionFormatString {
        format: Some(core::substitution_format_string::Format::TextFormat(body.to_owned())),
        ..core::SubstitutionFormatString::default()
    }
}
