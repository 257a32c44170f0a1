//! Which requests a rule serves.
//!
//! API: `rules[].matches`, and `HTTPRouteFilter.spec.matches` for cookies, which are conditions besides each match. A rule
//! without matches serves every request.
//!
//! Precedence: exact paths, then regular expressions, then prefixes; then the longer path, more conditions on headers (the
//! method is one), on cookies and on query parameters; then the older route, its name, and the first rule. Where the EnvoyProxy
//! says `preserveRouteOrder`, the match counts for nothing in this.
//!
//! Fail mode: closed. A regular expression that Envoy would refuse makes the whole rule match nothing.

use eg_api::{
    gateway::{HttpRouteMatch, MatchType, PathMatchType},
    v1alpha1::{HttpCookieMatch, HttpRouteMatchFilter},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::route::{PathMatch, RouteMatch, StringMatch, ValueMatch};
use sha2::{Digest, Sha256};

use super::{filter::RuleDraft, http_route_filter::Described};
use crate::re2;

static INVALID_REGEX: Code = Code::error("invalid-regex", "Accepted", "UnsupportedValue");
static SECOND_MATCHES: Code = Code::error("several-filters-with-matches", "Accepted", "UnsupportedValue");
static UNKNOWN_MATCH: Code = Code::error("unknown-match-type", "Accepted", "UnsupportedValue");

/// A match and its position in the rule; no position for a rule without matches.
pub(in crate::route) type Positioned = (Option<usize>, RouteMatch);

/// The matches of a rule.
pub(super) fn lower(matches: &[HttpRouteMatch], rule: &FieldPath) -> Result<Vec<Positioned>, Diagnostic> {
    if matches.is_empty() {
        return Ok(vec![(None, RouteMatch::default())]);
    }
    let path = rule.field("matches");
    let positioned = matches.iter().enumerate();
    positioned.map(|(position, one)| Ok((Some(position), lower_one(one, &path.index(position))?))).collect()
}

fn lower_one(one: &HttpRouteMatch, at: &FieldPath) -> Result<RouteMatch, Diagnostic> {
    let mut lowered = RouteMatch { path: path(one, &at.field("path"))?, ..RouteMatch::default() };
    for (position, header) in one.headers.iter().enumerate() {
        let at = at.field("headers").index(position);
        let value = value(header.r#type.as_ref(), &header.value, &at)?;
        lowered.headers.push(ValueMatch { name: header.name.clone(), value });
    }
    if let Some(method) = &one.method {
        let value = StringMatch::Exact(method.to_string());
        lowered.headers.push(ValueMatch { name: ":method".to_owned(), value });
    }
    for (position, parameter) in one.query_params.iter().enumerate() {
        let at = at.field("queryParams").index(position);
        let value = value(parameter.r#type.as_ref(), &parameter.value, &at)?;
        lowered.query.push(ValueMatch { name: parameter.name.clone(), value });
    }
    Ok(lowered)
}

fn path(one: &HttpRouteMatch, at: &FieldPath) -> Result<Option<PathMatch>, Diagnostic> {
    let Some(path) = &one.path else { return Ok(None) };
    let value = path.value.as_deref().unwrap_or("/");
    Ok(Some(match path.r#type.as_ref().unwrap_or(&PathMatchType::PathPrefix) {
        PathMatchType::Exact => PathMatch::Exact(value.to_owned()),
        PathMatchType::PathPrefix => PathMatch::Prefix(prefix(value)),
        PathMatchType::RegularExpression => PathMatch::Regex(regex(value, &at.field("value"))?),
        PathMatchType::Unknown(unknown) => return Err(unknown_type(unknown, at)),
    }))
}

/// A prefix of whole segments is written without the slash at its end.
fn prefix(value: &str) -> String {
    match value.strip_suffix('/') {
        Some("") | None => value.to_owned(),
        Some(trimmed) => trimmed.to_owned(),
    }
}

/// What a text must be.
pub(in crate::route) fn value(
    r#type: Option<&MatchType>,
    value: &str,
    at: &FieldPath,
) -> Result<StringMatch, Diagnostic> {
    Ok(match r#type.unwrap_or(&MatchType::Exact) {
        MatchType::Exact => StringMatch::Exact(value.to_owned()),
        MatchType::RegularExpression => StringMatch::Regex(regex(value, &at.field("value"))?),
        MatchType::Unknown(unknown) => return Err(unknown_type(unknown, at)),
    })
}

/// The text as a regular expression, which is at this place.
pub(in crate::route) fn regex(value: &str, at: &FieldPath) -> Result<String, Diagnostic> {
    match re2::check(value) {
        Ok(()) => Ok(value.to_owned()),
        Err(error) => {
            let message = format!("`{value}` is not a regular expression: {error}");
            Err(Diagnostic::new(&INVALID_REGEX, at.clone(), message))
        }
    }
}

/// What is said of a comparison that nobody knows.
pub(in crate::route) fn unknown_type(name: &str, at: &FieldPath) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_MATCH, at.field("type"), format!("`{name}` is not a way to compare"))
}

