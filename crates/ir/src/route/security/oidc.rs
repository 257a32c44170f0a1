//! Users who log in at an OpenID Connect provider.

use serde::{Deserialize, Serialize};

use crate::{
    Name,
    route::{Retry, ValueMatch},
};

/// How users log in before they reach a route. Its secrets are secrets of the fleet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the API that stands alone")]
pub struct Oidc {
    /// The name of what asks for it, which is the prefix of its statistics.
    pub name: Name,
    /// Where users are sent to log in.
    pub authorization_endpoint: String,
    /// Where codes become tokens.
    pub token_endpoint: String,
    /// The cluster of the token endpoint.
    pub token_cluster: Name,
    /// How long its answer may take, in milliseconds; absent is 10 seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_timeout_ms: Option<u64>,
    /// How failed requests to it are repeated; absent is not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_retry: Option<Retry>,
    /// Where users are sent to log out, if the provider has such a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    /// The identity of the application at the provider.
    pub client_id: String,
    /// The secret with its password.
    pub client_secret: Name,
    /// The secret with the key that signs and encrypts cookies.
    pub hmac_secret: Name,
    /// The cookies.
    pub cookies: OidcCookies,
    /// What access is asked for.
    pub scopes: Vec<String>,
    /// Resources that access is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Where the provider sends users back to; a format string.
    pub redirect_url: String,
    /// The path of it.
    pub redirect_path: String,
    /// The path that logs out.
    pub logout_path: String,
    /// Whether the backend gets the access token in `Authorization`; otherwise it gets what the client sent there.
    pub forward_access_token: bool,
    /// The header in which the backend gets the identity token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward_id_token: Option<String>,
    /// Whether requests with a bearer token pass unasked.
    pub pass_bearer: bool,
    /// Whether expired tokens are renewed without a log-in.
    pub refresh: bool,
    /// Whether tokens are in the cookies in clear.
    pub plain_tokens: bool,
    /// The life time of tokens that do not tell, in seconds; such log-ins fail when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_ttl_s: Option<u64>,
    /// The life time of refresh tokens that do not tell, in seconds; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_ttl_s: Option<u64>,
    /// The time in which a log-in must be done, in seconds; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csrf_token_ttl_s: Option<u64>,
    /// Headers of requests that get 401 instead of being sent to log in; one is enough.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deny_redirect: Vec<ValueMatch>,
}

/// The cookies in which a log-in is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OidcCookies {
    /// What tells the cookies of one log-in from those of others.
    pub suffix: String,
    /// The cookie of the access token; absent is made of the suffix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// The cookie of the identity token; absent is made of the suffix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// Their domain; absent is the host of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// When browsers send them with requests from other sites; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_site: Option<SameSite>,
}

/// When browsers send a cookie with requests from other sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SameSite {
    /// Never.
    Strict,
    /// When the user follows a link.
    Lax,
    /// Always.
    None,
}
