//! Limits and times.

use std::{ops::RangeInclusive, time::Duration};

/// Limits and times of a server; the defaults suit a fleet of Envoys that nothing is known of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Largest request that is read, in bytes. A node that reconnects names every resource it has, so this must not be
    /// small. Default: 32 MiB.
    pub max_message_size: usize,
    /// How long a connection or stream lives before the node is asked to reconnect, which spreads nodes over replicas.
    /// Each picks its own time in the range. Default: 10 to 12 hours.
    pub max_connection_age: RangeInclusive<Duration>,
    /// How long streams may take to end after that, or after a shutdown began, before they are cut. Default: 2 minutes.
    pub max_connection_age_grace: Duration,
    /// How often an idle connection is probed with an HTTP/2 ping. Default: 30 seconds.
    pub keepalive_interval: Duration,
    /// How long the answer to a ping may take before the connection is closed. Default: 20 seconds.
    pub keepalive_timeout: Duration,
    /// Streams that one connection may have open. Default: 100.
    pub max_concurrent_streams: u32,
    /// How long a node has to send the first message of a stream. Default: 30 seconds.
    pub first_message_timeout: Duration,
    /// How long listeners and routes wait for the acknowledgement of the clusters that came before them. Envoy delays it
    /// until new clusters are warm; one that never is must not stop a fleet. Default: 20 seconds.
    pub warm_up_timeout: Duration,
    /// How long a cluster, an endpoint set or a secret outlives its last use. The last users have acknowledged that
    /// they are gone when this time begins; it covers requests that are on their way, and listeners that are still
    /// warming. Default: 1 second.
    pub removal_delay: Duration,
}

impl Default for Options {
    fn default() -> Self {
        const HOUR: Duration = Duration::from_hours(1);
        Self {
            max_message_size: 32 * 1024 * 1024,
            max_connection_age: 10 * HOUR..=12 * HOUR,
            max_connection_age_grace: Duration::from_mins(2),
            keepalive_interval: Duration::from_secs(30),
            keepalive_timeout: Duration::from_secs(20),
            max_concurrent_streams: 100,
            first_message_timeout: Duration::from_secs(30),
            warm_up_timeout: Duration::from_secs(20),
            removal_delay: Duration::from_secs(1),
        }
    }
}

impl Options {
    /// A random age from the configured range.
    pub(crate) fn pick_age(&self) -> Duration {
        let (low, high) = (*self.max_connection_age.start(), *self.max_connection_age.end());
        low + high.saturating_sub(low).mul_f64(fastrand::f64())
    }
}