/// Adds the cookies of an HTTPRouteFilter to the conditions of a rule. Only one filter of a rule may have some.
pub(super) fn add_cookies(
    matches: &[HttpRouteMatchFilter],
    by: &Described<'_>,
    draft: &mut RuleDraft,
) -> Result<(), Diagnostic> {
    let at = FieldPath::spec().field("matches");
    if !draft.cookies.is_empty() {
        let message = "another filter of the rule has matches";
        return Err(by.problem(&SECOND_MATCHES, &at, message));
    }
    for (position, HttpRouteMatchFilter { cookies }) in matches.iter().enumerate() {
        let at = at.index(position).field("cookies");
        let lowered = cookies.iter().enumerate().map(|(position, cookie)| {
            let HttpCookieMatch { name, r#type, value } = cookie;
            let r#type = r#type.as_deref().map(MatchType::from);
            let value = self::value(r#type.as_ref(), value, &at.index(position))
                .map_err(|problem| by.problem(problem.code, &problem.path, &problem.message))?;
            Ok(ValueMatch { name: name.clone(), value })
        });
        match lowered.collect::<Result<Vec<_>, Diagnostic>>() {
            Ok(cookies) => draft.cookies.push(cookies),
            Err(problem) => {
                draft.matches_nothing = true;
                return Err(problem);
            }
        }
    }
    Ok(())
}

/// The matches of a rule with conditions on cookies, each match with each set of them.
pub(super) fn with_cookies(matches: Vec<Positioned>, cookies: &[Vec<ValueMatch>]) -> Vec<Positioned> {
    if cookies.is_empty() {
        return matches;
    }
    let with = |matched: &RouteMatch, cookies: &Vec<ValueMatch>| RouteMatch {
        cookies: cookies.clone(),
        ..matched.clone()
    };
    let pairs = matches.iter().flat_map(|(_, one)| cookies.iter().map(|set| with(one, set)));
    pairs.enumerate().map(|(position, one)| (Some(position), one)).collect()
}

/// A hash of a match. Matches of the same requests have the same one, in whatever order their conditions are written.
pub(super) fn hash(matches: &RouteMatch) -> u128 {
    let RouteMatch { path, headers, query, cookies } = matches;
    let every_path = PathMatch::Prefix("/".to_owned());
    let mut digest = Sha256::new();
    part(&mut digest, &json(path.as_ref().unwrap_or(&every_path)));
    for (values, case_matters) in [(headers, false), (query, true), (cookies, true)] {
        let mut sorted: Vec<(String, String)> = values
            .iter()
            .map(|ValueMatch { name, value }| {
                let name = if case_matters { name.clone() } else { name.to_ascii_lowercase() };
                (name, json(value))
            })
            .collect();
        sorted.sort_unstable();
        digest.update(sorted.len().to_be_bytes());
        for (name, value) in sorted {
            part(&mut digest, &name);
            part(&mut digest, &value);
        }
    }
    let digest = digest.finalize();
    digest.iter().take(16).fold(0, |hash, byte| (hash << 8) | u128::from(*byte))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Adds a text in such a way that no two lists of texts look alike.
fn part(digest: &mut Sha256, text: &str) {
    digest.update(text.len().to_be_bytes());
    digest.update(text);
}
