//! From text to documents: YAML with several documents, or JSON.

use eg_api::{schema, validate};
use eg_resources::{AnyObject, Decoder};
use serde_json::Value;
use thiserror::Error;

/// One document of a file that could be read, or why it could not.
#[derive(Debug)]
pub struct Document {
    /// Its position in the file, counted from 1; empty documents do not count.
    pub number: usize,
    /// The line on which it starts, counted from 1.
    pub line: usize,
    /// What it holds.
    pub content: Result<Value, DocumentError>,
}

/// Why a document is not an object.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// It is not YAML.
    #[error("line {line}: {problem}")]
    Syntax {
        /// The line in the file, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// It is no object of a kind that is read here.
    #[error(transparent)]
    Decode(#[from] eg_resources::DecodeError),
    /// It breaks the schema or a rule of its kind.
    #[error("{}", violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid {
        /// What is wrong, field by field.
        violations: Vec<validate::Violation>,
    },
}

/// Reads the documents of a file. A document that cannot be read spoils no other; a `List` counts as its items.
pub fn documents(text: &str) -> Vec<Document> {
    let mut documents = Vec::new();
    for (line, text) in pieces(text) {
        match parse(text, line) {
            Ok(Value::Null) => {}
            Ok(value) if is_list(&value) => {
                let items = value.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
                for item in items {
                    documents.push(Document { number: documents.len() + 1, line, content: Ok(item) });
                }
            }
            content => documents.push(Document { number: documents.len() + 1, line, content }),
        }
    }
    documents
}

/// Makes an object of a document: fills in the defaults of its kind, checks it if `strict`, and decodes it.
pub fn object(mut value: Value, decoder: &Decoder, strict: bool) -> Result<AnyObject, DocumentError> {
    prune_nulls(&mut value);
    schema::apply_defaults(&mut value);
    if strict && let Some(validator) = validate::validator_for(&value) {
        let violations = validator.validate_defaulted(&value);
        if !violations.is_empty() {
            return Err(DocumentError::Invalid { violations });
        }
    }
    Ok(decoder.decode(value)?)
}

/// The texts between document markers, with the line on which each starts.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let (mut start, mut first_line, mut offset) = (0, 1, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let rest = line.strip_prefix("---");
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n'])) {
            pieces.push((first_line, &text[start..offset]));
            start = offset + 3;
            first_line = number + 1;
        }
        offset += line.len();
    }
    pieces.push((first_line, &text[start..]));
    pieces
}

fn parse(text: &str, first_line: usize) -> Result<Value, DocumentError> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Value::Null);
    }
    let options = serde_saphyr::options! { legacy_octal_numbers: true };
    serde_saphyr::from_str_with_options::<Value>(text, options).map_err(|error| {
        let within = error.location().map_or(1, |location| location.line());
        let line = first_line + usize::try_from(within).unwrap_or(1).saturating_sub(1);
        DocumentError::Syntax { line, problem: first_line_of(&error.to_string()) }
    })
}

fn first_line_of(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

fn is_list(value: &Value) -> bool {
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default();
    value.get("items").is_some_and(Value::is_array) && kind.ends_with("List")
}

/// Removes fields that are null, as an API server does with fields that are not nullable.
fn prune_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(prune_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(prune_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_document_spoils_no_other() {
        let text = "# first\nkind: A\n---\n\n---\nkind: [\n--- # third\nkind: C\n";
        let found = documents(text);
        let shown: Vec<_> = found.iter().map(|d| (d.number, d.line, d.content.is_ok())).collect();
        assert_eq!(shown, [(1, 1, true), (2, 5, false), (3, 7, true)]);
        let message = found[1].content.as_ref().unwrap_err().to_string();
        assert!(message.starts_with("line "), "{message}");
    }

    #[test]
    fn lists_count_as_their_items() {
        let found = documents(r#"{"kind": "List", "items": [{"kind": "A"}, {"kind": "B"}]}"#);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn strict_objects_name_their_fields() {
        let value = serde_json::json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "g"},
            "spec": {"gatewayClassName": "c", "listeners": []},
        });
        let error = object(value, &Decoder::new(), true).unwrap_err();
        assert!(error.to_string().contains("spec.listeners"), "{error}");
    }
}
