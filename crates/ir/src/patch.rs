//! Changes of emitted resources that users ask for by their names.
//!
//! API: EnvoyPatchPolicy; Envoy: any resource. A patch that cannot be applied changes nothing else.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{Name, Origin};

/// The place of a policy among all of its fleet: the lower priority goes first, and then the older one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct PatchOrder {
    /// The priority.
    pub priority: i32,
    /// When the policy was created, in seconds since 1970.
    pub created: i64,
    /// The namespace of the policy.
    pub namespace: Name,
    /// The name of the policy.
    pub name: Name,
}

/// The patches of one policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchPolicy {
    /// When its turn is.
    pub order: PatchOrder,
    /// The policy.
    #[serde(default)]
    pub origin: Origin,
    /// What it changes, in order.
    #[serde(default)]
    pub patches: Vec<Patch>,
}

/// One operation on one resource, as in RFC 6902, with JSONPath.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Patch {
    /// The type URL of the resource.
    pub resource_type: Name,
    /// The name of the resource. An `add` without a place adds a whole resource, which says its name itself.
    pub resource: Name,
    /// `add`, `remove`, `replace`, `move`, `copy` or `test`.
    pub op: Name,
    /// The place, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Name>,
    /// Places as a JSONPath; `path` is appended to each of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json_path: Option<Name>,
    /// Where the value comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Name>,
    /// The value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<PatchValue>,
}

/// A value that a patch writes, which may be key material.
///
/// `Debug` never shows it; serialisation does unless it is for a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct PatchValue {
    value: Value,
    is_secret: bool,
}

impl PatchValue {
    /// A value that dumps may show.
    pub fn new(value: Value) -> Self {
        Self { value, is_secret: false }
    }

    /// A value that no dump may show.
    pub fn secret(value: Value) -> Self {
        Self { value, is_secret: true }
    }

    /// The value, for the one who writes it into a resource.
    pub fn expose(&self) -> &Value {
        &self.value
    }
}

impl fmt::Debug for PatchValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Serialize for PatchValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_secret { serializer.serialize_str("[redacted]") } else { self.value.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for PatchValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::new)
    }
}

/// Serialises the policies of a fleet as a list, because text formats want text as keys.
pub(crate) mod as_list {
    use std::sync::Arc;

    use imbl::OrdMap;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{PatchOrder, PatchPolicy};

    pub(crate) fn serialize<S: Serializer>(
        policies: &OrdMap<PatchOrder, Arc<PatchPolicy>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(policies.values())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<OrdMap<PatchOrder, Arc<PatchPolicy>>, D::Error> {
        let policies = Vec::<Arc<PatchPolicy>>::deserialize(deserializer)?;
        Ok(policies.into_iter().map(|policy| (policy.order.clone(), policy)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_do_not_show() {
        let secret = PatchValue::secret("hunter2".into());
        let shown = [format!("{secret:?}"), serde_json::to_string(&secret).unwrap()];
        assert!(!shown.concat().contains("hunter2"), "{shown:?}");
        assert!(!format!("{:?}", PatchValue::new("hunter2".into())).contains("hunter2"));
    }

    #[test]
    fn the_lower_priority_goes_first_and_then_the_older() {
        let order = |priority, created| PatchOrder { priority, created, ..PatchOrder::default() };
        assert!([order(-1, 9), order(0, 1), order(0, 2), order(1, 0)].is_sorted());
    }
}
