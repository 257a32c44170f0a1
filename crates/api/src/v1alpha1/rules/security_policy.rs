//! CEL rules of the types in `security_policy`.

use crate::schema::Rules;

pub(crate) const SECURITY_POLICY_SPEC: Rules = &[
    (
        "(has(self.targetRef) && !has(self.targetRefs)) || (!has(self.targetRef) && has(self.targetRefs)) || (has(self.targetSelectors) && self.targetSelectors.size() > 0) ",
        "one of targetRef and targetRefs, or targetSelectors, is needed",
    ),
    (
        "has(self.targetRef) ? self.targetRef.group == 'gateway.networking.k8s.io' : true",
        "targetRef must be of group gateway.networking.k8s.io",
    ),
    (
        "has(self.targetRef) ? self.targetRef.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'TCPRoute'] : true",
        "targetRef must be a Gateway, ListenerSet, HTTPRoute, GRPCRoute or TCPRoute",
    ),
    (
        "has(self.targetRefs) ? self.targetRefs.all(ref, ref.group == 'gateway.networking.k8s.io') : true ",
        "targetRefs must be of group gateway.networking.k8s.io",
    ),
    (
        "has(self.targetRefs) ? self.targetRefs.all(ref, ref.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'TCPRoute']) : true ",
        "targetRefs must be Gateways, ListenerSets, HTTPRoutes, GRPCRoutes or TCPRoutes",
    ),
    (
        "!has(self.mergeType) || ((!has(self.targetRef) || self.targetRef.kind in ['HTTPRoute', 'GRPCRoute', 'TCPRoute']) && (!has(self.targetRefs) || self.targetRefs.all(ref, ref.kind in ['HTTPRoute', 'GRPCRoute', 'TCPRoute'])) && (!has(self.targetSelectors) || self.targetSelectors.all(sel, sel.kind in ['HTTPRoute', 'GRPCRoute', 'TCPRoute'])))",
        "mergeType is only for policies all of whose targets are routes",
    ),
    (
        "(has(self.authorization) && has(self.authorization.rules) && self.authorization.rules.exists(r, has(r.principal) ? has(r.principal.jwt) : false)) ? has(self.jwt) : true",
        "rules about tokens need jwt",
    ),
];

pub(crate) const SECURITY_POLICY_SPEC_MERGE_TYPE: Rules =
    &[("self != 'Replace'", "Replace is what happens when mergeType is unset")];

pub(crate) const EXTRACT_FROM: Rules = &[(
    "(has(self.headers) ? 1 : 0) + (has(self.params) ? 1 : 0) + (has(self.cookies) ? 1 : 0) == 1",
    "exactly one of headers, params and cookies is needed",
)];

pub(crate) const AUTHORIZATION_RULE: Rules =
    &[("has(self.principal) || has(self.cel)", "one of principal and cel is needed")];

pub(crate) const OPERATION: Rules =
    &[("has(self.methods) || has(self.path)", "one of methods and path is needed")];

pub(crate) const PRINCIPAL: Rules = &[(
    "(has(self.clientCIDRs) || has(self.jwt) || has(self.headers) || has(self.clientIPGeoLocations))",
    "one of clientCIDRs, jwt, headers and clientIPGeoLocations is needed",
)];

pub(crate) const CLIENT_IP_GEO_LOCATION: Rules = &[(
    "has(self.country) || has(self.region) || has(self.city) || has(self.asn) || has(self.isp) || has(self.anonymous)",
    "one of country, region, city, asn, isp and anonymous is needed",
)];

pub(crate) const GEO_IP_ANONYMOUS_MATCH: Rules = &[(
    "has(self.isAnonymous) || has(self.isVPN) || has(self.isHosting) || has(self.isTor) || has(self.isProxy)",
    "one of isAnonymous, isVPN, isHosting, isTor and isProxy is needed",
)];

pub(crate) const JWT_PRINCIPAL: Rules =
    &[("(has(self.claims) || has(self.scopes))", "one of claims and scopes is needed")];

pub(crate) const EXT_AUTH: Rules = &[
    ("(has(self.grpc) || has(self.http))", "one of grpc and http is needed"),
    (
        "(has(self.grpc) && !has(self.http)) || (!has(self.grpc) && has(self.http))",
        "only one of grpc and http may be set",
    ),
];

pub(crate) const CONTEXT_EXTENSION: Rules = &[(
    "(self.type == 'Value' && has(self.value) && !has(self.valueRef)) || (self.type == 'ValueRef' && !has(self.value) && has(self.valueRef))",
    "type Value needs value, type ValueRef needs valueRef, and neither takes the other",
)];

pub(crate) const LOCAL_OBJECT_KEY_REFERENCE: Rules = &[(
    "self.kind in ['ConfigMap', 'Secret'] && self.group in ['', 'v1']",
    "only ConfigMaps and Secrets can be referred to",
)];

