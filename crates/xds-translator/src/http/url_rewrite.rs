//! Rewriting of host and path before a request is forwarded.
//!
//! API: filter `URLRewrite`, `HTTPRouteFilter.spec.urlRewrite`. Envoy: the host rewrites (the original host goes to
//! `x-forwarded-host` unless it is to be hidden), `prefix_rewrite`, and `regex_rewrite` for whole paths, for prefixes
//! replaced by `/`, and where the user writes an expression.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{HostRewrite, PathMatch, PathRewrite, RegexRewrite, UrlRewrite as Rewrite},
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
        let (Some(rewrite), Some(action)) = (&cx.route.rewrite, forwarding(route)) else {
            return Ok(());
        };
        let Rewrite { host, path, hide_original_host } = &**rewrite;
        if let Some(host) = host {
            action.append_x_forwarded_host = !hide_original_host;
            action.host_rewrite_specifier = Some(host_rewrite(host)?);
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
            Some(PathRewrite::Regex(rewrite)) => action.regex_rewrite = Some(regex_rewrite(rewrite)),
            Some(other) => return Err(unknown_rewrite(other)),
        }
        Ok(())
    }
}

fn host_rewrite(host: &HostRewrite) -> Result<route::route_action::HostRewriteSpecifier, Diagnostic> {
    use route::route_action::HostRewriteSpecifier;
    Ok(match host {
        HostRewrite::Literal(host) => HostRewriteSpecifier::HostRewriteLiteral(host.clone()),
        HostRewrite::Header(header) => HostRewriteSpecifier::HostRewriteHeader(header.clone()),
        HostRewrite::Endpoint => HostRewriteSpecifier::AutoHostRewrite(true),
        HostRewrite::PathRegex(rewrite) => HostRewriteSpecifier::HostRewritePathRegex(regex_rewrite(rewrite)),
        other => {
            let path = FieldPath::spec().field("rules");
            return Err(not_expressible(path, format!("unknown host rewrite {other:?}")));
        }
    })
}

/// Replaces what an expression matches.
pub(super) fn regex_rewrite(
    RegexRewrite { pattern, substitution }: &RegexRewrite,
) -> matcher::RegexMatchAndSubstitute {
    substitute(pattern, substitution)
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
