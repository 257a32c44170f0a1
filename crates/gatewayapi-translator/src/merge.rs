//! Settings over other settings.

use serde_json::Value;

/// Merges JSON as RFC 7396 says: objects by field, everything else is replaced.
pub(crate) fn overlay(target: &mut Value, patch: Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (field, value) in patch {
                overlay(target.entry(field).or_insert(Value::Null), value);
            }
        }
        (target, patch) => *target = patch,
    }
}
