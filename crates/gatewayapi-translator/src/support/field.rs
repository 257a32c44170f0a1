//! The fields of the kinds of the Gateway API.

use super::{Channel, Field, Kind, Level, Support};

/// The kinds, and their fields in the order in which a user meets them. What is inside of a field is supported like the field.
pub const KINDS: &[Kind] = &[
    Kind { name: "GatewayClass", fields: &[CLASS] },
    Kind { name: "Gateway", fields: &[GATEWAY, GATEWAY_LISTENERS] },
    Kind { name: "ListenerSet", fields: &[LISTENER_SET, LISTENERS] },
    Kind { name: "HTTPRoute", fields: &[HTTP_PARENTS, HTTP, NAMED_BACKENDS, HTTP_BACKENDS] },
    Kind { name: "GRPCRoute", fields: &[PARENTS, GRPC, NAMED_BACKENDS, GRPC_BACKENDS] },
    Kind { name: "TLSRoute", fields: &[TLS, PARENTS, STREAM_RULES, NAMED_BACKENDS, STREAM_BACKENDS] },
    Kind { name: "TCPRoute", fields: &[TCP, PARENTS, STREAM_RULES, NAMED_BACKENDS, STREAM_BACKENDS] },
    Kind { name: "UDPRoute", fields: &[UDP, PARENTS, STREAM_RULES, NAMED_BACKENDS, STREAM_BACKENDS] },
    Kind { name: "ReferenceGrant", fields: &[GRANT] },
    Kind { name: "BackendTLSPolicy", fields: &[BACKEND_TLS] },
];

const CLASS: &[Field] = &[
    core("spec.controllerName"),
    core("spec.description").partly("for people; nothing follows from it"),
    specific("spec.parametersRef").partly("EnvoyProxy"),
];

const GATEWAY: &[Field] = &[
    core("spec.gatewayClassName").of(&["Gateway"]),
    extended("spec.addresses[].type")
        .partly("IPAddress; no platform gives a Hostname, and other types are refused")
        .of(&["GatewayStaticAddresses"]),
    extended("spec.addresses[].value").of(&["GatewayStaticAddresses", "GatewayAddressEmpty"]),
    extended("spec.infrastructure.labels").partly(PROPAGATED).of(&["GatewayInfrastructurePropagation"]),
    extended("spec.infrastructure.annotations").partly(PROPAGATED).of(&["GatewayInfrastructurePropagation"]),
    specific("spec.infrastructure.parametersRef").partly("EnvoyProxy in the namespace of the Gateway"),
    extended("spec.allowedListeners.namespaces").of(&["ListenerSet"]),
    extended("spec.tls.backend.clientCertificateRef").of(&["GatewayBackendClientCertificate"]),
    extended("spec.tls.frontend.default").of(&[
        "GatewayFrontendClientCertificateValidation",
        "GatewayFrontendClientCertificateValidationInsecureFallback",
    ]),
    extended("spec.tls.frontend.perPort").of(&["GatewayFrontendClientCertificateValidation"]),
    extended("spec.defaultScope").experimental().no(NO_DEFAULTS),
];

const PROPAGATED: &str = "handed to the platform that runs proxies, if it has such a thing";
const NO_DEFAULTS: &str = "routes attach to the parents that they name";

const GATEWAY_LISTENERS: &[Field] = &listeners(
    &["GatewayPort8080"],
    &["GatewayHTTPListenerIsolation", "GatewayHTTPSListenerDetectMisdirectedRequests"],
    &["TLSRouteModeTerminate", "TLSRouteModeMixed"],
);

const LISTENER_SET: &[Field] = &[extended("spec.parentRef").partly("a Gateway").of(&["ListenerSet"])];

const LISTENERS: &[Field] = &listeners(&[], &[], &[]);

