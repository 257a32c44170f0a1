//! EnvoyExtensionPolicy: code of the user's own that runs on traffic.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::gateway::{LocalObjectReference, PolicyStatus};
use crate::meta::ObjectMeta;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
use crate::v1alpha1::PolicyTargetReferences;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

mod ext_proc;
mod wasm;

pub use ext_proc::*;
pub use wasm::*;

/// Runs code of the user's own on requests and responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyExtensionPolicy {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: EnvoyExtensionPolicySpec,
    /// What the controller reports.
    pub status: PolicyStatus,
}

/// What the user asks for in an EnvoyExtensionPolicy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::ENVOY_EXTENSION_POLICY_SPEC)))]
pub struct EnvoyExtensionPolicySpec {
    /// Which objects of its own API the policy applies to.
    #[serde(flatten)]
    pub targets: PolicyTargetReferences,
    /// Modules loaded into Envoy, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16)))]
    pub dynamic_module: Vec<DynamicModule>,
    /// Services that see and change the traffic, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16)))]
    pub ext_proc: Vec<ExtProc>,
    /// Lua scripts, in order. They must be allowed in the EnvoyGateway file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16)))]
    pub lua: Vec<Lua>,
    /// How the policy of a route is merged into that of its parent, which it replaces when unset:
    /// `StrategicMerge` or `JSONMerge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::ENVOY_EXTENSION_POLICY_SPEC_MERGE_TYPE)))]
    pub merge_type: Option<String>,
    /// WebAssembly modules, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16)))]
    pub wasm: Vec<Wasm>,
}

/// A module loaded into Envoy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct DynamicModule {
    /// Configuration that the module gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Any"))]
    pub config: Option<Value>,
    /// Name of the filter in the module; empty when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 253)))]
    pub filter_name: Option<String>,
    /// Name of the module, as listed in the EnvoyProxy.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1, max = 253), regex(pattern = "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"))
    )]
    pub name: String,
    /// Whether the module answers requests itself. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub terminal_filter: Option<bool>,
}

/// A Lua script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::LUA)))]
pub struct Lua {
    /// Values that the script can read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Any"))]
    pub filter_context: Option<Value>,
    /// The script, for `Inline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inline: Option<String>,
    /// Where the script is. One of `Inline` or `ValueRef`. Defaults to `Inline`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Inline", "ValueRef"], "x-default" = "Inline")))]
    pub r#type: String,
    /// The ConfigMap, for `ValueRef`; its key `lua`, or else its first, is the script.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::LUA_VALUE_REF)))]
    pub value_ref: Option<LocalObjectReference>,
}
