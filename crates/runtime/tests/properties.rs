//! What holds for every set of objects and every history of edits.

#![expect(clippy::expect_used, reason = "samples are known to be right")]

use std::collections::{BTreeMap, BTreeSet};

use eg_ir::IrKey;
use eg_resources::{AnyObject, Batch, SourceId};
use eg_runtime::{Core, Effects, Event, Settings, XdsModel};
use eg_testkit::arb::{self, Edit, Key, World};
use eg_xds_translator::ResourceType;
use proptest::prelude::*;
use serde_json::Value;

/// The same time for everybody: certificates are valid.
const NOW: i64 = 1_790_000_000;

fn source() -> SourceId {
    SourceId::new("test")
}

fn empty_core() -> Core {
    Core::new(Settings::for_all_objects(), [source()])
}

fn replace(objects: Vec<AnyObject>) -> Event {
    Event::Batch { source: source(), batch: Batch::Replace(objects) }
}

/// What begins the life of a core. Nobody answers demands here, so it is told not to wait for answers.
fn start(objects: Vec<AnyObject>) -> [Event; 3] {
    [Event::Tick(NOW), Event::StopWaiting, replace(objects)]
}

/// A core that was given these objects at once.
fn core_of(objects: Vec<AnyObject>) -> Core {
    let mut core = empty_core();
    core.step(start(objects));
    core
}

fn changes(edits: &[Edit]) -> Event {
    let changes = edits.iter().map(|edit| edit.to_change().expect("an edit")).collect();
    Event::Batch { source: source(), batch: Batch::Changes(changes) }
}

fn decode(objects: &[Value]) -> Vec<AnyObject> {
    World::new(objects.iter().cloned()).decode().expect("objects")
}

/// Every packed resource with its version, by fleet.
fn versions(core: &Core) -> BTreeMap<(String, String, String), String> {
    let mut found = BTreeMap::new();
    for fleet in core.translation().xds.keys() {
        for (kind, name, version) in core.model(fleet).into_iter().flat_map(resources) {
            found.insert((fleet.to_string(), kind, name), version);
        }
    }
    found
}

fn resources(model: &XdsModel) -> Vec<(String, String, String)> {
    let of = |kind: ResourceType| {
        let packed = model.resources(kind).iter();
        packed.map(move |(name, packed)| (format!("{kind:?}"), name.to_string(), packed.version.to_string()))
    };
    ResourceType::ALL.into_iter().flat_map(of).collect()
}

/// What an observer knows who only sees effects.
#[derive(Debug, Default)]
struct Observer {
    resources: BTreeMap<(String, String, String), String>,
    statuses: BTreeMap<String, String>,
    infrastructure: BTreeSet<IrKey>,
}

