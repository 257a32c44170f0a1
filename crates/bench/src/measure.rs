//! Measuring.

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    hint::black_box,
    str::FromStr,
    time::{Duration, Instant},
};

use eg_gatewayapi_translator::{Session, Settings, Translator};
use eg_resources::{Batch, Change, DecodeError, SourceId, Store};
use eg_runtime::{Core, Effects, Event};
use eg_xds_translator::XdsTranslator;
use serde::Serialize;
use stats_alloc::{Region, Stats};

use crate::{
    ALLOCATOR,
    world::{self, Layout},
};

/// How often translation from scratch is measured; the best counts, because everything else is noise of the machine.
const SCRATCH_RUNS: usize = 5;

/// How far apart edited objects are, so that nothing is found in a cache only because its neighbour was edited.
const STRIDE: usize = 7919;

/// Going over so many bytes leaves nothing else in the caches of the processor.
const CACHES: usize = 128 << 20;

/// What can be done again and again under a profiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Everything from a filled store.
    Scratch,
    /// One edited route.
    Route,
    /// One changed endpoint.
    Endpoint,
    /// What stays in memory: the process ends with it, for heap profilers.
    Memory,
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "scratch" => Ok(Self::Scratch),
            "route" => Ok(Self::Route),
            "endpoint" => Ok(Self::Endpoint),
            "memory" => Ok(Self::Memory),
            other => Err(format!("{other} cannot be profiled: scratch, route, endpoint or memory can")),
        }
    }
}

impl Subject {
    fn edit(self, layout: Layout, index: usize, version: usize) -> Result<Change, DecodeError> {
        match self {
            Self::Endpoint => world::endpoint_edit(index, version),
            Self::Scratch | Self::Route | Self::Memory => world::route_edit(layout, index, version),
        }
    }
}

/// The figures of one world.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    /// Which layout.
    pub(crate) layout: String,
    /// How many routes.
    pub(crate) routes: usize,
    /// From a filled store.
    pub(crate) scratch: Scratch,
    /// One edited route.
    pub(crate) route_edit: Edit,
    /// One changed endpoint.
    pub(crate) endpoint_edit: Edit,
    /// What stays in memory.
    pub(crate) memory: Memory,
    /// Units of the translator in memory.
    pub(crate) units: BTreeMap<&'static str, usize>,
}

/// From a filled store to IR and statuses, and from there to packed bytes.
#[derive(Debug, Serialize)]
pub(crate) struct Scratch {
    /// To IR and statuses.
    pub(crate) translate_ms: f64,
    /// From IR to packed bytes.
    pub(crate) emit_ms: f64,
    /// Both, and the store filled.
    pub(crate) step_ms: f64,
    /// From a filled store to packed bytes.
    pub(crate) routes_per_second: f64,
}

/// One edit, from the object to packed bytes and statuses.
#[derive(Debug, Serialize)]
pub(crate) struct Edit {
    /// The median time of a step.
    pub(crate) median_us: f64,
    /// The part of the store, the translator and the emitter in it.
    pub(crate) parts_us: [f64; 3],
    /// The median time of store and translator when nothing emits between the edits. Emission goes over all bytes that
    /// the proxies are sent, after which nothing else is left in the caches.
    pub(crate) alone_us: f64,
    /// The same when the caches of the processor are emptied before each edit, as they are when edits come one by one, after
    /// other work.
    pub(crate) cold_us: f64,
    /// The same when one object is edited again and again: what is left when everything that the edit touches is in the
    /// caches, however large the world is.
    pub(crate) again_us: f64,
    /// Allocations of a step.
    pub(crate) allocations: usize,
    /// Bytes allocated in a step.
    pub(crate) allocated_bytes: usize,
    /// Units that ran.
    pub(crate) runs: BTreeMap<&'static str, usize>,
    /// Reads that they made.
    pub(crate) reads: usize,
    /// Resources that proxies are told of.
    pub(crate) resources: usize,
}

/// What stays in memory.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the recorded floor")]
pub(crate) struct Memory {
    /// Live heap of the objects and the core, by route.
    pub(crate) heap_per_route: usize,
    /// Live heap of the objects alone, by route.
    pub(crate) objects_per_route: usize,
    /// Resident memory that the process gained, by route; of the first world only it means something.
    pub(crate) resident_per_route: usize,
}

