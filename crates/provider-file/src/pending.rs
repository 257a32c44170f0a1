//! What the operating system said happened, gathered until it is time to look.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use notify::{
    Event, EventKind,
    event::{AccessKind, AccessMode, ModifyKind, RenameMode},
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::scan::is_wanted;

/// Paths that are remembered one by one; when more changed, everything is looked at.
const MOST: usize = 4096;

/// For how long events are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Debounce {
    /// After an event that completes a change, such as a rename, when there was none shortly before.
    pub(crate) complete: Duration,
    /// After any other event: it may be the first half of a change.
    pub(crate) partial: Duration,
    /// While events never stop.
    pub(crate) longest: Duration,
}

/// What has happened since the last look.
#[derive(Debug, Default)]
pub(crate) struct Happened {
    /// The paths concerned, each with whether its last event completed a change.
    pub(crate) paths: BTreeMap<PathBuf, bool>,
    /// Whether events were lost, so that everything must be looked at.
    pub(crate) lost: bool,
}

impl Happened {
    /// Nothing known: everything must be looked at.
    pub(crate) fn everything() -> Self {
        Self { paths: BTreeMap::new(), lost: true }
    }

    fn is_complete(&self) -> bool {
        !self.lost && self.paths.values().all(|complete| *complete)
    }

    fn is_empty(&self) -> bool {
        !self.lost && self.paths.is_empty()
    }
}

/// Where the watcher's thread leaves events and the source picks them up.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    happened: Mutex<(Happened, Option<Instant>)>,
    news: Notify,
}

impl Pending {
    /// Takes note of an event, or that some were lost.
    pub(crate) fn add(&self, event: notify::Result<Event>) {
        let Ok(event) = event else { return self.lose() };
        if event.need_rescan() {
            return self.lose();
        }
        let Some(complete) = completes(event.kind) else { return };
        let mut state = self.lock();
        let (happened, last) = &mut *state;
        // The old name of a file was told of before, and may be given to another file at once.
        let both = matches!(event.kind, EventKind::Modify(ModifyKind::Name(RenameMode::Both)));
        for path in event.paths.into_iter().skip(usize::from(both)) {
            // Nobody waits for what is not read.
            let complete = complete || !is_wanted(&path);
            happened.paths.insert(path, complete);
        }
        if happened.paths.len() > MOST {
            *happened = Happened::everything();
        }
        *last = Some(Instant::now());
        drop(state);
        self.news.notify_one();
    }

    fn lose(&self) {
        let mut state = self.lock();
        *state = (Happened::everything(), Some(Instant::now()));
        drop(state);
        self.news.notify_one();
    }

    /// Waits until something happened and then for as long as more belongs to it. `busy` says that there was a look just
    /// before, so that a burst of changes is taken in few steps.
    pub(crate) async fn gather(&self, debounce: &Debounce, busy: bool) -> Happened {
        while self.lock().0.is_empty() {
            self.news.notified().await;
        }
        let began = Instant::now();
        loop {
            let due = {
                let state = self.lock();
                let quick = state.0.is_complete() && !busy;
                let quiet = if quick { debounce.complete } else { debounce.partial };
                (state.1.unwrap_or(began) + quiet).min(began + debounce.longest)
            };
            if Instant::now() >= due {
                return std::mem::take(&mut self.lock().0);
            }
            // What comes meanwhile may complete the change, and then nothing is left to wait for.
            tokio::select! {
                () = sleep_until(due) => {}
                () = self.news.notified() => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, (Happened, Option<Instant>)> {
        // Nothing panics while the lock is held.
        self.happened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an event completes a change; `None` for events that change nothing.
fn completes(kind: EventKind) -> Option<bool> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Metadata(_) | ModifyKind::Name(RenameMode::To | RenameMode::Both)) => {
            Some(true)
        }
        EventKind::Access(_) => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{CreateKind, DataChange};

    const DEBOUNCE: Debounce = Debounce {
        complete: Duration::from_millis(1),
        partial: Duration::from_millis(20),
        longest: Duration::from_millis(100),
    };
    const CLOSED: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));
    const WRITTEN: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Any));

    fn happens(kind: EventKind, path: &str) -> Event {
        Event::new(kind).add_path(path.into())
    }

    async fn waited(pending: &Pending, busy: bool) -> (Duration, usize) {
        let began = Instant::now();
        let happened = pending.gather(&DEBOUNCE, busy).await;
        (began.elapsed(), happened.paths.len())
    }

    #[tokio::test(start_paused = true)]
    async fn complete_changes_are_taken_quickly_and_others_wait_for_their_end() {
        let pending = Pending::default();
        pending.add(Ok(happens(CLOSED, "a.yaml")));
        pending.add(Ok(happens(EventKind::Create(CreateKind::File), ".hidden")));
        assert_eq!(waited(&pending, false).await, (DEBOUNCE.complete, 2));
        pending.add(Ok(happens(CLOSED, "a.yaml")));
        assert_eq!(waited(&pending, true).await, (DEBOUNCE.partial, 1));
        pending.add(Ok(happens(WRITTEN, "a.yaml")));
        assert_eq!(waited(&pending, false).await, (DEBOUNCE.partial, 1));
        pending.add(Ok(happens(WRITTEN, "a.yaml")));
        pending.add(Ok(happens(CLOSED, "a.yaml")));
        assert_eq!(waited(&pending, false).await, (DEBOUNCE.complete, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_a_change_ends_the_wait_for_it() {
        let pending = std::sync::Arc::new(Pending::default());
        pending.add(Ok(happens(WRITTEN, "a.yaml")));
        let writer = std::sync::Arc::clone(&pending);
        let writing = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(3)).await;
            writer.add(Ok(happens(CLOSED, "a.yaml")));
        });
        assert_eq!(waited(&pending, false).await, (Duration::from_millis(3) + DEBOUNCE.complete, 1));
        writing.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn changes_that_never_stop_are_taken_in_between() {
        let pending = std::sync::Arc::new(Pending::default());
        let writer = std::sync::Arc::clone(&pending);
        let writing = tokio::spawn(async move {
            loop {
                writer.add(Ok(happens(WRITTEN, "a.yaml")));
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        assert_eq!(waited(&pending, false).await.0, DEBOUNCE.longest);
        writing.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn reading_is_no_change_and_lost_events_mean_everything() {
        let pending = Pending::default();
        pending.add(Ok(happens(EventKind::Access(AccessKind::Open(AccessMode::Read)), "a.yaml")));
        assert!(pending.lock().0.is_empty());
        pending.add(Err(notify::Error::generic("lost")));
        assert!(pending.gather(&DEBOUNCE, false).await.lost);
    }
}
