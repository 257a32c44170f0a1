//! Tests of the patch machinery.

use serde_json::{Value, json};

use super::{PatchOperation, PatchProblem, apply, dialect};

/// An operation from its JSON form.
fn op(spec: &Value) -> PatchOperation {
    serde_json::from_value(spec.clone()).unwrap()
}

fn check(doc: Value, ops: &Value, expect: &Value) {
    let mut patched = doc;
    let ops: Vec<_> = ops.as_array().unwrap().iter().map(op).collect();
    apply(&mut patched, &ops).unwrap();
    assert_eq!(&patched, expect);
}

/// Checks that the last operation fails with `problem` and that the document is left alone.
fn check_fails(doc: &Value, ops: &Value, problem: &PatchProblem) {
    let mut patched = doc.clone();
    let ops: Vec<_> = ops.as_array().unwrap().iter().map(op).collect();
    let error = apply(&mut patched, &ops).unwrap_err();
    assert_eq!((error.operation, &error.problem), (ops.len() - 1, problem), "{error}");
    assert_eq!(&patched, doc, "a failed patch changed the document");
}

#[test]
fn operations_of_the_rfc() {
    check(
        json!({"a": [1, 2], "b": {"c": 3}}),
        &json!([
            {"op": "test", "path": "/a/0", "value": 1},
            {"op": "add", "path": "/a/-", "value": 4},
            {"op": "add", "path": "/a/0", "value": 0},
            {"op": "replace", "path": "/b/c", "value": {"d": 5}},
            {"op": "copy", "from": "/b/c", "path": "/e"},
            {"op": "move", "from": "/b", "path": "/f"},
            {"op": "remove", "path": "/a/1"},
        ]),
        &json!({"a": [0, 2, 4], "e": {"d": 5}, "f": {"c": {"d": 5}}}),
    );
}

#[test]
fn add_creates_what_is_missing() {
    check(json!({}), &json!([{"op": "add", "path": "/a/b/c", "value": 1}]), &json!({"a": {"b": {"c": 1}}}));
    check(json!({}), &json!([{"op": "add", "path": "/a/-", "value": 1}]), &json!({"a": [1]}));
    check(json!({}), &json!([{"op": "add", "path": "/a/0/b", "value": 1}]), &json!({"a": [{"b": 1}]}));
    check(json!({"a": null}), &json!([{"op": "add", "path": "/a/b", "value": 1}]), &json!({"a": {"b": 1}}));
    check(json!({"a": []}), &json!([{"op": "add", "path": "/a/-/b", "value": 1}]), &json!({"a": [{"b": 1}]}));
    check(json!({}), &json!([{"op": "add", "path": "/a/-/b", "value": 1}]), &json!({"a": [{"b": 1}]}));
    check(
        json!({"a": [1]}),
        &json!([{"op": "add", "path": "/a/-/b", "value": 1}]),
        &json!({"a": [1, {"b": 1}]}),
    );
    check(
        json!({"a": [1]}),
        &json!([{"op": "add", "path": "/a/3", "value": 2}]),
        &json!({"a": [1, null, null, 2]}),
    );
    check_fails(
        &json!({"a": 1}),
        &json!([{"op": "add", "path": "/a/b", "value": 1}]),
        &PatchProblem::NotFound,
    );
    let far = json!([{"op": "add", "path": "/a/4000000000", "value": 1}]);
    check_fails(&json!({}), &far, &PatchProblem::TooLarge);
}

#[test]
fn only_add_creates_parents() {
    check_fails(&json!({}), &json!([{"op": "replace", "path": "/a/b", "value": 1}]), &PatchProblem::NotFound);
    let copy = json!([{"op": "copy", "from": "/x", "path": "/a/b"}]);
    check_fails(&json!({"x": 1}), &copy, &PatchProblem::NotFound);
}

#[test]
fn escaped_names() {
    check(
        json!({"a/b": {"c~d": 1}}),
        &json!([{"op": "replace", "path": "/a~1b/c~0d", "value": 2}]),
        &json!({"a/b": {"c~d": 2}}),
    );
    check(
        json!({"v": [{"name": "test5", "~/abc/~": 1}]}),
        &json!([{"op": "replace", "jsonPath": "$.v[?(@.name =~ 'test5')]['~/abc/~']", "value": 2}]),
        &json!({"v": [{"name": "test5", "~/abc/~": 2}]}),
    );
}

