//! Time, for a core that has none.

use std::time::{Duration, SystemTime};

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.ok().and_then(|since| i64::try_from(since.as_secs()).ok()).unwrap_or_default()
}

/// Resolves at this time, in seconds since 1970; never when there is none.
pub(super) async fn until(at: Option<i64>) {
    /// Clocks are set, and machines sleep: look again at least this often.
    const LONGEST: Duration = Duration::from_hours(1);
    let Some(at) = at else { return std::future::pending().await };
    loop {
        let left = u64::try_from(at.saturating_sub(now())).unwrap_or_default();
        if left == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_secs(left).min(LONGEST)).await;
    }
}
