//! What the store knows of the kinds of `eg_api`: which objects name which others.

use std::any::Any;

use eg_api::{
    Resource,
    core::{EndpointSlice, Namespace, Service},
    gateway::{
        self, BackendReference, BackendTlsPolicy, Gateway, GatewayClass, GrpcRoute, GrpcRouteFilter,
        HttpRoute, HttpRouteFilter, Listener, ListenerSet, ParentReference, StreamRouteRule, TcpRoute,
        TlsRoute, UdpRoute,
    },
    meta::ObjectMeta,
    v1alpha1::{
        BackendTrafficPolicy, ClientTrafficPolicy, EnvoyExtensionPolicy, EnvoyPatchPolicy,
        PolicyTargetReferences, SecurityPolicy,
    },
};
use eg_diag::{Kind, ObjectRef};
use serde_json::Value;

use crate::Object;

/// Where `kubectl apply` keeps a copy of the whole object for itself.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

const GATEWAY_API: &str = gateway::GROUP;

/// Implements [`Object`] for each kind of the list in `eg_api`.
macro_rules! objects {
    ($($name:ident: $type:path {
        $group:literal, [$($version:literal),+], $kind:literal, $plural:literal, $scope:ident, $origin:ident, $status:ident
    })+) => {
        $(impl Object for $type {
            const KIND: Kind = eg_diag::kind!($group, $kind);

            fn meta(&self) -> &ObjectMeta {
                &self.metadata
            }

            fn references(&self, visit: &mut dyn FnMut(ObjectRef)) {
                references(self, self.metadata.namespace(), visit);
            }

            fn selects(&self, visit: &mut dyn FnMut(Kind)) {
                selects(self, visit);
            }

            fn labels(&self, visit: &mut dyn FnMut(&str, &str)) {
                labels(self, &self.metadata, visit);
            }

            fn forget_outputs(&mut self) {
                self.metadata.forget_version();
                self.metadata.annotations.remove(LAST_APPLIED);
                objects!(@forget $status self);
            }

            fn to_json(&self) -> Value {
                Resource::to_value(self).unwrap_or_default()
            }
        })+

        /// The kinds of the list, and whether their objects live in namespaces.
        const KINDS: &[(Kind, bool)] =
            &[$((<$type as Object>::KIND, <$type as Resource>::KIND.namespaced)),+];

        /// Reads an object of a kind in the list.
        pub(crate) fn decode(api_version: &str, kind: &str, value: &Value) -> Option<Decoded> {
            $(if <$type as Resource>::KIND.is(api_version, kind) {
                return Some(serde::Deserialize::deserialize(value).map(|object: $type| crate::AnyObject::new(object)));
            })+
            None
        }
    };
    (@forget output $self:ident) => { $self.status = Default::default() };
    (@forget input $self:ident) => {};
    (@forget none $self:ident) => {};
}

/// An object, or why its JSON does not fit its kind.
type Decoded = Result<crate::AnyObject, serde_json::Error>;

eg_api::for_each_kind!(objects);