#[test]
fn negative_indices_count_from_the_end() {
    let doc = json!({"a": [1, 2, 3]});
    check(doc.clone(), &json!([{"op": "remove", "path": "/a/-1"}]), &json!({"a": [1, 2]}));
    check(doc.clone(), &json!([{"op": "add", "path": "/a/-1", "value": 4}]), &json!({"a": [1, 2, 3, 4]}));
    check_fails(&doc, &json!([{"op": "remove", "path": "/a/-4"}]), &PatchProblem::NotFound);
    check(json!({"-1": 1}), &json!([{"op": "remove", "path": "/-1"}]), &json!({}));
}

#[test]
fn json_path_patches_every_match() {
    let doc = json!({"hosts": [{"name": "a", "routes": [{"n": 1}, {"n": 2}]}, {"name": "b", "routes": [{"n": 3}]}]});
    check(
        doc.clone(),
        &json!([{"op": "add", "jsonPath": "..routes[*]", "path": "/m/x", "value": true}]),
        &json!({"hosts": [
            {"name": "a", "routes": [{"n": 1, "m": {"x": true}}, {"n": 2, "m": {"x": true}}]},
            {"name": "b", "routes": [{"n": 3, "m": {"x": true}}]},
        ]}),
    );
    check(
        doc.clone(),
        &json!([{"op": "remove", "jsonPath": "$.hosts[0].routes[*]"}]),
        &json!({"hosts": [{"name": "a", "routes": []}, {"name": "b", "routes": [{"n": 3}]}]}),
    );
    check(
        doc,
        &json!([{"op": "add", "jsonPath": "hosts[?(@.name=='b')]", "path": "routes/0", "value": 0}]),
        &json!({"hosts": [{"name": "a", "routes": [{"n": 1}, {"n": 2}]}, {"name": "b", "routes": [0, {"n": 3}]}]}),
    );
}

#[test]
fn json_path_problems() {
    let doc = json!({"a": 1});
    check_fails(&doc, &json!([{"op": "remove", "jsonPath": "$.b"}]), &PatchProblem::NoMatch);
    for bad in ["$.a[", "$.a[?(@.b =~ c)]", "$['a", "$..a..a..a..a..a"] {
        let mut patched = doc.clone();
        let remove = op(&json!({"op": "remove", "jsonPath": bad}));
        let error = apply(&mut patched, &[remove]).unwrap_err();
        assert!(matches!(error.problem, PatchProblem::BadJsonPath(_)), "{bad}: {error}");
        assert_eq!(error.path, bad);
    }
}

#[test]
fn nested_expressions_are_refused_before_they_are_parsed() {
    for (open, close) in [("(", ")"), ("@[?", "]"), ("!(", ")"), ("length(", ")")] {
        let path = format!("$[?{}@.a{} == 1]", open.repeat(40), close.repeat(40));
        assert!(matches!(dialect::standard(&path), Err(PatchProblem::BadJsonPath(_))), "{path}");
    }
    assert!(dialect::standard("$[?((@.a == 1) && (@['b'][?(@.c == 2)]))]").is_ok());
}

#[test]
fn attributes_are_checked() {
    let doc = json!({"a": 1});
    let cases = [
        (json!({"op": "add", "value": 1}), PatchProblem::NoTarget),
        (json!({"op": "add", "path": "", "value": 1}), PatchProblem::NoTarget),
        (json!({"op": "add", "path": "/a"}), PatchProblem::MissingValue),
        (json!({"op": "replace", "path": "/a"}), PatchProblem::MissingValue),
        (json!({"op": "test", "path": "/a", "value": 1, "from": "/a"}), PatchProblem::UnexpectedFrom),
        (json!({"op": "remove", "path": "/a", "value": 1}), PatchProblem::UnexpectedValue),
        (json!({"op": "move", "path": "/b"}), PatchProblem::MissingFrom),
        (json!({"op": "copy", "path": "/b", "from": "/a", "value": 1}), PatchProblem::UnexpectedValue),
    ];
    for (spec, problem) in cases {
        check_fails(&doc, &json!([spec]), &problem);
    }
}

