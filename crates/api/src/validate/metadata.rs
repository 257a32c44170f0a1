//! Names and namespaces of objects.

use serde_json::Value;

use super::{Violation, ViolationKind};
use crate::kinds::KindInfo;

pub(super) fn check(info: &KindInfo, object: &Value) -> Vec<Violation> {
    let metadata = &object["metadata"];
    let mut violations = Vec::new();
    let mut report = |path: &str, kind, message: &str| {
        violations.push(Violation { path: path.to_owned(), kind, message: message.to_owned(), rule: None });
    };
    match metadata["name"].as_str() {
        Some(name) if is_subdomain(name) => {}
        Some(_) => report("metadata.name", ViolationKind::Invalid, "must be a lower-case DNS subdomain"),
        None if metadata["generateName"].is_string() => {}
        None => report("metadata.name", ViolationKind::Required, "is required"),
    }
    match metadata["namespace"].as_str() {
        Some(_) if !info.namespaced => {
            report("metadata.namespace", ViolationKind::Invalid, "the kind lives outside of namespaces");
        }
        Some(namespace) if !is_label(namespace) => {
            report("metadata.namespace", ViolationKind::Invalid, "must be a lower-case DNS label");
        }
        _ => {}
    }
    violations
}

fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label_of_any_length)
}

fn is_label(name: &str) -> bool {
    name.len() <= 63 && is_label_of_any_length(name)
}

fn is_label_of_any_length(name: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !name.is_empty() && name.bytes().all(inner) && !name.starts_with('-') && !name.ends_with('-')
}
