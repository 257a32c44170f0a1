//! What the generator makes of a project, and what it does not let through.

use std::{collections::BTreeSet, fs, path::Path};

use docs_codegen::{Reference, reference};
use eg_api::{kinds::KINDS, schema::schema};
use eg_gatewayapi_translator::support::KINDS as TOLD;
use serde_json::Value;

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// A project with one feature, `greeting`, whose emitter has this documentation and which may have a case.
fn project(docs: &str, with_case: bool) -> Reference {
    let root = tempfile::tempdir().unwrap();
    let emitter = "crates/xds-translator/src/http/greeting.rs";
    write(
        root.path(),
        emitter,
        &format!("{docs}\nstatic BAD: Code = Code::error(\"bad\", \"Accepted\", \"Invalid\");\n"),
    );
    write(root.path(), "crates/ir/src/route/greeting.rs", "//! Greetings.\n");
    if with_case {
        write(root.path(), "crates/runtime/cases/greeting/plain/case.yaml", "about: A greeting is heard.\n");
    }
    let registered = BTreeSet::from(["greeting".to_owned()]);
    reference(root.path(), &registered).unwrap()
}

fn problems(reference: &Reference) -> Vec<String> {
    reference.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_feature_has_a_page() {
    let docs = "//! Greetings for clients.\n//!\n//! API: `spec.greeting`. Envoy: a header.\n//!\n//! Fail mode: silence.\n";
    let reference = project(docs, true);
    assert_eq!(problems(&reference), [""; 0]);
    let page = &reference.pages["docs/features/greeting.md"];
    for expected in [
        "# Greeting\n\nGreetings for clients.",
        "| API | `spec.greeting`. |",
        "| Envoy | A header. |",
        "| Fail mode | Silence. |",
        "[`bad`](../diagnostics.md#bad) | Accepted | Invalid | error |",
        "- [plain](../../crates/runtime/cases/greeting/plain): A greeting is heard.",
        "crates/ir/src/route/greeting.rs",
    ] {
        assert!(page.contains(expected), "{expected} is not in\n{page}");
    }
    assert!(reference.pages["docs/diagnostics.md"].contains("[Greeting](features/greeting.md)"));
    assert!(
        reference.pages["docs/features/README.md"]
            .contains("| [Greeting](greeting.md) | Greetings for clients. |")
    );
}

#[test]
fn a_feature_without_documentation_or_cases_is_a_problem() {
    let docs = "//! Greetings for clients.\n//!\n//! API: `spec.greeting`.\n";
    let without = "has no case in a directory of its name";
    assert_eq!(problems(&project(docs, false)), [format!("greeting: {without}")]);
    let silent = problems(&project("//! Greetings.\n", true));
    assert_eq!(
        silent,
        ["greeting: no documentation of its modules says with `API:` which fields it is about"]
    );
    let root = tempfile::tempdir().unwrap();
    let nobody = reference(root.path(), &BTreeSet::from(["greeting".to_owned()])).unwrap();
    assert_eq!(problems(&nobody), ["greeting: is registered, and no module has its name"]);
}

#[test]
fn a_name_of_two_diagnostics_is_a_problem() {
    let root = tempfile::tempdir().unwrap();
    let code = "static BAD: Code = Code::error(\"bad\", \"Accepted\", \"Invalid\");\n";
    write(root.path(), "crates/ir/src/a.rs", code);
    write(root.path(), "crates/ir/src/b.rs", code);
    write(
        root.path(),
        "crates/ir/src/c.rs",
        "fn hidden() -> Code { Code::error(ID, \"Accepted\", \"Invalid\") }\n",
    );
    let found = problems(&reference(root.path(), &BTreeSet::new()).unwrap());
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().any(|problem| problem.starts_with("bad: is in crates/ir/src/a.rs")), "{found:?}");
    assert!(found.iter().any(|problem| problem.starts_with("crates/ir/src/c.rs: ")), "{found:?}");
}

/// The schema of the field of this path.
fn field<'s>(schema: &'s Value, path: &str) -> Option<&'s Value> {
    path.split('.').try_fold(schema, |schema, step| {
        let (name, is_list) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
        let found = schema.get("properties")?.get(name)?;
        if is_list { found.get("items") } else { Some(found) }
    })
}

#[test]
fn every_field_of_the_table_is_in_the_api_and_no_field_of_the_api_is_left_out() {
    for kind in KINDS.iter().filter(|kind| kind.group == "gateway.networking.k8s.io") {
        let row = TOLD.iter().find(|told| told.name == kind.kind);
        let row = row.unwrap_or_else(|| panic!("{} is not in the table", kind.kind));
        let schema = schema(kind, kind.version()).unwrap();
        let told: Vec<&str> = row.fields().map(|field| field.path).collect();
        for path in &told {
            assert!(field(schema, path).is_some(), "{} has no field {path}", kind.kind);
        }
        // Rules and listeners are told field by field.
        for list in
            ["spec", "spec.rules[]", "spec.rules[].filters[]", "spec.rules[].matches[]", "spec.listeners[]"]
        {
            let Some(fields) = field(schema, list).and_then(|list| list["properties"].as_object()) else {
                continue;
            };
            for name in fields.keys().filter(|name| *name != "type") {
                let path = format!("{list}.{name}");
                let is_told = |told: &&&str| told.starts_with(&path) || told == &&"spec.rules";
                assert!(told.iter().any(|told| is_told(&told)), "{} leaves out {path}", kind.kind);
            }
        }
    }
}
