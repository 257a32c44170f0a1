#![doc = include_str!("../README.md")]

use std::{collections::BTreeSet, sync::Arc};

use eg_diag::ObjectRef;
use eg_ir::IrKey;
use eg_resources::{Delta, Demand, Snapshot};

mod assembly;
mod demand;
mod duration;
mod endpoint;
mod engine;
mod fanout;
mod format;
mod gateway;
mod header;
mod hostname;
mod labels;
mod lua;
mod merge;
mod names;
mod origin;
pub mod policy;
mod re2;
mod refs;
mod route;
mod settings;
mod status;
pub mod support;

pub use assembly::Translation;
pub use eg_ir as ir;
pub use eg_resources as resources;
pub use engine::{Panic, ReadCx, Runs};
pub use gateway::EffectiveProxy;
pub use refs::{RefCx, Unresolved};
pub use route::http::filter::{FilterCx, FilterSettings, FilterSpec, RouteFilter, RuleDraft};
pub use settings::{Env, Features, Infrastructure, Settings};

/// Translates snapshots; it holds settings and no state.
#[derive(Clone, Debug)]
pub struct Translator {
    env: Arc<Env>,
}

impl Translator {
    /// A translator with these settings.
    pub fn new(settings: Settings) -> Self {
        Self::with_features(settings, Features::default())
    }

    /// The same with further features.
    pub fn with_features(settings: Settings, features: Features) -> Self {
        Self { env: Arc::new(Env { settings, features }) }
    }

    /// The same features with other settings.
    #[must_use]
    pub fn with_settings(&self, settings: Settings) -> Self {
        Self::with_features(settings, self.env.features.clone())
    }

    /// Translates from scratch. This defines what the right answer is.
    pub fn translate(&self, snapshot: &Snapshot) -> Translation {
        let mut session = self.session();
        session.update(snapshot, &snapshot.as_delta());
        session.current
    }

    /// Starts incremental translation, of an empty snapshot.
    pub fn session(&self) -> Session {
        let mut engine = engine::Engine::new(Arc::clone(&self.env));
        gateway::register(&mut engine);
        route::register(&mut engine);
        endpoint::register(&mut engine);
        policy::register(&mut engine);
        refs::register(&mut engine);
        demand::register(&mut engine);
        status::foreign::register(&mut engine, &self.env.settings.foreign);
        Session { engine, current: Translation::default() }
    }
}

/// Incremental translation: remembers what each unit read, and re-runs what changed.
///
/// At all times [`Session::current`] equals what [`Translator::translate`] makes of the same snapshot.
pub struct Session {
    engine: engine::Engine,
    current: Translation,
}

/// What an update changed: the keys whose values were added, changed or removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TranslationDelta {
    /// Fleets whose xDS IR differs.
    pub xds: BTreeSet<IrKey>,
    /// Fleets whose infrastructure IR differs.
    pub infra: BTreeSet<IrKey>,
    /// Objects whose desired status differs.
    pub statuses: BTreeSet<ObjectRef>,
    /// Demands that are new, or that nobody has any more.
    pub demands: BTreeSet<Demand>,
}

impl TranslationDelta {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Session {
    /// Brings the translation from the last snapshot to this one; `delta` is what changed in between.
    pub fn update(&mut self, snapshot: &Snapshot, delta: &Delta) -> TranslationDelta {
        let mut assembly = assembly::Assembly::new(&mut self.current);
        self.engine.update(snapshot, delta, &mut assembly);
        assembly.finish()
    }

    /// The translation of the last snapshot.
    pub fn current(&self) -> &Translation {
        &self.current
    }

    /// Which units ran in the last update, and which of them panicked.
    pub fn runs(&self) -> Runs {
        self.engine.runs()
    }

    /// When translation wants to look again although nothing changed, in seconds since 1970: the shell then puts the
    /// time into the store as a [`Clock`](eg_resources::Clock).
    pub fn next_deadline(&self) -> Option<i64> {
        self.engine.next_deadline()
    }

    /// How many units of each name are in memory.
    pub fn population(&self) -> std::collections::BTreeMap<&'static str, usize> {
        self.engine.population()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("fleets", &self.current.xds.len()).finish_non_exhaustive()
    }
}
