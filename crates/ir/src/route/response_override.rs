//! Responses that are replaced.

use serde::{Deserialize, Serialize};

use super::{HeaderValue, ValueMatch};
use crate::Name;

/// Responses that one policy replaces; the first rule that matches counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseOverride {
    /// The policy, as `namespace/name`.
    pub policy: Name,
    /// The rules.
    pub rules: Vec<ResponseRule>,
}

/// Which responses are replaced, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseRule {
    /// The first and the last status code of ranges, one of which the response has; any when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<(u16, u16)>,
    /// Headers that the response has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<ValueMatch>,
    /// Who answered; absent is anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<Answerer>,
    /// What takes its place.
    pub replacement: Replacement,
}

/// Who answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answerer {
    /// A backend.
    Backend,
    /// The proxy itself.
    Proxy,
}

/// What takes the place of a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// An answer. What is absent stays as it was.
    Answer {
        /// The status code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// The body, as a format string of the access log.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// Headers to add or to set.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        headers: Vec<HeaderValue>,
    },
    /// A redirect. What is absent is that of the request.
    Redirect {
        /// The status code.
        status: u16,
        /// The scheme.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scheme: Option<String>,
        /// The host.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
        /// The port.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
        /// The path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
    },
}
