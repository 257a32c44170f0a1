//! Recorded limits.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::report::Ratios;

/// The limits that `docs/bench-floor.json` records.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// What each ratio is at most.
    at_most: BTreeMap<String, f64>,
}

/// A line for each limit that is exceeded, and for each that nothing was measured for.
pub(crate) fn broken(limits: &Limits, ratios: &Ratios) -> Vec<String> {
    let check = |(name, limit): (&String, &f64)| match ratios.get(name) {
        Some(value) if value <= limit => None,
        Some(value) => Some(format!("{name} is {value:.4}; the limit is {limit}")),
        None => Some(format!("{name} has a limit and was not measured")),
    };
    limits.at_most.iter().filter_map(check).collect()
}
