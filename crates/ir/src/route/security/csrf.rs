//! Requests that other sites make browsers send.

use serde::{Deserialize, Serialize};

use crate::route::{Fraction, StringMatch};

/// Refuses changing requests of browsers whose origin is neither the host itself nor known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Csrf {
    /// Other origins from which requests are served, without their scheme.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<StringMatch>,
    /// The part of the requests that is counted only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Fraction>,
}
