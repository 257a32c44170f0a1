//! CEL rules, evaluated by `kube-cel`.

use kube_cel::{CompiledSchema, ErrorKind, ValidationError};
use serde_json::Value;

use super::{Violation, ViolationKind};

/// The compiled rules of a kind.
pub(super) struct RuleSet {
    compiled: CompiledSchema,
}

thread_local! {
    /// The functions that rules can call.
    static ENGINE: kube_cel::Validator = kube_cel::Validator::new();
}

impl RuleSet {
    pub(super) fn new(schema: &Value) -> Self {
        Self { compiled: kube_cel::compile_schema(schema) }
    }

    pub(super) fn check(&self, object: &Value, old: Option<&Value>) -> Vec<Violation> {
        let result = ENGINE.with(|engine| engine.validate_compiled(&self.compiled, object, old));
        result.err().map(|errors| errors.into_vec().into_iter().map(violation).collect()).unwrap_or_default()
    }
}

fn violation(error: ValidationError) -> Violation {
    let message = match error.kind {
        ErrorKind::ValidationFailure => error.message,
        _ => format!("rule cannot be evaluated: {}", error.message),
    };
    Violation { path: error.field_path, kind: ViolationKind::Invalid, message, rule: Some(error.rule) }
}
