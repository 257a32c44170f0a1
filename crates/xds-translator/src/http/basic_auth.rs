//! Users and their passwords.
//!
//! API: `SecurityPolicy.spec.basicAuth`. Envoy: one filter `basic_auth` for each policy, off on listeners, which a route turns on
//! with its users. A request without a user, or with a wrong password, gets 401.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{Auth, BasicAuth as Settings},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx};
use crate::{
    envoy::{any, basic_auth, route},
    secret::inline,
};

/// Users and their passwords.
pub(super) struct BasicAuth;

impl HttpFeature for BasicAuth {
    fn id(&self) -> FeatureId {
        features::BASIC_AUTH
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        for auth in &cx.server.auths {
            let Auth::BasicAuth(settings) = auth else { continue };
            let config = basic_auth::BasicAuth {
                users: Some(inline(&settings.users)),
                forward_username_header: settings.forward_user.clone().unwrap_or_default(),
                ..basic_auth::BasicAuth::default()
            };
            chain.add_disabled(&filter_name(settings), &config);
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let settings = cx.route.security.as_ref().and_then(|security| security.basic_auth.as_ref());
        if let Some(settings) = settings {
            let config = basic_auth::BasicAuthPerRoute { users: Some(inline(&settings.users)) };
            route.typed_per_filter_config.insert(filter_name(settings), any(&config));
        }
        Ok(())
    }
}

fn filter_name(settings: &Settings) -> String {
    format!("envoy.filters.http.basic_auth/{}", settings.name)
}