/// The fields of listeners, with the features of the port, the hostname and the mode of TLS.
const fn listeners(port: Features, hostname: Features, mode: Features) -> [Field; 9] {
    [
        core("spec.listeners[].name"),
        core("spec.listeners[].hostname").of(hostname),
        core("spec.listeners[].port").of(port),
        core("spec.listeners[].protocol").partly("HTTP, HTTPS, TLS, TCP and UDP"),
        core("spec.listeners[].tls.mode").of(mode),
        core("spec.listeners[].tls.certificateRefs")
            .partly("Secrets, in other namespaces with a ReferenceGrant over there"),
        specific("spec.listeners[].tls.options").no("ignored; ClientTrafficPolicy has the settings of TLS"),
        core("spec.listeners[].allowedRoutes.namespaces"),
        core("spec.listeners[].allowedRoutes.kinds"),
    ]
}

const PARENTS: &[Field] = &parents(&[]);
const HTTP_PARENTS: &[Field] = &parents(&["HTTPRouteParentRefPort", "HTTPRouteDestinationPortMatching"]);

/// The fields of parents, with the features of the port.
const fn parents(port: Features) -> [Field; 4] {
    [
        core("spec.parentRefs[].name").partly("Gateways and ListenerSets"),
        core("spec.parentRefs[].sectionName"),
        extended("spec.parentRefs[].port").of(port),
        extended("spec.useDefaultGateways").experimental().no(NO_DEFAULTS),
    ]
}

const EXACT_OR_RE2: &str = "Exact, and regular expressions of RE2";
const OWN_FILTERS: &str = "HTTPRouteFilter, and the kinds of added filters";

const HTTP: &[Field] = &[
    core("spec.hostnames").of(&["HTTPRoute"]),
    extended("spec.rules[].name").of(&["HTTPRouteNamedRouteRule"]),
    core("spec.rules[].matches[].path").partly("Exact and PathPrefix, and regular expressions of RE2"),
    core("spec.rules[].matches[].headers").partly(EXACT_OR_RE2),
    extended("spec.rules[].matches[].queryParams").partly(EXACT_OR_RE2).of(&["HTTPRouteQueryParamMatching"]),
    extended("spec.rules[].matches[].method").of(&["HTTPRouteMethodMatching"]),
    core("spec.rules[].filters[].requestHeaderModifier").of(&["HTTPRoute"]),
    extended("spec.rules[].filters[].responseHeaderModifier").of(&["HTTPRouteResponseHeaderModification"]),
    extended("spec.rules[].filters[].requestMirror").of(&[
        "HTTPRouteRequestMirror",
        "HTTPRouteRequestMultipleMirrors",
        "HTTPRouteRequestPercentageMirror",
    ]),
    core("spec.rules[].filters[].requestRedirect").of(&[
        "HTTPRoutePathRedirect",
        "HTTPRoutePortRedirect",
        "HTTPRouteSchemeRedirect",
        "HTTPRoute303RedirectStatusCode",
        "HTTPRoute307RedirectStatusCode",
        "HTTPRoute308RedirectStatusCode",
    ]),
    extended("spec.rules[].filters[].urlRewrite").of(&["HTTPRouteHostRewrite", "HTTPRoutePathRewrite"]),
    extended("spec.rules[].filters[].cors").of(&["HTTPRouteCORS"]),
    extended("spec.rules[].filters[].externalAuth")
        .experimental()
        .no("the rule is refused and answers 500; SecurityPolicy has such questions"),
    specific("spec.rules[].filters[].extensionRef").partly(OWN_FILTERS),
    extended("spec.rules[].timeouts.request").of(&["HTTPRouteRequestTimeout"]),
    extended("spec.rules[].timeouts.backendRequest").of(&["HTTPRouteBackendTimeout"]),
    extended("spec.rules[].retry").experimental().of(&[
        "HTTPRouteRetry",
        "HTTPRouteRetryBackendTimeout",
        "HTTPRouteRetryConnectionError",
    ]),
    extended("spec.rules[].sessionPersistence").experimental(),
];

