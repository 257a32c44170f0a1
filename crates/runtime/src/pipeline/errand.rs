//! Tasks that each get one thing from the outside world, and try again when they fail.

use std::{collections::BTreeMap, time::Duration};

use tokio::task::{AbortHandle, JoinSet};

/// First and longest pause before something is tried again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// Tasks by what they are for; they end with this value.
pub(super) struct Errands<K> {
    tasks: JoinSet<()>,
    running: BTreeMap<K, AbortHandle>,
}

impl<K: Ord> Errands<K> {
    pub(super) fn new() -> Self {
        Self { tasks: JoinSet::new(), running: BTreeMap::new() }
    }

    /// Starts a task; one that is there for the same thing ends.
    pub(super) fn start(&mut self, key: K, task: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(task);
        if let Some(old) = self.running.insert(key, task) {
            old.abort();
        }
    }

    /// Ends the task for this.
    pub(super) fn end(&mut self, key: &K) {
        if let Some(task) = self.running.remove(key) {
            task.abort();
        }
    }

    /// Ends the tasks for what is no longer wanted.
    pub(super) fn retain(&mut self, wanted: impl Fn(&K) -> bool) {
        self.running.retain(|key, task| {
            let stays = wanted(key);
            if !stays {
                task.abort();
            }
            stays
        });
    }

    /// Forgets tasks that came to their end; resolves when there is one, never while there are none.
    pub(super) async fn reap(&mut self) {
        if self.tasks.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
        self.running.retain(|_, task| !task.is_finished());
    }
}

/// Pauses that grow with each failure.
#[derive(Debug)]
pub(super) struct BackOff(Duration);

impl BackOff {
    pub(super) fn new() -> Self {
        Self(PAUSE.0)
    }

    /// The pause after one more failure.
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(PAUSE.1);
        jittered(pause)
    }

    /// The longest pause, for what trying again will hardly help.
    pub(super) fn longest(&mut self) -> Duration {
        self.0 = PAUSE.1;
        self.next()
    }
}

/// Up to a fifth shorter or longer, so that not all come back at once.
pub(super) fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.8 + 0.4 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let mut back_off = BackOff::new();
        let pauses: Vec<Duration> = (0..10).map(|_| back_off.next()).collect();
        assert!(pauses[0] >= PAUSE.0.mul_f64(0.79) && pauses[0] <= PAUSE.0.mul_f64(1.21), "{pauses:?}");
        assert!(pauses[3] > pauses[0] && pauses[9] <= PAUSE.1.mul_f64(1.21), "{pauses:?}");
        assert!(BackOff::new().longest() >= PAUSE.1.mul_f64(0.79));
    }
}