fn source() -> SourceId {
    SourceId::new("bench")
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// Measures one world.
pub(crate) fn measure(layout: Layout, routes: usize, edits: usize) -> Result<Measured, Box<dyn Error>> {
    // What a process has once is not counted.
    drop(filled(layout, 1)?);
    let (mut core, memory) = filled(layout, routes)?;
    let scratch = scratch(layout, routes)?;
    let mut staged = Staged::new(layout, routes)?;
    let route_edit = edit(Subject::Route, layout, routes, edits, &mut core, &mut staged)?;
    let endpoint_edit = edit(Subject::Endpoint, layout, routes, edits, &mut core, &mut staged)?;
    let units = staged.session.population();
    Ok(Measured { layout: layout.to_string(), routes, scratch, route_edit, endpoint_edit, memory, units })
}

/// A core that has the world, and what it needs in memory.
fn filled(layout: Layout, routes: usize) -> Result<(Core, Memory), Box<dyn Error>> {
    let resident = resident()?;
    let region = Region::new(ALLOCATOR);
    let live = || {
        // What lists grew and shrank by is in both numbers already.
        let stats = region.change();
        stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
    };
    let objects = world::objects(layout, routes)?;
    let of_objects = live();
    let mut core = Core::new(Settings::default(), [source()]);
    core.step([Event::Batch { source: source(), batch: Batch::Replace(objects) }]);
    let memory = Memory {
        heap_per_route: live() / routes.max(1),
        objects_per_route: of_objects / routes.max(1),
        resident_per_route: self::resident()?.saturating_sub(resident) / routes.max(1),
    };
    Ok((core, memory))
}

/// The resident memory of this process in bytes.
fn resident() -> Result<usize, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kib: usize = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}

fn scratch(layout: Layout, routes: usize) -> Result<Scratch, Box<dyn Error>> {
    let [mut translate, mut emit, mut step] = [Duration::MAX; 3];
    let objects = world::objects(layout, routes)?;
    for _ in 0..SCRATCH_RUNS {
        let mut store = Store::new();
        store.apply(&source(), Batch::Replace(objects.clone()));
        let snapshot = store.snapshot();
        let begin = Instant::now();
        let translation = Translator::new(Settings::default()).translate(&snapshot);
        translate = translate.min(begin.elapsed());
        let ir = translation.xds.values().next().ok_or("no fleet")?;
        let begin = Instant::now();
        let model = XdsTranslator::default().translate(ir);
        emit = emit.min(begin.elapsed());
        black_box(model);

        let mut core = Core::new(Settings::default(), [source()]);
        let batch = Batch::Replace(objects.clone());
        let begin = Instant::now();
        let effects = core.step([Event::Batch { source: source(), batch }]);
        step = step.min(begin.elapsed());
        black_box(effects);
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let routes_per_second = routes as f64 / (translate + emit).as_secs_f64();
    Ok(Scratch {
        translate_ms: millis(translate),
        emit_ms: millis(emit),
        step_ms: millis(step),
        routes_per_second,
    })
}

/// The parts of a core, to see how long each takes.
struct Staged {
    store: Store,
    session: Session,
    emitter: eg_xds_translator::Session,
}

impl Staged {
    fn new(layout: Layout, routes: usize) -> Result<Self, DecodeError> {
        let mut staged = Self {
            store: Store::new(),
            session: Translator::new(Settings::default()).session(),
            emitter: XdsTranslator::default().session(),
        };
        staged.apply(Batch::Replace(world::objects(layout, routes)?));
        Ok(staged)
    }

    /// How long the store, the translator and the emitter take for a batch.
    fn apply(&mut self, batch: Batch) -> [Duration; 3] {
        let begin = Instant::now();
        let (stored, translated) = self.translate(batch);
        if let Some(ir) = self.session.current().xds.values().next() {
            black_box(self.emitter.update(ir));
        }
        [stored, translated.saturating_sub(stored), begin.elapsed().saturating_sub(translated)]
    }

    /// When the store and the translator are done with a batch.
    fn translate(&mut self, batch: Batch) -> (Duration, Duration) {
        let begin = Instant::now();
        let delta = self.store.apply(&source(), batch);
        let snapshot = self.store.snapshot();
        let stored = begin.elapsed();
        self.session.update(&snapshot, &delta);
        (stored, begin.elapsed())
    }
}

fn step(core: &mut Core, change: Change) -> Effects {
    core.step([Event::Batch { source: source(), batch: Batch::Changes(vec![change]) }])
}

/// How long an edit takes, what it allocates, and how many resources proxies are told of.
fn counted(core: &mut Core, change: Change) -> Result<(Duration, Stats, usize), Box<dyn Error>> {
    let region = Region::new(ALLOCATOR);
    let begin = Instant::now();
    let effects = step(core, change);
    let (time, stats) = (begin.elapsed(), region.change());
    let resources = effects.publish.iter().map(|publication| publication.delta.upserts.len()).sum();
    if resources == 0 {
        return Err("an edit changes nothing: the benchmark is wrong".into());
    }
    Ok((time, stats, resources))
}

/// What depends neither on the machine nor on how this program was built, by name.
#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn counts(layout: Layout, routes: usize) -> Result<BTreeMap<String, f64>, Box<dyn Error>> {
    /// Enough for a median.
    const EDITS: usize = 11;
    // What a process has once is not counted.
    drop(filled(layout, 1)?);
    let (mut core, memory) = filled(layout, routes)?;
    let mut counts = BTreeMap::from([("memory/heap_per_route".to_owned(), memory.heap_per_route)]);
    for (name, subject) in [("route_edit", Subject::Route), ("endpoint_edit", Subject::Endpoint)] {
        let mut allocations = Vec::new();
        for number in 0..EDITS {
            let change = subject.edit(layout, number * STRIDE % routes.max(1), number + 1)?;
            let (_, stats, _) = counted(&mut core, change)?;
            allocations.push(stats.allocations + stats.reallocations);
        }
        let runs = core.runs();
        counts.insert(format!("{name}/allocations"), median(&mut allocations));
        counts.insert(format!("{name}/reads"), runs.reads);
        counts.insert(format!("{name}/runs"), runs.units.values().sum());
    }
    Ok(counts.into_iter().map(|(name, count)| (format!("{layout}/{name}"), count as f64)).collect())
}

