//! What older versions of a kind allow that the newest does not, and the other way round.

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::structural;
use crate::kinds::Resource;

/// The schema of one version of a kind.
pub(super) fn of<T: Resource + JsonSchema>(version: &str) -> Value {
    let mut schema = structural::<T>(Some("spec"));
    let spec = &mut schema["properties"]["spec"];
    match (T::KIND.kind, version) {
        ("TCPRoute" | "UDPRoute", "v1alpha2") => many_rules(spec),
        ("TLSRoute", "v1alpha2") => {
            many_rules(spec);
            spec["required"] = json!(["rules"]);
            if let Some(hostnames) = spec["properties"]["hostnames"].as_object_mut() {
                hostnames.remove("minItems");
                hostnames.remove("x-kubernetes-validations");
            }
        }
        _ => {}
    }
    schema
}

/// Up to 16 rules, with unique names.
fn many_rules(spec: &mut Value) {
    let rules = &mut spec["properties"]["rules"];
    rules["maxItems"] = json!(16);
    rules["x-kubernetes-validations"] = json!([{
        "rule": "self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))",
        "message": "names of rules must be unique within the route",
    }]);
}
