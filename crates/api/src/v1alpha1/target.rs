//! What policies apply to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gateway::LocalPolicyTargetReferenceWithSectionName;
use crate::meta::{LabelSelector, LabelSelectorRequirement};
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_atomic};
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// What a policy applies to, by name or by labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct PolicyTargetReferences {
    /// One object, in the policy's namespace. Deprecated: use `targetRefs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_ref: Option<LocalPolicyTargetReferenceWithSectionName>,
    /// Objects in the policy's namespace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target_refs: Vec<LocalPolicyTargetReferenceWithSectionName>,
    /// Conditions on labels; every object that meets one is a target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target_selectors: Vec<TargetSelector>,
}

impl PolicyTargetReferences {
    /// All objects that are targets by name, the one of the deprecated field first.
    pub fn by_name(&self) -> impl Iterator<Item = &LocalPolicyTargetReferenceWithSectionName> {
        self.target_ref.iter().chain(&self.target_refs)
    }
}

/// A condition on labels of objects of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::TARGET_SELECTOR)))]
pub struct TargetSelector {
    /// API group of the objects. Defaults to `gateway.networking.k8s.io`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group", extend("x-default" = "gateway.networking.k8s.io")))]
    pub group: Option<String>,
    /// Kind of the objects.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
    /// Conditions on labels, all of which must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = list_atomic))]
    pub match_expressions: Vec<LabelSelectorRequirement>,
    /// Labels with the values they must have, all of which must hold.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
    /// Namespaces that are searched; the policy's own when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<TargetSelectorNamespaces>,
}

impl TargetSelector {
    /// API group of the objects, that of the Gateway API unless stated.
    pub fn group(&self) -> &str {
        self.group.as_deref().unwrap_or("gateway.networking.k8s.io")
    }

    /// The condition on the labels of the objects.
    pub fn labels(&self) -> LabelSelector {
        LabelSelector {
            match_labels: self.match_labels.clone(),
            match_expressions: self.match_expressions.clone(),
        }
    }
}

/// Namespaces that are searched for targets. Outside of the policy's own, a ReferenceGrant is
/// needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::TARGET_SELECTOR_NAMESPACES)))]
pub struct TargetSelectorNamespaces {
    /// Which namespaces. One of `Same`, `All` or `Selector`. Defaults to `Same`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Same", "All", "Selector"], "x-default" = "Same")))]
    pub from: String,
    /// Condition on the labels of the namespaces, for `Selector`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}
