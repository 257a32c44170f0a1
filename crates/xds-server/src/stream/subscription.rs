//! What a stream remembers of one type.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use bytes::Bytes;
use imbl::OrdMap;

use super::{Items, Nonce, name_set::NameSet};
use crate::{
    Protocol, ResourceName, Seq, TypeUrl, Version,
    view::{Table, Versions},
};

/// What a client said it already has when it opened the stream; resolved against the first view.
#[derive(Debug, Default)]
pub(super) enum Claim {
    #[default]
    None,
    /// A delta client names every version.
    Versions(Versions),
    /// A state-of-the-world client names the version of the whole.
    Whole(Version),
}

/// A removal that is not sent yet.
#[derive(Debug)]
pub(super) struct Held {
    /// What the client has.
    pub(super) version: Version,
    /// The view that lacks the resource.
    pub(super) seq: Seq,
    /// When it may be sent; `None` while something may still refer to it.
    pub(super) due: Option<Instant>,
    /// The resource, where the protocol wants it listed until it is removed.
    pub(super) body: Option<Bytes>,
}

/// A response that is not acknowledged yet.
#[derive(Debug)]
pub(super) struct Outstanding {
    pub(super) nonce: Nonce,
    pub(super) items: Arc<Items>,
    pub(super) sent_at: Instant,
}

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own; no two exclude each other")]
pub(super) struct Subscription {
    pub(super) type_url: TypeUrl,
    pub(super) protocol: Protocol,
    /// The client wants everything.
    pub(super) wildcard: bool,
    /// Whether the client asked for everything by naming nothing.
    pub(super) legacy_wildcard: bool,
    /// What the client asked for by name.
    pub(super) names: NameSet,
    /// Whether `names` changed since they were last shared with other streams.
    pub(super) names_changed: bool,
    /// Each response lists everything the client wants, rather than what changed.
    pub(super) full_state: bool,
    /// Bodies of what was sent are kept, to list held resources.
    pub(super) keeps_bodies: bool,
    pub(super) claim: Claim,
    /// What was sent, the exceptions in `held` and `owed` aside.
    pub(super) sent: Versions,
    pub(super) sent_bodies: OrdMap<ResourceName, Bytes>,
    pub(super) sent_version: Option<Version>,
    /// The view that `sent` belongs to.
    pub(super) sent_seq: Seq,
    /// The newest view that is settled: all of it was accepted, or what was rejected is known.
    pub(super) through: Seq,
    /// The client waits for a response, even one without resources.
    pub(super) must_respond: bool,
    /// Names that must be answered, whether they changed or not.
    pub(super) owed: BTreeSet<ResourceName>,
    pub(super) held: BTreeMap<ResourceName, Held>,
    /// What the client refused and was not replaced since.
    pub(super) rejected: BTreeMap<ResourceName, Version>,
    /// Parts of a rejected response that are sent again to find the culprit.
    pub(super) retries: Vec<Vec<(ResourceName, Version)>>,
    pub(super) outstanding: Option<Outstanding>,
    /// The nonce of the last response that was acknowledged or rejected.
    pub(super) settled_nonce: Option<Nonce>,
}

impl Subscription {
    pub(super) fn new(type_url: TypeUrl, protocol: Protocol) -> Self {
        Self {
            type_url,
            protocol,
            wildcard: false,
            legacy_wildcard: false,
            names: NameSet::default(),
            names_changed: false,
            full_state: false,
            keeps_bodies: false,
            claim: Claim::None,
            sent: Versions::new(),
            sent_bodies: OrdMap::new(),
            sent_version: None,
            sent_seq: Seq::default(),
            through: Seq::default(),
            must_respond: false,
            owed: BTreeSet::new(),
            held: BTreeMap::new(),
            rejected: BTreeMap::new(),
            retries: Vec::new(),
            outstanding: None,
            settled_nonce: None,
        }
    }

    pub(super) fn wants(&self, name: &ResourceName) -> bool {
        self.wildcard || self.names.contains(name)
    }

    /// Whether the client lacks something of `table`, or an answer. May be wrong by saying yes.
    pub(super) fn is_behind(&self, table: &Table) -> bool {
        self.must_respond
            || !self.owed.is_empty()
            || !self.retries.is_empty()
            || !matches!(self.claim, Claim::None)
            || !same(&self.sent, &table.versions)
    }

    /// Forgets a name the client no longer cares about.
    pub(super) fn forget(&mut self, name: &ResourceName) {
        self.owed.remove(name);
        self.held.remove(name);
        self.rejected.remove(name);
    }

    /// Stops wanting everything; what was asked for by name stays.
    pub(super) fn end_wildcard(&mut self) {
        self.wildcard = false;
        self.legacy_wildcard = false;
        let names = &self.names;
        self.owed.retain(|name| names.contains(name));
        self.held.retain(|name, _| names.contains(name));
        self.rejected.retain(|name, _| names.contains(name));
    }
}

/// Whether two maps are the same in memory, so that comparing them can be skipped.
pub(super) fn same(a: &Versions, b: &Versions) -> bool {
    (a.is_empty() && b.is_empty()) || a.ptr_eq(b)
}
