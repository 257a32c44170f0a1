//! Which fields of the configuration file changed, and when that matters.

use std::fmt;

use eg_api::config::EnvoyGateway;
use serde_json::Value;

/// Fields whose changes come into force while the control plane runs; all others wait for its next start.
const LIVE: [&str; 5] =
    ["envoyProxy", "extensionApis", "gateway.controllerName", "logging.level", "runtimeFlags"];

/// A field by its path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Field(String);

impl Field {
    /// Whether its changes come into force while the control plane runs.
    pub(super) fn is_live(&self) -> bool {
        LIVE.iter().any(|live| {
            self.0.strip_prefix(live).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The fields that differ, as deep as both have them. Values are not told: they may be secret.
pub(super) fn changed(old: &EnvoyGateway, new: &EnvoyGateway) -> Vec<Field> {
    let json = |config: &EnvoyGateway| serde_json::to_value(config).unwrap_or_default();
    let mut found = Vec::new();
    compare("", &json(old), &json(new), &mut found);
    found.sort();
    found
}

fn compare(at: &str, old: &Value, new: &Value, found: &mut Vec<Field>) {
    if old == new || is_nothing(old) && is_nothing(new) {
        return;
    }
    let empty = serde_json::Map::new();
    let (before, after) = match (old, new) {
        (Value::Object(old), Value::Object(new)) => (old, new),
        (Value::Null, Value::Object(new)) => (&empty, new),
        (Value::Object(old), Value::Null) => (old, &empty),
        _ => return found.push(Field(at.to_owned())),
    };
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    for name in names {
        let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        let of = |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or_default();
        compare(&at, &of(before), &of(after), found);
    }
}

/// Whether a value says no more than its absence.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> EnvoyGateway {
        let head = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyGateway\n";
        let document = serde_saphyr::from_str(&format!("{head}{text}")).unwrap();
        EnvoyGateway::parse(document).unwrap()
    }

    #[track_caller]
    fn check(old: &str, new: &str, expected: &[(&str, bool)]) {
        let fields = changed(&config(old), &config(new));
        let fields: Vec<(&str, bool)> =
            fields.iter().map(|field| (field.0.as_str(), field.is_live())).collect();
        assert_eq!(fields, expected);
    }

    #[test]
    fn each_changed_field_says_when_it_matters() {
        check("", "extensionApis: {}", &[]);
        check("", "extensionApis: {enableBackend: true}", &[("extensionApis.enableBackend", true)]);
        check(
            "logging: {level: {default: info}}",
            "logging: {level: {default: debug}, encoder: JSON}",
            &[("logging.encoder", false), ("logging.level.default", true)],
        );
        check(
            "runtimeFlags: {enabled: [A]}\nxdsServer: {maxConnectionAge: 1h}",
            "runtimeFlags: {enabled: [B]}",
            &[("runtimeFlags.enabled", true), ("xdsServer.maxConnectionAge", false)],
        );
        check(
            "gateway: {controllerName: a.b/c}",
            "gateway: {controllerName: a.b/d}",
            &[("gateway.controllerName", true)],
        );
    }
}
