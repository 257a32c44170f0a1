//! EnvoyPatchPolicy: changes of what Envoy gets.

use serde::{Deserialize, Serialize};

use crate::gateway::{LocalPolicyTargetReference, PolicyStatus};
use crate::meta::ObjectMeta;
use crate::v1alpha1::JsonPatchOperation;

/// Changes the configuration that Envoy gets, as a last resort. It must be allowed in the
/// EnvoyGateway file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyPatchPolicy {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: EnvoyPatchPolicySpec,
    /// What the controller reports.
    pub status: PolicyStatus,
}

/// What the user asks for in an EnvoyPatchPolicy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyPatchPolicySpec {
    /// The changes, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub json_patches: Vec<EnvoyJsonPatchConfig>,
    /// Position among the policies of a target; smaller numbers are applied first. 0 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// The Gateway, or the GatewayClass when Gateways are merged.
    pub target_ref: LocalPolicyTargetReference,
    /// Kind of the changes. Only `JSONPatch` is known.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["JSONPatch"])))]
    pub r#type: String,
}

/// A change of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyJsonPatchConfig {
    /// Name of the resource.
    pub name: String,
    /// The change.
    pub operation: JsonPatchOperation,
    /// Type of the resource.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["type.googleapis.com/envoy.config.listener.v3.Listener", "type.googleapis.com/envoy.config.route.v3.RouteConfiguration", "type.googleapis.com/envoy.config.cluster.v3.Cluster", "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment", "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"])))]
    pub r#type: String,
}
