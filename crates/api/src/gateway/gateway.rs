//! Gateway: addresses, listeners and infrastructure of a proxy fleet.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
use super::{GatewayTlsConfig, Listener, ListenerStatus, LocalParametersReference};
use crate::meta::{Condition, LabelSelector, ObjectMeta};
#[cfg(feature = "schema")]
use crate::schema::{
    ACCEPTED_PROGRAMMED, cel, fmt, ip_address_or_other, list_atomic, list_map, pending, pending_status,
};

/// A proxy fleet: the addresses and listeners where it accepts traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Gateway {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: GatewaySpec,
    /// What the controller reports.
    #[cfg_attr(feature = "schema", schemars(transform = pending_status(ACCEPTED_PROGRAMMED)))]
    pub status: GatewayStatus,
}

/// What the user asks for in a Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GatewaySpec {
    /// Name of the GatewayClass that serves this Gateway.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub gateway_class_name: String,
    /// The ports, protocols and hostnames where the Gateway accepts traffic.
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(min = 1, max = 64),
            transform = list_map("name"),
            transform = cel(rules::GATEWAY_LISTENERS),
        )
    )]
    pub listeners: Vec<Listener>,
    /// Addresses asked for the Gateway; the implementation chooses when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 16),
            transform = list_atomic,
            transform = cel(rules::GATEWAY_ADDRESSES),
        )
    )]
    pub addresses: Vec<GatewaySpecAddress>,
    /// Settings of the infrastructure that runs the Gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infrastructure: Option<GatewayInfrastructure>,
    /// Which ListenerSets may add listeners to the Gateway; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_listeners: Option<AllowedListeners>,
    /// TLS settings of the Gateway as a whole: towards clients and towards backends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<GatewayTlsConfig>,
    /// Whether routes that ask for default Gateways attach to this one: `All` or `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["All", "None"])))]
    pub default_scope: Option<String>,
}

/// Settings of the infrastructure that runs a Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayInfrastructure {
    /// Labels that every created infrastructure object gets.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "BTreeMap<String, fmt::LabelValue>",
            extend("maxProperties" = 8),
            transform = cel(rules::INFRASTRUCTURE_LABELS),
        )
    )]
    pub labels: BTreeMap<String, String>,
    /// Annotations that every created infrastructure object gets.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "BTreeMap<String, fmt::AnnotationValue>",
            extend("maxProperties" = 16),
            transform = cel(rules::INFRASTRUCTURE_ANNOTATIONS),
        )
    )]
    pub annotations: BTreeMap<String, String>,
    /// Configuration of this Gateway, an EnvoyProxy for example. It goes before that of the class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters_ref: Option<LocalParametersReference>,
}

/// An address that the user asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = ip_address_or_other))]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::SPEC_ADDRESS)))]
pub struct GatewaySpecAddress {
    /// Kind of address: `IPAddress`, `Hostname`, or a domain-prefixed name; `IPAddress` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::AddressType", extend("x-default" = "IPAddress")))]
    pub r#type: Option<String>,
    /// The address; empty to let the implementation choose one of the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 253)))]
    pub value: Option<String>,
}

/// An address that a Gateway has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = ip_address_or_other))]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::STATUS_ADDRESS)))]
pub struct GatewayStatusAddress {
    /// Kind of address: `IPAddress`, `Hostname`, or a domain-prefixed name; `IPAddress` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::AddressType", extend("x-default" = "IPAddress")))]
    pub r#type: Option<String>,
    /// The address.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub value: String,
}

/// Which ListenerSets may add listeners to a Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AllowedListeners {
    /// The namespaces whose ListenerSets may; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = {"from": "None"})))]
    pub namespaces: Option<ListenerNamespaces>,
}

/// Namespaces whose ListenerSets may attach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ListenerNamespaces {
    /// How the namespaces are chosen; `None` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "None")))]
    pub from: Option<FromNamespaces>,
    /// Labels of the namespaces, for `Selector`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

/// What the controller reports about a Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayStatus {
    /// The addresses where the Gateway can be reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_atomic))]
    pub addresses: Vec<GatewayStatusAddress>,
    /// The conditions, by type; `Accepted` and `Programmed` above all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 8),
            transform = list_map("type"),
            transform = pending(ACCEPTED_PROGRAMMED),
        )
    )]
    pub conditions: Vec<Condition>,
    /// What the controller reports about each listener.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 64), transform = list_map("name")))]
    pub listeners: Vec<ListenerStatus>,
    /// Number of ListenerSets that attached with at least one valid listener.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attached_listener_sets: Option<i32>,
}

open_enum! {
    /// From which namespaces something may attach.
    FromNamespaces {
        /// From every namespace.
        All = "All",
        /// From namespaces whose labels match the selector.
        Selector = "Selector",
        /// From the namespace of the object itself.
        Same = "Same",
        /// From no namespace.
        None = "None",
    }
}
