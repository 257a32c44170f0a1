//! What units read from outside: objects, buckets, groups and time.

use std::collections::{BTreeMap, BTreeSet};

use eg_diag::ObjectRef;
use eg_resources::{Bucket, Delta};

use super::{
    node::{Dep, NodeId},
    read::Read,
};

/// Names one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct InputId(u32);

/// Something outside the units.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Input {
    /// The presence and content of an object.
    Object(ObjectRef),
    /// Which objects are in a bucket.
    Bucket(Bucket),
    /// Whether a point in time, in seconds since 1970, has passed.
    Passed(i64),
}

/// The inputs that units read, with who reads them.
#[derive(Default)]
pub(super) struct Inputs {
    ids: BTreeMap<Input, InputId>,
    texts: Vec<Option<Input>>,
    readers: Vec<BTreeSet<NodeId>>,
    free: Vec<u32>,
}

impl Inputs {
    /// Names the reads of a unit, sorted and without repetition.
    pub(super) fn intern(&mut self, reads: Vec<Read>) -> Box<[Dep]> {
        let mut deps: Vec<Dep> = reads
            .into_iter()
            .map(|read| match read {
                Read::Node(node) => Dep::Node(node),
                Read::Known(input) => Dep::Input(input),
                Read::Input(input) => Dep::Input(self.id(input)),
            })
            .collect();
        deps.sort_unstable();
        deps.dedup();
        deps.into_boxed_slice()
    }

    fn id(&mut self, input: Input) -> InputId {
        if let Some(id) = self.ids.get(&input) {
            return *id;
        }
        let id = self.fresh(Some(input.clone()));
        self.ids.insert(input, id);
        id
    }

    /// An input of its own, which only its owner can name.
    pub(super) fn anonymous(&mut self) -> InputId {
        self.fresh(None)
    }

    fn fresh(&mut self, input: Option<Input>) -> InputId {
        if let Some(index) = self.free.pop() {
            self.texts[index as usize] = input;
            return InputId(index);
        }
        let id = InputId(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(input);
        self.readers.push(BTreeSet::new());
        id
    }

    pub(super) fn add_reader(&mut self, input: InputId, reader: NodeId) {
        self.readers[input.0 as usize].insert(reader);
    }

    pub(super) fn remove_reader(&mut self, input: InputId, reader: NodeId) {
        let readers = &mut self.readers[input.0 as usize];
        readers.remove(&reader);
        if readers.is_empty()
            && let Some(known) = self.texts[input.0 as usize].take()
        {
            self.ids.remove(&known);
            self.free.push(input.0);
        }
    }

    pub(super) fn readers(&self, input: InputId) -> Vec<NodeId> {
        self.readers[input.0 as usize].iter().copied().collect()
    }

    /// Whether no unit reads the input.
    pub(super) fn is_unread(&self, input: InputId) -> bool {
        self.readers[input.0 as usize].is_empty()
    }

    /// Gives up an anonymous input that nobody reads.
    pub(super) fn release(&mut self, input: InputId) {
        self.free.push(input.0);
    }

    /// The units that read something that changed.
    pub(super) fn touched(&self, delta: &Delta, before: Option<i64>, now: Option<i64>) -> Vec<NodeId> {
        let objects = delta.objects.iter().map(|change| Input::Object(change.key.clone()));
        let buckets = delta.buckets.iter().map(|bucket| Input::Bucket(bucket.clone()));
        let known = objects.chain(buckets).filter_map(|input| self.ids.get(&input).copied());
        let span = match (before, now) {
            (Some(before), Some(now)) if before == now => None,
            (Some(before), Some(now)) => Some((before.min(now).saturating_add(1), before.max(now))),
            (None, None) => None,
            // The clock appeared or went: every answer may differ.
            _ => Some((i64::MIN, i64::MAX)),
        };
        let passed = span.map(|(first, last)| self.ids.range(Input::Passed(first)..=Input::Passed(last)));
        let passed = passed.into_iter().flatten().map(|(_, id)| *id);
        known.chain(passed).flat_map(|id| self.readers(id)).collect()
    }

    /// The first point in time after `now` that a unit asked about.
    pub(super) fn next_deadline(&self, now: i64) -> Option<i64> {
        let next = self.ids.range(Input::Passed(now.saturating_add(1))..).next();
        next.and_then(|(input, _)| if let Input::Passed(at) = input { Some(*at) } else { None })
    }
}
