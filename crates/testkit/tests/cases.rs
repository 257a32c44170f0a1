//! The case-directory harness on a case of its own.

use eg_testkit::cases::Case;
use std::{collections::BTreeMap, panic, path::Path};

fn case() -> Case {
    Case::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/basic/in.yaml"))
}

#[test]
fn an_equal_output_passes_and_another_fails() {
    let value = BTreeMap::from([("name", "one")]);
    case().snapshot_yaml("out", &value);
    case().snapshot("out", "name: one");
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let differs = panic::catch_unwind(|| case().snapshot("missing-in-this-case", ""));
    let left_over = panic::catch_unwind(|| case().snapshot("out", ""));
    panic::set_hook(hook);
    assert!(differs.is_ok(), "an empty output needs no file");
    assert!(left_over.is_err(), "a file for an empty output is left over");
}

#[test]
fn steps_come_in_order_and_optional_files_may_be_absent() {
    let steps = case().steps().expect("steps");
    assert_eq!(
        steps,
        [("01".to_owned(), "name: two\n".to_owned()), ("02".to_owned(), "name: three\n".to_owned())]
    );
    assert_eq!(case().optional("config.yaml").expect("readable"), None);
    assert_eq!(case().input().expect("the input"), "name: one\n");
}