const GRPC: &[Field] = &[
    core("spec.hostnames").of(&["GRPCRoute"]),
    extended("spec.rules[].name").of(&["GRPCRouteNamedRouteRule"]),
    core("spec.rules[].matches[].method").partly(EXACT_OR_RE2),
    core("spec.rules[].matches[].headers").partly(EXACT_OR_RE2),
    core("spec.rules[].filters[].requestHeaderModifier"),
    extended("spec.rules[].filters[].responseHeaderModifier"),
    extended("spec.rules[].filters[].requestMirror"),
    specific("spec.rules[].filters[].extensionRef").partly(OWN_FILTERS),
    extended("spec.rules[].sessionPersistence").experimental(),
];

const TLS: &[Field] = &[
    core("spec.hostnames").of(&["TLSRoute"]),
    core("spec.rules").partly("the backends of all rules share one cluster"),
];
const TCP: &[Field] =
    &[core("spec.rules").partly("one rule; a route with several is refused").of(&["TCPRoute"])];
const UDP: &[Field] =
    &[core("spec.rules").partly("one rule; a route with several is refused").of(&["UDPRoute"])];
const STREAM_RULES: &[Field] = &[extended("spec.rules[].name")];

const NAMED_BACKENDS: &[Field] = &[
    core("spec.rules[].backendRefs[].name")
        .partly("Service, ServiceImport and, where the configuration enables it, Backend"),
    core("spec.rules[].backendRefs[].namespace").partly("with a ReferenceGrant over there"),
    core("spec.rules[].backendRefs[].weight"),
];

const HTTP_BACKENDS: &[Field] = &[
    core("spec.rules[].backendRefs[].port")
        .of(&["HTTPRouteBackendProtocolH2C", "HTTPRouteBackendProtocolWebSocket"]),
    specific("spec.rules[].backendRefs[].filters")
        .partly("edits of headers, URLRewrite of the host, and HTTPRouteFilters that add credentials")
        .of(&["HTTPRouteBackendRequestHeaderModification"]),
];

const GRPC_BACKENDS: &[Field] = &[
    core("spec.rules[].backendRefs[].port"),
    specific("spec.rules[].backendRefs[].filters").partly("edits of headers"),
];

const STREAM_BACKENDS: &[Field] = &[core("spec.rules[].backendRefs[].port")];

const GRANT: &[Field] = &[core("spec.from").of(&["ReferenceGrant"]), core("spec.to").of(&["ReferenceGrant"])];

const BACKEND_TLS: &[Field] = &[
    core("spec.targetRefs[].name").partly("Service, ServiceImport and Backend").of(&["BackendTLSPolicy"]),
    extended("spec.targetRefs[].sectionName"),
    core("spec.validation.hostname").of(&["BackendTLSPolicy"]),
    core("spec.validation.caCertificateRefs").partly("ConfigMap, Secret and ClusterTrustBundle"),
    specific("spec.validation.wellKnownCACertificates").partly("System"),
    extended("spec.validation.subjectAltNames").of(&["BackendTLSPolicySANValidation"]),
    specific("spec.options").no("ignored"),
];

/// Names of conformance features.
type Features = &'static [&'static str];

/// A field of the standard channel that every implementation has, and this one too.
const fn core(path: &'static str) -> Field {
    Field { path, level: Level::Core, channel: Channel::Standard, support: Support::Yes, features: &[] }
}

const fn extended(path: &'static str) -> Field {
    Field { level: Level::Extended, ..core(path) }
}

const fn specific(path: &'static str) -> Field {
    Field { level: Level::ImplementationSpecific, ..core(path) }
}

impl Field {
    const fn experimental(self) -> Self {
        Self { channel: Channel::Experimental, ..self }
    }

    const fn partly(self, what: &'static str) -> Self {
        Self { support: Support::Partly(what), ..self }
    }

    const fn no(self, instead: &'static str) -> Self {
        Self { support: Support::No(instead), ..self }
    }

    const fn of(self, features: Features) -> Self {
        Self { features, ..self }
    }
}
