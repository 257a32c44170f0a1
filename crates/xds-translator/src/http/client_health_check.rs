//! Health checks of what is in front of the proxies.
//!
//! API: `ClientTrafficPolicy.spec.healthCheck`. Envoy: the filter `health_check`, which answers by itself, before everything
//! that could refuse a request.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features};

use super::{FilterChain, HttpFeature, ServerCx};
use crate::envoy::{exact, health_check, route};

/// Health checks of what is in front of the proxies.
pub(super) struct ClientHealthCheck;

impl HttpFeature for ClientHealthCheck {
    fn id(&self) -> FeatureId {
        features::CLIENT_HEALTH_CHECK
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        use route::header_matcher::HeaderMatchSpecifier;
        if let Some(check) = &cx.server.client.health_check {
            let path = route::HeaderMatcher {
                name: ":path".to_owned(),
                header_match_specifier: Some(HeaderMatchSpecifier::StringMatch(exact(check.path.as_str()))),
                ..route::HeaderMatcher::default()
            };
            let config = health_check::HealthCheck {
                pass_through_mode: Some(false),
                headers: vec![path],
                ..health_check::HealthCheck::default()
            };
            chain.add("envoy.filters.http.health_check", &config);
        }
        Ok(())
    }
}