/// Edits one object after the other, all over the world.
fn edit(
    subject: Subject,
    layout: Layout,
    routes: usize,
    edits: usize,
    core: &mut Core,
    staged: &mut Staged,
) -> Result<Edit, Box<dyn Error>> {
    let (mut times, mut parts) = (Vec::new(), [Vec::new(), Vec::new(), Vec::new()]);
    let (mut allocations, mut bytes) = (Vec::new(), Vec::new());
    let mut resources = 0;
    for number in 0..edits {
        let index = number * STRIDE % routes.max(1);
        let change = subject.edit(layout, index, number + 1)?;
        let (time, stats, told) = counted(core, change.clone())?;
        times.push(time);
        allocations.push(stats.allocations + stats.reallocations);
        bytes.push(stats.bytes_allocated);
        resources = told;
        for (all, one) in parts.iter_mut().zip(staged.apply(Batch::Changes(vec![change]))) {
            all.push(one);
        }
    }
    let mut alone = |first: usize, stride: usize, before: &mut dyn FnMut()| -> Result<f64, DecodeError> {
        let mut times = Vec::with_capacity(edits);
        for number in 0..edits {
            let change = subject.edit(layout, number * stride % routes.max(1), first + number)?;
            before();
            times.push(staged.translate(Batch::Changes(vec![change])).1);
        }
        Ok(micros(median(&mut times)))
    };
    let alone_us = alone(edits + 1, STRIDE, &mut || {})?;
    let again_us = alone(3 * edits + 1, 0, &mut || {})?;
    let mut bulk = vec![0_u8; CACHES];
    let cold_us = alone(2 * edits + 1, STRIDE, &mut || {
        for line in bulk.chunks_mut(64) {
            line[0] = line[0].wrapping_add(1);
        }
        black_box(&mut bulk);
    })?;
    let runs = core.runs();
    Ok(Edit {
        median_us: micros(median(&mut times)),
        parts_us: parts.map(|mut part| micros(median(&mut part))),
        alone_us,
        cold_us,
        again_us,
        allocations: median(&mut allocations),
        allocated_bytes: median(&mut bytes),
        runs: runs.units,
        reads: runs.reads,
        resources,
    })
}

fn median<T: Ord + Copy + Default>(values: &mut [T]) -> T {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Does one thing again and again, and says what the world takes in memory.
pub(crate) fn repeat(
    subject: Subject,
    layout: Layout,
    routes: usize,
    times: usize,
) -> Result<Memory, Box<dyn Error>> {
    // What a process has once is not counted.
    drop(filled(layout, 1)?);
    let (mut core, memory) = filled(layout, routes)?;
    if subject == Subject::Memory {
        std::mem::forget(core);
        return Ok(memory);
    }
    for number in 0..times {
        if subject == Subject::Scratch {
            core = filled(layout, routes)?.0;
        } else {
            let index = number * STRIDE % routes.max(1);
            black_box(step(&mut core, subject.edit(layout, index, number + 1)?));
        }
    }
    Ok(memory)
}
