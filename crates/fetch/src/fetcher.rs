//! The contract of what answers demands.

use std::{error::Error, time::Duration};

use bytes::Bytes;
use eg_resources::{BoxFuture, Demand};
use thiserror::Error;

/// Gets the documents that answer demands.
///
/// Implemented for a way to get them. The runtime calls [`Fetcher::fetch`] once for each demand that is new, again when the
/// answer is due for refreshment, and with back-off after a failure; each call is on a task of its own, several of them at
/// a time, and is dropped when nobody needs the answer any more. Time limits and sizes are the fetcher's business.
pub trait Fetcher: Send + Sync + 'static {
    /// Whether this fetcher is the one for a demand.
    fn answers(&self, demand: &Demand) -> bool;

    /// Gets the document.
    fn fetch<'a>(&'a self, demand: &'a Demand) -> BoxFuture<'a, Result<Fetched, FetchError>>;
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its content.
    pub document: Bytes,
    /// The time after which it should be looked at again.
    pub fresh_for: Duration,
}

/// Why there is no document.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The server cannot be reached, or what it says is no HTTP.
    #[error("{url} cannot be fetched")]
    Unreachable {
        /// The URL.
        url: String,
        /// Why not.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The server has no such document.
    #[error("{url} answers with status {status}")]
    Status {
        /// The URL.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// There was no whole answer within the time limit.
    #[error("{url} does not answer within {} s", limit.as_secs_f64())]
    TimedOut {
        /// The URL.
        url: String,
        /// The limit.
        limit: Duration,
    },
    /// The document is larger than the limit.
    #[error("{url} is larger than {limit} bytes")]
    TooLarge {
        /// The URL.
        url: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The server leads from one URL to another without end, or to one that is not allowed.
    #[error("{url} leads to {to}, which is not followed")]
    Redirect {
        /// The URL.
        url: String,
        /// Where it leads.
        to: String,
    },
    /// What the user wrote is no URL that can be fetched.
    #[error("`{url}` cannot be fetched: {why}")]
    Url {
        /// What was written.
        url: String,
        /// What is wrong with it.
        why: String,
    },
}

impl FetchError {
    /// Whether trying again may help although nobody changes anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status >= 500 || *status == 429,
            Self::Unreachable { .. } | Self::TimedOut { .. } => true,
            Self::TooLarge { .. } | Self::Redirect { .. } | Self::Url { .. } => false,
        }
    }
}
