//! Conditions on texts.

use serde::{Deserialize, Serialize};

/// A condition on a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StringMatch {
    /// How the text is compared; regular expressions are in RE2 syntax and match the whole text.
    /// One of `Exact`, `Prefix`, `Suffix` or `RegularExpression`. Defaults to `Exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// What the text is compared with.
    pub value: String,
}
