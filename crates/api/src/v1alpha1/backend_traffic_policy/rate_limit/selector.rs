//! Which requests a limit counts.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// Conditions on a request, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::RATE_LIMIT_SELECT_CONDITION)))]
pub struct RateLimitSelectCondition {
    /// Conditions on headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 128)))]
    pub headers: Vec<HeaderMatch>,
    /// Methods, one of which the request must have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<MethodMatch>,
    /// Condition on the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathMatch>,
    /// Conditions on query parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16)))]
    pub query_params: Vec<QueryParamMatch>,
    /// Condition on the address of the client.
    #[serde(rename = "sourceCIDR", skip_serializing_if = "Option::is_none")]
    pub source_cidr: Option<SourceMatch>,
}

/// A condition on a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HeaderMatch {
    /// Whether the condition is turned round; not for `Distinct`. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub invert: Option<bool>,
    /// Name of the header; case does not matter.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub name: String,
    /// How the value is compared; `Distinct` counts each value for itself. One of `Exact`,
    /// `RegularExpression` or `Distinct`. Defaults to `Exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Exact", "RegularExpression", "Distinct"], "x-default" = "Exact")))]
    pub r#type: Option<String>,
    /// What the value is compared with; none for `Distinct`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 1024)))]
    pub value: Option<String>,
}

/// A condition on the method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct MethodMatch {
    /// Whether the condition is turned round. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub invert: Option<bool>,
    /// The method. One of `GET`, `HEAD`, `POST`, `PUT`, `DELETE`, `CONNECT`, `OPTIONS`, `TRACE` or
    /// `PATCH`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"])))]
    pub value: String,
}

/// A condition on the path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct PathMatch {
    /// Whether the condition is turned round. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub invert: Option<bool>,
    /// How the path is compared. One of `Exact`, `PathPrefix` or `RegularExpression`. Defaults to
    /// `PathPrefix`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Exact", "PathPrefix", "RegularExpression"], "x-default" = "PathPrefix")))]
    pub r#type: Option<String>,
    /// What the path is compared with. Defaults to `/`.
    #[cfg_attr(feature = "schema", schemars(length(max = 1024), extend("x-default" = "/")))]
    pub value: String,
}

/// A condition on a query parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct QueryParamMatch {
    /// Whether the condition is turned round; not for `Distinct`. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub invert: Option<bool>,
    /// Name of the parameter; case matters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub name: String,
    /// How the value is compared; `Distinct` counts each value for itself. One of `Exact`,
    /// `RegularExpression` or `Distinct`. Defaults to `Exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Exact", "RegularExpression", "Distinct"], "x-default" = "Exact")))]
    pub r#type: Option<String>,
    /// What the value is compared with; none for `Distinct`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 1024)))]
    pub value: Option<String>,
}

/// A condition on the address of the client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct SourceMatch {
    /// Whether the condition is turned round. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub invert: Option<bool>,
    /// `Distinct` counts each address in the network for itself. One of `Exact` or `Distinct`.
    /// Defaults to `Exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Exact", "Distinct"], "x-default" = "Exact")))]
    pub r#type: Option<String>,
    /// The network, as `192.0.2.0/24`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub value: String,
}
