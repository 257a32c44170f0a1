//! What is counted. `docs/metrics.md` says what each metric means.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use eg_infra::ProvisionError;
use eg_ir::IrKey;
use eg_resources::{SourceError, StatusUpdate};
use eg_telemetry::Metrics;
use eg_xds_server::{Nack, Protocol, StreamInfo, TypeUrl};
use eg_xds_translator::EMISSION_FAILED;
use tokio::time::Instant;

use crate::{Core, Effects, Event, Publication};

/// The parts of the control plane, under the names that dashboards know.
const TRANSLATOR: &str = "gateway-api";
const EMITTER: &str = "xds-translator";
/// What the translator takes.
const OBJECTS: &str = "provider-resources";
/// What runs the proxies of a fleet.
const PROXY: &str = "Proxy";

/// The label for whether something worked.
pub(super) fn status(good: bool) -> &'static str {
    if good { "success" } else { "failure" }
}

/// The label for why something failed.
fn reason<E>(outcome: &Result<(), E>, may_pass: impl Fn(&E) -> bool) -> &'static str {
    match outcome {
        Ok(()) => "",
        Err(error) if may_pass(error) => "transient",
        Err(_) => "lasting",
    }
}

/// Events that a step takes.
pub(super) fn taken(metrics: &Metrics, events: &[Event]) {
    for event in events {
        metrics.events.count([TRANSLATOR, event.kind()]);
    }
}

/// What a step found and asks for.
pub(super) fn step(metrics: &Metrics, core: &Core, effects: &Effects) {
    let panics = core.panics();
    for panic in &panics {
        metrics.panics.count([TRANSLATOR, panic.unit]);
    }
    let (good, reason) = if panics.is_empty() { (true, "") } else { (false, "panic") };
    metrics.steps.count([TRANSLATOR, OBJECTS, status(good), reason]);
    for (unit, count) in core.runs().units {
        metrics.units.add([unit], u64::try_from(count).unwrap_or(u64::MAX));
    }
    for rejected in &effects.rejected {
        metrics.rejected.count([&rejected.source.to_string()]);
    }
    metrics.differences.add([], u64::try_from(effects.differences.len()).unwrap_or(u64::MAX));
    for publication in &effects.publish {
        published(metrics, core, publication);
    }
}

fn published(metrics: &Metrics, core: &Core, Publication { fleet, delta }: &Publication) {
    metrics.snapshots_created.count([status(true), ""]);
    let upserts = delta.upserts.iter().map(|(resource_type, ..)| (resource_type, "upsert"));
    let removals = delta.removals.iter().map(|(resource_type, _)| (resource_type, "removal"));
    for (resource_type, change) in upserts.chain(removals) {
        metrics.resources_changed.count([resource_type.type_url(), change]);
    }
    for finding in delta.raised.iter().filter(|finding| finding.diagnostic.code == &EMISSION_FAILED) {
        metrics.panics.count([EMITTER, finding.node.resource_type.type_url()]);
    }
    let findings = core.model(fleet).map_or(0, |model| model.findings().count());
    metrics.findings.set([fleet.as_str()], findings);
    metrics.quarantined.set([fleet.as_str()], core.quarantined(fleet));
}

/// A step is done, and its effects are on their way.
pub(super) fn done(metrics: &Metrics, withdrawn: &[IrKey], time: Duration, waiting: usize) {
    metrics.step_seconds.observe([TRANSLATOR, OBJECTS], time);
    metrics.waiting.set([TRANSLATOR, OBJECTS], waiting);
    for fleet in withdrawn {
        metrics.findings.forget([fleet.as_str()]);
        metrics.quarantined.forget([fleet.as_str()]);
    }
}

/// Statuses were written, or not.
pub(super) fn statuses(
    metrics: &Metrics,
    updates: &[StatusUpdate],
    outcome: &Result<(), SourceError>,
    time: Duration,
) {
    let reason = reason(outcome, SourceError::is_retryable);
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for update in updates {
        *kinds.entry(update.object.kind.kind).or_default() += 1;
    }
    for (kind, count) in kinds {
        metrics.status_updates.add([kind, status(outcome.is_ok()), reason], count);
        metrics.status_seconds.observe([kind], time);
    }
}

