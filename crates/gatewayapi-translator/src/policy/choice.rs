//! Fields whose value is one of a few words.

use eg_diag::{Code, Diagnostic, FieldPath};

/// The value that a word stands for.
pub(in crate::policy) fn one_of<T: Copy>(
    text: &str,
    values: &[(&str, T)],
    code: &'static Code,
    at: FieldPath,
) -> Result<T, Diagnostic> {
    let known = values.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    known.ok_or_else(|| {
        let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        Diagnostic::new(code, at, format!("expected one of {}, found {text:?}", names.join(", ")))
    })
}
