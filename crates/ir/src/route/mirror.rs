//! Copies of requests.

use serde::{Deserialize, Serialize};

use crate::Name;

/// Where copies of requests go; their answers are thrown away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    /// The cluster that receives the copies.
    pub cluster: Name,
    /// The share of requests that is copied; absent copies all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraction: Option<Fraction>,
}

/// A share of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fraction {
    /// How many.
    pub numerator: u32,
    /// Of how many; not 0.
    pub denominator: u32,
}
