//! Authentication by an OpenID provider.

use serde::{Deserialize, Serialize};

use crate::gateway::SecretObjectReference;
use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
use crate::v1alpha1::BackendCluster;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// Sends users to an OpenID provider to log in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::OIDC)))]
pub struct Oidc {
    /// Identity of the application at the provider.
    #[serde(rename = "clientID", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub client_id: Option<String>,
    /// Secret with that identity in key `client-id`.
    #[serde(rename = "clientIDRef", skip_serializing_if = "Option::is_none")]
    pub client_id_ref: Option<SecretObjectReference>,
    /// Secret with the application's password in key `client-secret`.
    pub client_secret: SecretObjectReference,
    /// Attributes of the cookies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cookie_config: Option<OidcCookieConfig>,
    /// Domain of the cookies; the host of the request when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"))
    )]
    pub cookie_domain: Option<String>,
    /// Names of the cookies; names unique to the policy when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cookie_names: Option<OidcCookieNames>,
    /// Time in which a log-in must be done; 10m when unset.
    #[serde(rename = "csrfTokenTTL", skip_serializing_if = "Option::is_none")]
    pub csrf_token_ttl: Option<Duration>,
    /// Life time of refresh tokens that do not tell; one week when unset.
    #[serde(rename = "defaultRefreshTokenTTL", skip_serializing_if = "Option::is_none")]
    pub default_refresh_token_ttl: Option<Duration>,
    /// Life time of tokens that do not tell; such log-ins fail when unset.
    #[serde(rename = "defaultTokenTTL", skip_serializing_if = "Option::is_none")]
    pub default_token_ttl: Option<Duration>,
    /// Requests that get 401 instead of being sent to log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deny_redirect: Option<OidcDenyRedirect>,
    /// Whether tokens are in the cookies in clear; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_token_encryption: Option<bool>,
    /// Whether the backend gets the access token in `Authorization`; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward_access_token: Option<bool>,
    /// Tells the backend the identity token.
    #[serde(rename = "forwardIDToken", skip_serializing_if = "Option::is_none")]
    pub forward_id_token: Option<OidcTokenForwarding>,
    /// Path that logs out; `/logout` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logout_path: Option<String>,
    /// Whether requests with a bearer token pass unasked, for `jwt` to check; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass_through_auth_header: Option<bool>,
    /// The provider.
    pub provider: OidcProvider,
    /// Where the provider sends users back to; `<scheme>://<host>/oauth2/callback` when unset.
    #[serde(rename = "redirectURL", skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
    /// Whether expired tokens are renewed without a log-in. Defaults to `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = true)))]
    pub refresh_token: Option<bool>,
    /// Resources that access is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Scopes that are asked for, besides `openid`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

/// Attributes of the cookies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct OidcCookieConfig {
    /// When browsers send the cookies with requests from other sites; Envoy's default when unset.
    /// One of `Lax`, `Strict` or `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Lax", "Strict", "None"])))]
    pub same_site: Option<String>,
}

/// Names of the cookies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct OidcCookieNames {
    /// Cookie with the access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// Cookie with the identity token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

/// Which requests get 401 instead of being sent to log in, those of scripts for example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct OidcDenyRedirect {
    /// Conditions on headers, one of which must hold.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 16)))]
    pub headers: Vec<OidcDenyRedirectHeader>,
}

/// A condition on a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct OidcDenyRedirectHeader {
    /// Name of the header; case does not matter.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// How the value is compared. One of `Exact`, `Prefix`, `Suffix` or `RegularExpression`.
    /// Defaults to `Exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Exact", "Prefix", "Suffix", "RegularExpression"], "x-default" = "Exact")))]
    pub r#type: Option<String>,
    /// What the value is compared with.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1024)))]
    pub value: String,
}

/// Tells the backend a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct OidcTokenForwarding {
    /// Header that carries it.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HeaderName", transform = cel(rules::OIDC_TOKEN_FORWARDING_HEADER)))]
    pub header: String,
}

/// An OpenID provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::OIDC_PROVIDER)))]
pub struct OidcProvider {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Where users log in; asked of the provider when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<String>,
    /// Where users log out; asked of the provider when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    /// Identity of the provider, under which its settings are found.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub issuer: String,
    /// Where tokens are issued; asked of the provider when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
}
