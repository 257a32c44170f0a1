//! What every object has, and the small types that all APIs are made of.

mod duration;
mod object;
mod quantity;
mod selector;
mod text_map;
mod value;

pub use duration::{Duration, DurationError, GoDuration};
pub use object::{Condition, ConditionStatus, ListMeta, ObjectMeta, OwnerReference, RareMeta, Time};
pub use quantity::{Quantity, QuantityError};
pub use selector::{LabelSelector, LabelSelectorRequirement, SelectorError, SelectorOperator};
pub use text_map::TextMap;
pub use value::{IntOrString, LocalObjectReference};

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

/// Reads null as the default. Kubernetes writes empty lists so where its Go types do not leave them out.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads a string without copying it where the format allows.
#[doc(hidden)]
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    Text::deserialize(deserializer).map(|text| text.0)
}
