//! Clients that show a key with each request.

use serde::{Deserialize, Serialize};

use crate::SecretBytes;

/// Clients that show a key with each request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiKeyAuth {
    /// The keys, each of one client.
    pub keys: Vec<ApiKey>,
    /// Where the key is looked for, in this order.
    pub sources: Vec<ApiKeySource>,
    /// What the backend gets to see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarding: Option<ApiKeyForwarding>,
}

/// A key and whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The client.
    pub client: String,
    /// The key, which is text.
    pub key: SecretBytes,
}

/// A place of a request where a key can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeySource {
    /// A header; after `Bearer ` in `Authorization`.
    Header(String),
    /// A query parameter.
    Query(String),
    /// A cookie.
    Cookie(String),
}

/// What the backend gets to see of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiKeyForwarding {
    /// The header with the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Whether the key itself is taken away.
    pub hide_key: bool,
}
