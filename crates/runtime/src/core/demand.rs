//! Demands of the translation, and the facts that answer them.

use eg_gatewayapi_translator::Translation;
use eg_resources::{AnyObject, Change, Demand, Snapshot};

/// The change that an answer is; none when nobody asks any more, or when only the way to what is known already failed.
pub(super) fn change(
    translation: &Translation,
    known: &Snapshot,
    demand: &Demand,
    answer: Result<AnyObject, String>,
) -> Option<Change> {
    if !translation.demands.contains(demand) {
        return None;
    }
    let is_known = known.get_any(&demand.fact()).is_some_and(|fact| demand.is_answered_by(fact));
    match answer {
        Ok(fact) => Some(Change::Upsert(fact)),
        Err(_) if is_known => None,
        Err(why) => Some(Change::Upsert(demand.failed(&why))),
    }
}

/// Whether there is a fact for every demand.
pub(super) fn is_answered(translation: &Translation, known: &Snapshot) -> bool {
    translation.demands.iter().all(|demand| known.get_any(&demand.fact()).is_some())
}
