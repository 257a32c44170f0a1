//! CEL rules of the types in `envoy_extension_policy`.

use crate::schema::Rules;

pub(crate) const ENVOY_EXTENSION_POLICY_SPEC: Rules = &[
    (
        "(has(self.targetRef) && !has(self.targetRefs)) || (!has(self.targetRef) && has(self.targetRefs)) || (has(self.targetSelectors) && self.targetSelectors.size() > 0) ",
        "one of targetRef and targetRefs, or targetSelectors, is needed",
    ),
    (
        "has(self.targetRef) ? self.targetRef.group == 'gateway.networking.k8s.io' : true",
        "targetRef must be of group gateway.networking.k8s.io",
    ),
    (
        "has(self.targetRef) ? self.targetRef.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'UDPRoute', 'TCPRoute', 'TLSRoute'] : true",
        "targetRef must be a Gateway, ListenerSet, HTTPRoute, GRPCRoute, UDPRoute, TCPRoute or TLSRoute",
    ),
    (
        "has(self.targetRefs) ? self.targetRefs.all(ref, ref.group == 'gateway.networking.k8s.io') : true ",
        "targetRefs must be of group gateway.networking.k8s.io",
    ),
    (
        "has(self.targetRefs) ? self.targetRefs.all(ref, ref.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'UDPRoute', 'TCPRoute', 'TLSRoute']) : true ",
        "targetRefs must be Gateways, ListenerSets, HTTPRoutes, GRPCRoutes, UDPRoutes, TCPRoutes or TLSRoutes",
    ),
    (
        "!has(self.mergeType) || ((!has(self.targetRef) || self.targetRef.kind in ['HTTPRoute', 'GRPCRoute', 'UDPRoute', 'TCPRoute', 'TLSRoute']) && (!has(self.targetRefs) || self.targetRefs.all(ref, ref.kind in ['HTTPRoute', 'GRPCRoute', 'UDPRoute', 'TCPRoute', 'TLSRoute'])) && (!has(self.targetSelectors) || self.targetSelectors.all(sel, sel.kind in ['HTTPRoute', 'GRPCRoute', 'UDPRoute', 'TCPRoute', 'TLSRoute'])))",
        "mergeType is only for policies all of whose targets are routes",
    ),
];

pub(crate) const ENVOY_EXTENSION_POLICY_SPEC_MERGE_TYPE: Rules =
    &[("self != 'Replace'", "Replace is what happens when mergeType is unset")];

pub(crate) const LUA: Rules = &[(
    "(self.type == 'Inline' && has(self.inline) && !has(self.valueRef)) || (self.type == 'ValueRef' && !has(self.inline) && has(self.valueRef))",
    "type Inline needs inline, type ValueRef needs valueRef, and neither takes the other",
)];

pub(crate) const LUA_VALUE_REF: Rules = &[(
    "self.kind == 'ConfigMap' && (self.group == 'v1' || self.group == '')",
    "only ConfigMaps can be referred to",
)];

pub(crate) const EXT_PROC: Rules = &[
    ("!has(self.backendRef)", "use backendRefs instead of backendRef"),
    (
        "has(self.backendRefs) ? self.backendRefs.all(f, f.kind == 'Service' || f.kind == 'ServiceImport' || f.kind == 'Backend') : true",
        "backendRefs must be Services, ServiceImports or Backends",
    ),
    (
        r#"has(self.backendRefs) ? (self.backendRefs.all(f, f.group == "" || f.group == 'multicluster.x-k8s.io' || f.group == 'gateway.envoyproxy.io')) : true"#,
        "backendRefs must be of the core group, multicluster.x-k8s.io or gateway.envoyproxy.io",
    ),
    (
        "!(has(self.failOpen) && self.failOpen == true && has(self.processingMode) && ((has(self.processingMode.request) && has(self.processingMode.request.body) && self.processingMode.request.body == 'FullDuplexStreamed') || (has(self.processingMode.response) && has(self.processingMode.response.body) && self.processingMode.response.body == 'FullDuplexStreamed')))",
        "failOpen does not go with FullDuplexStreamed",
    ),
    (
        "!(has(self.shadowMode) && self.shadowMode == true && has(self.processingMode) && ((has(self.processingMode.request) && has(self.processingMode.request.body) && self.processingMode.request.body != 'Streamed') || (has(self.processingMode.response) && has(self.processingMode.response.body) && self.processingMode.response.body != 'Streamed')))",
        "shadowMode only goes with Streamed",
    ),
];

pub(crate) const EXT_PROC_METADATA_WRITABLE_NAMESPACES: Rules = &[(
    "self.all(f, !f.startsWith('envoy.filters.http'))",
    "namespaces of Envoy's own HTTP filters cannot be written",
)];

pub(crate) const WASM_CODE_SOURCE: Rules = &[
    ("self.type == 'HTTP' ? has(self.http) : !has(self.http)", "http is needed for type HTTP, and only then"),
    (
        "self.type == 'Image' ? has(self.image) : !has(self.image)",
        "image is needed for type Image, and only then",
    ),
];

pub(crate) const IMAGE_WASM_CODE_SOURCE_PULL_SECRET_REF: Rules =
    &[("self.kind == 'Secret'", "only Secrets can be referred to")];
