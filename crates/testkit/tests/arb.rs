//! The generators themselves: what they make can be read, meets, and ends where it says.

use eg_resources::{Batch, SourceId, Store};
use eg_testkit::arb::{history, object, permuted_world, world};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::Value;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_object_can_be_read(object in object()) {
        eg_resources::Decoder::new().decode(object).expect("an object");
    }

    #[test]
    fn a_history_of_changes_ends_in_its_last_world(history in history(12, 6)) {
        let (source, mut store, mut scratch) = (SourceId::new("test"), Store::new(), Store::new());
        store.apply(&source, Batch::Replace(history.start.decode().expect("objects")));
        for (batch, world) in history.batches.iter().zip(history.worlds()) {
            let changes = batch.iter().map(|edit| edit.to_change().expect("a change")).collect();
            store.apply(&source, Batch::Changes(changes));
            scratch.apply(&source, Batch::Replace(world.decode().expect("objects")));
            let (stepwise, whole) = (store.snapshot(), scratch.snapshot());
            prop_assert_eq!(stepwise.iter().collect::<Vec<_>>(), whole.iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_permutation_is_the_same_world((world, shuffled) in permuted_world(12)) {
        prop_assert_eq!(eg_testkit::arb::World::new(shuffled), world);
    }
}

#[test]
fn references_hit_often_enough() {
    // A generator whose routes never meet a Gateway and a Service would test nothing.
    let mut runner = TestRunner::deterministic();
    let (mut worlds, mut hits) = (0, 0);
    for _ in 0..100 {
        let world = world(20).new_tree(&mut runner).expect("a world").current();
        worlds += 1;
        let text = world.to_yaml();
        let is_route = |object: &&Value| object["kind"].as_str().is_some_and(|kind| kind.ends_with("Route"));
        let routes = world.objects().filter(is_route);
        let meets = |route: &Value| {
            let parents = route["spec"]["parentRefs"].as_array().into_iter().flatten();
            parents.into_iter().any(|parent| parent["name"] == "gw" && parent["namespace"] == "default")
        };
        if text.contains("\"kind\":\"Gateway\"") && routes.into_iter().any(meets) {
            hits += 1;
        }
    }
    assert!(hits * 2 > worlds, "{hits} of {worlds}");
}
