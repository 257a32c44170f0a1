//! From a file to objects. What breaks its schema is reported and translated all the same, as far as it can be read.

use eg_provider_file::documents;
use eg_resources::{AnyObject, Decoder, ForeignKinds};
use serde_json::Value;

use crate::output::{self, Error};

/// The objects of a file as JSON, defaults filled in.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// In the order of the file.
    pub(crate) values: Vec<Value>,
}

impl Input {
    /// Reads the documents. Objects that need a namespace and name none get this one.
    pub(crate) fn parse(text: &str, namespace: &str) -> Self {
        let mut values = Vec::new();
        for document in documents(text) {
            let number = document.number;
            match document.content {
                Ok(mut value) => {
                    fill_in(&mut value, namespace);
                    report(number, &value);
                    values.push(value);
                }
                Err(error) => output::complain(&format!("egctl: document {number} is left out: {error}")),
            }
        }
        Self { values }
    }

    /// Fails without a GatewayClass: nothing would be translated.
    pub(crate) fn require_class(&self) -> Result<(), Error> {
        if self.of_kind("GatewayClass").next().is_some() {
            return Ok(());
        }
        Err(Error::Usage("there is no GatewayClass among the objects, so nothing is translated".to_owned()))
    }

    /// The objects of a kind.
    pub(super) fn of_kind<'i>(&'i self, kind: &'i str) -> impl Iterator<Item = &'i Value> {
        self.values.iter().filter(move |value| value["kind"] == kind)
    }

    /// The objects, decoded; those of foreign kinds too, if the configuration names them.
    pub(super) fn objects(self, foreign: &ForeignKinds) -> Vec<AnyObject> {
        let decoder = Decoder::new().with_foreign_kinds(foreign);
        let mut objects = Vec::new();
        for value in self.values {
            let name = format!("{} {}", text(&value["kind"]), text(&value["metadata"]["name"]));
            match eg_provider_file::object(value, &decoder, false) {
                Ok(object) => objects.push(object),
                Err(error) => output::complain(&format!("egctl: {name} is left out: {error}")),
            }
        }
        objects
    }
}

/// A text, empty for anything else.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn fill_in(value: &mut Value, namespace: &str) {
    eg_api::schema::apply_defaults(value);
    let info = eg_api::kinds::find(text(&value["apiVersion"]), text(&value["kind"]));
    // Objects of foreign kinds are in namespaces.
    if info.is_none_or(|info| info.namespaced)
        && text(&value["metadata"]["namespace"]).is_empty()
        && let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.insert("namespace".to_owned(), namespace.into());
    }
}

/// Says what an object breaks of its schema.
fn report(number: usize, value: &Value) {
    let Some(validator) = eg_api::validate::validator_for(value) else { return };
    for violation in validator.unknown_fields(value).into_iter().chain(validator.validate_defaulted(value)) {
        output::complain(&format!("egctl: document {number}: {violation}"));
    }
}
