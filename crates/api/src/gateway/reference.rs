//! References from one object to another, as the Gateway API spells them.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};

/// The API group of the Gateway API.
pub const GROUP: &str = "gateway.networking.k8s.io";

/// A reference to an object in the namespace of the object that holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct LocalObjectReference {
    /// API group of the referent; empty for the core group.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group"))]
    pub group: String,
    /// Kind of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
    /// Name of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
}

/// A reference to a Secret (or another kind that holds a certificate), possibly in another namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct SecretObjectReference {
    /// API group of the referent; the core group when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group", extend("x-default" = "")))]
    pub group: Option<String>,
    /// Kind of the referent; `Secret` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind", extend("x-default" = "Secret")))]
    pub kind: Option<String>,
    /// Name of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Namespace of the referent; that of the referring object when unset. Another namespace needs a
    /// ReferenceGrant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Namespace"))]
    pub namespace: Option<String>,
}

/// A reference to an object of any kind, possibly in another namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectReference {
    /// API group of the referent; empty for the core group.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group"))]
    pub group: String,
    /// Kind of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
    /// Name of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Namespace of the referent; that of the referring object when unset. Another namespace needs a
    /// ReferenceGrant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Namespace"))]
    pub namespace: Option<String>,
}

/// The resource, usually a Gateway or a ListenerSet, that a route wants to attach to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ParentReference {
    /// API group of the parent; the Gateway API group when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "fmt::Group",
            extend("x-default" = "gateway.networking.k8s.io"),
        )
    )]
    pub group: Option<String>,
    /// Kind of the parent; `Gateway` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind", extend("x-default" = "Gateway")))]
    pub kind: Option<String>,
    /// Namespace of the parent; that of the route when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Namespace"))]
    pub namespace: Option<String>,
    /// Name of the parent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Name of a section of the parent; a listener for a Gateway and a ListenerSet, a port for a Service. All
    /// sections when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub section_name: Option<String>,
    /// Port that a listener must have for the route to attach to it; any when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PortNumber"))]
    pub port: Option<i32>,
}

/// The Gateway that a ListenerSet adds its listeners to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ParentGatewayReference {
    /// API group of the parent; the Gateway API group when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "fmt::Group",
            extend("x-default" = "gateway.networking.k8s.io"),
        )
    )]
    pub group: Option<String>,
    /// Kind of the parent; `Gateway` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind", extend("x-default" = "Gateway")))]
    pub kind: Option<String>,
    /// Namespace of the parent; that of the ListenerSet when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Namespace"))]
    pub namespace: Option<String>,
    /// Name of the parent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
}

/// A reference to something that traffic can be sent to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_REFERENCE)))]
pub struct BackendObjectReference {
    /// API group of the backend; the core group when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group", extend("x-default" = "")))]
    pub group: Option<String>,
    /// Kind of the backend; `Service` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind", extend("x-default" = "Service")))]
    pub kind: Option<String>,
    /// Name of the backend.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Namespace of the backend; that of the referring object when unset. Another namespace needs a
    /// ReferenceGrant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Namespace"))]
    pub namespace: Option<String>,
    /// Port of the backend. A Service needs one; other kinds may define their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PortNumber"))]
    pub port: Option<i32>,
}

/// A backend together with its share of the traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_REFERENCE)))]
pub struct BackendRef {
    /// API group of the backend; the core group when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group", extend("x-default" = "")))]
    pub group: Option<String>,
    /// Kind of the backend; `Service` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind", extend("x-default" = "Service")))]
    pub kind: Option<String>,
    /// Name of the backend.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Namespace of the backend; that of the referring object when unset. Another namespace needs a
    /// ReferenceGrant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Namespace"))]
    pub namespace: Option<String>,
    /// Port of the backend. A Service needs one; other kinds may define their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PortNumber"))]
    pub port: Option<i32>,
    /// Share of the requests that this backend gets, in proportion to the sum of the weights of its rule. 0
    /// means no traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000), extend("x-default" = 1)))]
    pub weight: Option<i32>,
}

/// A reference to the configuration of a Gateway's infrastructure, in the namespace of the Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct LocalParametersReference {
    /// API group of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group"))]
    pub group: String,
    /// Kind of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
    /// Name of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
}

/// A reference to the configuration of a GatewayClass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ParametersReference {
    /// API group of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group"))]
    pub group: String,
    /// Kind of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
    /// Name of the referent.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Namespace of the referent; unset for kinds that live outside of namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Namespace"))]
    pub namespace: Option<String>,
}

/// The object in the namespace of a policy that the policy applies to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct LocalPolicyTargetReference {
    /// API group of the target.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group"))]
    pub group: String,
    /// Kind of the target.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
    /// Name of the target.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
}

/// The object in the namespace of a policy, or one section of it, that the policy applies to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct LocalPolicyTargetReferenceWithSectionName {
    /// API group of the target.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group"))]
    pub group: String,
    /// Kind of the target.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
    /// Name of the target.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Section of the target: a listener of a Gateway, a rule of a route, a port of a Service. The whole
    /// target when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub section_name: Option<String>,
}

impl ParentReference {
    /// API group of the parent, that of the Gateway API unless stated.
    pub fn group(&self) -> &str {
        self.group.as_deref().unwrap_or(GROUP)
    }

    /// Kind of the parent, `Gateway` unless stated.
    pub fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or("Gateway")
    }
}

impl ParentGatewayReference {
    /// API group of the parent, that of the Gateway API unless stated.
    pub fn group(&self) -> &str {
        self.group.as_deref().unwrap_or(GROUP)
    }

    /// Kind of the parent, `Gateway` unless stated.
    pub fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or("Gateway")
    }
}

impl SecretObjectReference {
    /// API group of the referent, the core group unless stated.
    pub fn group(&self) -> &str {
        self.group.as_deref().unwrap_or_default()
    }

    /// Kind of the referent, `Secret` unless stated.
    pub fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or("Secret")
    }
}

/// What all references to backends have in common, with the defaults of the API filled in.
///
/// Implemented by the reference types of this crate, so that one resolver serves them all.
pub trait BackendReference {
    /// API group of the backend; empty for the core group.
    fn group(&self) -> &str;
    /// Kind of the backend, `Service` unless stated.
    fn kind(&self) -> &str;
    /// Name of the backend.
    fn name(&self) -> &str;
    /// Namespace of the backend, if stated.
    fn namespace(&self) -> Option<&str>;
    /// Port of the backend, if stated.
    fn port(&self) -> Option<i32>;
    /// Share of the traffic; 1 unless stated.
    fn weight(&self) -> i32 {
        1
    }
}

/// Implements [`BackendReference`] for a struct that has the fields of a backend reference.
#[macro_export]
macro_rules! backend_reference {
    ($type:ty $(, $weight:ident)?) => {
        impl $crate::gateway::BackendReference for $type {
            fn group(&self) -> &str {
                self.group.as_deref().unwrap_or_default()
            }
            fn kind(&self) -> &str {
                self.kind.as_deref().unwrap_or("Service")
            }
            fn name(&self) -> &str {
                &self.name
            }
            fn namespace(&self) -> Option<&str> {
                self.namespace.as_deref()
            }
            fn port(&self) -> Option<i32> {
                self.port
            }
            $(fn weight(&self) -> i32 {
                self.$weight.unwrap_or(1)
            })?
        }
    };
}

backend_reference!(BackendObjectReference);
backend_reference!(BackendRef, weight);
