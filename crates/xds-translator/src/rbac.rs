//! Decisions of the filters `rbac`, of HTTP and of connections: the first rule whose condition holds decides.

use prost::Name as Message;
use xds_core::TypedExtensionConfig;
use xds_matcher::{
    Matcher, StringMatcher,
    matcher::{
        MatcherList, MatcherType, OnMatch,
        matcher_list::{
            FieldMatcher, Predicate,
            predicate::{MatchType, PredicateList, SinglePredicate, single_predicate},
        },
        on_match,
    },
};

use crate::envoy::{any, matcher as input_pb, rbac, xds_core, xds_matcher};

/// What becomes of a request or connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    Allow,
    Deny,
}

/// What decides: rules in order, and what happens when none of them does.
pub(crate) fn matcher(rules: Vec<FieldMatcher>, otherwise: Action) -> Matcher {
    let matcher_type =
        (!rules.is_empty()).then_some(MatcherType::MatcherList(MatcherList { matchers: rules }));
    Matcher { matcher_type, on_no_match: Some(Box::new(decision("default", otherwise))) }
}

/// A rule of this name.
pub(crate) fn rule(name: &str, action: Action, condition: Predicate) -> FieldMatcher {
    FieldMatcher { predicate: Some(condition), on_match: Some(decision(name, action)) }
}

fn decision(label: &str, action: Action) -> OnMatch {
    let (name, action) = match action {
        Action::Allow => ("ALLOW", rbac::rbac::Action::Allow),
        Action::Deny => ("DENY", rbac::rbac::Action::Deny),
    };
    let action = rbac::Action { name: name.to_owned(), action: action.into() };
    OnMatch { on_match: Some(on_match::OnMatch::Action(extension(label, &action))), ..OnMatch::default() }
}

/// One of these conditions holds; a single one stands for itself.
pub(crate) fn any_of(mut conditions: Vec<Predicate>) -> Predicate {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        last => {
            conditions.extend(last);
            Predicate { match_type: Some(MatchType::OrMatcher(PredicateList { predicate: conditions })) }
        }
    }
}

/// All of these conditions hold; a single one stands for itself.
pub(crate) fn all_of(mut conditions: Vec<Predicate>) -> Predicate {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        last => {
            conditions.extend(last);
            Predicate { match_type: Some(MatchType::AndMatcher(PredicateList { predicate: conditions })) }
        }
    }
}

/// A header of the request has a value.
pub(crate) fn header(name: &str, value: StringMatcher) -> Predicate {
    let input = input_pb::HttpRequestHeaderMatchInput { header_name: name.to_owned() };
    valued("http_header", &input, value)
}

/// What an input says has a value.
pub(crate) fn valued(name: &str, input: &impl Message, value: StringMatcher) -> Predicate {
    single(name, input, single_predicate::Matcher::ValueMatch(value))
}

/// What an input says is what a matcher of its own looks for.
pub(crate) fn custom(input: (&str, &impl Message), (name, matcher): (&str, &impl Message)) -> Predicate {
    single(input.0, input.1, single_predicate::Matcher::CustomMatch(extension(name, matcher)))
}

fn single(name: &str, input: &impl Message, matcher: single_predicate::Matcher) -> Predicate {
    let predicate = SinglePredicate { input: Some(extension(name, input)), matcher: Some(matcher) };
    Predicate { match_type: Some(MatchType::SinglePredicate(predicate)) }
}

/// Exactly this text.
pub(crate) fn exactly(text: &str, ignore_case: bool) -> StringMatcher {
    let pattern = xds_matcher::string_matcher::MatchPattern::Exact(text.to_owned());
    StringMatcher { ignore_case, match_pattern: Some(pattern) }
}

/// A text that an expression matches.
pub(crate) fn expression(regex: String) -> StringMatcher {
    use xds_matcher::{RegexMatcher, regex_matcher, string_matcher::MatchPattern};
    let regex = RegexMatcher {
        regex,
        engine_type: Some(regex_matcher::EngineType::GoogleRe2(regex_matcher::GoogleRe2::default())),
    };
    StringMatcher { match_pattern: Some(MatchPattern::SafeRegex(regex)), ..StringMatcher::default() }
}

fn extension(name: &str, config: &impl Message) -> TypedExtensionConfig {
    TypedExtensionConfig { name: name.to_owned(), typed_config: Some(any(config)) }
}
