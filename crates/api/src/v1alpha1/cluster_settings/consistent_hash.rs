//! What is hashed to choose an endpoint.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// Sends equal requests to the same endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CONSISTENT_HASH)))]
pub struct ConsistentHash {
    /// The cookie, for `Cookie`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cookie: Option<Cookie>,
    /// The header, for `Header`. Deprecated: use `headers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    /// The headers, for `Headers`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// The query parameters, for `QueryParams`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query_params: Vec<QueryParam>,
    /// Size of the hash table, a prime number up to 5000011; larger tables are fairer. Defaults to
    /// `65537`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 5_000_011), extend("x-default" = 65537)))]
    pub table_size: Option<i64>,
    /// Which part of the request is hashed. One of `SourceIP`, `Header`, `Headers`, `Cookie` or
    /// `QueryParams`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["SourceIP", "Header", "Headers", "Cookie", "QueryParams"])))]
    pub r#type: String,
}

/// A cookie that is hashed, and made if it is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Cookie {
    /// Further attributes of a cookie that Envoy makes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Name of the cookie.
    pub name: String,
    /// Life time of a cookie that Envoy makes; none is made when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Duration>,
}

/// A header that is hashed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Header {
    /// Name of the header.
    pub name: String,
}

/// A query parameter that is hashed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct QueryParam {
    /// Name of the parameter; case matters.
    pub name: String,
}
