//! The engine in isolation: units that have nothing to do with Gateways, over namespaces and their labels.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use eg_api::core::Namespace;
use eg_diag::{Kind, ObjectRef};
use eg_resources::{AnyObject, Batch, Change, Clock, Decoder, Object, SourceId, Store};
use serde_json::json;

use super::{Engine, Group, ReadCx, Root, Runs, Unit};
use crate::{Env, Features, Settings, Translation, assembly::Assembly};

thread_local! {
    /// What root units published, by unit and key; every test has a thread of its own.
    static PUBLISHED: RefCell<BTreeMap<(&'static str, String), String>> = RefCell::default();
}

/// A store, an engine that follows it, and what the engine published.
struct World {
    store: Store,
    engine: Engine,
    translation: Translation,
}

impl World {
    fn new(register: impl FnOnce(&mut Engine)) -> Self {
        let mut engine =
            Engine::new(Arc::new(Env { settings: Settings::default(), features: Features::default() }));
        register(&mut engine);
        Self { store: Store::new(), engine, translation: Translation::default() }
    }

    /// Sets the labels of namespaces, all in one update.
    fn put(&mut self, namespaces: &[(&str, &[(&str, &str)])]) -> Runs {
        let change = |(name, labels): &(&str, &[(&str, &str)])| {
            let labels: BTreeMap<&str, &str> = labels.iter().copied().collect();
            let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
            Change::Upsert(Decoder::new().decode(object).unwrap())
        };
        self.apply(namespaces.iter().map(change).collect())
    }

    fn remove(&mut self, names: &[&str]) -> Runs {
        self.apply(names.iter().map(|name| Change::Remove(namespace(name))).collect())
    }

    fn tick(&mut self, seconds: i64) -> Runs {
        self.apply(vec![Change::Upsert(AnyObject::new(Clock::at(seconds)))])
    }

    fn apply(&mut self, changes: Vec<Change>) -> Runs {
        let delta = self.store.apply(&SourceId::new("test"), Batch::Changes(changes));
        let mut assembly = Assembly::new(&mut self.translation);
        self.engine.update(&self.store.snapshot(), &delta, &mut assembly);
        self.engine.runs()
    }
}

fn namespace(name: &str) -> ObjectRef {
    ObjectRef::new(Namespace::KIND, "", name)
}

/// What the root units of this name published, by the names of their keys.
fn published(unit: &str) -> Vec<(String, String)> {
    PUBLISHED.with_borrow(|published| {
        let of_unit = published.iter().filter(|((name, _), _)| *name == unit);
        of_unit.map(|((_, key), value)| (key.clone(), value.clone())).collect()
    })
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

fn record<U: Unit>(key: String, out: Option<String>) {
    PUBLISHED.with_borrow_mut(|published| {
        match out {
            Some(out) => published.insert((U::NAME, key), out),
            None => published.remove(&(U::NAME, key)),
        };
    });
}

/// How often a unit ran.
fn ran(runs: &Runs, unit: &str) -> usize {
    runs.units.get(unit).copied().unwrap_or_default()
}

/// A label of a namespace.
struct Label;

impl Unit for Label {
    type Key = (String, &'static str);
    type Out = Option<String>;
    const NAME: &'static str = "label";
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, (name, label): &Self::Key) -> Self::Out {
        cx.object::<Namespace>(&namespace(name))?.metadata.labels.get(label).cloned()
    }
}

/// The length of the label `value`.
struct Length;

impl Unit for Length {
    type Key = String;
    type Out = usize;
    const NAME: &'static str = "length";
    const RANK: u8 = 2;

    fn compute(cx: &ReadCx<'_>, name: &String) -> usize {
        cx.unit::<Label>(&(name.clone(), "value")).as_ref().as_ref().map_or(0, String::len)
    }
}

/// Adds the length of the namespace that the label `of` names to its own.
struct Sum;

impl Unit for Sum {
    type Key = ObjectRef;
    type Out = usize;
    const NAME: &'static str = "sum";
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> usize {
        let own = *cx.unit::<Length>(&key.name.to_string());
        let other = cx.unit::<Label>(&(key.name.to_string(), "of"));
        own + other.as_ref().as_ref().map_or(0, |other| *cx.unit::<Length>(other))
    }
}

impl Root for Sum {
    fn publish(_: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<usize>>) {
        record::<Self>(key.name.to_string(), out.map(ToString::to_string));
    }
}

fn sums() -> World {
    World::new(|engine| engine.root_for_each_object::<Sum>(Namespace::KIND))
}

#[test]
fn equal_outputs_stop_propagation() {
    let mut world = sums();
    world.put(&[("a", &[("value", "xx")])]);
    let runs = world.put(&[("a", &[("value", "yy")])]);
    assert_eq!((ran(&runs, "label"), ran(&runs, "length"), ran(&runs, "sum")), (2, 1, 0));
    let runs = world.put(&[("a", &[("value", "yyy")])]);
    assert_eq!((ran(&runs, "length"), ran(&runs, "sum")), (1, 1));
    assert_eq!(published("sum"), [pair("a", "3")]);
}

#[test]
fn an_equal_object_runs_nothing() {
    let mut world = sums();
    world.put(&[("a", &[("value", "xx")])]);
    assert_eq!(world.put(&[("a", &[("value", "xx")])]).units, BTreeMap::new());
}

#[test]
fn each_unit_runs_once_in_an_update() {
    let mut world = sums();
    world.put(&[("shared", &[("value", "x")]), ("a", &[("of", "shared")]), ("b", &[("of", "shared")])]);
    // Both things that `a` reads change, and one of what `b` reads.
    let runs = world.put(&[("shared", &[("value", "xx")]), ("a", &[("of", "shared"), ("value", "yyy")])]);
    assert_eq!((ran(&runs, "length"), ran(&runs, "sum")), (2, 3));
    assert_eq!(published("sum"), [pair("a", "5"), pair("b", "2"), pair("shared", "2")]);
}

#[test]
fn reading_nothing_is_a_dependency() {
    let mut world = sums();
    world.put(&[("a", &[("of", "later")])]);
    assert_eq!(published("sum"), [pair("a", "0")]);
    world.put(&[("later", &[("value", "1234")])]);
    assert_eq!(published("sum"), [pair("a", "4"), pair("later", "4")]);
}

#[test]
fn what_is_no_longer_read_runs_nothing() {
    let mut world = sums();
    let other = |value| -> (&str, &[(&str, &str)]) { ("b", value) };
    world.put(&[("a", &[("of", "b")]), other(&[("value", "x")]), ("c", &[])]);
    world.put(&[("a", &[("of", "c")])]);
    let runs = world.put(&[other(&[("value", "xx")])]);
    assert_eq!(ran(&runs, "sum"), 1, "only that of b itself");
    assert_eq!(published("sum")[0], pair("a", "0"));
}

#[test]
fn units_that_nobody_reads_are_forgotten() {
    let mut world = sums();
    let baseline = world.engine.population();
    world.put(&[("a", &[("of", "b"), ("value", "x")]), ("b", &[("value", "x")])]);
    assert!(world.engine.population().values().sum::<usize>() > 4);
    world.remove(&["a", "b"]);
    assert_eq!(world.engine.population(), baseline);
    assert_eq!(published("sum"), []);
    // What comes back under the same name starts anew.
    world.put(&[("a", &[("value", "xyz")])]);
    assert_eq!(published("sum"), [pair("a", "3")]);
}

/// The namespaces of each team, with their values.
struct Teams;

impl Group for Teams {
    type Key = String;
    type Member = String;
    type Value = usize;
}

/// Sends each namespace to its team, under the name of its label `as` if it has one.
struct Join;

impl Unit for Join {
    type Key = ObjectRef;
    type Out = ();
    const NAME: &'static str = "join";
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) {
        let name = key.name.to_string();
        if let Some(team) = cx.unit::<Label>(&(name.clone(), "team")).as_ref() {
            let alias = cx.unit::<Label>(&(name.clone(), "as"));
            let member = alias.as_ref().clone().unwrap_or_else(|| name.clone());
            cx.send::<Teams>(team.clone(), member, *cx.unit::<Length>(&name));
        }
    }
}

impl Root for Join {
    fn publish(_: &mut Assembly<'_>, _: &ObjectRef, _: Option<&Arc<()>>) {}
}

/// Who is in a team.
struct Members;

impl Unit for Members {
    type Key = String;
    type Out = Vec<(String, usize)>;
    const NAME: &'static str = "members";
    const RANK: u8 = 4;

    fn compute(cx: &ReadCx<'_>, team: &String) -> Self::Out {
        cx.group::<Teams>(team).iter().map(|(member, value)| (member.clone(), *value)).collect()
    }
}

impl Root for Members {
    fn publish(_: &mut Assembly<'_>, team: &String, out: Option<&Arc<Self::Out>>) {
        record::<Self>(team.clone(), out.map(|out| format!("{out:?}")));
    }
}

/// How many are in a team.
struct Size;

impl Unit for Size {
    type Key = String;
    type Out = usize;
    const NAME: &'static str = "size";
    const RANK: u8 = 4;

    fn compute(cx: &ReadCx<'_>, team: &String) -> usize {
        cx.group_len::<Teams>(team)
    }
}

impl Root for Size {
    fn publish(_: &mut Assembly<'_>, team: &String, out: Option<&Arc<usize>>) {
        record::<Self>(team.clone(), out.map(ToString::to_string));
    }
}

fn teams() -> World {
    World::new(|engine| {
        engine.root_for_each_object::<Join>(Namespace::KIND);
        engine.root_for_each_group::<Teams, Members>();
        engine.root_for_each_group::<Teams, Size>();
    })
}

#[test]
fn roots_of_groups_come_and_go_with_their_members() {
    let mut world = teams();
    let baseline = world.engine.population();
    world.put(&[("a", &[("team", "blue")]), ("b", &[("team", "blue"), ("value", "x")])]);
    assert_eq!(published("members"), [pair("blue", r#"[("a", 0), ("b", 1)]"#)]);
    world.put(&[("a", &[("team", "red")])]);
    assert_eq!(published("members"), [pair("blue", r#"[("b", 1)]"#), pair("red", r#"[("a", 0)]"#)]);
    world.put(&[("b", &[])]);
    assert_eq!(published("members"), [pair("red", r#"[("a", 0)]"#)]);
    world.remove(&["a", "b"]);
    assert_eq!(published("members"), []);
    assert_eq!(world.engine.population(), baseline);
}

#[test]
fn a_root_whose_group_was_empty_for_a_moment_stays_published() {
    let mut world = teams();
    world.put(&[("a", &[("team", "blue"), ("as", "x")])]);
    assert_eq!(published("size"), [pair("blue", "1")]);
    world.put(&[("a", &[("team", "blue"), ("as", "y")])]);
    assert_eq!(published("members"), [pair("blue", r#"[("y", 0)]"#)]);
    assert_eq!(published("size"), [pair("blue", "1")]);
}

#[test]
fn a_member_that_changes_leaves_the_size_alone() {
    let mut world = teams();
    world.put(&[("a", &[("team", "blue")]), ("b", &[("team", "blue")])]);
    let runs = world.put(&[("b", &[("team", "blue"), ("value", "x")])]);
    assert_eq!((ran(&runs, "members"), ran(&runs, "size")), (1, 0));
    let runs = world.remove(&["b"]);
    assert_eq!((ran(&runs, "members"), ran(&runs, "size")), (1, 1));
    assert_eq!(published("size"), [pair("blue", "1")]);
}

#[test]
fn a_group_may_empty_and_fill_in_one_update() {
    let mut world = teams();
    world.put(&[("a", &[("team", "blue")]), ("b", &[])]);
    world.put(&[("a", &[]), ("b", &[("team", "blue")])]);
    assert_eq!(published("members"), [pair("blue", r#"[("b", 0)]"#)]);
    assert_eq!(published("size"), [pair("blue", "1")]);
}

/// Panics where the label `value` says so.
struct Fragile;

impl Unit for Fragile {
    type Key = ObjectRef;
    type Out = Option<String>;
    const NAME: &'static str = "fragile";
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let value = cx.unit::<Label>(&(key.name.to_string(), "value"));
        let team = |name: &str| cx.send::<Teams>(name.to_owned(), key.name.to_string(), 1);
        team("all");
        assert_ne!(value.as_deref(), Some("boom"), "a bug");
        team("good");
        value.as_ref().clone()
    }

    fn fall_back(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        cx.send::<Teams>("bad".to_owned(), key.name.to_string(), 1);
        let other = cx.unit::<Label>(&(key.name.to_string(), "instead"));
        assert_ne!(other.as_deref(), Some("boom"), "another bug");
        other.as_ref().clone()
    }
}

impl Root for Fragile {
    fn publish(_: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        record::<Self>(key.name.to_string(), out.map(|out| format!("{out:?}")));
    }
}

#[test]
fn a_unit_that_panics_keeps_its_value_and_is_reported() {
    let mut world = World::new(|engine| engine.root_for_each_object::<Fragile>(Namespace::KIND));
    world.put(&[("a", &[("value", "good")])]);
    let runs =
        world.put(&[("a", &[("value", "boom")]), ("b", &[("value", "fine")]), ("c", &[("value", "boom")])]);
    let panics: Vec<_> =
        runs.panics.iter().map(|panic| (panic.unit, panic.message.contains("a bug"))).collect();
    assert_eq!(panics, [("fragile", true), ("fragile", true)]);
    assert_eq!(runs.panics[0].key, "Namespace a");
    let expected = [pair("a", "Some(\"good\")"), pair("b", "Some(\"fine\")"), pair("c", "None")];
    assert_eq!(published("fragile"), expected, "c never had a value");
    // It still knows what it read, and recovers.
    assert_eq!(world.put(&[("a", &[("value", "better")])]).panics, []);
    assert_eq!(published("fragile")[0], pair("a", "Some(\"better\")"));
}

#[test]
fn what_a_unit_that_panics_sent_stays_or_is_what_it_falls_back_to() {
    let mut world = World::new(|engine| {
        engine.root_for_each_object::<Fragile>(Namespace::KIND);
        engine.root_for_each_group::<Teams, Members>();
    });
    world.put(&[("a", &[("value", "good")])]);
    let before = [pair("all", r#"[("a", 1)]"#), pair("good", r#"[("a", 1)]"#)];
    assert_eq!(published("members"), before);
    world.put(&[("a", &[("value", "boom")])]);
    assert_eq!(published("members"), before);

    // One without a value before does what it does then, not half of what it tried.
    let boom = ("value", "boom");
    let runs = world.put(&[("b", &[boom, ("instead", "b")]), ("c", &[boom, ("instead", "boom")])]);
    assert_eq!(runs.panics.len(), 2, "a fallback that panics adds nothing: {:?}", runs.panics);
    assert_eq!(published("fragile")[1..], [pair("b", "Some(\"b\")"), pair("c", "None")]);
    let [all, good] = before;
    assert_eq!(published("members"), [all, pair("bad", r#"[("b", 1)]"#), good]);
    world.put(&[("b", &[("value", "good")])]);
    let both = r#"[("a", 1), ("b", 1)]"#;
    assert_eq!(published("members"), [pair("all", both), pair("good", both)]);
}

/// Whether the time in the label `at` has passed.
struct Timer;

impl Unit for Timer {
    type Key = ObjectRef;
    type Out = Option<bool>;
    const NAME: &'static str = "timer";
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let at = cx.unit::<Label>(&(key.name.to_string(), "at"));
        cx.passed(at.as_ref().as_ref()?.parse().ok()?)
    }
}

impl Root for Timer {
    fn publish(_: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        record::<Self>(key.name.to_string(), out.map(|out| format!("{out:?}")));
    }
}

#[test]
fn units_wake_when_the_time_that_they_asked_about_has_passed() {
    let mut world = World::new(|engine| engine.root_for_each_object::<Timer>(Namespace::KIND));
    world.put(&[("early", &[("at", "100")]), ("late", &[("at", "200")])]);
    assert_eq!(published("timer"), [pair("early", "None"), pair("late", "None")], "there is no clock");
    assert_eq!(world.engine.next_deadline(), None);

    assert_eq!(ran(&world.tick(50), "timer"), 2);
    assert_eq!(world.engine.next_deadline(), Some(100));
    assert_eq!(world.tick(99).units, BTreeMap::new(), "nobody asked about what passed");
    assert_eq!(ran(&world.tick(150), "timer"), 1);
    assert_eq!(published("timer"), [pair("early", "Some(true)"), pair("late", "Some(false)")]);
    assert_eq!(world.engine.next_deadline(), Some(200));

    // The clock may be set back.
    assert_eq!(ran(&world.tick(60), "timer"), 1);
    assert_eq!(published("timer")[0], pair("early", "Some(false)"));
    world.remove(&["early", "late"]);
    assert_eq!(world.engine.next_deadline(), None, "deadlines of units that are gone do not count");
}

#[test]
fn buckets_wake_readers_when_members_come_and_go() {
    /// How many namespaces carry the label `team` with the value of its own.
    struct Rivals;

    impl Unit for Rivals {
        type Key = ObjectRef;
        type Out = usize;
        const NAME: &'static str = "rivals";
        const RANK: u8 = 3;

        fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> usize {
            const KIND: Kind = Namespace::KIND;
            let team = cx.unit::<Label>(&(key.name.to_string(), "team"));
            team.as_ref().as_ref().map_or(0, |team| cx.labelled(KIND, "team", team).len())
        }
    }

    impl Root for Rivals {
        fn publish(_: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<usize>>) {
            record::<Self>(key.name.to_string(), out.map(ToString::to_string));
        }
    }

    let mut world = World::new(|engine| engine.root_for_each_object::<Rivals>(Namespace::KIND));
    world.put(&[("a", &[("team", "blue")]), ("b", &[("team", "red")])]);
    assert_eq!(published("rivals"), [pair("a", "1"), pair("b", "1")]);
    let runs = world.put(&[("c", &[("team", "blue")])]);
    assert_eq!(ran(&runs, "rivals"), 2, "that of a and its own");
    assert_eq!(published("rivals"), [pair("a", "2"), pair("b", "1"), pair("c", "2")]);
}
