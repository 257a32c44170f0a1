//! Rewriting of host and path.
//!
//! API: filter `URLRewrite`, on a rule or, for the host alone, on a backend reference.

use eg_api::gateway::HttpUrlRewriteFilter;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{HostRewrite, UrlRewrite},
};

use super::{
    filter::{FilterCx, FilterSettings, FilterSpec, RouteFilter, RuleDraft},
    redirect::path_rewrite,
};
use crate::hostname;

static INVALID: Code = Code::error("invalid-url-rewrite", "Accepted", "UnsupportedValue");

/// The filter.
pub(super) struct UrlRewriteFilter;

impl RouteFilter for UrlRewriteFilter {
    fn id(&self) -> FeatureId {
        features::URL_REWRITE
    }

    fn apply(
        &self,
        _: &FilterCx<'_, '_>,
        filter: &FilterSpec<'_>,
        draft: &mut RuleDraft,
        problems: &mut Vec<Diagnostic>,
    ) -> bool {
        let FilterSettings::UrlRewrite(rewrite) = filter.settings else { return false };
        let path = filter.path.field("urlRewrite");
        if draft.rewrite.is_some() {
            problems.push(Diagnostic::new(&INVALID, path, "a rule has only one rewrite of URLs"));
            return true;
        }
        match lower(rewrite, &path) {
            Ok(rewrite) => draft.rewrite = Some(rewrite),
            Err(problem) => problems.push(problem),
        }
        true
    }
}

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