impl Observer {
    fn see(&mut self, effects: &Effects) {
        for publication in &effects.publish {
            let fleet = publication.fleet.to_string();
            for (kind, name) in &publication.delta.removals {
                self.resources.remove(&(fleet.clone(), format!("{kind:?}"), name.to_string()));
            }
            for (kind, name, packed) in &publication.delta.upserts {
                let key = (fleet.clone(), format!("{kind:?}"), name.to_string());
                self.resources.insert(key, packed.version.to_string());
            }
        }
        for fleet in &effects.withdraw {
            self.resources.retain(|(of, _, _), _| *of != fleet.to_string());
        }
        for update in &effects.statuses {
            self.statuses.insert(update.object.to_string(), format!("{:?}", update.status));
        }
        self.infrastructure.extend(effects.apply.iter().map(|(fleet, _)| fleet.clone()));
        for fleet in &effects.delete {
            self.infrastructure.remove(fleet);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Step by step, a core comes to the same result as one that is given the world at once, and nothing fails inside.
    #[test]
    fn a_session_equals_a_translation_from_scratch(history in arb::history(16, 6)) {
        let mut core = core_of(history.start.decode().expect("objects"));
        prop_assert_eq!(core.panics().len(), 0, "{:?}", core.panics());
        for (batch, world) in history.batches.iter().zip(history.worlds()) {
            core.step([changes(batch)]);
            prop_assert_eq!(core.panics().len(), 0, "{:?}", core.panics());
            let scratch = core_of(world.decode().expect("objects"));
            prop_assert_eq!(core.translation(), scratch.translation());
            prop_assert_eq!(versions(&core), versions(&scratch));
        }
    }

    /// The order in which objects are given changes nothing.
    #[test]
    fn a_permutation_changes_nothing((world, shuffled) in arb::permuted_world(16)) {
        let ordered = core_of(world.decode().expect("objects"));
        let mut one_by_one = empty_core();
        one_by_one.step(start(Vec::new()));
        for object in shuffled {
            one_by_one.step([changes(&[Edit::Put(object)])]);
        }
        prop_assert_eq!(ordered.translation(), one_by_one.translation());
        prop_assert_eq!(versions(&ordered), versions(&one_by_one));
    }

    /// Who sees only the effects knows exactly what is true.
    #[test]
    fn effects_tell_everything(history in arb::history(12, 6)) {
        let (mut core, mut observer) = (empty_core().verifying(true), Observer::default());
        observer.see(&core.step(start(history.start.decode().expect("objects"))));
        for batch in &history.batches {
            let effects = core.step([changes(batch)]);
            prop_assert!(effects.differences.is_empty(), "{:?}", effects.differences);
            observer.see(&effects);
            prop_assert_eq!(&observer.resources, &versions(&core));
            let fleets: BTreeSet<IrKey> = core.translation().infra.keys().cloned().collect();
            prop_assert_eq!(&observer.infrastructure, &fleets);
            for (object, update) in &core.translation().statuses {
                let seen = observer.statuses.get(&object.to_string());
                prop_assert_eq!(seen, Some(&format!("{:?}", update.status)), "{}", object);
            }
        }
    }

    /// What is written again unchanged causes nothing at all.
    #[test]
    fn an_equal_write_has_no_effect(world in arb::world(16)) {
        let objects: Vec<Value> = world.objects().cloned().collect();
        let mut core = core_of(decode(&objects));
        let again: Vec<Edit> = objects.into_iter().map(Edit::Put).collect();
        let effects = core.step([changes(&again)]);
        prop_assert!(effects.publish.is_empty() && effects.statuses.is_empty() && effects.apply.is_empty());
    }

    /// An object that goes and comes back leaves no trace.
    #[test]
    fn removing_and_adding_again_leaves_no_trace(world in arb::world(16), index in any::<prop::sample::Index>()) {
        let objects: Vec<Value> = world.objects().cloned().collect();
        prop_assume!(!objects.is_empty());
        let object = index.get(&objects).clone();
        let untouched = core_of(decode(&objects));
        let mut core = core_of(decode(&objects));
        core.step([changes(&[Edit::Delete(Key::of(&object))])]);
        core.step([changes(&[Edit::Put(object)])]);
        prop_assert_eq!(core.translation(), untouched.translation());
        prop_assert_eq!(versions(&core), versions(&untouched));
    }

    /// Whatever users write, proxies are sent nothing that they would refuse.
    #[test]
    fn nothing_is_published_that_breaks_a_rule(world in arb::world(24)) {
        let core = core_of(world.decode().expect("objects"));
        for fleet in core.translation().xds.keys() {
            // What cannot be said in Envoy's words is left out and reported; what is said must be right.
            let findings = core.model(fleet).into_iter().flat_map(XdsModel::findings);
            let findings: Vec<_> =
                findings.filter(|finding| finding.diagnostic.code.id != "xds-not-expressible").collect();
            prop_assert!(findings.is_empty(), "{fleet}: {findings:?}");
        }
    }

    /// A route has a status entry for each of its parents that is a Gateway of ours.
    #[test]
    fn every_route_hears_about_every_parent(world in arb::world(24)) {
        let core = core_of(world.decode().expect("objects"));
        let objects: Vec<&Value> = world.objects().collect();
        let ours = |class: &Value| objects.iter().any(|object| {
            object["kind"] == "GatewayClass" && object["metadata"]["name"] == *class
                && object["spec"]["controllerName"] == "gateway.envoyproxy.io/gatewayclass-controller"
        });
        let is_ours = |namespace: &Value, name: &Value| objects.iter().any(|object| {
            object["kind"] == "Gateway" && object["metadata"]["namespace"] == *namespace
                && object["metadata"]["name"] == *name && ours(&object["spec"]["gatewayClassName"])
        });
        for route in objects.iter().filter(|object| object["kind"] == "HTTPRoute") {
            let own = &route["metadata"]["namespace"];
            let parents = route["spec"]["parentRefs"].as_array().into_iter().flatten();
            let expected: BTreeSet<String> = parents
                .filter(|parent| is_ours(parent.get("namespace").unwrap_or(own), &parent["name"]))
                .map(Value::to_string)
                .collect();
            let update = core.translation().statuses.iter().find(|(object, _)| {
                object.kind.kind == "HTTPRoute" && route["metadata"]["name"] == *object.name && *own == *object.namespace
            });
            let status = update.map(|(_, update)| serde_json::to_value(&update.status).expect("a status"));
            let entries = status.as_ref().and_then(|status| status["parents"].as_array());
            let told = entries.map_or(0, Vec::len);
            prop_assert_eq!(told, expected.len(), "{}: {:?}", route["metadata"]["name"], status);
        }
    }
}