/// Visits every object that `object`, which lives in `namespace`, names.
///
/// The comparisons of types are settled when the program is compiled.
fn references(object: &dyn Any, namespace: &str, visit: &mut dyn FnMut(ObjectRef)) {
    let mut names = Names { namespace, visit };
    if let Some(class) = object.downcast_ref::<GatewayClass>() {
        if let Some(parameters) = &class.spec.parameters_ref {
            names.add(&parameters.group, &parameters.kind, parameters.namespace.as_deref(), &parameters.name);
        }
    } else if let Some(gateway) = object.downcast_ref::<Gateway>() {
        names.gateway(gateway);
    } else if let Some(set) = object.downcast_ref::<ListenerSet>() {
        let parent = &set.spec.parent_ref;
        let (group, kind) = (parent.group.as_deref(), parent.kind.as_deref());
        let namespace = parent.namespace.as_deref();
        names.add(group.unwrap_or(GATEWAY_API), kind.unwrap_or("Gateway"), namespace, &parent.name);
        names.listeners(&set.spec.listeners);
    } else if let Some(route) = object.downcast_ref::<HttpRoute>() {
        names.parents(&route.spec.parent_refs);
        for rule in &route.spec.rules {
            names.http_filters(&rule.filters);
            for backend in &rule.backend_refs {
                names.backend(backend);
                names.http_filters(&backend.filters);
            }
        }
    } else if let Some(route) = object.downcast_ref::<GrpcRoute>() {
        names.parents(&route.spec.parent_refs);
        for rule in &route.spec.rules {
            names.grpc_filters(&rule.filters);
            for backend in &rule.backend_refs {
                names.backend(backend);
                names.grpc_filters(&backend.filters);
            }
        }
    } else if let Some(route) = object.downcast_ref::<TlsRoute>() {
        names.stream(&route.spec.parent_refs, &route.spec.rules);
    } else if let Some(route) = object.downcast_ref::<TcpRoute>() {
        names.stream(&route.spec.parent_refs, &route.spec.rules);
    } else if let Some(route) = object.downcast_ref::<UdpRoute>() {
        names.stream(&route.spec.parent_refs, &route.spec.rules);
    } else if let Some(policy) = object.downcast_ref::<BackendTlsPolicy>() {
        for target in &policy.spec.target_refs {
            names.add(&target.group, &target.kind, None, &target.name);
        }
        for authority in &policy.spec.validation.ca_certificate_refs {
            names.add(&authority.group, &authority.kind, None, &authority.name);
        }
    } else if let Some(policy) = object.downcast_ref::<EnvoyPatchPolicy>() {
        let target = &policy.spec.target_ref;
        names.add(&target.group, &target.kind, None, &target.name);
    } else if let Some(targets) = policy_targets(object) {
        for target in targets.by_name() {
            names.add(&target.group, &target.kind, None, &target.name);
        }
    } else if let Some(slice) = object.downcast_ref::<EndpointSlice>() {
        let labels = &slice.metadata.labels;
        if let Some(service) = labels.get(EndpointSlice::SERVICE_LABEL) {
            names.add("", "Service", None, service);
        }
        if let Some(import) = labels.get(EndpointSlice::SERVICE_IMPORT_LABEL) {
            names.add("multicluster.x-k8s.io", "ServiceImport", None, import);
        }
    }
}

/// Visits the kinds of which `object` selects objects by their labels.
fn selects(object: &dyn Any, visit: &mut dyn FnMut(Kind)) {
    for selector in policy_targets(object).into_iter().flat_map(|targets| &targets.target_selectors) {
        if let Some(kind) = known(selector.group(), &selector.kind) {
            visit(kind);
        }
    }
}

/// Visits the labels by which `object` is looked for: those of namespaces, and those that this product gives the Services
/// of its proxies.
fn labels(object: &dyn Any, metadata: &ObjectMeta, visit: &mut dyn FnMut(&str, &str)) {
    let ours: Option<fn(&str) -> bool> = if object.is::<Namespace>() {
        Some(|_| true)
    } else if object.is::<Service>() {
        Some(|label| label.starts_with("gateway.envoyproxy.io/"))
    } else {
        None
    };
    let Some(ours) = ours else { return };
    for (label, value) in metadata.labels.iter().filter(|(label, _)| ours(label)) {
        visit(label, value);
    }
}

/// The targets of a policy that has them in the way of this product's policies.
fn policy_targets(object: &dyn Any) -> Option<&PolicyTargetReferences> {
    let client = || Some(&object.downcast_ref::<ClientTrafficPolicy>()?.spec.targets);
    let backend = || Some(&object.downcast_ref::<BackendTrafficPolicy>()?.spec.targets);
    let security = || Some(&object.downcast_ref::<SecurityPolicy>()?.spec.targets);
    let extension = || Some(&object.downcast_ref::<EnvoyExtensionPolicy>()?.spec.targets);
    client().or_else(backend).or_else(security).or_else(extension)
}

/// Visits references as they are found.
struct Names<'a> {
    /// The namespace of references that name none.
    namespace: &'a str,
    visit: &'a mut dyn FnMut(ObjectRef),
}