pub(crate) const GRPC_EXT_AUTH_SERVICE: Rules = &[
    ("has(self.backendRef) || self.backendRefs.size() > 0", "backendRefs is needed"),
    (
        "has(self.backendRefs) ? self.backendRefs.all(f, f.kind == 'Service' || f.kind == 'ServiceImport' || f.kind == 'Backend') : true",
        "backendRefs must be Services, ServiceImports or Backends",
    ),
    (
        r#"has(self.backendRefs) ? (self.backendRefs.all(f, f.group == "" || f.group == 'multicluster.x-k8s.io' || f.group == 'gateway.envoyproxy.io')) : true"#,
        "backendRefs must be of the core group, multicluster.x-k8s.io or gateway.envoyproxy.io",
    ),
];

pub(crate) const HTTP_EXT_AUTH_SERVICE: Rules = &[
    ("has(self.backendRef) || self.backendRefs.size() > 0", "backendRefs is needed"),
    (
        "has(self.backendRefs) ? self.backendRefs.all(f, f.kind == 'Service' || f.kind == 'ServiceImport' || f.kind == 'Backend') : true",
        "backendRefs must be Services, ServiceImports or Backends",
    ),
    (
        r#"has(self.backendRefs) ? (self.backendRefs.all(f, f.group == "" || f.group == 'multicluster.x-k8s.io' || f.group == 'gateway.envoyproxy.io')) : true"#,
        "backendRefs must be of the core group, multicluster.x-k8s.io or gateway.envoyproxy.io",
    ),
    ("!(has(self.path) && has(self.pathOverride))", "path and pathOverride cannot both be set"),
];

pub(crate) const JWT: Rules =
    &[("!(has(self.optional) && has(self.failOpen))", "optional and failOpen cannot both be set")];

pub(crate) const JWT_PROVIDER: Rules = &[
    (
        "(has(self.recomputeRoute) && self.recomputeRoute) ? size(self.claimToHeaders) > 0 : true",
        "recomputeRoute needs claimToHeaders",
    ),
    ("has(self.remoteJWKS) || has(self.localJWKS)", "one of remoteJWKS and localJWKS is needed"),
    ("!(has(self.remoteJWKS) && has(self.localJWKS))", "remoteJWKS and localJWKS cannot both be set"),
];

pub(crate) const LOCAL_JWKS: Rules = &[(
    "(self.type == 'Inline' && has(self.inline) && !has(self.valueRef)) || (self.type == 'ValueRef' && !has(self.inline) && has(self.valueRef))",
    "type Inline needs inline, type ValueRef needs valueRef, and neither takes the other",
)];

pub(crate) const REMOTE_JWKS: Rules = &[
    ("!has(self.backendRef)", "use backendRefs instead of backendRef"),
    (
        "has(self.backendSettings)? (has(self.backendSettings.retry)?(has(self.backendSettings.retry.perRetry)? !has(self.backendSettings.retry.perRetry.timeout):true):true):true",
        "retries of key fetches have no time limit of their own: perRetry.timeout must be unset",
    ),
    (
        "has(self.backendSettings)? (has(self.backendSettings.retry)?(has(self.backendSettings.retry.retryOn)? !has(self.backendSettings.retry.retryOn.httpStatusCodes):true):true):true",
        "retries of key fetches do not depend on the status: retryOn.httpStatusCodes must be unset",
    ),
];

pub(crate) const OIDC: Rules = &[
    (
        "(has(self.clientID) && !has(self.clientIDRef)) || (!has(self.clientID) && has(self.clientIDRef))",
        "exactly one of clientID and clientIDRef is needed",
    ),
    (
        "!(has(self.forwardAccessToken) && self.forwardAccessToken && has(self.forwardIDToken) && self.forwardIDToken.header.lowerAscii() == 'authorization')",
        "the access token is in Authorization already: forwardIDToken needs another header",
    ),
];

pub(crate) const OIDC_TOKEN_FORWARDING_HEADER: Rules =
    &[("self.lowerAscii() != 'host'", "the host cannot carry a token")];

pub(crate) const OIDC_PROVIDER: Rules = &[
    ("!has(self.backendRef)", "use backendRefs instead of backendRef"),
    (
        "has(self.backendSettings)? (has(self.backendSettings.retry)?(has(self.backendSettings.retry.perRetry)? !has(self.backendSettings.retry.perRetry.timeout):true):true):true",
        "retries of key fetches have no time limit of their own: perRetry.timeout must be unset",
    ),
    (
        "has(self.backendSettings)? (has(self.backendSettings.retry)?(has(self.backendSettings.retry.retryOn)? !has(self.backendSettings.retry.retryOn.httpStatusCodes):true):true):true",
        "retries of key fetches do not depend on the status: retryOn.httpStatusCodes must be unset",
    ),
];