/// The name and the namespace of a fleet; a fleet of a whole class has no namespace.
fn place(fleet: &IrKey) -> (&str, &str) {
    let (namespace, name) = fleet.as_str().rsplit_once('/').unwrap_or(("", fleet.as_str()));
    (name, namespace)
}

/// The platform was told to run a fleet.
pub(super) fn applied(
    metrics: &Metrics,
    fleet: &IrKey,
    outcome: &Result<(), ProvisionError>,
    time: Duration,
) {
    let (name, namespace) = place(fleet);
    let reason = reason(outcome, ProvisionError::is_retryable);
    metrics.applies.count([PROXY, name, namespace, status(outcome.is_ok()), reason]);
    metrics.apply_seconds.observe([PROXY, name, namespace], time);
}

/// The platform was told to run a fleet no more.
pub(super) fn deleted(
    metrics: &Metrics,
    fleet: &IrKey,
    outcome: &Result<(), ProvisionError>,
    time: Duration,
) {
    let (name, namespace) = place(fleet);
    let reason = reason(outcome, ProvisionError::is_retryable);
    metrics.deletes.count([PROXY, name, namespace, status(outcome.is_ok()), reason]);
    metrics.delete_seconds.observe([PROXY, name, namespace], time);
}

/// Streams of proxies.
#[derive(Debug)]
pub(super) struct Streams {
    metrics: Metrics,
    open: Mutex<Open>,
}

/// What is open, to forget what is counted for proxies that are gone.
#[derive(Debug, Default)]
struct Open {
    since: BTreeMap<u64, Instant>,
    nodes: BTreeMap<Arc<str>, Node>,
}

#[derive(Debug, Default)]
struct Node {
    streams: usize,
    refused: BTreeSet<TypeUrl>,
}

impl Streams {
    pub(super) fn new(metrics: Metrics) -> Self {
        Self { metrics, open: Mutex::default() }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_delta(stream: &StreamInfo) -> &'static str {
        if stream.protocol == Protocol::Delta { "true" } else { "false" }
    }

    pub(super) fn connected(&self, stream: &StreamInfo) {
        self.metrics.streams.change([Self::is_delta(stream)], 1);
        let mut open = self.open();
        open.since.insert(stream.id, Instant::now());
        open.nodes.entry(Arc::clone(&stream.node)).or_default().streams += 1;
    }

    pub(super) fn sent(&self, stream: &StreamInfo) {
        self.metrics.snapshots_sent.count([&stream.node, status(true), ""]);
    }

    pub(super) fn nacked(&self, stream: &StreamInfo, nack: &Nack) {
        self.metrics.nacks.count([&stream.node, nack.type_url.as_str()]);
        if let Some(node) = self.open().nodes.get_mut(&stream.node) {
            node.refused.insert(nack.type_url.clone());
        }
    }

    pub(super) fn disconnected(&self, stream: &StreamInfo) {
        self.metrics.streams.change([Self::is_delta(stream)], -1);
        let mut open = self.open();
        if let Some(since) = open.since.remove(&stream.id) {
            self.metrics.stream_seconds.observe([Self::is_delta(stream)], since.elapsed());
        }
        let Some(node) = open.nodes.get_mut(&stream.node) else { return };
        node.streams -= 1;
        if node.streams > 0 {
            return;
        }
        self.metrics.snapshots_sent.forget([&stream.node, status(true), ""]);
        for type_url in &node.refused {
            self.metrics.nacks.forget([&stream.node, type_url.as_str()]);
        }
        open.nodes.remove(&stream.node);
    }

    pub(super) fn refused(&self, refusal: &tonic::Status) {
        let code = format!("{:?}", refusal.code());
        self.metrics.streams_refused.count([&code]);
    }
}
