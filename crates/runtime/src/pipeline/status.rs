//! Writing statuses.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use eg_diag::ObjectRef;
use eg_resources::{StatusSink, StatusUpdate};
use tokio::{sync::watch, task::JoinSet};

use super::source::chain;

/// The pause after a failed write.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts the task that writes statuses. Of several statuses of one object that wait, the last one is written.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    sinks: Vec<Arc<dyn StatusSink>>,
    mut stopped: watch::Receiver<bool>,
) -> watch::Sender<BTreeMap<ObjectRef, StatusUpdate>> {
    let (sender, mut waiting) = watch::channel(BTreeMap::new());
    let taker = sender.clone();
    tasks.spawn(async move {
        let write_all = async {
            while waiting.wait_for(|waiting| !waiting.is_empty()).await.is_ok() {
                let updates: Vec<StatusUpdate> = taken(&taker).into_values().collect();
                for sink in &sinks {
                    write(&**sink, &updates).await;
                }
            }
        };
        tokio::select! {
            () = write_all => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    });
    sender
}

fn taken(sender: &watch::Sender<BTreeMap<ObjectRef, StatusUpdate>>) -> BTreeMap<ObjectRef, StatusUpdate> {
    let mut taken = BTreeMap::new();
    sender.send_if_modified(|waiting| {
        taken = std::mem::take(waiting);
        false
    });
    taken
}

async fn write(sink: &dyn StatusSink, updates: &[StatusUpdate]) {
    while let Err(error) = sink.write(updates).await {
        tracing::warn!(count = updates.len(), "statuses were not written: {}", chain(&error));
        if !error.is_retryable() {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
