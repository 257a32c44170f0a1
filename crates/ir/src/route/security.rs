//! What is asked of requests and connections before a route serves them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Cors;

mod api_key_auth;
mod authorization;
mod basic_auth;
mod csrf;
mod ext_auth;
mod jwt;
mod oidc;

pub use api_key_auth::{ApiKey, ApiKeyAuth, ApiKeyForwarding, ApiKeySource};
pub use authorization::{
    Authorization, AuthorizationRule, ClaimCondition, HeaderCondition, Network, TokenCondition, Verdict,
};
pub use basic_auth::BasicAuth;
pub use csrf::Csrf;
pub use ext_auth::{ExtAuth, ExtAuthService};
pub use jwt::{ClaimHeader, Jwt, JwtKeys, JwtPlaces, JwtProvider, PrefixedHeader};
pub use oidc::{Oidc, OidcCookies, SameSite};

/// What is asked of requests before a route serves them. Routes under the same policy share it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteSecurity {
    /// What scripts of other origins may do, unless the route says so itself; the listener needs
    /// [`features::CORS`](crate::features::CORS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<Arc<Cors>>,
    /// Which other sites may make browsers send requests; the listener needs [`features::CSRF`](crate::features::CSRF).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csrf: Option<Arc<Csrf>>,
    /// The service that is asked about each request; the listener has it too ([`Auth`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext_auth: Option<Arc<ExtAuth>>,
    /// The keys of clients; the listener has it too ([`Auth`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_auth: Option<Arc<ApiKeyAuth>>,
    /// Users and their passwords; the listener has it too ([`Auth`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basic_auth: Option<Arc<BasicAuth>>,
    /// How users log in; the listener needs [`features::OIDC`](crate::features::OIDC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc: Option<Arc<Oidc>>,
    /// Which tokens are valid; the listener has it too ([`Auth`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt: Option<Arc<Jwt>>,
    /// Who may do what; the listener needs [`features::AUTHORIZATION`](crate::features::AUTHORIZATION).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Arc<Authorization>>,
}

/// What a filter of the listener has to know of the routes that use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// A service that is asked about requests.
    ExtAuth(Arc<ExtAuth>),
    /// Keys of clients.
    ApiKeyAuth(Arc<ApiKeyAuth>),
    /// Users and their passwords.
    BasicAuth(Arc<BasicAuth>),
    /// Which tokens are valid.
    Jwt(Arc<Jwt>),
}

impl RouteSecurity {
    /// What the listener has to know.
    pub fn auths(&self) -> impl Iterator<Item = Auth> {
        let Self { cors: _, csrf: _, ext_auth, api_key_auth, basic_auth, oidc: _, jwt, authorization: _ } =
            self;
        let ext_auth = ext_auth.clone().map(Auth::ExtAuth);
        let api_key_auth = api_key_auth.clone().map(Auth::ApiKeyAuth);
        let basic_auth = basic_auth.clone().map(Auth::BasicAuth);
        let jwt = jwt.clone().map(Auth::Jwt);
        [ext_auth, api_key_auth, basic_auth, jwt].into_iter().flatten()
    }
}
