//! A panic in one unit of translation costs its object alone.

use eg_diag::{Diagnostic, FieldPath};
use eg_gatewayapi_translator::{
    Features, FilterCx, FilterSettings, FilterSpec, RouteFilter, RuleDraft, Translator,
};
use eg_ir::FeatureId;
use eg_resources::{Object, Outcome};
use eg_runtime::{Core, Effects, Event};
use eg_xds_translator::{ResourceType, SecretsInDump, XdsTranslator};
use serde_json::{Value, json};

use crate::world::{BASE, condition, fleet, put, replace, route, settings, source, status};

/// A vendor's filter that cannot stand one name.
struct Buggy;

impl RouteFilter for Buggy {
    fn id(&self) -> FeatureId {
        FeatureId::new("vendor.example/buggy")
    }

    fn apply(
        &self,
        _: &FilterCx<'_, '_>,
        filter: &FilterSpec<'_>,
        _: &mut RuleDraft,
        _: &mut Vec<Diagnostic>,
    ) -> bool {
        let FilterSettings::Extension(reference) = filter.settings else { return false };
        assert_ne!(reference.name, "bug", "a bug of the vendor at {}", FieldPath::spec());
        reference.group == "vendor.example"
    }
}

/// A route with a filter of the vendor.
fn filtered(name: &str, generation: i64, path: &str, filter: &str) -> Value {
    let mut route = route(name, generation, path);
    let reference = json!({"group": "vendor.example", "kind": "Buggy", "name": filter});
    route["spec"]["rules"][0]["filters"] = json!([{"type": "ExtensionRef", "extensionRef": reference}]);
    route
}

fn start(objects: &[Value]) -> (Core, Effects) {
    let translator = Translator::with_features(settings(), Features::default().with_route_filter(Buggy));
    let mut core = Core::with_translators(translator, XdsTranslator::default(), [source()]);
    let effects = core.step([Event::Tick(1_790_000_000), replace(BASE, objects)]);
    (core, effects)
}

/// The paths that are served.
fn paths(core: &Core) -> Vec<String> {
    let dump = core.model(&fleet()).expect("a model").to_json(SecretsInDump::Redacted).expect("JSON");
    assert_eq!(core.model(&fleet()).expect("a model").resources(ResourceType::Route).len(), 1);
    let hosts = dump["routes"][0]["virtual_hosts"].as_array().into_iter().flatten();
    let routes = hosts.flat_map(|host| host["routes"].as_array().into_iter().flatten());
    let mut paths: Vec<String> = routes
        .filter_map(|route| route["match"]["path_separated_prefix"].as_str().map(str::to_owned))
        .collect();
    paths.sort();
    paths
}

/// The status with which the proxy answers requests for a path by itself; null if it does not.
fn answer(core: &Core, path: &str) -> Value {
    let dump = core.model(&fleet()).expect("a model").to_json(SecretsInDump::Redacted).expect("JSON");
    let hosts = dump["routes"][0]["virtual_hosts"].as_array().into_iter().flatten();
    let mut routes = hosts.flat_map(|host| host["routes"].as_array().into_iter().flatten());
    let route = routes.find(|route| route["match"]["path_separated_prefix"] == path).expect("a route");
    route["direct_response"]["status"].clone()
}

fn programmed(effects: &Effects, name: &str) -> Option<(String, String)> {
    condition(&status(effects, "HTTPRoute", name)["parents"][0]["conditions"], "Programmed")
}

#[test]
fn a_panic_leaves_the_last_good_form_and_every_other_route_alone() {
    let (mut core, effects) = start(&[filtered("mine", 1, "/mine", "fine"), route("other", 1, "/other")]);
    assert_eq!((core.panics().len(), programmed(&effects, "mine")), (0, None));

    let effects = core.step([put(&filtered("mine", 2, "/new", "bug")), put(&route("other", 2, "/edited"))]);
    assert_eq!(core.panics().len(), 1, "{:?}", core.panics());
    assert_eq!(paths(&core), ["/edited", "/mine"]);
    let (value, message) = programmed(&effects, "mine").expect("a condition");
    assert_eq!(value, "False/Invalid");
    assert!(message.contains("a bug of the vendor"), "{message}");
    assert_eq!(programmed(&effects, "other"), None);

    // It is said as long as it is so, and other edits go on.
    core.step([put(&route("other", 3, "/again"))]);
    assert_eq!((core.panics().len(), core.snapshot().list(Outcome::KIND).count()), (0, 1));
    assert_eq!(paths(&core), ["/again", "/mine"]);

    // A new generation heals.
    let effects = core.step([put(&filtered("mine", 3, "/new", "fine"))]);
    assert_eq!(programmed(&effects, "mine"), None);
    assert_eq!(paths(&core), ["/again", "/new"]);
    assert_eq!(core.snapshot().list(Outcome::KIND).count(), 0);
}

#[test]
fn a_panic_at_the_start_keeps_nothing_else_from_starting() {
    let (core, effects) = start(&[filtered("mine", 1, "/mine", "bug"), route("other", 1, "/other")]);
    assert_eq!(core.panics().len(), 1);
    assert_eq!(paths(&core), ["/mine", "/other"]);
    assert_eq!([answer(&core, "/mine"), answer(&core, "/other")], [json!(500), Value::Null]);
    assert_eq!(programmed(&effects, "mine").expect("a condition").0, "False/Invalid");
    assert_eq!(programmed(&effects, "other"), None);
}

#[test]
fn a_new_route_that_panics_refuses_the_rule_at_fault_alone_until_it_heals() {
    let (mut core, _) = start(&[route("other", 1, "/other")]);
    let mut new = filtered("new", 1, "/bad", "bug");
    let mut good = route("new", 1, "/good")["spec"]["rules"][0].clone();
    good["filters"] = json!([{"type": "RequestRedirect", "requestRedirect": {"statusCode": 301}}]);
    new["spec"]["rules"].as_array_mut().expect("rules").push(good);
    let effects = core.step([put(&new)]);
    assert_eq!(core.panics().len(), 1, "{:?}", core.panics());
    assert_eq!(paths(&core), ["/bad", "/good", "/other"]);
    assert_eq!([answer(&core, "/bad"), answer(&core, "/good")], [json!(500), Value::Null]);
    let (value, message) = programmed(&effects, "new").expect("a condition");
    assert_eq!(value, "False/Invalid");
    assert!(message.contains("is refused") && message.contains("a bug of the vendor"), "{message}");

    let effects = core.step([put(&filtered("new", 2, "/bad", "fine"))]);
    assert_eq!(programmed(&effects, "new"), None);
    assert_eq!(paths(&core), ["/bad", "/other"]);
}
