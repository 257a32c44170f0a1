//! What makes requests equal that go to the same endpoint.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A part of a request that is hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HashOn {
    /// The address that the request comes from.
    SourceIp,
    /// A header.
    Header(String),
    /// A query parameter.
    QueryParameter(String),
    /// A cookie.
    Cookie {
        /// Its name.
        name: String,
        /// The life time of the one that is made where there is none, in milliseconds; absent makes none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ttl_ms: Option<u64>,
        /// Its further attributes.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        attributes: BTreeMap<String, String>,
    },
}
