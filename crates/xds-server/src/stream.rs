//! The protocol as a state machine: requests, views and the time in; responses and events out; no I/O.
//!
//! One [`StreamState`] belongs to one stream. Its driver
//!
//! 1. feeds every request to [`on_delta`](StreamState::on_delta) or [`on_sotw`](StreamState::on_sotw),
//! 2. then, and after every change of the store, calls [`poll_response`](StreamState::poll_response) until it returns
//!    `None`, and sends what it returns,
//! 3. calls it again when [`next_deadline`](StreamState::next_deadline) has passed.
//!
//! # What a stream remembers
//!
//! For each type the versions it sent, as a persistent map that it shares with the store and with every other stream at
//! the same position; the names the client asked for, if it asked by name; and small sets of exceptions: names it owes
//! an answer, removals it holds back, versions the client rejected. It never keeps bodies, apart from clusters whose
//! removal a state-of-the-world stream holds back, and the view of a round in progress (see below).
//!
//! # Order
//!
//! Additions are sent in the order CDS, EDS, SDS, ECDS, LDS, RDS, VHDS. Listeners wait until the clusters of the same
//! view are acknowledged, routes until clusters and listeners are; Envoy delays that acknowledgement until new clusters
//! are warm. While they wait, the stream stays at that view (a *round*), lest clusters that change all the time keep
//! routes from ever being sent. A round lasts at most the warm-up timeout for each type that is waited for.
//!
//! Removals of clusters, endpoints and secrets are held back until everything that may have referred to them is
//! acknowledged at the view that dropped them, with nothing rejected, and the removal delay has passed.

mod gate;
mod name;
mod name_set;
mod plan;
mod request;
mod settle;
mod subscription;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use subscription::Subscription;

use crate::{Ack, Nack, Options, Protocol, ResourceName, TypeUrl, Version};

/// The times that order depends on.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// See [`Options::warm_up_timeout`].
    pub warm_up_timeout: Duration,
    /// See [`Options::removal_delay`].
    pub removal_delay: Duration,
}

impl From<&Options> for Timing {
    fn from(options: &Options) -> Self {
        Self { warm_up_timeout: options.warm_up_timeout, removal_delay: options.removal_delay }
    }
}

/// The protocol's state of one stream.
#[derive(Debug)]
pub struct StreamState {
    protocol: Protocol,
    only: Option<TypeUrl>,
    timing: Timing,
    /// In the order of additions.
    subscriptions: Vec<Subscription>,
    /// The view that gated types are being brought to, while one of them waits for another.
    round: Option<Arc<crate::View>>,
    responses: u64,
    polled: Option<Instant>,
}

impl StreamState {
    /// The state of a new stream; `only` is the type of a per-type service, `None` for an aggregated stream.
    #[must_use]
    pub fn new(protocol: Protocol, only: Option<TypeUrl>, timing: Timing) -> Self {
        Self { protocol, only, timing, subscriptions: Vec::new(), round: None, responses: 0, polled: None }
    }

    /// Whether a response of the type waits for its acknowledgement.
    pub fn is_outstanding(&self, type_url: &TypeUrl) -> bool {
        self.subscription(type_url).is_some_and(|sub| sub.outstanding.is_some())
    }

    fn subscription(&self, type_url: &TypeUrl) -> Option<&Subscription> {
        self.subscriptions.iter().find(|sub| sub.type_url == *type_url)
    }

    fn next_nonce(&mut self) -> Nonce {
        self.responses += 1;
        Nonce::new(self.responses)
    }
}

/// A message of the client that breaks the protocol; it ends the stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A request on an aggregated stream names no type.
    #[error("type_url is required on an aggregated stream")]
    MissingType,
    /// A request to a per-type service names another type.
    #[error("this service serves {expected}, not {found}")]
    WrongType {
        /// The type the service serves.
        expected: TypeUrl,
        /// The type the request names.
        found: String,
    },
    /// A delta stream got a state-of-the-world request, or the other way round.
    #[error("request belongs to the other variant of the protocol")]
    WrongProtocol,
}

/// What a request told about an earlier response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The client accepted it.
    Acked(Ack),
    /// The client rejected it.
    Nacked(Nack),
}

/// The name of a response within its stream; all have the same length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Nonce([u8; Self::LEN]);

impl Nonce {
    /// Length in bytes.
    pub const LEN: usize = 12;

    pub(crate) fn new(count: u64) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'0'; Self::LEN];
        let mut rest = count;
        for place in text.iter_mut().rev() {
            *place = DIGITS[(rest & 0xf) as usize];
            rest >>= 4;
        }
        Self(text)
    }

    /// The text on the wire.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn is(self, text: &str) -> bool {
        self.0 == text.as_bytes()
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a response says: equal items of one type make equal responses, apart from the nonce.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Items {
    /// The version of the whole, which only state-of-the-world responses carry.
    pub version: Option<Version>,
    /// The resources, each with its version.
    pub resources: Vec<(ResourceName, Version)>,
    /// The names of removed resources, which only delta responses carry.
    pub removed: Vec<ResourceName>,
}

/// A response to send.
#[derive(Clone, Debug)]
pub struct Response {
    /// The type of the resources.
    pub type_url: TypeUrl,
    /// The response's nonce.
    pub nonce: Nonce,
    /// What it says.
    pub items: Arc<Items>,
    /// The encoded resources, in the order of `items.resources`.
    pub bodies: Vec<Bytes>,
}
