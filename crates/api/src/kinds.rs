//! The list of all kinds.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::meta::ObjectMeta;

/// What is known about a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KindInfo {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Versions that decode to the same Rust type, the preferred one first.
    pub versions: &'static [&'static str],
    /// Kind as the API spells it.
    pub kind: &'static str,
    /// Name of the collection in paths.
    pub plural: &'static str,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
    /// Whether this project defines the kind and serves its CRD.
    pub served: bool,
    /// Whether the status is an input of the translation (Service, Node) and not written by us.
    pub status_is_input: bool,
}

impl KindInfo {
    /// The preferred version.
    pub fn version(&self) -> &'static str {
        self.versions.first().copied().unwrap_or_default()
    }

    /// The preferred `apiVersion`: group and version, or the version alone for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version().to_owned()
        } else {
            format!("{}/{}", self.group, self.version())
        }
    }

    /// Whether an object with this `apiVersion` and `kind` is of this kind.
    pub fn is(&self, api_version: &str, kind: &str) -> bool {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        self.kind == kind && self.group == group && self.versions.contains(&version)
    }
}

/// An object of a known kind.
pub trait Resource:
    Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// What is known about the kind.
    const KIND: KindInfo;

    /// Name, namespace and bookkeeping of the object.
    fn metadata(&self) -> &ObjectMeta;

    /// The same, to be changed.
    fn metadata_mut(&mut self) -> &mut ObjectMeta;

    /// The object as it is written, `apiVersion` and `kind` included.
    fn to_value(&self) -> Result<Value, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("apiVersion".into(), Self::KIND.api_version().into());
            fields.insert("kind".into(), Self::KIND.kind.into());
        }
        Ok(value)
    }
}

/// Whether a value equals its default, so that it need not be written.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Calls a macro with one row per kind, so that other crates can write code for each kind once.
///
/// A row is `Name: path::of::Type { group, versions, kind, plural, scope, origin, status }`, where
///
/// - `Name` is the kind in Rust's case, unique in the list;
/// - `scope` is `namespaced` or `cluster`;
/// - `origin` is `served` (ours), `foreign` (a CRD of somebody else) or `core` (built into Kubernetes);
/// - `status` is `input` (the translation reads it), `output` (we write it), or `none`.
///
/// ```
/// macro_rules! names {
///     ($($name:ident: $type:path {
///         $group:literal, [$($version:literal),+], $kind:literal, $plural:literal, $scope:ident, $origin:ident, $status:ident
///     })+) => {
///         const NAMES: &[&str] = &[$($kind),+];
///     };
/// }
/// eg_api::for_each_kind!(names);
/// assert!(NAMES.contains(&"HTTPRoute"));
/// ```
#[macro_export]
macro_rules! for_each_kind {
    ($($callback:tt)+) => {
        $($callback)+! {
            GatewayClass: $crate::gateway::GatewayClass {
                "gateway.networking.k8s.io", ["v1", "v1beta1"], "GatewayClass", "gatewayclasses", cluster, foreign, output
            }
            Gateway: $crate::gateway::Gateway {
                "gateway.networking.k8s.io", ["v1", "v1beta1"], "Gateway", "gateways", namespaced, foreign, output
            }
            ListenerSet: $crate::gateway::ListenerSet {
                "gateway.networking.k8s.io", ["v1"], "ListenerSet", "listenersets", namespaced, foreign, output
            }
            HttpRoute: $crate::gateway::HttpRoute {
                "gateway.networking.k8s.io", ["v1", "v1beta1"], "HTTPRoute", "httproutes", namespaced, foreign, output
            }
            GrpcRoute: $crate::gateway::GrpcRoute {
                "gateway.networking.k8s.io", ["v1"], "GRPCRoute", "grpcroutes", namespaced, foreign, output
            }
            TlsRoute: $crate::gateway::TlsRoute {
                "gateway.networking.k8s.io", ["v1", "v1alpha3", "v1alpha2"], "TLSRoute", "tlsroutes", namespaced, foreign, output
            }
            TcpRoute: $crate::gateway::TcpRoute {
                "gateway.networking.k8s.io", ["v1", "v1alpha2"], "TCPRoute", "tcproutes", namespaced, foreign, output
            }
            UdpRoute: $crate::gateway::UdpRoute {
                "gateway.networking.k8s.io", ["v1", "v1alpha2"], "UDPRoute", "udproutes", namespaced, foreign, output
            }
            ReferenceGrant: $crate::gateway::ReferenceGrant {
                "gateway.networking.k8s.io", ["v1", "v1beta1"], "ReferenceGrant", "referencegrants", namespaced, foreign, none
            }
            BackendTlsPolicy: $crate::gateway::BackendTlsPolicy {
                "gateway.networking.k8s.io", ["v1", "v1alpha3"], "BackendTLSPolicy", "backendtlspolicies", namespaced, foreign, output
            }
            Backend: $crate::v1alpha1::Backend {
                "gateway.envoyproxy.io", ["v1alpha1"], "Backend", "backends", namespaced, served, output
            }
            BackendTrafficPolicy: $crate::v1alpha1::BackendTrafficPolicy {
                "gateway.envoyproxy.io", ["v1alpha1"], "BackendTrafficPolicy", "backendtrafficpolicies", namespaced, served, output
            }
            ClientTrafficPolicy: $crate::v1alpha1::ClientTrafficPolicy {
                "gateway.envoyproxy.io", ["v1alpha1"], "ClientTrafficPolicy", "clienttrafficpolicies", namespaced, served, output
            }
            EnvoyExtensionPolicy: $crate::v1alpha1::EnvoyExtensionPolicy {
                "gateway.envoyproxy.io", ["v1alpha1"], "EnvoyExtensionPolicy", "envoyextensionpolicies", namespaced, served, output
            }
            EnvoyPatchPolicy: $crate::v1alpha1::EnvoyPatchPolicy {
                "gateway.envoyproxy.io", ["v1alpha1"], "EnvoyPatchPolicy", "envoypatchpolicies", namespaced, served, output
            }
            EnvoyProxy: $crate::v1alpha1::EnvoyProxy {
                "gateway.envoyproxy.io", ["v1alpha1"], "EnvoyProxy", "envoyproxies", namespaced, served, output
            }
            HttpRouteFilter: $crate::v1alpha1::HttpRouteFilter {
                "gateway.envoyproxy.io", ["v1alpha1"], "HTTPRouteFilter", "httproutefilters", namespaced, served, none
            }
            SecurityPolicy: $crate::v1alpha1::SecurityPolicy {
                "gateway.envoyproxy.io", ["v1alpha1"], "SecurityPolicy", "securitypolicies", namespaced, served, output
            }
            ServiceImport: $crate::multicluster::ServiceImport {
                "multicluster.x-k8s.io", ["v1alpha1", "v1beta1"], "ServiceImport", "serviceimports", namespaced, foreign, none
            }
            Service: $crate::core::Service {
                "", ["v1"], "Service", "services", namespaced, core, none
            }
            EndpointSlice: $crate::core::EndpointSlice {
                "discovery.k8s.io", ["v1"], "EndpointSlice", "endpointslices", namespaced, core, none
            }
            Secret: $crate::core::Secret {
                "", ["v1"], "Secret", "secrets", namespaced, core, none
            }
            ConfigMap: $crate::core::ConfigMap {
                "", ["v1"], "ConfigMap", "configmaps", namespaced, core, none
            }
            Namespace: $crate::core::Namespace {
                "", ["v1"], "Namespace", "namespaces", cluster, core, none
            }
            Node: $crate::core::Node {
                "", ["v1"], "Node", "nodes", cluster, core, input
            }
            ClusterTrustBundle: $crate::core::ClusterTrustBundle {
                "certificates.k8s.io", ["v1beta1", "v1alpha1"], "ClusterTrustBundle", "clustertrustbundles", cluster, core, none
            }
        }
    };
}

