//! Waiting for something to become true, never longer than a deadline.

use std::{fmt::Debug, future::Future, time::Duration};
use tokio::time::{Instant, sleep};

/// How long to wait between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// Repeats `attempt` until it succeeds; after `patience`, the last failure.
///
/// Attempts follow each other after 10 ms, later ones after up to 100 ms, so that a test is neither slow nor busy.
pub async fn poll<T, E: Debug, F: Future<Output = Result<T, E>>>(
    patience: Duration,
    mut attempt: impl FnMut() -> F,
) -> Result<T, E> {
    let deadline = Instant::now() + patience;
    let mut pause = PAUSE;
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) if Instant::now() + pause > deadline => return Err(error),
            Err(_) => sleep(pause).await,
        }
        pause = (pause * 3 / 2).min(PAUSE * 10);
    }
}

/// Repeats `attempt` for this long; the first failure ends it. For what must stay as it is.
pub async fn holds<E, F: Future<Output = Result<(), E>>>(
    span: Duration,
    mut attempt: impl FnMut() -> F,
) -> Result<(), E> {
    let end = Instant::now() + span;
    while Instant::now() < end {
        attempt().await?;
        sleep(PAUSE).await;
    }
    Ok(())
}
