//! Growing pauses between attempts.

use std::time::Duration;

/// Doubles from a first pause to a longest one, each shortened at random by up to a fifth so that fleets do not restart
/// in step.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    attempts: u32,
}

impl Backoff {
    pub(super) fn new((first, longest): (Duration, Duration)) -> Self {
        Self { first, longest, attempts: 0 }
    }

    /// The pause before the next attempt.
    pub(super) fn next(&mut self) -> Duration {
        let doubled = self.first.saturating_mul(1_u32.checked_shl(self.attempts).unwrap_or(u32::MAX));
        self.attempts = self.attempts.saturating_add(1);
        doubled.min(self.longest).mul_f64(1.0 - 0.2 * fastrand::f64())
    }

    /// Begins again with the first pause.
    pub(super) fn reset(&mut self) {
        self.attempts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_again() {
        let mut backoff = Backoff::new((Duration::from_millis(100), Duration::from_secs(1)));
        for ideal in [100, 200, 400, 800, 1000, 1000] {
            let pause = backoff.next().as_millis();
            assert!((ideal * 8 / 10..=ideal).contains(&pause), "{pause} for {ideal}");
        }
        for _ in 0..100 {
            assert!(backoff.next() <= Duration::from_secs(1));
        }
        backoff.reset();
        assert!(backoff.next() <= Duration::from_millis(100));
    }
}
