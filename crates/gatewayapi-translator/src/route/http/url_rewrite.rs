//! Rewriting of host and path.
//!
//! API: filter `URLRewrite`, on a rule or, for the host alone, on a backend reference; `HTTPRouteFilter.spec.urlRewrite` on a
//! rule.
//!
//! Precedence: none. Several filters may each say a part of it, but no part may be said twice.
//!
//! Fail mode: closed. A rule whose rewrite is refused answers 500.

use eg_api::{
    gateway::HttpUrlRewriteFilter,
    v1alpha1::{self, HostnamePathRegexRewrite, HttpHostnameModifier, HttpPathModifier, ReplaceRegexMatch},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::route::{HostRewrite, PathRewrite, RegexRewrite, UrlRewrite};

use super::{
    filter::RuleDraft,
    header_modifier::{self, Direction},
    http_route_filter::Described,
    redirect::path_rewrite,
};
use crate::{hostname, re2};

static INVALID: Code = Code::error("invalid-url-rewrite", "Accepted", "UnsupportedValue");

/// Adds a rewrite to those of the filters before it.
pub(super) fn add(rewrite: UrlRewrite, at: &FieldPath, draft: &mut RuleDraft) -> Result<(), Diagnostic> {
    let UrlRewrite { host, path, hide_original_host } = rewrite;
    let old = draft.rewrite.get_or_insert_default();
    if (host.is_some() && old.host.is_some()) || (path.is_some() && old.path.is_some()) {
        let message = "another filter of the rule rewrites the same part of the URL";
        return Err(Diagnostic::new(&INVALID, at.clone(), message));
    }
    old.host = old.host.take().or(host);
    old.path = old.path.take().or(path);
    old.hide_original_host |= hide_original_host;
    Ok(())
}

/// What filter `URLRewrite` asks for.
pub(super) fn lower(rewrite: &HttpUrlRewriteFilter, at: &FieldPath) -> Result<UrlRewrite, Diagnostic> {
    let HttpUrlRewriteFilter { hostname, path } = rewrite;
    if let Some(host) = hostname.as_ref().filter(|host| !hostname::is_precise(host)) {
        let message = format!("`{host}` is not a hostname");
        return Err(Diagnostic::new(&INVALID, at.field("hostname"), message));
    }
    Ok(UrlRewrite {
        host: hostname.clone().map(HostRewrite::Literal),
        path: path.as_ref().map(|path| path_rewrite(path, &at.field("path"))).transpose()?.flatten(),
        ..UrlRewrite::default()
    })
}

/// What an HTTPRouteFilter asks for.
pub(super) fn lower_extended(
    rewrite: &v1alpha1::HttpUrlRewriteFilter,
    by: &Described<'_>,
) -> Result<UrlRewrite, Diagnostic> {
    let v1alpha1::HttpUrlRewriteFilter { append_x_forwarded_host, hostname, path } = rewrite;
    let at = FieldPath::spec().field("urlRewrite");
    Ok(UrlRewrite {
        host: hostname.as_ref().map(|host| extended_host(host, by, &at.field("hostname"))).transpose()?,
        path: path.as_ref().map(|path| extended_path(path, by, &at.field("path"))).transpose()?,
        hide_original_host: *append_x_forwarded_host == Some(false),
    })
}

fn extended_host(
    modifier: &HttpHostnameModifier,
    by: &Described<'_>,
    at: &FieldPath,
) -> Result<HostRewrite, Diagnostic> {
    let HttpHostnameModifier { header, path_regex, r#type } = modifier;
    match (r#type.as_str(), header, path_regex) {
        ("Header", Some(header), _) => {
            let at = at.field("header");
            header_modifier::check_name(header, Direction::Response, &at)
                .map_err(|problem| by.problem(&INVALID, &at, &problem.message))?;
            Ok(HostRewrite::Header(header.clone()))
        }
        ("Header", None, _) => Err(by.problem(&INVALID, &at.field("header"), "type Header needs a header")),
        ("Backend", _, _) => Ok(HostRewrite::Endpoint),
        ("PathRegex", _, Some(HostnamePathRegexRewrite { pattern, substitution })) => {
            let at = at.field("pathRegex");
            if substitution.is_empty() {
                return Err(by.problem(&INVALID, &at.field("substitution"), "a host cannot be empty"));
            }
            Ok(HostRewrite::PathRegex(regex(pattern, substitution, by, &at)?))
        }
        ("PathRegex", _, None) => {
            Err(by.problem(&INVALID, &at.field("pathRegex"), "type PathRegex needs a pathRegex"))
        }
        (other, _, _) => {
            Err(by.problem(&INVALID, &at.field("type"), &format!("`{other}` is not a way to change a host")))
        }
    }
}

fn extended_path(
    modifier: &HttpPathModifier,
    by: &Described<'_>,
    at: &FieldPath,
) -> Result<PathRewrite, Diagnostic> {
    let HttpPathModifier { replace_regex_match, r#type } = modifier;
    match (r#type.as_str(), replace_regex_match) {
        ("ReplaceRegexMatch", Some(ReplaceRegexMatch { pattern, substitution })) => {
            let at = at.field("replaceRegexMatch");
            Ok(PathRewrite::Regex(regex(pattern, substitution, by, &at)?))
        }
        ("ReplaceRegexMatch", None) => {
            let at = at.field("replaceRegexMatch");
            Err(by.problem(&INVALID, &at, "type ReplaceRegexMatch needs a replaceRegexMatch"))
        }
        (other, _) => {
            Err(by.problem(&INVALID, &at.field("type"), &format!("`{other}` is not a way to change a path")))
        }
    }
}

fn regex(
    pattern: &str,
    substitution: &str,
    by: &Described<'_>,
    at: &FieldPath,
) -> Result<RegexRewrite, Diagnostic> {
    let refuse = |field, message: String| Err(by.problem(&INVALID, &at.field(field), &message));
    if pattern.is_empty() {
        return refuse("pattern", "an empty expression finds nothing to replace".to_owned());
    }
    if let Err(error) = re2::check(pattern) {
        return refuse("pattern", format!("`{pattern}` is not a regular expression: {error}"));
    }
    if substitution.contains(|letter: char| letter.is_control()) {
        return refuse("substitution", "a URL has no control characters".to_owned());
    }
    Ok(RegexRewrite { pattern: pattern.to_owned(), substitution: substitution.to_owned() })
}
