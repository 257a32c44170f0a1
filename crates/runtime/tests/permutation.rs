//! The order in which the objects of a case are given changes nothing: no byte of what proxies get, no status, no
//! infrastructure.
//!
//! Always for the cases of this project; for recorded cases too, where they are at hand: they are looked for in the
//! directory `EG_SHARED`, else in `shared` beside the repository.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    env, fs,
    num::NonZero,
    path::{Path, PathBuf},
    thread,
};

use eg_api::{config::EnvoyGateway, schema};
use eg_gatewayapi_translator::{Settings, Translation, Translator};
use eg_resources::{AnyObject, Batch, Change, Clock, Decoder, SourceId, Store};
use eg_testkit::traffic::run;
use eg_xds_translator::{ResourceType, XdsTranslator};
use serde_json::Value;

/// The time in every case, in seconds since 1970: the first day of 2027.
const NOW: i64 = 1_798_761_600;
/// How many orders are tried of each case.
const ORDERS: u64 = 4;

/// A case: its objects, and the settings of the control plane.
struct Case {
    name: PathBuf,
    objects: Vec<AnyObject>,
    settings: Settings,
}

/// What is sent to proxies: the bytes of each resource by fleet, type and name, and what emission found out.
type Sent = BTreeMap<(String, String), Vec<u8>>;

impl Case {
    /// A case directory with objects, and perhaps a configuration.
    fn read(directory: &Path, input: &str) -> Vec<Self> {
        let text = fs::read_to_string(directory.join(input)).expect("the objects of a case");
        let documents = serde_saphyr::from_multiple(&text).expect("YAML");
        let config = fs::read_to_string(directory.join("config.yaml")).ok();
        let config =
            config.map(|text| serde_saphyr::from_str::<EnvoyGateway>(&text).expect("a configuration"));
        let settings = config.map_or_else(Settings::default, |config| Settings::from_config(&config));
        vec![Self { name: directory.to_path_buf(), objects: decode(documents), settings }]
    }

    /// The steps of a traffic case.
    fn steps(directory: &Path) -> Vec<Self> {
        let (_, steps) = run::documents(&directory.join("case.yaml")).expect("the objects of a case");
        let settings = Settings::for_all_objects();
        let case = |documents| Self {
            name: directory.to_path_buf(),
            objects: decode(documents),
            settings: settings.clone(),
        };
        steps.into_iter().map(case).collect()
    }

    fn store() -> Store {
        let mut store = Store::new();
        store.apply(&SourceId::new("clock"), Batch::Replace(vec![AnyObject::new(Clock::at(NOW))]));
        store
    }

    /// What all objects at once become.
    fn answer(&self, objects: Vec<AnyObject>) -> Translation {
        let mut store = Self::store();
        store.apply(&SourceId::new("case"), Batch::Replace(objects));
        Translator::new(self.settings.clone()).translate(&store.snapshot())
    }

    /// What the objects become that come one after the other.
    fn answer_step_by_step(&self, objects: Vec<AnyObject>) -> Translation {
        let mut store = Self::store();
        let mut session = Translator::new(self.settings.clone()).session();
        session.update(&store.snapshot(), &store.snapshot().as_delta());
        for object in objects {
            let delta = store.apply(&SourceId::new("case"), Batch::Changes(vec![Change::Upsert(object)]));
            session.update(&store.snapshot(), &delta);
        }
        session.current().clone()
    }

    fn check(&self) {
        let expected = self.answer(self.objects.clone());
        let (written, bytes) = (format!("{expected:?}"), sent(&expected));
        for seed in 0..ORDERS {
            let objects = shuffled(self.objects.clone(), seed);
            let found =
                if seed + 1 == ORDERS { self.answer_step_by_step(objects) } else { self.answer(objects) };
            let same = found == expected && format!("{found:?}") == written;
            assert!(
                same,
                "{}: another order of objects (seed {seed}) has another answer",
                self.name.display()
            );
            assert!(seed > 0 || sent(&found) == bytes, "{}: proxies get something else", self.name.display());
        }
    }
}

/// What proxies get of a translation.
fn sent(translation: &Translation) -> Sent {
    let mut all = Sent::new();
    for (fleet, ir) in &translation.xds {
        let model = XdsTranslator::default().translate(ir);
        for resource_type in ResourceType::ALL {
            for (name, packed) in model.resources(resource_type) {
                all.insert((fleet.to_string(), format!("{resource_type:?} {name}")), packed.body.to_vec());
            }
        }
        let findings = model.findings().map(|finding| format!("{finding:?}\n"));
        let patched = model.patched().map(|report| format!("{report:?}\n"));
        all.insert(
            (fleet.to_string(), String::new()),
            findings.chain(patched).collect::<String>().into_bytes(),
        );
    }
    all
}

/// The objects with the defaults that an API server gives them. What it would not even store is no object.
fn decode(documents: Vec<Value>) -> Vec<AnyObject> {
    let decode = |mut document: Value| {
        schema::apply_defaults(&mut document);
        Decoder::new().decode(document).ok()
    };
    documents.into_iter().filter(|document| !document.is_null()).filter_map(decode).collect()
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

/// Checks the cases below `root`, on all processors, and says how many there are.
fn check_all(root: &Path, marker: &str, read: impl Fn(&Path) -> Vec<Case> + Sync) -> usize {
    let mut found = Vec::new();
    directories(root, marker, &mut found);
    let each = found.len().div_ceil(thread::available_parallelism().map_or(1, NonZero::get)).max(1);
    thread::scope(|scope| {
        for some in found.chunks(each) {
            scope.spawn(|| some.iter().flat_map(|directory| read(directory)).for_each(|case| case.check()));
        }
    });
    found.len()
}

#[test]
fn the_order_of_objects_changes_nothing_in_own_cases() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |directory: &Path| Case::read(directory, "in.yaml");
    let translated = check_all(&crates.join("gatewayapi-translator/cases"), "in.yaml", read);
    assert!(translated > 150, "found {translated} cases of the translator");
    let served = check_all(&crates.join("runtime/cases"), "case.yaml", Case::steps);
    assert!(served > 150, "found {served} traffic cases");
}

#[test]
fn the_order_of_objects_changes_nothing_in_recorded_cases() {
    let root = env::var_os("EG_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let root = root.join("parity/cases");
    if !root.is_dir() {
        eprintln!(
            "NOT RUN: there are no recorded cases in {}; set EG_SHARED to where they are",
            root.display()
        );
        return;
    }
    let checked = check_all(&root, "case.json", |directory| Case::read(directory, "input.yaml"));
    assert!(checked > 500, "checked {checked} recorded cases");
}
