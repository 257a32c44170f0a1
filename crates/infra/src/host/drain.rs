//! Letting clients finish before an Envoy stops.

use super::admin::Admin;
use std::{collections::BTreeSet, time::Duration};
use tokio::time::{Instant, sleep};

/// Time between two counts of the connections that are left.
const COUNT_PERIOD: Duration = Duration::from_millis(100);

/// How an Envoy is emptied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Drain {
    /// How long clients may take.
    pub(super) timeout: Duration,
    /// Ports whose connections are not clients'.
    pub(super) ignored: BTreeSet<u16>,
}

/// Asks an Envoy to drain and waits until no client is connected, it stops answering, or time is up.
pub(super) async fn drain(admin: Admin, how: &Drain) {
    let deadline = Instant::now() + how.timeout;
    if !admin.begin_drain().await {
        return;
    }
    while Instant::now() < deadline {
        match admin.connections(&how.ignored).await {
            Some(0) | None => return,
            Some(_) => sleep(COUNT_PERIOD).await,
        }
    }
}
