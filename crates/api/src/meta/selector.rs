//! Selection of objects by their labels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::TextMap;

#[cfg(feature = "schema")]
use crate::schema::list_atomic;

/// Labels that an object must have. An empty selector selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(extend("x-kubernetes-map-type" = "atomic")))]
pub struct LabelSelector {
    /// Labels that must be there with exactly this value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
    /// Further requirements, all of which must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = list_atomic))]
    pub match_expressions: Vec<LabelSelectorRequirement>,
}

/// One requirement on the value of a label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct LabelSelectorRequirement {
    /// Key of the label.
    pub key: String,
    /// How the values are used: `In`, `NotIn`, `Exists` or `DoesNotExist`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub operator: SelectorOperator,
    /// Values of `In` and `NotIn`; empty for the others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = list_atomic))]
    pub values: Vec<String>,
}

open_enum! {
    /// How a requirement uses its values.
    SelectorOperator {
        /// The label has one of the values.
        In = "In",
        /// The label is missing or has none of the values.
        NotIn = "NotIn",
        /// The label is there.
        Exists = "Exists",
        /// The label is missing.
        DoesNotExist = "DoesNotExist",
    }
}

/// Why a selector cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectorError {
    /// The operator is not one of the four.
    #[error("label selector has unknown operator `{0}`")]
    Operator(String),
    /// `In` and `NotIn` need values, the others must not have any.
    #[error("label selector operator `{operator}` on `{key}` {}", if *.needed { "needs values" } else { "takes no values" })]
    Values {
        /// Key of the requirement.
        key: String,
        /// Its operator.
        operator: String,
        /// Whether values are needed.
        needed: bool,
    },
}

impl LabelSelector {
    /// Whether a set of labels is selected.
    pub fn matches(&self, labels: &TextMap) -> Result<bool, SelectorError> {
        let mut all = self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value));
        for requirement in &self.match_expressions {
            all &= requirement.matches(labels)?;
        }
        Ok(all)
    }

    /// Whether there is no requirement, so that everything is selected.
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }
}

impl LabelSelectorRequirement {
    fn matches(&self, labels: &TextMap) -> Result<bool, SelectorError> {
        let needed = match &self.operator {
            SelectorOperator::In | SelectorOperator::NotIn => true,
            SelectorOperator::Exists | SelectorOperator::DoesNotExist => false,
            SelectorOperator::Unknown(operator) => return Err(SelectorError::Operator(operator.clone())),
        };
        if self.values.is_empty() == needed {
            return Err(SelectorError::Values {
                key: self.key.clone(),
                operator: self.operator.to_string(),
                needed,
            });
        }
        let value = labels.get(&self.key);
        let listed = value.is_some_and(|value| self.values.contains(value));
        Ok(match self.operator {
            SelectorOperator::In => listed,
            SelectorOperator::NotIn => !listed,
            SelectorOperator::Exists => value.is_some(),
            _ => value.is_none(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(selector: &str, labels: &[(&str, &str)]) -> Result<bool, SelectorError> {
        let labels = labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        serde_json::from_str::<LabelSelector>(selector).unwrap().matches(&labels)
    }

    #[test]
    fn labels_and_expressions_must_all_hold() {
        assert_eq!(matches("{}", &[]), Ok(true));
        assert_eq!(matches(r#"{"matchLabels":{"a":"1"}}"#, &[("a", "1"), ("b", "2")]), Ok(true));
        assert_eq!(matches(r#"{"matchLabels":{"a":"1"}}"#, &[("a", "2")]), Ok(false));
        let one_of = r#"{"matchExpressions":[{"key":"a","operator":"In","values":["1","2"]}]}"#;
        assert_eq!(matches(one_of, &[("a", "2")]), Ok(true));
        assert_eq!(matches(one_of, &[]), Ok(false));
        let none_of = r#"{"matchExpressions":[{"key":"a","operator":"NotIn","values":["1"]}]}"#;
        assert_eq!(matches(none_of, &[]), Ok(true));
        let absent = r#"{"matchExpressions":[{"key":"a","operator":"DoesNotExist"}]}"#;
        assert_eq!(matches(absent, &[("a", "1")]), Ok(false));
    }

    #[test]
    fn senseless_requirements_are_errors() {
        let unknown = r#"{"matchExpressions":[{"key":"a","operator":"Near","values":["1"]}]}"#;
        assert_eq!(matches(unknown, &[]), Err(SelectorError::Operator("Near".into())));
        assert!(matches(r#"{"matchExpressions":[{"key":"a","operator":"In"}]}"#, &[]).is_err());
        assert!(
            matches(r#"{"matchExpressions":[{"key":"a","operator":"Exists","values":["1"]}]}"#, &[]).is_err()
        );
    }
}
