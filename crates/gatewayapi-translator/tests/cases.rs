//! Case directories: objects in, IR and statuses out. With later batches, which units ran for each.

use std::{collections::BTreeMap, path::Path};

use eg_api::{config::EnvoyGateway, schema};
use eg_gatewayapi_translator::{
    Session, Settings, Translation, Translator,
    resources::{AnyObject, Batch, Change, Clock, Decoder, ForeignKinds, SourceId, Store},
};
use eg_testkit::cases::Case;
use serde_json::{Value, json};

datatest_stable::harness! {
    { test = translate, root = "cases", pattern = r".*/in\.yaml$" },
}

/// The time in every case, in seconds since 1970: the first day of 2027.
const NOW: i64 = 1_798_761_600;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn translate(path: &Path) -> Outcome {
    let case = Case::new(path);
    let config: Option<EnvoyGateway> =
        case.optional("config.yaml")?.map(|text| serde_saphyr::from_str(&text)).transpose()?;
    let settings = config.map_or_else(Settings::default, |config| Settings::from_config(&config));
    let foreign = settings.foreign.clone();
    let translator = Translator::new(settings);

    let source = SourceId::new("case");
    let mut store = Store::new();
    let mut start = objects(&case.input()?, &foreign)?;
    start.push(AnyObject::new(Clock::at(NOW)));
    store.apply(&source, Batch::Replace(start));
    let mut session = translator.session();
    session.update(&store.snapshot(), &store.snapshot().as_delta());
    assert_eq!(session.runs().panics.len(), 0, "{:?}", session.runs().panics);
    let output = session.current();
    case.snapshot_yaml("xds-ir", &output.xds);
    case.snapshot_yaml("infra-ir", &output.infra);
    case.snapshot_yaml("status", &statuses(output));

    let mut runs = Vec::new();
    for (name, text) in case.steps()? {
        runs.push(step(&translator, &mut session, &mut store, &source, (&name, &text))?);
    }
    if !runs.is_empty() {
        case.snapshot_yaml("runs", &runs);
    }
    Ok(())
}

/// Applies one batch and says which units ran and what it changed. The result must be that of a translation from scratch.
fn step(
    translator: &Translator,
    session: &mut Session,
    store: &mut Store,
    source: &SourceId,
    (name, text): (&str, &str),
) -> Result<Value, Box<dyn std::error::Error>> {
    let delta = store.apply(
        source,
        Batch::Changes(objects(text, &ForeignKinds::default())?.into_iter().map(change).collect()),
    );
    let changed = session.update(&store.snapshot(), &delta);
    assert_eq!(*session.current(), translator.translate(&store.snapshot()), "step {name}");
    let runs = session.runs();
    assert_eq!(runs.panics.len(), 0, "{:?}", runs.panics);
    let statuses: BTreeMap<String, Value> = changed
        .statuses
        .iter()
        .map(|key| (key.to_string(), json!(session.current().statuses.get(key).map(|update| &update.status))))
        .collect();
    Ok(json!({"step": name, "units": runs.units, "fleets": changed.xds, "statuses": statuses}))
}

/// An object that is annotated as deleted is removed.
fn change(object: AnyObject) -> Change {
    if object.meta().annotations.contains_key("case/deleted") {
        Change::Remove(object.key().clone())
    } else {
        Change::Upsert(object)
    }
}

fn objects(text: &str, foreign: &ForeignKinds) -> Result<Vec<AnyObject>, Box<dyn std::error::Error>> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text)?;
    let defaulted = documents.into_iter().map(|mut document| {
        schema::apply_defaults(&mut document);
        document
    });
    let decoder = Decoder::new().with_foreign_kinds(foreign);
    Ok(defaulted.map(|document| decoder.decode(document)).collect::<Result<_, _>>()?)
}

fn statuses(output: &Translation) -> BTreeMap<String, Value> {
    output.statuses.iter().map(|(key, update)| (key.to_string(), json!(update.status))).collect()
}
