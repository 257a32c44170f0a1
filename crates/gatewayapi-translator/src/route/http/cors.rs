//! Requests from scripts of other origins.
//!
//! API: filter `CORS`. A wildcard in an origin stands for any text, so that `https://*.example.com` is every domain below.
//! Browsers ask before they send requests (a preflight, with method `OPTIONS`). Where a match names another method, preflights
//! for its requests get a route of their own, because they would not reach the rule otherwise. Browsers send no cookies with a
//! preflight, so that a match that asks for cookies has none.
//!
//! Fail mode: closed. A rule with a method or a header that is no name answers 500.

use std::sync::Arc;

use eg_api::gateway::HttpCorsFilter;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::route::{Cors, RouteMatch, StringMatch, ValueMatch};

use super::filter::RuleDraft;

static INVALID: Code = Code::error("invalid-cors", "Accepted", "UnsupportedValue");

/// The pseudo-header that has the method of a request.
const METHOD: &str = ":method";

/// Adds the filter to a rule.
pub(super) fn apply(
    filter: &HttpCorsFilter,
    at: &FieldPath,
    draft: &mut RuleDraft,
) -> Result<(), Diagnostic> {
    let refuse = |field, message: String| Err(Diagnostic::new(&INVALID, at.field(field), message));
    let HttpCorsFilter {
        allow_origins,
        allow_credentials,
        allow_methods,
        allow_headers,
        expose_headers,
        max_age,
    } = filter;
    let lists =
        [("allowMethods", allow_methods), ("allowHeaders", allow_headers), ("exposeHeaders", expose_headers)];
    for (field, names) in lists {
        if let Some(name) = names.iter().find(|name| !is_token(name)) {
            return refuse(field, format!("`{name}` is not a name"));
        }
    }
    let Ok(max_age_s) = max_age.map(u64::try_from).transpose() else {
        return refuse("maxAge", "an age is not negative".to_owned());
    };
    draft.cors = Some(Arc::new(Cors {
        allow_origins: allow_origins.iter().map(|origin| self::origin(origin)).collect(),
        allow_methods: allow_methods.clone(),
        allow_headers: allow_headers.clone(),
        expose_headers: expose_headers.clone(),
        max_age_s,
        allow_credentials: allow_credentials.unwrap_or(false),
    }));
    Ok(())
}

/// Whether the text can be a method or the name of a header (RFC 9110, section 5.6.2), or is `*`.
pub(crate) fn is_token(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_letter)
}

/// The origins for which a text with wildcards stands.
pub(crate) fn origin(origin: &str) -> StringMatch {
    if !origin.contains('*') {
        return StringMatch::Exact(origin.to_owned());
    }
    let mut pattern = String::with_capacity(origin.len() + 8);
    for letter in origin.chars() {
        match letter {
            '*' => pattern.push_str(".*"),
            letter => {
                if r"\.+?()|[]{}^$".contains(letter) {
                    pattern.push('\\');
                }
                pattern.push(letter);
            }
        }
    }
    StringMatch::Regex(pattern)
}

/// The preflights for the requests of a match; none when they are among its requests, or cannot be.
pub(super) fn preflights(matches: &RouteMatch) -> Option<RouteMatch> {
    let RouteMatch { path, headers, query, cookies } = matches;
    let method = headers.iter().find(|header| header.name == METHOD)?;
    let options = StringMatch::Exact("OPTIONS".to_owned());
    if method.value == options || !cookies.is_empty() {
        return None;
    }
    let others = headers.iter().filter(|header| header.name != METHOD).cloned();
    let any = |name: &str| ValueMatch { name: name.to_owned(), value: StringMatch::Regex(".*".to_owned()) };
    let of_preflights = [
        ValueMatch { name: METHOD.to_owned(), value: options },
        any("origin"),
        any("access-control-request-method"),
    ];
    Some(RouteMatch {
        path: path.clone(),
        headers: others.chain(of_preflights).collect(),
        query: query.clone(),
        cookies: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_text_and_nothing_else_does() {
        let check = |text: &str, expected: &StringMatch| assert_eq!(origin(text), *expected);
        check("https://a.example", &StringMatch::Exact("https://a.example".to_owned()));
        check("https://*.a.example:8443", &StringMatch::Regex(r"https://.*\.a\.example:8443".to_owned()));
        check("*", &StringMatch::Regex(".*".to_owned()));
    }
}
