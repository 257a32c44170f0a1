//! HTTPRouteFilter: what routes can do beyond the filters of the Gateway API.

use serde::{Deserialize, Serialize};

use crate::gateway::SecretObjectReference;
use crate::meta::ObjectMeta;

mod direct_response;
mod url_rewrite;

pub use direct_response::*;
pub use url_rewrite::*;

/// A filter that routes refer to, for what the Gateway API has no filter for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpRouteFilter {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: HttpRouteFilterSpec,
}

/// What the user asks for in an HTTPRouteFilter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpRouteFilterSpec {
    /// Adds a credential to the requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_injection: Option<HttpCredentialInjectionFilter>,
    /// Answers requests without asking a backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_response: Option<HttpDirectResponseFilter>,
    /// Further conditions on requests, added to each match of the rule. At most one filter of a
    /// rule may have them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 8)))]
    pub matches: Vec<HttpRouteMatchFilter>,
    /// Changes host or path of the requests in ways the standard filter cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_rewrite: Option<HttpUrlRewriteFilter>,
}

/// One set of conditions on requests, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(extend("minProperties" = 1)))]
pub struct HttpRouteMatchFilter {
    /// Conditions on cookies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 16)))]
    pub cookies: Vec<HttpCookieMatch>,
}

/// A condition on one cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpCookieMatch {
    /// Name of the cookie.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub name: String,
    /// How the value is compared. One of `Exact` or `RegularExpression`. Defaults to `Exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Exact", "RegularExpression"], "x-default" = "Exact")))]
    pub r#type: Option<String>,
    /// What the value is compared with; at most one pattern in RE2 syntax for `RegularExpression`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 4096)))]
    pub value: String,
}

/// Adds a credential to requests, so that clients need not know it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpCredentialInjectionFilter {
    /// Where the credential is kept.
    pub credential: InjectedCredential,
    /// Header that carries the credential; `Authorization` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Whether a header that the client sent is replaced; otherwise such a request passes
    /// unchanged. `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overwrite: Option<bool>,
}

/// A credential in a Secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct InjectedCredential {
    /// The Secret; its key `credential` is the value of the header.
    pub value_ref: SecretObjectReference,
}
