//! Rewriting of host and path before a request is forwarded.
//!
//! API: filter `URLRewrite`. Envoy: `host_rewrite_literal` (the original host goes to `x-forwarded-host`),
//! `prefix_rewrite`, and `regex_rewrite` for whole paths and for prefixes replaced by `/`.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{HostRewrite, PathMatch, PathRewrite, UrlRewrite as Rewrite},
};

use super::{HttpFeature, RouteCx, forwarding, redirect::unknown_rewrite};
use crate::{
    envoy::{matcher, regex, route},
    finding::not_expressible,
};

/// Rewriting of host and path.
pub(super) struct UrlRewrite;

impl HttpFeature for UrlRewrite {
    fn id(&self) -> FeatureId {
        features::URL_REWRITE
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        use route::route_action::HostRewriteSpecifier;
        let (Some(Rewrite { host, path }), Some(action)) = (&cx.route.rewrite, forwarding(route)) else {
            return Ok(());
        };
        match host {
            None => {}
            Some(HostRewrite::Literal(host)) => {
                action.append_x_forwarded_host = true;
                action.host_rewrite_specifier = Some(HostRewriteSpecifier::HostRewriteLiteral(host.clone()));
            }
            Some(other) => {
                let path = FieldPath::spec().field("rules");
                return Err(not_expressible(path, format!("unknown host rewrite {other:?}")));
            }
        }
        match path {
            None => {}
            Some(PathRewrite::Full(path)) => action.regex_rewrite = Some(substitute("^/.*$", path)),
            Some(PathRewrite::Prefix(replacement)) => {
                match prefix_rewrite(cx.route.matches.path.as_ref(), replacement)? {
                    PrefixRewrite::Regex(rewrite) => action.regex_rewrite = Some(rewrite),
                    PrefixRewrite::Prefix(rewrite) => action.prefix_rewrite = rewrite,
                }
            }
            Some(other) => return Err(unknown_rewrite(other)),
        }
        Ok(())
    }
}

/// How a matched prefix is replaced.
pub(super) enum PrefixRewrite {
    /// By Envoy's prefix rewrite with this text.
    Prefix(String),
    /// By a regular expression.
    Regex(matcher::RegexMatchAndSubstitute),
}

/// Replaces the prefix that a route matches. The replacement loses its trailing slash, as the prefix did.
///
/// A prefix that is replaced by nothing takes the slashes behind it along: `/api` replaced by `/` makes `/api/v1` into
/// `/v1`, which Envoy's prefix rewrite would make `//v1`.
pub(super) fn prefix_rewrite(
    matched: Option<&PathMatch>,
    replacement: &str,
) -> Result<PrefixRewrite, Diagnostic> {
    let prefix = match matched {
        None => "/",
        Some(PathMatch::Prefix(prefix)) => prefix,
        Some(PathMatch::Exact(_) | PathMatch::Regex(_)) => {
            let path = FieldPath::spec().field("rules");
            return Err(not_expressible(path, "only a matched path prefix can be replaced"));
        }
    };
    if matches!(replacement, "" | "/") {
        return Ok(PrefixRewrite::Regex(substitute(&format!(r"^{}\/*", quoted(prefix)), "/")));
    }
    let trimmed = replacement.strip_suffix('/').unwrap_or(replacement);
    Ok(PrefixRewrite::Prefix(trimmed.to_owned()))
}

/// A prefix as it stands in a regular expression.
///
/// A dot stays as it is, as users know it from the proxy's configuration: only paths that start with the prefix itself
/// get here, and for those it makes no difference.
fn quoted(prefix: &str) -> String {
    let mut quoted = String::with_capacity(prefix.len());
    for letter in prefix.chars() {
        if r"\+*?()|[]{}^$".contains(letter) {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted
}

fn substitute(pattern: &str, substitution: &str) -> matcher::RegexMatchAndSubstitute {
    matcher::RegexMatchAndSubstitute { pattern: Some(regex(pattern)), substitution: substitution.to_owned() }
}
