//! What a route does with a request.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{HeaderEdits, PathRewrite};
use crate::Name;

/// What a route does with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteAction {
    /// Sends it to a backend.
    Forward(Forward),
    /// Answers with a redirect.
    Redirect(Box<Redirect>),
    /// Answers at once.
    DirectResponse(DirectResponse),
}

impl Default for RouteAction {
    fn default() -> Self {
        Self::DirectResponse(DirectResponse::default())
    }
}

/// Clusters that share the requests of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// The clusters; at least one.
    pub clusters: Vec<WeightedCluster>,
    /// The share of requests, in the unit of the clusters' weights, that is answered with 500 because its backends are
    /// invalid.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub invalid_weight: u32,
    /// Whether the host of the request says where it goes; the listener then needs
    /// [`features::DYNAMIC_RESOLVER`](crate::features::DYNAMIC_RESOLVER).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_host: bool,
}

/// One cluster and its share of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightedCluster {
    /// The name of the cluster.
    pub name: Name,
    /// Its share, relative to the other clusters.
    pub weight: u32,
    /// Filters of the backend reference alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filters: Option<Box<BackendFilters>>,
}

/// Filters that apply to the requests of one backend reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackendFilters {
    /// Edits of the request's headers.
    #[serde(skip_serializing_if = "HeaderEdits::is_empty")]
    pub request_headers: HeaderEdits,
    /// Edits of the response's headers.
    #[serde(skip_serializing_if = "HeaderEdits::is_empty")]
    pub response_headers: HeaderEdits,
    /// The value of the Host header sent to the backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

impl BackendFilters {
    /// Whether there is no filter.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A redirect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Redirect {
    /// The scheme of the new URL; absent keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The host of the new URL; absent keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The port of the new URL; absent leaves it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The path of the new URL; absent keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathRewrite>,
    /// The status code: 301, 302, 303, 307 or 308.
    pub status: u16,
}

/// An answer given by the proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectResponse {
    /// The status code.
    pub status: u16,
    /// The body, a format string of Envoy's access log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

/// A body: a text, or bytes that are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// A text.
    Text(Name),
    /// Bytes that are not UTF-8, such as an image.
    Bytes(Arc<[u8]>),
}

impl Body {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        std::str::from_utf8(bytes).map_or_else(|_| Self::Bytes(bytes.into()), Self::from)
    }
}

impl Default for DirectResponse {
    /// What a route answers that could not be translated.
    fn default() -> Self {
        Self { status: 500, body: None }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
fn is_zero(weight: &u32) -> bool {
    *weight == 0
}