impl Names<'_> {
    fn add(&mut self, group: &str, kind: &str, namespace: Option<&str>, name: &str) {
        let Some(kind) = known(group, kind) else { return };
        let namespace = if is_namespaced(kind) { namespace.unwrap_or(self.namespace) } else { "" };
        (self.visit)(ObjectRef::new(kind, namespace, name));
    }

    fn gateway(&mut self, gateway: &Gateway) {
        let spec = &gateway.spec;
        self.add(GATEWAY_API, "GatewayClass", None, &spec.gateway_class_name);
        self.listeners(&spec.listeners);
        if let Some(parameters) = spec.infrastructure.as_ref().and_then(|infra| infra.parameters_ref.as_ref())
        {
            self.add(&parameters.group, &parameters.kind, None, &parameters.name);
        }
        let Some(tls) = &spec.tls else { return };
        if let Some(secret) = tls.backend.as_ref().and_then(|backend| backend.client_certificate_ref.as_ref())
        {
            self.secret(secret);
        }
        let frontend = tls.frontend.iter();
        let configs = frontend
            .flat_map(|f| std::iter::once(&f.r#default).chain(f.per_port.iter().map(|port| &port.tls)));
        for authority in
            configs.filter_map(|tls| tls.validation.as_ref()).flat_map(|v| &v.ca_certificate_refs)
        {
            self.add(&authority.group, &authority.kind, authority.namespace.as_deref(), &authority.name);
        }
    }

    fn listeners(&mut self, listeners: &[Listener]) {
        for secret in listeners
            .iter()
            .filter_map(|listener| listener.tls.as_ref())
            .flat_map(|tls| &tls.certificate_refs)
        {
            self.secret(secret);
        }
    }

    fn secret(&mut self, secret: &gateway::SecretObjectReference) {
        let kind = secret.kind.as_deref().unwrap_or("Secret");
        self.add(
            secret.group.as_deref().unwrap_or_default(),
            kind,
            secret.namespace.as_deref(),
            &secret.name,
        );
    }

    fn parents(&mut self, parents: &[ParentReference]) {
        for parent in parents {
            let (group, kind) = (parent.group.as_deref(), parent.kind.as_deref());
            let namespace = parent.namespace.as_deref();
            self.add(group.unwrap_or(GATEWAY_API), kind.unwrap_or("Gateway"), namespace, &parent.name);
        }
    }

    fn stream(&mut self, parents: &[ParentReference], rules: &[StreamRouteRule]) {
        self.parents(parents);
        for backend in rules.iter().flat_map(|rule| &rule.backend_refs) {
            self.backend(backend);
        }
    }

    fn backend(&mut self, backend: &impl BackendReference) {
        self.add(backend.group(), backend.kind(), backend.namespace(), backend.name());
    }

    fn http_filters(&mut self, filters: &[HttpRouteFilter]) {
        for filter in filters {
            if let Some(mirror) = &filter.request_mirror {
                self.backend(&mirror.backend_ref);
            }
            if let Some(extension) = &filter.extension_ref {
                self.add(&extension.group, &extension.kind, None, &extension.name);
            }
        }
    }

    fn grpc_filters(&mut self, filters: &[GrpcRouteFilter]) {
        for filter in filters {
            if let Some(mirror) = &filter.request_mirror {
                self.backend(&mirror.backend_ref);
            }
            if let Some(extension) = &filter.extension_ref {
                self.add(&extension.group, &extension.kind, None, &extension.name);
            }
        }
    }
}

/// The kind of this group and name, if anything could be stored under it. Text of tenants is not kept.
pub(crate) fn known(group: &str, kind: &str) -> Option<Kind> {
    let listed =
        KINDS.iter().map(|(known, _)| *known).find(|known| known.kind == kind && known.group == group);
    listed.or_else(|| Kind::known(group, kind))
}

fn is_namespaced(kind: Kind) -> bool {
    KINDS.iter().find(|(known, _)| *known == kind).is_none_or(|(_, namespaced)| *namespaced)
}
