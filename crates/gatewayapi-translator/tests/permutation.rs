//! The order in which the objects of a case are given changes nothing of the answer.
//!
//! Always for the cases of this project; for recorded cases too, where they are at hand: they are looked for in the
//! directory `EG_SHARED`, else in `shared` beside the repository.

#![allow(clippy::disallowed_methods, reason = "the recorded cases are not part of the repository")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use eg_api::{config::EnvoyGateway, schema};
use eg_gatewayapi_translator::{
    Settings, Translation, Translator,
    resources::{AnyObject, Batch, Clock, Decoder, SourceId, Store},
};
use serde_json::Value;

/// The time in every case, in seconds since 1970: the first day of 2027.
const NOW: i64 = 1_798_761_600;
/// The recorded cases whose meaning does not hang on policies.
const AREAS: [&str; 7] =
    ["gateway", "listenerset", "merge", "backend", "backendtlspolicy", "httproute", "grpcroute"];
/// How many orders are tried of each case.
const ORDERS: u64 = 4;

/// A case: its objects, and the settings of the control plane.
struct Case {
    name: PathBuf,
    objects: Vec<AnyObject>,
    settings: Settings,
}

impl Case {
    fn read(directory: &Path, input: &str) -> Self {
        let text = fs::read_to_string(directory.join(input)).expect("the objects of a case");
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text).expect("YAML");
        let decode = |mut document: Value| {
            schema::apply_defaults(&mut document);
            // What an API server would not even store is no object.
            Decoder::new().decode(document).ok()
        };
        let config = fs::read_to_string(directory.join("config.yaml")).ok();
        let config =
            config.map(|text| serde_saphyr::from_str::<EnvoyGateway>(&text).expect("a configuration"));
        Self {
            name: directory.to_path_buf(),
            objects: documents
                .into_iter()
                .filter(|document| !document.is_null())
                .filter_map(decode)
                .collect(),
            settings: config.map_or_else(Settings::default, |config| Settings::from_config(&config)),
        }
    }

    fn answer(&self, objects: Vec<AnyObject>) -> Translation {
        let mut store = Store::new();
        store.apply(&SourceId::new("clock"), Batch::Replace(vec![AnyObject::new(Clock::at(NOW))]));
        store.apply(&SourceId::new("case"), Batch::Replace(objects));
        Translator::new(self.settings.clone()).translate(&store.snapshot())
    }

    fn check(&self) {
        let expected = self.answer(self.objects.clone());
        for seed in 0..ORDERS {
            let found = self.answer(shuffled(self.objects.clone(), seed));
            let same = found == expected && format!("{found:?}") == format!("{expected:?}");
            assert!(
                same,
                "{}: another order of objects (seed {seed}) has another answer",
                self.name.display()
            );
        }
    }
}

/// The objects in another order: backwards, or as a generator of this seed says.
fn shuffled(mut objects: Vec<AnyObject>, seed: u64) -> Vec<AnyObject> {
    if seed == 0 {
        objects.reverse();
        return objects;
    }
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for position in (1..objects.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let bound = u64::try_from(position + 1).expect("a small number");
        objects.swap(position, usize::try_from(state % bound).expect("a small number"));
    }
    objects
}

/// Every directory below `root` that has a file of this name.
fn directories(root: &Path, file: &str, found: &mut Vec<PathBuf>) {
    if root.join(file).is_file() {
        found.push(root.to_path_buf());
    }
    let mut below: Vec<PathBuf> =
        fs::read_dir(root).expect("a directory").flatten().map(|entry| entry.path()).collect();
    below.sort();
    below.iter().filter(|path| path.is_dir()).for_each(|path| directories(path, file, found));
}

#[test]
fn the_order_of_objects_changes_nothing_in_own_cases() {
    let mut found = Vec::new();
    directories(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"), "in.yaml", &mut found);
    assert!(found.len() > 100, "found {} cases", found.len());
    for directory in found {
        Case::read(&directory, "in.yaml").check();
    }
}

#[test]
fn the_order_of_objects_changes_nothing_in_recorded_cases() {
    let root = std::env::var_os("EG_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let root = root.join("parity/cases");
    if !root.is_dir() {
        eprintln!("NOT RUN: there are no recorded cases in {}", root.display());
        return;
    }
    let mut found = Vec::new();
    directories(&root, "case.json", &mut found);
    let mut checked = 0;
    for directory in found {
        let facts = fs::read(directory.join("case.json")).expect("the facts of a case");
        let facts: Value = serde_json::from_slice(&facts).expect("JSON");
        if AREAS.iter().any(|area| facts["area"] == *area) {
            Case::read(&directory, "input.yaml").check();
            checked += 1;
        }
    }
    assert!(checked > 200, "checked {checked} recorded cases");
}
