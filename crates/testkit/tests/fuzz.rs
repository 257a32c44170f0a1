//! The bodies of the fuzz targets, with inputs that are made from generated objects and then damaged.

use eg_testkit::{
    arb,
    fuzz::{THEN, yaml_to_xds},
};
use proptest::{prelude::*, sample::Index};

/// A way to damage a text.
#[derive(Clone, Debug)]
enum Damage {
    None,
    Cut(Index),
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static str),
}

/// What often turns one meaning into another.
const TOKENS: &[&str] =
    &["null", "-1", "65536", "\"\"", "[]", "{}", "*", "../", "1e309", "\n---\n", ": ", "\u{0}", "é"];

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<Index>;
    prop_oneof![
        2 => Just(Damage::None),
        1 => place().prop_map(Damage::Cut),
        2 => (place(), 1..40_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        1 => (place(), 1..200_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
        2 => (place(), prop::sample::select(TOKENS)).prop_map(|(at, token)| Damage::Insert(at, token)),
    ]
}

fn damaged(text: &str, damage: &Damage) -> String {
    let characters: Vec<char> = text.chars().collect();
    let place = |at: &Index| at.index(characters.len() + 1);
    let part = |from: usize, to: usize| -> String {
        characters[from.min(characters.len())..to.min(characters.len())].iter().collect()
    };
    let end = characters.len();
    match damage {
        Damage::None => text.to_owned(),
        Damage::Cut(at) => part(0, place(at)),
        Damage::Remove(at, length) => part(0, place(at)) + &part(place(at) + length, end),
        Damage::Repeat(at, length) => part(0, place(at) + length) + &part(place(at), end),
        Damage::Insert(at, token) => part(0, place(at)) + token + &part(place(at), end),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_text_is_translated_to_valid_resources(
        first in arb::world(12),
        second in arb::world(12),
        of_first in damage(),
        of_second in damage(),
    ) {
        let first = damaged(&first.to_yaml(), &of_first);
        let second = damaged(&second.to_yaml(), &of_second);
        yaml_to_xds(&format!("{first}\n{THEN}{second}"));
    }
}

#[test]
fn the_examples_are_translated_to_valid_resources() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let mut seen = 0;
    for example in std::fs::read_dir(examples).expect("examples") {
        let resources = example.expect("an example").path().join("resources");
        for file in std::fs::read_dir(resources).into_iter().flatten() {
            let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
            yaml_to_xds(&format!("{text}\n{THEN}"));
            seen += 1;
        }
    }
    assert!(seen > 0, "there are no examples");
}
