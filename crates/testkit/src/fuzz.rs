//! What must hold for any text that is given as objects; the fuzz targets and a test of this workspace call it.

use eg_provider_file::documents;
use eg_resources::{AnyObject, Batch, Decoder, SourceId};
use eg_runtime::{Core, Event, Settings};
use eg_xds_translator::ResourceType;
use std::collections::BTreeMap;

/// The line between the objects at first and the objects that replace them.
pub const THEN: &str = "--- # then\n";

/// The same time for everybody.
const NOW: i64 = 1_790_000_000;

/// Packed resources by fleet, type and name, each with its version.
type Versions = BTreeMap<(String, &'static str, String), String>;

/// Translates a text of YAML documents, and what follows a line [`THEN`] in place of it.
///
/// # Panics
///
/// If something panics inside, if a resource is published that breaks a rule of Envoy, or if the second translation
/// differs from one that is made from scratch.
pub fn yaml_to_xds(text: &str) {
    let (first, second) = text.split_once(THEN).unwrap_or((text, ""));
    let mut core = empty();
    replace(&mut core, first);
    if text.contains(THEN) {
        replace(&mut core, second);
        let mut scratch = empty();
        replace(&mut scratch, second);
        assert_eq!(core.translation(), scratch.translation(), "the session differs from scratch");
        assert_eq!(versions(&core), versions(&scratch), "the resources differ from scratch");
    }
}

fn source() -> SourceId {
    SourceId::new("fuzz")
}

fn empty() -> Core {
    Core::new(Settings::for_all_objects(), [source()])
}

/// Gives a core the objects of a text, and checks what it makes of them.
fn replace(core: &mut Core, text: &str) {
    let batch = Batch::Replace(objects(text));
    core.step([Event::Tick(NOW), Event::Batch { source: source(), batch }]);
    assert!(core.panics().is_empty(), "{:?}", core.panics());
    for ((fleet, resource_type, name), body) in bodies(core) {
        let rules = xds_api::validate_encoded(resource_type, body);
        assert!(rules.is_ok(), "{resource_type} {name} of {fleet} breaks {rules:?}");
    }
}

/// The objects that can be read, as lenient as the file provider; none is checked against its schema.
fn objects(text: &str) -> Vec<AnyObject> {
    let decoder = Decoder::new();
    let read = |value| eg_provider_file::object(value, &decoder, false).ok();
    documents(text).into_iter().filter_map(|document| read(document.content.ok()?)).collect()
}

fn bodies(core: &Core) -> impl Iterator<Item = ((String, &'static str, String), &[u8])> {
    let fleets = core.translation().xds.keys();
    let models = fleets.filter_map(|fleet| Some((fleet, core.model(fleet)?)));
    models.flat_map(|(fleet, model)| {
        ResourceType::ALL.into_iter().flat_map(move |of| {
            let packed = model.resources(of).iter();
            packed.map(move |(name, packed)| {
                ((fleet.to_string(), of.type_url(), name.to_string()), &packed.body[..])
            })
        })
    })
}

fn versions(core: &Core) -> Versions {
    let mut versions = Versions::new();
    for fleet in core.translation().xds.keys() {
        for of in ResourceType::ALL {
            for (name, packed) in core.model(fleet).into_iter().flat_map(|model| model.resources(of)) {
                let key = (fleet.to_string(), of.type_url(), name.to_string());
                versions.insert(key, packed.version.to_string());
            }
        }
    }
    versions
}
