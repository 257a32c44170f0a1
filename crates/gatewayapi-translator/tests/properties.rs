//! What holds for every set of objects and every history of edits.

use eg_gatewayapi_translator::{
    Infrastructure, Settings, Translator,
    resources::{AnyObject, Batch, Change, Clock, Decoder, Demand, SourceId, Store},
};
use eg_testkit::arb;
use proptest::prelude::*;

/// The same time for everybody, so that certificates are valid.
const NOW: i64 = 1_790_000_000;

fn translator() -> Translator {
    let infrastructure = Infrastructure::Host;
    Translator::new(Settings { infrastructure, enable_backend: true, ..Settings::default() })
}

fn source() -> SourceId {
    SourceId::new("test")
}

fn store() -> Store {
    let mut store = Store::new();
    let provider = br#"{"authorization_endpoint": "https://id.example.com/a", "token_endpoint": "https://id.example.com/t"}"#;
    let known = Demand::OidcDiscovery("https://id.example.com".into()).read(provider).expect("a document");
    let gone = Demand::OidcDiscovery("https://gone.example.com".into()).failed("it does not answer");
    let facts = vec![AnyObject::new(Clock::at(NOW)), known, gone];
    store.apply(&SourceId::new("facts"), Batch::Replace(facts));
    store
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    /// Step by step, a session comes to what a translation from scratch says, and no unit panics.
    #[test]
    fn a_session_equals_a_translation_from_scratch(history in arb::history(20, 8)) {
        let (translator, mut store) = (translator(), store());
        let mut session = translator.session();
        session.update(&store.snapshot(), &store.snapshot().as_delta());
        let start = history.start.decode().expect("objects");
        let delta = store.apply(&source(), Batch::Replace(start));
        session.update(&store.snapshot(), &delta);
        for batch in &history.batches {
            let changes = batch.iter().map(|edit| edit.to_change().expect("an edit")).collect();
            let delta = store.apply(&source(), Batch::Changes(changes));
            let before = session.current().clone();
            let changed = session.update(&store.snapshot(), &delta);
            prop_assert_eq!(session.runs().panics.len(), 0, "{:?}", session.runs().panics);
            prop_assert_eq!(session.current(), &translator.translate(&store.snapshot()));
            // What it does not report did not change.
            for (object, status) in &session.current().statuses {
                prop_assert!(changed.statuses.contains(object) || before.statuses.get(object) == Some(status));
            }
            for (fleet, ir) in &session.current().xds {
                prop_assert!(changed.xds.contains(fleet) || before.xds.get(fleet) == Some(ir));
            }
        }
    }

    /// The order in which objects are given changes nothing.
    #[test]
    fn a_permutation_changes_nothing((world, shuffled) in arb::permuted_world(20)) {
        let translator = translator();
        let mut at_once = store();
        at_once.apply(&source(), Batch::Replace(world.decode().expect("objects")));
        let mut one_by_one = store();
        let mut session = translator.session();
        session.update(&one_by_one.snapshot(), &one_by_one.snapshot().as_delta());
        for object in shuffled {
            let object = Decoder::new().decode(object).expect("an object");
            let delta = one_by_one.apply(&source(), Batch::Changes(vec![Change::Upsert(object)]));
            session.update(&one_by_one.snapshot(), &delta);
        }
        prop_assert_eq!(session.current(), &translator.translate(&at_once.snapshot()));
    }
}
