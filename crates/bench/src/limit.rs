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
    /// Of counts that depend neither on the machine nor on how the program was built, which tests compare.
    #[cfg_attr(not(test), expect(dead_code, reason = "of use to tests alone"))]
    counts: Counts,
}

/// What counts are at most in worlds that a test has time for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), expect(dead_code, reason = "of use to tests alone"))]
pub(crate) struct Counts {
    /// How many routes the worlds have.
    routes: usize,
    /// What each count is at most.
    at_most: BTreeMap<String, f64>,
}

/// A line for each limit that is exceeded, and for each that nothing was measured for.
pub(crate) fn broken(limits: &Limits, ratios: &Ratios) -> Vec<String> {
    exceeded(&limits.at_most, ratios)
}

fn exceeded(at_most: &BTreeMap<String, f64>, ratios: &Ratios) -> Vec<String> {
    let check = |(name, limit): (&String, &f64)| match ratios.get(name) {
        Some(value) if value <= limit => None,
        Some(value) => Some(format!("{name} is {value:.4}; the limit is {limit}")),
        None => Some(format!("{name} has a limit and was not measured")),
    };
    at_most.iter().filter_map(check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{measure::counts, world::Layout};

    /// The only test of this program: what others allocate meanwhile would be counted, too.
    #[test]
    fn counts_keep_their_limits() {
        let Limits { counts: Counts { routes, at_most }, .. } =
            serde_json::from_str(include_str!("../../../docs/bench-floor.json")).unwrap();
        let measured: Ratios =
            Layout::ALL.into_iter().flat_map(|layout| counts(layout, routes).unwrap()).collect();
        for (name, count) in &measured {
            println!("{name:<48} {count:>12}");
        }
        assert_eq!(exceeded(&at_most, &measured), Vec::<String>::new());
        let slack =
            |(name, count): (&String, &f64)| at_most.get(name).is_none_or(|limit| count * 1.2 < *limit);
        let loose: Vec<_> = measured.iter().filter(|measured| slack(*measured)).collect();
        assert!(loose.is_empty(), "limits that are missing, or far above what is measured: {loose:?}");
    }
}
