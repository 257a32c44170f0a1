//! Codes and diagnostics.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::FieldPath;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Severity {
    /// The field works but deserves attention: it is deprecated, ignored or shadowed.
    Warning,
    /// The field was refused, and what its fail mode says happened.
    Error,
}

/// A stable, documented kind of problem and the status condition it becomes.
///
/// Codes are `static`s beside the feature that raises them.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// Kebab-case name, such as `invalid-backend-ref`; it is the anchor in the reference documentation.
    pub id: &'static str,
    /// The condition type, such as `ResolvedRefs`.
    pub condition: &'static str,
    /// The condition reason, such as `BackendNotFound`.
    pub reason: &'static str,
    /// How bad it is.
    pub severity: Severity,
}

impl Code {
    /// A code for refused fields.
    pub const fn error(id: &'static str, condition: &'static str, reason: &'static str) -> Self {
        Self { id, condition, reason, severity: Severity::Error }
    }

    /// A code for accepted fields that deserve attention.
    pub const fn warning(id: &'static str, condition: &'static str, reason: &'static str) -> Self {
        Self { id, condition, reason, severity: Severity::Warning }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

/// One problem found in one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Diagnostic {
    /// What kind of problem it is.
    pub code: &'static Code,
    /// Where in the object it is.
    pub path: FieldPath,
    /// What was expected and what was found: lower case, no trailing period, no secrets.
    pub message: String,
}

impl Diagnostic {
    /// A diagnostic of this code at this path.
    pub fn new(code: &'static Code, path: FieldPath, message: impl Into<String>) -> Self {
        Self { code, path, message: message.into() }
    }

    /// Path and message as a status condition shows them, starting with a capital and ending with a period.
    pub fn sentence(&self) -> String {
        let text = if self.path.is_root() {
            let mut letters = self.message.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        } else {
            format!("{}: {}", self.path, self.message)
        };
        if text.ends_with('.') { text } else { text + "." }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_root() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} [{}]", self.message, self.code.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static CODE: Code = Code::warning("deprecated-field", "Warning", "DeprecatedField");

    #[test]
    fn sentences_are_sentences() {
        let whole = Diagnostic::new(&CODE, FieldPath::root(), "the object is old");
        assert_eq!(whole.sentence(), "The object is old.");
        let field = Diagnostic::new(&CODE, FieldPath::spec().field("targetRef"), "use targetRefs instead");
        assert_eq!(field.sentence(), "spec.targetRef: use targetRefs instead.");
        assert_eq!(field.to_string(), "spec.targetRef: use targetRefs instead [deprecated-field]");
    }
}
