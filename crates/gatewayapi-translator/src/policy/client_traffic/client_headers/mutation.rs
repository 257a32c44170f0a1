//! Changes of headers: additions first, then replacements, defaults and removals.

use eg_api::gateway::HttpHeader;
use eg_api::v1alpha1::{HttpHeaderFilter, StringMatch};
use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{listener::HeaderMutation, route::StringMatch as Matcher};

use super::INVALID;
use crate::{header, re2};

/// Makes a mutation of a name and a value.
type Make = fn(String, String) -> HeaderMutation;

/// The changes that a filter makes, those left out that cannot be made.
pub(super) fn lower(
    filter: &HttpHeaderFilter,
    at: &FieldPath,
    problems: &mut Vec<Diagnostic>,
) -> Vec<HeaderMutation> {
    let HttpHeaderFilter { add, add_if_absent, remove, remove_on_match, set } = filter;
    let mut mutations = Vec::new();
    let lists: [(&[HttpHeader], &'static str, Make); 3] = [
        (add, "add", |name, value| HeaderMutation::Append { name, value }),
        (set, "set", |name, value| HeaderMutation::Set { name, value }),
        (add_if_absent, "addIfAbsent", |name, value| HeaderMutation::AddIfAbsent { name, value }),
    ];
    let mut named: Vec<&str> = Vec::new();
    for (headers, field, make) in lists {
        for (position, HttpHeader { name, value }) in headers.iter().enumerate() {
            let checked = header::check_name(name).and_then(|()| header::check_value(name, value));
            if let Err(message) = checked {
                problems.push(Diagnostic::new(&INVALID, at.field(field).index(position), message));
            } else if !named.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                named.push(name);
                mutations.push(make(name.clone(), value.clone()));
            }
        }
    }
    let mut removed: Vec<&str> = Vec::new();
    for (position, name) in remove.iter().enumerate() {
        if name.is_empty() {
            let message = header::NEEDS_NAME;
            problems.push(Diagnostic::new(&INVALID, at.field("remove").index(position), message));
        } else if !removed.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            removed.push(name);
            mutations.push(HeaderMutation::Remove(name.clone()));
        }
    }
    for (position, matcher) in remove_on_match.iter().enumerate() {
        match self::matcher(matcher, &at.field("removeOnMatch").index(position)) {
            Ok(matcher) => mutations.push(HeaderMutation::RemoveOnMatch(matcher)),
            Err(problem) => problems.push(problem),
        }
    }
    mutations
}

fn matcher(StringMatch { r#type, value }: &StringMatch, at: &FieldPath) -> Result<Matcher, Diagnostic> {
    let fail = |field, message| Err(Diagnostic::new(&INVALID, at.field(field), message));
    match r#type.as_deref() {
        None | Some("Exact") => Ok(Matcher::Exact(value.clone())),
        Some("Prefix") => Ok(Matcher::Prefix(value.clone())),
        Some("Suffix") => Ok(Matcher::Suffix(value.clone())),
        Some("RegularExpression") => match re2::check(value) {
            Ok(()) => Ok(Matcher::Regex(value.clone())),
            Err(error) => fail("value", format!("`{value}` is not a regular expression: {error}")),
        },
        Some(other) => fail("type", format!("`{other}` is not a way to compare")),
    }
}