#[test]
fn a_later_failure_undoes_earlier_operations() {
    check_fails(
        &json!({"a": 1}),
        &json!([{"op": "replace", "path": "/a", "value": 2}, {"op": "test", "path": "/a", "value": 1}]),
        &PatchProblem::TestFailed,
    );
    let from_nowhere = json!([{"op": "remove", "path": "/a"}, {"op": "move", "from": "/a", "path": "/b"}]);
    check_fails(&json!({"a": 1}), &from_nowhere, &PatchProblem::FromNotFound);
    let inward = json!([{"op": "move", "from": "/a", "path": "/a/b"}]);
    check_fails(&json!({"a": {}}), &inward, &PatchProblem::IntoItself);
}

#[test]
fn pointers_must_start_with_a_slash() {
    let mut doc = json!({"a": 1});
    let bad = apply(&mut doc, &[op(&json!({"op": "remove", "path": "a"}))]).unwrap_err();
    assert!(matches!(bad.problem, PatchProblem::BadPointer(_)), "{bad}");
    let bad = apply(&mut doc, &[op(&json!({"op": "copy", "path": "/b", "from": "a"}))]).unwrap_err();
    assert!(matches!(bad.problem, PatchProblem::BadFrom(_)), "{bad}");
}

#[test]
fn growth_is_bounded() {
    let mut doc = json!({"a": []});
    let double = op(&json!({"op": "copy", "from": "/a", "path": "/a/-"}));
    let bomb: Vec<_> = std::iter::repeat_n(double, 64).collect();
    let error = apply(&mut doc, &bomb).unwrap_err();
    assert!(matches!(error.problem, PatchProblem::TooLarge | PatchProblem::TooDeep), "{error}");
    let wide = json!({"a": vec![json!({}); 1_000]});
    let spread = json!([{"op": "add", "jsonPath": "$.a[*]", "path": "/x", "value": vec![0; 1_000]}]);
    check_fails(&wide, &spread, &PatchProblem::TooLarge);
    let deep = "/a".repeat(200);
    check_fails(&json!({}), &json!([{"op": "add", "path": deep, "value": 1}]), &PatchProblem::TooDeep);
}

#[test]
fn moving_cannot_nest_without_end() {
    let mut doc = json!({"a": {}});
    let down = "/b".repeat(100);
    let ops: Vec<_> = std::iter::repeat_n(
        [
            json!({"op": "add", "path": down, "value": 0}),
            json!({"op": "move", "from": "/a", "path": down}),
            json!({"op": "move", "from": "/b", "path": "/a"}),
        ],
        10,
    )
    .flatten()
    .map(|spec| op(&spec))
    .collect();
    assert_eq!(apply(&mut doc, &ops).unwrap_err().problem, PatchProblem::TooDeep);
}

#[test]
fn debug_hides_values() {
    let text = format!("{:?}", op(&json!({"op": "add", "path": "/a", "value": "hunter2"})));
    assert!(text.contains("/a") && !text.contains("hunter2"), "{text}");
}

#[test]
fn errors_name_operation_and_place() {
    let mut doc = json!({"a": [1]});
    let ops = [
        op(&json!({"op": "test", "path": "/a/0", "value": 1})),
        op(&json!({"op": "remove", "jsonPath": "$.a", "path": "/7"})),
    ];
    let error = apply(&mut doc, &ops).unwrap_err();
    assert_eq!(error.to_string(), "operation 1 (remove \"/a/7\"): no such place in the document");
}

#[test]
fn dialect_is_rewritten() {
    let check = |input: &str, expect: &str| assert_eq!(dialect::standard(input).unwrap(), expect, "{input}");
    check("$.a", "$.a");
    check("..routes", "$..routes");
    check("a[0].b", "$.a[0].b");
    check("['a']", "$['a']");
    check("..r[?(@.name =~ 'www')]", "$..r[?(search(@.name, 'www'))]");
    check("$.r[?@.name=~\"w\"]", "$.r[?search(@.name, \"w\")]");
    check(
        "$.r[?(@.a =~ 'x' && @['b c'].d =~ /y\\/z/)]",
        "$.r[?(search(@.a, 'x') && search(@['b c'].d, 'y/z'))]",
    );
    check("$.r[?(@.a == '=~')]", "$.r[?(@.a == '=~')]");
}
