//! Types, limits, patterns and formats, checked by a JSON schema library.

use jsonschema::error::{TypeKind, ValidationErrorKind as ErrorKind};
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{Draft, PatternOptions, ValidationError};
use serde_json::{Value, json};

use super::path::{enter_field, enter_item};
use super::{Violation, ViolationKind};

/// The compiled structure of a kind.
pub(super) struct Structure {
    /// `None` when the schema does not compile, which a test rules out.
    compiled: Option<jsonschema::Validator>,
}

impl Structure {
    pub(super) fn new(schema: &Value) -> Self {
        let mut schema = schema.clone();
        bound_integers(&mut schema);
        let compiled = jsonschema::options()
            .with_draft(Draft::Draft4)
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(true)
            .with_format("byte", is_base64)
            .build(&schema);
        debug_assert!(compiled.is_ok(), "schema does not compile: {:?}", compiled.err());
        Self { compiled: compiled.ok() }
    }

    pub(super) fn check(&self, object: &Value) -> Vec<Violation> {
        let mut violations = Vec::new();
        for error in self.compiled.iter().flat_map(|compiled| compiled.iter_errors(object)) {
            report(&error, &mut violations);
        }
        violations
    }
}

fn is_base64(text: &str) -> bool {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text.replace(['\n', '\r'], "")).is_ok()
}

/// Gives integers of a stated size the limits of that size.
fn bound_integers(schema: &mut Value) {
    match schema {
        Value::Object(node) => {
            if node.get("format") == Some(&json!("int32")) {
                node.entry("minimum").or_insert(json!(i32::MIN));
                node.entry("maximum").or_insert(json!(i32::MAX));
            }
            node.values_mut().for_each(bound_integers);
        }
        Value::Array(items) => items.iter_mut().for_each(bound_integers),
        _ => {}
    }
}

fn report(error: &ValidationError<'_>, violations: &mut Vec<Violation>) {
    let mut path = path(error.instance_path());
    let (kind, message) = match error.kind() {
        // Of the alternatives, the one that is meant is told by its fixed values.
        ErrorKind::OneOfNotValid { context } | ErrorKind::AnyOf { context } => {
            let meant = context.iter().find(|errors| !errors.iter().any(|error| tells_apart(error)));
            match meant.or(context.first()) {
                Some(errors) if !errors.is_empty() => {
                    for error in errors {
                        report(error, violations);
                    }
                }
                _ => violations.push(violation(path, ViolationKind::Invalid, error.masked().to_string())),
            }
            return;
        }
        ErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            (ViolationKind::Required, "is required".to_owned())
        }
        ErrorKind::Enum { options } => (ViolationKind::NotSupported, format!("must be one of {options}")),
        ErrorKind::Type { kind: TypeKind::Single(name) } => {
            (ViolationKind::Type, format!("must be of type {name}"))
        }
        // Values are left out of messages: they can be large.
        ErrorKind::Type { .. } => (ViolationKind::Type, error.masked().to_string()),
        ErrorKind::Format { format } => (ViolationKind::Type, format!("must have the format {format}")),
        ErrorKind::MaxLength { limit } => {
            (ViolationKind::TooLong, format!("must not be longer than {limit}"))
        }
        ErrorKind::MinLength { limit } => (ViolationKind::Invalid, format!("must be at least {limit} long")),
        ErrorKind::MaxItems { limit } => (ViolationKind::TooMany, format!("must have {limit} items at most")),
        ErrorKind::MinItems { limit } => {
            (ViolationKind::Invalid, format!("must have {limit} items at least"))
        }
        ErrorKind::MaxProperties { limit } => {
            (ViolationKind::TooMany, format!("must have {limit} entries at most"))
        }
        ErrorKind::MinProperties { limit } => {
            (ViolationKind::Invalid, format!("must have {limit} entries at least"))
        }
        ErrorKind::Minimum { limit } => (ViolationKind::Invalid, format!("must not be below {limit}")),
        ErrorKind::Maximum { limit } => (ViolationKind::Invalid, format!("must not be above {limit}")),
        ErrorKind::Pattern { pattern } => (ViolationKind::Invalid, format!("must match {pattern}")),
        _ => (ViolationKind::Invalid, error.masked().to_string()),
    };
    violations.push(violation(path, kind, message));
}

fn tells_apart(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ErrorKind::Enum { .. } | ErrorKind::Not { .. })
}

fn violation(path: String, kind: ViolationKind, message: String) -> Violation {
    Violation { path, kind, message, rule: None }
}

/// `spec.rules[0].name` for `/spec/rules/0/name`.
fn path(location: &Location) -> String {
    let mut path = String::new();
    for segment in location {
        match segment {
            LocationSegment::Property(name) => enter_field(&mut path, &name),
            LocationSegment::Index(index) => enter_item(&mut path, index),
        }
    }
    path
}
