//! Conditions on HTTP requests.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_map};

/// Conditions all of which a request must meet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRouteMatch {
    /// Condition on the path; any path when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = {"type": "PathPrefix", "value": "/"})))]
    pub path: Option<HttpPathMatch>,
    /// Conditions on headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_map("name")))]
    pub headers: Vec<HttpHeaderMatch>,
    /// Conditions on query parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_map("name")))]
    pub query_params: Vec<HttpQueryParamMatch>,
    /// Method of the request; any when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<HttpMethod>,
}

/// Condition on the path of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HTTP_PATH_MATCH)))]
pub struct HttpPathMatch {
    /// How the path is compared; as a prefix when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "PathPrefix")))]
    pub r#type: Option<PathMatchType>,
    /// What it is compared with; `/` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HttpPathValue", extend("x-default" = "/")))]
    pub value: Option<String>,
}

/// Condition on a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpHeaderMatch {
    /// How the value is compared; exactly when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "Exact")))]
    pub r#type: Option<MatchType>,
    /// Name of the header; case does not matter.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HeaderName"))]
    pub name: String,
    /// What the value is compared with.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HeaderValue"))]
    pub value: String,
}

/// Condition on a query parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpQueryParamMatch {
    /// How the value is compared; exactly when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "Exact")))]
    pub r#type: Option<MatchType>,
    /// Name of the parameter; case matters.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HeaderName"))]
    pub name: String,
    /// What the value is compared with.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1024)))]
    pub value: String,
}

open_enum! {
    /// How a path is compared.
    PathMatchType {
        /// The whole path is equal.
        Exact = "Exact",
        /// The path starts with these elements.
        PathPrefix = "PathPrefix",
        /// The path matches a regular expression (RE2).
        RegularExpression = "RegularExpression",
    }
}

open_enum! {
    /// How a header, a query parameter or a gRPC method is compared.
    MatchType {
        /// The whole value is equal.
        Exact = "Exact",
        /// The value matches a regular expression (RE2).
        RegularExpression = "RegularExpression",
    }
}

open_enum! {
    /// HTTP methods.
    HttpMethod {
        /// GET.
        Get = "GET",
        /// HEAD.
        Head = "HEAD",
        /// POST.
        Post = "POST",
        /// PUT.
        Put = "PUT",
        /// DELETE.
        Delete = "DELETE",
        /// CONNECT.
        Connect = "CONNECT",
        /// OPTIONS.
        Options = "OPTIONS",
        /// TRACE.
        Trace = "TRACE",
        /// PATCH.
        Patch = "PATCH",
    }
}
