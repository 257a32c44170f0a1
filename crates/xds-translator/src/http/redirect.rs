//! Redirects.
//!
//! API: filter `RequestRedirect`. Envoy: `RedirectAction`. Replacing a prefix by `/` needs a regular expression, because
//! Envoy's prefix rewrite would leave two slashes.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{PathRewrite, Redirect as RedirectTo, RouteAction},
};

use super::{
    HttpFeature, RouteCx,
    url_rewrite::{PrefixRewrite, prefix_rewrite, regex_rewrite},
};
use crate::{envoy::route, finding::not_expressible};

/// Redirects.
pub(super) struct Redirect;

impl HttpFeature for Redirect {
    fn id(&self) -> FeatureId {
        features::REDIRECT
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        use route::redirect_action::{PathRewriteSpecifier, SchemeRewriteSpecifier};
        let RouteAction::Redirect(redirect) = &cx.route.action else {
            return Ok(());
        };
        let RedirectTo { scheme, host, port, path, status } = &**redirect;
        let path_rewrite = match path {
            None => None,
            Some(PathRewrite::Full(path)) => Some(PathRewriteSpecifier::PathRedirect(path.clone())),
            Some(PathRewrite::Prefix(replacement)) => {
                Some(match prefix_rewrite(cx.route.matches.path.as_ref(), replacement)? {
                    PrefixRewrite::Regex(regex) => PathRewriteSpecifier::RegexRewrite(regex),
                    PrefixRewrite::Prefix(_) => PathRewriteSpecifier::PrefixRewrite(replacement.clone()),
                })
            }
            Some(PathRewrite::Regex(rewrite)) => {
                Some(PathRewriteSpecifier::RegexRewrite(regex_rewrite(rewrite)))
            }
            Some(other) => return Err(unknown_rewrite(other)),
        };
        route.action = Some(route::route::Action::Redirect(route::RedirectAction {
            host_redirect: host.clone().unwrap_or_default(),
            port_redirect: port.unwrap_or_default().into(),
            response_code: response_code(*status)?.into(),
            strip_query: false,
            scheme_rewrite_specifier: scheme.clone().map(SchemeRewriteSpecifier::SchemeRedirect),
            path_rewrite_specifier: path_rewrite,
        }));
        Ok(())
    }
}

fn response_code(status: u16) -> Result<route::redirect_action::RedirectResponseCode, Diagnostic> {
    use route::redirect_action::RedirectResponseCode;
    Ok(match status {
        301 => RedirectResponseCode::MovedPermanently,
        302 => RedirectResponseCode::Found,
        303 => RedirectResponseCode::SeeOther,
        307 => RedirectResponseCode::TemporaryRedirect,
        308 => RedirectResponseCode::PermanentRedirect,
        other => {
            let path = FieldPath::spec().field("rules");
            return Err(not_expressible(path, format!("{other} is not the status code of a redirect")));
        }
    })
}

/// A rewrite that was added to the IR after this module was written.
pub(super) fn unknown_rewrite(rewrite: &PathRewrite) -> Diagnostic {
    not_expressible(FieldPath::spec().field("rules"), format!("unknown path rewrite {rewrite:?}"))
}
