//! The latest state of every fleet, for whoever observes.

use crate::{InfraTarget, Observation, Observed};
use futures_util::stream::{self, BoxStream, StreamExt};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::watch;

type States = BTreeMap<InfraTarget, (u64, Observed)>;

/// Holds one state per target; clones share it.
#[derive(Clone, Debug)]
pub(super) struct Board {
    states: Arc<watch::Sender<States>>,
    tickets: Arc<AtomicU64>,
}

/// The right to report about one target until somebody else gets it or it is withdrawn.
///
/// A fleet that drains after its Gateway went must not overwrite what its successor of the same name reports.
#[derive(Debug)]
pub(super) struct Reporter {
    board: Board,
    target: InfraTarget,
    ticket: u64,
}

impl Board {
    pub(super) fn new() -> Self {
        Self { states: Arc::new(watch::Sender::new(States::new())), tickets: Arc::default() }
    }

    /// Begins reporting about a target.
    pub(super) fn reporter(&self, target: InfraTarget, first: Observed) -> Reporter {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        self.states.send_modify(|states| {
            states.insert(target.clone(), (ticket, first));
        });
        Reporter { board: self.clone(), target, ticket }
    }

    /// Ends reporting about a target, whoever holds the right.
    pub(super) fn withdraw(&self, target: &InfraTarget) {
        self.states.send_if_modified(|states| states.remove(target).is_some());
    }

    /// All present states, then every change.
    pub(super) fn observe(&self) -> BoxStream<'static, Observation> {
        let mut receiver = self.states.subscribe();
        receiver.mark_changed();
        let state = (receiver, States::new(), VecDeque::new());
        stream::unfold(state, |(mut receiver, mut seen, mut pending)| async move {
            loop {
                if let Some(next) = pending.pop_front() {
                    return Some((next, (receiver, seen, pending)));
                }
                receiver.changed().await.ok()?;
                let now = receiver.borrow_and_update().clone();
                pending.extend(difference(&seen, &now));
                seen = now;
            }
        })
        .boxed()
    }
}

impl Reporter {
    /// Reports, unless the right was lost.
    pub(super) fn report(&self, observed: &Observed) {
        self.board.states.send_if_modified(|states| match states.get_mut(&self.target) {
            Some((ticket, state)) if *ticket == self.ticket && state != observed => {
                state.clone_from(observed);
                true
            }
            _ => false,
        });
    }
}

fn difference(old: &States, new: &States) -> Vec<Observation> {
    let gone = old.keys().filter(|target| !new.contains_key(target)).map(|target| (target.clone(), None));
    let changed = new
        .iter()
        .filter(|(target, (_, state))| old.get(target).is_none_or(|(_, before)| before != state))
        .map(|(target, (_, state))| (target.clone(), Some(state.clone())));
    gone.chain(changed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use eg_ir::IrKey;

    fn ready(count: u32) -> Observed {
        Observed { ready_replicas: count, ..Observed::default() }
    }

    #[tokio::test]
    async fn observers_see_what_is_then_what_changes_and_what_goes() {
        let (board, target) = (Board::new(), InfraTarget::Proxy(IrKey::new("a/b")));
        let reporter = board.reporter(target.clone(), ready(0));
        let mut observed = board.observe();
        assert_eq!(observed.next().await.unwrap(), (target.clone(), Some(ready(0))));
        reporter.report(&ready(1));
        assert_eq!(observed.next().await.unwrap(), (target.clone(), Some(ready(1))));
        board.withdraw(&target);
        assert_eq!(observed.next().await.unwrap(), (target, None));
    }

    #[tokio::test]
    async fn a_predecessor_does_not_overwrite_its_successor() {
        let (board, target) = (Board::new(), InfraTarget::Proxy(IrKey::new("a/b")));
        let old = board.reporter(target.clone(), ready(1));
        board.withdraw(&target);
        old.report(&ready(2));
        let _new = board.reporter(target.clone(), ready(0));
        old.report(&ready(2));
        assert_eq!(board.observe().next().await.unwrap(), (target, Some(ready(0))));
    }
}
