//! Users who log in at an OpenID Connect provider.
//!
//! API: `SecurityPolicy.spec.oidc`. Envoy: the filter `oauth2` without configuration of its own, on listeners with a route
//! that needs it, and the configuration on the route. A request without a valid cookie is sent to log in; one whose log-in
//! fails gets 401. Password and key come by SDS.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, Name, features,
    route::{Oidc as Settings, OidcCookies, SameSite, StringMatch, ValueMatch},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, retry, route_match};
use crate::envoy::{ads, any, core, matcher, millis, oauth2, route, tls};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.oauth2";

/// The time for an answer of the token endpoint, in milliseconds.
const TOKEN_TIMEOUT_MS: u64 = 10_000;

/// Users who log in at an OpenID Connect provider.
pub(super) struct Oidc;

impl HttpFeature for Oidc {
    fn id(&self) -> FeatureId {
        features::OIDC
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        if cx.server.needs.contains_key(&features::OIDC) {
            chain.add(FILTER, &oauth2::OAuth2::default());
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let settings = cx.route.security.as_ref().and_then(|security| security.oidc.as_ref());
        if let Some(settings) = settings {
            let config = oauth2::OAuth2PerRoute { config: Some(emit(settings)) };
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&config));
        }
        Ok(())
    }
}

fn emit(settings: &Settings) -> oauth2::OAuth2Config {
    let Settings {
        name,
        authorization_endpoint,
        token_endpoint,
        token_cluster,
        token_timeout_ms,
        token_retry,
        end_session_endpoint,
        client_id,
        client_secret,
        hmac_secret,
        cookies,
        scopes,
        resources,
        redirect_url,
        redirect_path,
        logout_path,
        forward_access_token,
        forward_id_token,
        pass_bearer,
        refresh,
        plain_tokens,
        token_ttl_s,
        refresh_token_ttl_s,
        csrf_token_ttl_s,
        deny_redirect,
    } = settings;
    let seconds = |seconds: &Option<u64>| seconds.map(|seconds| millis(seconds.saturating_mul(1000)));
    let bearer =
        ValueMatch { name: "Authorization".to_owned(), value: StringMatch::Prefix("Bearer ".to_owned()) };
    oauth2::OAuth2Config {
        token_endpoint: Some(core::HttpUri {
            uri: token_endpoint.clone(),
            timeout: Some(millis(token_timeout_ms.unwrap_or(TOKEN_TIMEOUT_MS))),
            http_upstream_type: Some(core::http_uri::HttpUpstreamType::Cluster(token_cluster.to_string())),
        }),
        retry_policy: token_retry.as_ref().map(retry::of_service),
        authorization_endpoint: authorization_endpoint.clone(),
        end_session_endpoint: end_session_endpoint.clone().unwrap_or_default(),
        credentials: Some(oauth2::OAuth2Credentials {
            client_id: client_id.clone(),
            token_secret: Some(secret(client_secret)),
            cookie_names: Some(cookie_names(cookies)),
            cookie_domain: cookies.domain.clone().unwrap_or_default(),
            token_formation: Some(oauth2::o_auth2_credentials::TokenFormation::HmacSecret(secret(
                hmac_secret,
            ))),
        }),
        redirect_uri: redirect_url.clone(),
        redirect_path_matcher: Some(exactly(redirect_path)),
        signout_path: Some(exactly(logout_path)),
        forward_bearer_token: *forward_access_token,
        preserve_authorization_header: !forward_access_token,
        forward_id_token: forward_id_token
            .as_ref()
            .map(|header| oauth2::OAuth2TokenForwarding { header: header.clone() }),
        pass_through_matcher: pass_bearer.then(|| route_match::header(&bearer)).into_iter().collect(),
        auth_scopes: scopes.clone(),
        resources: resources.clone(),
        auth_type: oauth2::o_auth2_config::AuthType::BasicAuth.into(),
        use_refresh_token: Some(*refresh),
        default_expires_in: seconds(token_ttl_s),
        default_refresh_token_expires_in: seconds(refresh_token_ttl_s),
        csrf_token_expires_in: seconds(csrf_token_ttl_s),
        disable_token_encryption: *plain_tokens,
        deny_redirect_matcher: deny_redirect.iter().map(route_match::header).collect(),
        cookie_configs: cookies.same_site.map(cookie_configs),
        stat_prefix: name.to_string(),
        ..oauth2::OAuth2Config::default()
    }
}

fn secret(name: &Name) -> tls::SdsSecretConfig {
    tls::SdsSecretConfig { name: name.to_string(), sds_config: Some(ads()) }
}

fn exactly(path: &str) -> matcher::PathMatcher {
    let path = route_match::string(&StringMatch::Exact(path.to_owned()));
    matcher::PathMatcher { rule: Some(matcher::path_matcher::Rule::Path(path)) }
}

fn cookie_names(cookies: &OidcCookies) -> oauth2::o_auth2_credentials::CookieNames {
    let OidcCookies { suffix, access_token, id_token, domain: _, same_site: _ } = cookies;
    let named = |name: &str| format!("{name}-{suffix}");
    oauth2::o_auth2_credentials::CookieNames {
        bearer_token: access_token.clone().unwrap_or_else(|| named("AccessToken")),
        oauth_hmac: named("OauthHMAC"),
        oauth_expires: named("OauthExpires"),
        id_token: id_token.clone().unwrap_or_else(|| named("IdToken")),
        refresh_token: named("RefreshToken"),
        oauth_nonce: named("OauthNonce"),
        ..oauth2::o_auth2_credentials::CookieNames::default()
    }
}

fn cookie_configs(same_site: SameSite) -> oauth2::CookieConfigs {
    use oauth2::cookie_config::SameSite as Pb;
    let same_site = match same_site {
        SameSite::Strict => Pb::Strict,
        SameSite::Lax => Pb::Lax,
        SameSite::None => Pb::None,
    };
    let config = oauth2::CookieConfig { same_site: same_site.into(), ..oauth2::CookieConfig::default() };
    oauth2::CookieConfigs {
        bearer_token_cookie_config: Some(config.clone()),
        oauth_hmac_cookie_config: Some(config.clone()),
        oauth_expires_cookie_config: Some(config.clone()),
        id_token_cookie_config: Some(config.clone()),
        refresh_token_cookie_config: Some(config.clone()),
        oauth_nonce_cookie_config: Some(config.clone()),
        code_verifier_cookie_config: Some(config),
    }
}
