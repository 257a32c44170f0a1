//! What a gateway says will become of a request, compared with what became of it.

use super::expect::Mismatch;
use std::collections::{BTreeMap, BTreeSet};

/// Answers that a gateway itself gives to a request that has a route, because of time limits, policies or a backend that
/// fails; no prediction knows of them.
const UNPREDICTED: [u16; 10] = [302, 401, 403, 408, 413, 414, 429, 431, 503, 504];

/// With so many requests, everything that is predicted must be seen.
const MANY: u32 = 50;

/// What a gateway says will become of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prediction {
    /// The ports of the endpoints that it may be sent to.
    pub ports: BTreeSet<u16>,
    /// The statuses that the gateway may answer with by itself. With neither ports nor statuses, the connection is refused.
    pub statuses: BTreeSet<u16>,
    /// Where the client is sent.
    pub location: Option<String>,
    /// Whether the connection is forwarded, so that a backend that fails ends it.
    pub streamed: bool,
}

/// What became of requests.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Who answered how often: a backend by name, or `status CODE` for the gateway.
    pub counts: BTreeMap<String, u32>,
    /// The `location` headers of the answers.
    pub locations: BTreeSet<String>,
}

impl Prediction {
    /// Whether what became of `times` equal requests is what was predicted. `ports` are those of the case's backends.
    pub fn check(
        &self,
        observed: &Observed,
        times: u32,
        ports: &BTreeMap<&str, u16>,
    ) -> Result<(), Mismatch> {
        let mut missing: BTreeSet<String> =
            self.statuses.iter().map(|status| format!("status {status}")).collect();
        missing.extend(
            ports.iter().filter(|(_, port)| self.ports.contains(port)).map(|(name, _)| (*name).to_owned()),
        );
        let predicted = missing.clone();
        for name in observed.counts.keys() {
            let failed = || UNPREDICTED.iter().any(|status| *name == format!("status {status}"));
            if !missing.remove(name) && (self.ports.is_empty() || !failed()) {
                return Err(format!("predicted {predicted:?}, but {name} answered"));
            }
        }
        if observed.counts.is_empty() && !predicted.is_empty() && !self.streamed {
            return Err(format!("predicted {predicted:?}, but nobody answered"));
        }
        if times >= MANY && !missing.is_empty() {
            return Err(format!("predicted {missing:?} too, but never seen in {times} requests"));
        }
        match &self.location {
            Some(location) if !observed.locations.iter().eq([location]) => {
                Err(format!("predicted {location}, but sent to {:?}", observed.locations))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ports: &[u16], statuses: &[u16], answered: &[&str], times: u32, good: bool) {
        let prediction = Prediction {
            ports: ports.iter().copied().collect(),
            statuses: statuses.iter().copied().collect(),
            ..Prediction::default()
        };
        let counts = answered.iter().map(|name| ((*name).to_owned(), 1)).collect();
        let observed = Observed { counts, ..Observed::default() };
        let backends = BTreeMap::from([("one", 1), ("two", 2)]);
        let checked = prediction.check(&observed, times, &backends);
        assert_eq!(checked.is_ok(), good, "{prediction:?} {answered:?}: {checked:?}");
    }

    #[test]
    fn what_was_predicted_must_be_seen_and_nothing_else() {
        check(&[1], &[], &["one"], 1, true);
        check(&[1], &[], &["two"], 1, false);
        check(&[1], &[], &["status 503"], 1, true);
        check(&[1], &[], &["status 404"], 1, false);
        check(&[], &[404], &["status 404"], 1, true);
        check(&[], &[404], &["status 503"], 1, false);
        check(&[], &[404], &[], 1, false);
        check(&[], &[], &[], 1, true);
        check(&[], &[], &["one"], 1, false);
        check(&[1, 2], &[], &["one"], 1, true);
        check(&[1, 2], &[], &["one"], MANY, false);
        check(&[1], &[500], &["one", "status 500"], MANY, true);
    }

    #[test]
    fn redirects_must_lead_where_they_were_predicted() {
        let prediction = Prediction {
            statuses: BTreeSet::from([302]),
            location: Some("http://a/".to_owned()),
            ..Prediction::default()
        };
        let to = |location: &str| Observed {
            counts: BTreeMap::from([("status 302".to_owned(), 1)]),
            locations: BTreeSet::from([location.to_owned()]),
        };
        assert!(prediction.check(&to("http://a/"), 1, &BTreeMap::new()).is_ok());
        assert!(prediction.check(&to("http://b/"), 1, &BTreeMap::new()).is_err());
    }
}
