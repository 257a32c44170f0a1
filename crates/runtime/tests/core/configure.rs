//! A configuration that arrives early.

use eg_runtime::{Core, Event, Settings};

use crate::world::{BASE, replace, settings, source};

/// Settings of another controller, under which nothing of the world is ours.
fn foreign() -> Settings {
    Settings { controller_name: "example.com/other".into(), ..settings() }
}

#[test]
fn a_configuration_before_the_first_batch_is_kept() {
    let mut core = Core::new(foreign(), [source()]);
    core.step([Event::Configure(Box::new(settings()))]);
    let effects = core.step([replace(BASE, &[])]);
    let ours: Vec<String> = effects.statuses.iter().map(|update| update.object.to_string()).collect();
    assert!(ours.contains(&"GatewayClass eg".to_owned()), "{ours:?}");
}

#[test]
fn of_two_configurations_the_last_one_counts() {
    let mut core = Core::new(settings(), [source()]);
    core.step([Event::Configure(Box::new(settings())), Event::Configure(Box::new(foreign()))]);
    let effects = core.step([replace(BASE, &[])]);
    assert!(effects.statuses.is_empty(), "{:?}", effects.statuses);
}

#[test]
fn a_configuration_takes_back_what_the_last_one_said() {
    let mut core = Core::new(settings(), [source()]);
    core.step([replace(BASE, &[])]);
    let effects = core.step([Event::Configure(Box::new(foreign()))]);
    assert!(!effects.statuses.is_empty() && !effects.withdraw.is_empty(), "{effects:?}");
    let back = core.step([Event::Configure(Box::new(settings()))]);
    assert_eq!((back.publish.len(), back.apply.len()), (1, 1));
}
