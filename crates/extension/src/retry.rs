//! Trying a call again.

use std::{future::Future, time::Duration};

use tonic::{Code, Status};

use crate::Retry;

/// Calls until it succeeds, fails for good, or was tried often enough.
pub(crate) async fn call<T, F: Future<Output = Result<T, Status>>>(
    retry: &Retry,
    mut attempt: impl FnMut() -> F,
) -> Result<T, Status> {
    let mut pause = retry.initial_backoff;
    let mut left = retry.max_attempts;
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(status) if left <= 1 || !retry.statuses.contains(&status.code()) => return Err(status),
            Err(_) => tokio::time::sleep(jittered(pause)).await,
        }
        left -= 1;
        pause = next(pause, retry);
    }
}

/// The status of this name, as configuration spells it.
pub fn status(name: &str) -> Option<Code> {
    Some(match name {
        "CANCELLED" => Code::Cancelled,
        "UNKNOWN" => Code::Unknown,
        "INVALID_ARGUMENT" => Code::InvalidArgument,
        "DEADLINE_EXCEEDED" => Code::DeadlineExceeded,
        "NOT_FOUND" => Code::NotFound,
        "ALREADY_EXISTS" => Code::AlreadyExists,
        "PERMISSION_DENIED" => Code::PermissionDenied,
        "RESOURCE_EXHAUSTED" => Code::ResourceExhausted,
        "FAILED_PRECONDITION" => Code::FailedPrecondition,
        "ABORTED" => Code::Aborted,
        "OUT_OF_RANGE" => Code::OutOfRange,
        "UNIMPLEMENTED" => Code::Unimplemented,
        "INTERNAL" => Code::Internal,
        "UNAVAILABLE" => Code::Unavailable,
        "DATA_LOSS" => Code::DataLoss,
        "UNAUTHENTICATED" => Code::Unauthenticated,
        _ => return None,
    })
}

fn next(pause: Duration, retry: &Retry) -> Duration {
    let longer = pause.as_secs_f64() * retry.multiplier;
    Duration::try_from_secs_f64(longer).map_or(retry.max_backoff, |longer| longer.min(retry.max_backoff))
}

/// Up to a fifth shorter or longer, so that many callers do not come back at once.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.8 + 0.4 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// How often a call is made that fails this way.
    async fn attempts(code: Code) -> u32 {
        let (count, retry) = (Cell::new(0), Retry::default());
        let failed = call(&retry, || {
            count.set(count.get() + 1);
            async { Err::<(), _>(Status::new(code, "no")) }
        });
        assert!(failed.await.is_err());
        count.get()
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_may_pass_is_tried_again_and_not_for_ever() {
        assert_eq!(attempts(Code::Unavailable).await, 4);
        assert_eq!(attempts(Code::InvalidArgument).await, 1);
    }

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let retry = Retry::default();
        assert_eq!(next(Duration::from_millis(100), &retry), Duration::from_millis(200));
        assert_eq!(next(Duration::from_millis(800), &retry), Duration::from_secs(1));
        assert_eq!(next(Duration::MAX, &retry), Duration::from_secs(1));
    }
}
