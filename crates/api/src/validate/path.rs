//! Paths of fields as Kubernetes writes them: `spec.rules[0].name`.

use std::fmt::Write;

/// Lengthens a path by a field, or by the key of a map.
pub(super) fn enter_field(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

/// Lengthens a path by an item of a list.
pub(super) fn enter_item(path: &mut String, index: usize) {
    // Writing to a string cannot fail.
    let _ = write!(path, "[{index}]");
}