macro_rules! resources {
    ($($name:ident: $type:path {
        $group:literal, [$($version:literal),+], $kind:literal, $plural:literal, $scope:ident, $origin:ident, $status:ident
    })+) => {
        /// All kinds, in the order of the list.
        pub const KINDS: &[KindInfo] = &[$(<$type as Resource>::KIND),+];

        $(impl Resource for $type {
            const KIND: KindInfo = KindInfo {
                group: $group,
                versions: &[$($version),+],
                kind: $kind,
                plural: $plural,
                namespaced: resources!(@scope $scope),
                served: resources!(@origin $origin),
                status_is_input: resources!(@status $status),
            };

            fn metadata(&self) -> &ObjectMeta {
                &self.metadata
            }

            fn metadata_mut(&mut self) -> &mut ObjectMeta {
                &mut self.metadata
            }
        })+
    };
    (@scope namespaced) => { true };
    (@scope cluster) => { false };
    (@origin served) => { true };
    (@origin foreign) => { false };
    (@origin core) => { false };
    (@status input) => { true };
    (@status output) => { false };
    (@status none) => { false };
}

for_each_kind!(resources);

/// The kind of an object by its `apiVersion` and `kind`; `None` for kinds that are not in the list.
pub fn find(api_version: &str, kind: &str) -> Option<&'static KindInfo> {
    KINDS.iter().find(|info| info.is(api_version, kind))
}

/// The kind and version of an object, by its `apiVersion` and `kind`.
pub fn find_for(object: &Value) -> Option<(&'static KindInfo, &str)> {
    let api_version = object.get("apiVersion")?.as_str()?;
    let kind = object.get("kind")?.as_str()?;
    let version = api_version.rsplit('/').next().unwrap_or(api_version);
    Some((find(api_version, kind)?, version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::HttpRoute;

    #[test]
    fn kinds_are_found_in_every_version() {
        let route = find("gateway.networking.k8s.io/v1beta1", "HTTPRoute").unwrap();
        assert_eq!((route.version(), route.namespaced, route.served), ("v1", true, false));
        assert_eq!(find("v1", "Node").map(|info| info.status_is_input), Some(true));
        assert_eq!(find("gateway.networking.k8s.io/v1alpha2", "HTTPRoute"), None);
        assert_eq!(find("apps/v1", "Service"), None);
    }

    #[test]
    fn names_of_kinds_are_unique() {
        for (at, info) in KINDS.iter().enumerate() {
            assert!(
                !KINDS[..at].iter().any(|other| (other.group, other.kind) == (info.group, info.kind)),
                "{info:?}"
            );
        }
    }

    #[test]
    fn written_objects_say_what_they_are() {
        let value = HttpRoute::default().to_value().unwrap();
        assert_eq!(value["apiVersion"], "gateway.networking.k8s.io/v1");
        assert_eq!(value["kind"], "HTTPRoute");
    }
}
