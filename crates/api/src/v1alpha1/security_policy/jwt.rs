//! Authentication by JSON Web Token.

use serde::{Deserialize, Serialize};

use crate::gateway::LocalObjectReference;
use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
use crate::v1alpha1::BackendCluster;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// Asks for a JSON Web Token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::JWT)))]
pub struct Jwt {
    /// Whether requests pass whose token is missing or wrong; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_open: Option<bool>,
    /// Whether requests pass without a token, though not with a wrong one; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
    /// Who may have issued tokens; a token of any of them will do.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 16)))]
    pub providers: Vec<JwtProvider>,
}

/// An issuer of tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::JWT_PROVIDER)))]
pub struct JwtProvider {
    /// Audiences, one of which the token must be for; any when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 8)))]
    pub audiences: Vec<String>,
    /// Claims that the backend is told in headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claim_to_headers: Vec<ClaimToHeader>,
    /// Where the token is looked for; the header `Authorization` and the parameter `access_token`
    /// when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extract_from: Option<JwtExtractor>,
    /// Issuer that the token must name, a URI or mail address; any when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 253)))]
    pub issuer: Option<String>,
    /// The issuer's keys, in the cluster.
    #[serde(rename = "localJWKS", skip_serializing_if = "Option::is_none")]
    pub local_jwks: Option<LocalJwks>,
    /// Name of the provider, unique in the policy.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Whether the route is chosen anew after claims became headers; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recompute_route: Option<bool>,
    /// The issuer's keys, fetched by Envoy.
    #[serde(rename = "remoteJWKS", skip_serializing_if = "Option::is_none")]
    pub remote_jwks: Option<RemoteJwks>,
}

/// A claim that becomes a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ClaimToHeader {
    /// Name of the claim; dots go into nested ones.
    pub claim: String,
    /// Name of the header.
    pub header: String,
}

/// Where a token is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct JwtExtractor {
    /// Names of cookies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// Headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<JwtHeaderExtractor>,
    /// Names of query parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<String>,
}

/// A header that may hold a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct JwtHeaderExtractor {
    /// Name of the header.
    pub name: String,
    /// What comes before the token, `Bearer ` for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_prefix: Option<String>,
}

/// Keys in the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::LOCAL_JWKS)))]
pub struct LocalJwks {
    /// The key set in JSON, for `Inline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inline: Option<String>,
    /// Where the keys are. One of `Inline` or `ValueRef`. Defaults to `Inline`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Inline", "ValueRef"], "x-default" = "Inline")))]
    pub r#type: String,
    /// The ConfigMap, for `ValueRef`; its key `jwks`, or else its first, is the key set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_ref: Option<LocalObjectReference>,
}

/// Keys that Envoy fetches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::REMOTE_JWKS)))]
pub struct RemoteJwks {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Time after which the keys are fetched again. Defaults to `300s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "300s")))]
    pub cache_duration: Option<Duration>,
    /// Time after which a failed fetch is tried again; 1s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_refetch_duration: Option<Duration>,
    /// Where the keys are, with `http` or `https`.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub uri: String,
}
