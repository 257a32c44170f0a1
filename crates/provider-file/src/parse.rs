//! From the bytes of a file to the objects in it. Pure, so that many files can be read at the same time.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use eg_diag::ObjectRef;
use eg_resources::{AnyObject, Decoder};
use serde_json::Value;

use crate::{Document, DocumentError, Problem, documents, object};

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// The good objects, in the order of their documents.
    pub(crate) objects: Vec<AnyObject>,
    /// Objects whose document is bad: they keep the form that they had.
    pub(crate) broken: BTreeSet<ObjectRef>,
    /// Whether some document does not even say which object it is.
    pub(crate) has_unreadable: bool,
    /// What is wrong.
    pub(crate) problems: Vec<Problem>,
}

/// Reads a file; every document stands for itself.
pub(crate) fn parse(path: &Arc<Path>, bytes: &[u8], decoder: &Decoder) -> Parsed {
    let mut parsed = Parsed::default();
    let Ok(text) = std::str::from_utf8(bytes) else {
        parsed.refuse(problem(path, None, None, "the file is not UTF-8 text".to_owned()), true);
        return parsed;
    };
    let mut seen = BTreeSet::new();
    for document in documents(text) {
        parsed.add(path, document, decoder, &mut seen);
    }
    parsed
}

impl Parsed {
    fn add(
        &mut self,
        path: &Arc<Path>,
        document: Document,
        decoder: &Decoder,
        seen: &mut BTreeSet<ObjectRef>,
    ) {
        let at = Some((document.number, document.line));
        let (named, read) = match document.content {
            Ok(value) => (identity(&value), object(value, decoder, true)),
            Err(error) => (None, Err(error)),
        };
        match read {
            Ok(object) if seen.insert(object.key().clone()) => self.objects.push(object),
            Ok(object) => {
                let message = "an earlier document of this file describes the same object".to_owned();
                self.problems.push(problem(path, at, Some(object.key().clone()), message));
            }
            Err(error) => {
                // What is of no interest here was never held, so nothing is kept for it.
                let keeps = !is_foreign(&error);
                self.refuse(problem(path, at, named, message_of(&error)), keeps);
            }
        }
    }

    fn refuse(&mut self, problem: Problem, keeps: bool) {
        if keeps {
            match &problem.object {
                Some(object) => drop(self.broken.insert(object.clone())),
                None => self.has_unreadable = true,
            }
        }
        self.problems.push(problem);
    }
}

fn problem(
    path: &Arc<Path>,
    at: Option<(usize, usize)>,
    object: Option<ObjectRef>,
    message: String,
) -> Problem {
    let (document, line) = at.unzip();
    Problem { path: Arc::clone(path), document, line, object, message }
}

/// The object that a document means to describe, whether or not it does so well.
fn identity(value: &Value) -> Option<ObjectRef> {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (api_version, kind) = (text(&value["apiVersion"])?, text(&value["kind"])?);
    let name = text(&value["metadata"]["name"])?;
    let info = eg_api::kinds::find(&api_version, &kind)?;
    let namespace = match text(&value["metadata"]["namespace"]) {
        _ if !info.namespaced => String::new(),
        Some(namespace) => namespace,
        None => "default".to_owned(),
    };
    Some(ObjectRef::new(eg_diag::Kind::intern(info.group, info.kind), namespace, name))
}

fn is_foreign(error: &DocumentError) -> bool {
    matches!(error, DocumentError::Decode(eg_resources::DecodeError::UnknownKind { .. }))
}

/// An error and its causes in one line; causes name the field.
fn message_of(error: &DocumentError) -> String {
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Parsed {
        parse(&Path::new("a.yaml").into(), text.as_bytes(), &Decoder::new())
    }

    const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: n}\n";

    #[test]
    fn problems_name_document_line_object_and_field() {
        let text = format!(
            "{SERVICE}---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: g}}\n\
             spec: {{gatewayClassName: c, listeners: []}}\n"
        );
        let parsed = read(&text);
        assert_eq!(parsed.objects.len(), 1);
        let problem = &parsed.problems[0];
        assert_eq!((problem.document, problem.line), (Some(2), Some(4)));
        assert_eq!(problem.object.as_ref().unwrap().name.as_ref(), "g");
        assert!(problem.message.contains("spec.listeners"), "{problem}");
        assert!(parsed.broken.contains(problem.object.as_ref().unwrap()));
        assert!(!parsed.has_unreadable);
    }

    #[test]
    fn the_first_of_two_equal_names_counts() {
        let parsed = read(&format!("{SERVICE}---\n{SERVICE}"));
        assert_eq!((parsed.objects.len(), parsed.problems.len()), (1, 1));
    }

    #[test]
    fn what_cannot_be_read_has_no_name() {
        assert!(read("kind: [").has_unreadable);
        assert!(parse(&Path::new("a.yaml").into(), &[0xff], &Decoder::new()).has_unreadable);
    }

    #[test]
    fn kinds_of_others_are_reported_and_keep_nothing() {
        let parsed = read("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n");
        assert_eq!((parsed.problems.len(), parsed.has_unreadable), (1, false));
        assert!(parsed.broken.is_empty());
    }
}
