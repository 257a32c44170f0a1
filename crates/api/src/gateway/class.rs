//! GatewayClass: which controller serves a class of Gateways, and how.

use serde::{Deserialize, Serialize};

use super::ParametersReference;
#[cfg(feature = "schema")]
use super::rules;
use crate::meta::{Condition, ObjectMeta};
#[cfg(feature = "schema")]
use crate::schema::{ACCEPTED, cel, fmt, list_map, pending, pending_status};

/// A class of Gateways that one controller serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayClass {
    /// Name, labels and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: GatewayClassSpec,
    /// What the controller reports.
    #[cfg_attr(feature = "schema", schemars(transform = pending_status(ACCEPTED)))]
    pub status: GatewayClassStatus,
}

/// What the user asks for in a GatewayClass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayClassSpec {
    /// The controller that serves Gateways of this class, as a domain-prefixed path. It never changes.
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "fmt::ControllerName",
            transform = cel(rules::CONTROLLER_NAME),
        )
    )]
    pub controller_name: String,
    /// Configuration of the class, an EnvoyProxy for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters_ref: Option<ParametersReference>,
    /// What the class is for, in the author's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub description: Option<String>,
}

/// What the controller reports about a GatewayClass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayClassStatus {
    /// The conditions, by type; `Accepted` above all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 8),
            transform = list_map("type"),
            transform = pending(ACCEPTED),
        )
    )]
    pub conditions: Vec<Condition>,
    /// The conformance features that the controller supports, sorted by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 64), transform = list_map("name")))]
    pub supported_features: Vec<SupportedFeature>,
}

/// One conformance feature that a controller supports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct SupportedFeature {
    /// Name of the feature.
    pub name: String,
}
