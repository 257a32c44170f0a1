//! Two sources with the same object: one owns it, and the other is told of.

use eg_resources::{Batch, SourceId};
use eg_runtime::{Core, Event};
use serde_json::Value;

use crate::world::{BASE, fleet, put, replace, route, settings, source};

fn of(source: &str, event: Event) -> Event {
    match event {
        Event::Batch { batch, .. } => Event::Batch { source: SourceId::new(source), batch },
        other => other,
    }
}

fn nothing_of(source: &str) -> Event {
    Event::Batch { source: SourceId::new(source), batch: Batch::Replace(Vec::new()) }
}

/// The paths that the fleet's routes match, as JSON.
fn paths(core: &Core) -> String {
    let ir = core.translation().xds.get(&fleet()).expect("a fleet");
    let tables = serde_json::to_value(&ir.routes).unwrap_or(Value::Null);
    tables.to_string()
}

#[test]
fn a_hidden_object_is_reported_with_both_sources_and_takes_over_when_the_owner_leaves() {
    let mut core = Core::new(settings(), [source(), SourceId::new("other")]);
    let waiting = core.step([Event::Tick(1_790_000_000), replace(BASE, &[route("r", 1, "/owned")])]);
    assert!(waiting.publish.is_empty(), "the other source has not sent anything yet");
    core.step([nothing_of("other")]);

    // Of the names of the sources, `other` orders first, so it takes the object over.
    let effects = core.step([of("other", put(&route("r", 1, "/taken")))]);
    let [rejected] = effects.rejected.as_slice() else { panic!("{:?}", effects.rejected) };
    assert_eq!(rejected.key.to_string(), "HTTPRoute shop/r");
    assert_eq!((rejected.source.to_string(), rejected.owner.to_string()), ("test".into(), "other".into()));
    assert!(paths(&core).contains("/taken"), "{}", paths(&core));

    // A restart of the owner replaces its set and nobody else's.
    core.step([nothing_of("other")]);
    assert!(paths(&core).contains("/owned"), "{}", paths(&core));
}
