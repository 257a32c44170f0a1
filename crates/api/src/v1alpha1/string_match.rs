//! Conditions on texts.

use serde::{Deserialize, Serialize};

/// A condition on a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct StringMatch {
    /// How the text is compared; regular expressions are in RE2 syntax and match the whole text.
    /// One of `Exact`, `Prefix`, `Suffix` or `RegularExpression`. Defaults to `Exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Exact", "Prefix", "Suffix", "RegularExpression"], "x-default" = "Exact")))]
    pub r#type: Option<String>,
    /// What the text is compared with.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1024)))]
    pub value: String,
}
