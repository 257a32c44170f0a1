//! CEL rules of the kinds beside this module, each with the message for objects that break it.

use crate::schema::Rules;

/// References to backends.
pub(super) const BACKEND_REFERENCE: Rules = &[(
    "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
    "a Service needs a port",
)];

/// The controller of a GatewayClass.
pub(super) const CONTROLLER_NAME: Rules =
    &[("self == oldSelf", "the controller of a class cannot be changed")];

/// The listeners of a Gateway.
pub(super) const GATEWAY_LISTENERS: Rules = &[
    (
        "self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)",
        "a listener for HTTP, TCP or UDP cannot have tls",
    ),
    (
        "self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)",
        "a listener for HTTPS ends TLS, so its mode can only be Terminate",
    ),
    (
        "self.all(l, (l.protocol == 'TLS' ? has(l.tls) && has(l.tls.mode) && l.tls.mode != '' : true))",
        "a listener for TLS needs a tls mode",
    ),
    (
        "self.all(l, l.protocol in ['TCP', 'UDP']  ? (!has(l.hostname) || l.hostname == '') : true)",
        "a listener for TCP or UDP cannot have a hostname",
    ),
    ("self.all(l1, self.exists_one(l2, l1.name == l2.name))", "two listeners have the same name"),
    (
        "self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))",
        "two listeners have the same port, protocol and hostname",
    ),
];

/// The addresses that are asked for a Gateway.
pub(super) const GATEWAY_ADDRESSES: Rules = &[
    (
        "self.all(a1, a1.type == 'IPAddress' && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true )",
        "an IP address is listed twice",
    ),
    (
        "self.all(a1, a1.type == 'Hostname'  && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true )",
        "a hostname is listed twice",
    ),
];

/// The labels of created infrastructure.
pub(super) const INFRASTRUCTURE_LABELS: Rules = &[
    (
        r#"self.all(key, key.matches(r"""^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"""))"#,
        "a label key is a name of up to 63 characters, possibly after a DNS subdomain and a slash",
    ),
    (
        r#"self.all(key, key.split("/")[0].size() < 253)"#,
        "the part of a label key in front of the slash is limited to 252 characters",
    ),
];

/// The annotations of created infrastructure.
pub(super) const INFRASTRUCTURE_ANNOTATIONS: Rules = &[
    (
        r#"self.all(key, key.matches(r"""^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"""))"#,
        "an annotation key is a name of up to 63 characters, possibly after a DNS subdomain and a slash",
    ),
    (
        r#"self.all(key, key.split("/")[0].size() < 253)"#,
        "the part of an annotation key in front of the slash is limited to 252 characters",
    ),
];

/// One address that is asked for a Gateway.
pub(super) const SPEC_ADDRESS: Rules = &[(
    r#"self.type == 'Hostname' ? (!has(self.value) || self.value.matches(r"""^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$""")): true"#,
    "an address of type Hostname is a lower-case DNS name, possibly with a wildcard label in front, or empty",
)];

/// One address that a Gateway has.
pub(super) const STATUS_ADDRESS: Rules = &[(
    r#"self.type == 'Hostname' ? self.value.matches(r"""^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"""): true"#,
    "an address of type Hostname is a lower-case DNS name, possibly with a wildcard label in front",
)];

/// Client certificate checks of single ports.
pub(super) const FRONTEND_TLS_PER_PORT: Rules =
    &[("self.all(t1, self.exists_one(t2, t1.port == t2.port))", "two entries are for the same port")];

/// TLS settings of a listener.
pub(super) const LISTENER_TLS: Rules = &[(
    "self.mode == 'Terminate' ? size(self.certificateRefs) > 0 || size(self.options) > 0 : true",
    "mode Terminate needs certificateRefs or options",
)];

/// The listeners of a ListenerSet.
pub(super) const LISTENER_SET_LISTENERS: Rules = &[
    (
        "self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)",
        "a listener for HTTP, TCP or UDP cannot have tls",
    ),
    (
        "self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)",
        "a listener for HTTPS ends TLS, so its mode can only be Terminate",
    ),
    (
        "self.all(l, (l.protocol == 'TLS' ? has(l.tls) && has(l.tls.mode) && l.tls.mode != '' : true))",
        "a listener for TLS needs a tls mode",
    ),
    (
        "self.all(l, l.protocol in ['TCP', 'UDP']  ? (!has(l.hostname) || l.hostname == '') : true)",
        "a listener for TCP or UDP cannot have a hostname",
    ),
    ("self.all(l1, self.exists_one(l2, l1.name == l2.name))", "two listeners have the same name"),
    (
        "self.all(l1, !has(l1.port) || self.exists_one(l2, has(l2.port) && l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))",
        "two listeners have the same port, protocol and hostname",
    ),
];

/// The targets of a BackendTLSPolicy.
pub(super) const BACKEND_TLS_POLICY_TARGETS: Rules = &[
    (
        "self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '')) : true))",
        "several references to one target must each name a section",
    ),
    (
        "self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName))))",
        "several references to one target must name different sections",
    ),
];

/// How a BackendTLSPolicy checks certificates.
pub(super) const BACKEND_TLS_POLICY_VALIDATION: Rules = &[
    (
        r#"!(has(self.caCertificateRefs) && size(self.caCertificateRefs) > 0 && has(self.wellKnownCACertificates) && self.wellKnownCACertificates != "")"#,
        "caCertificateRefs and wellKnownCACertificates exclude each other",
    ),
    (
        r#"(has(self.caCertificateRefs) && size(self.caCertificateRefs) > 0 || has(self.wellKnownCACertificates) && self.wellKnownCACertificates != "")"#,
        "either caCertificateRefs or wellKnownCACertificates is needed",
    ),
];

/// A name in a certificate.
pub(super) const SUBJECT_ALT_NAME: Rules = &[
    (
        r#"!(self.type == "Hostname" && (!has(self.hostname) || self.hostname == ""))"#,
        "type Hostname needs a hostname",
    ),
    (
        r#"!(self.type != "Hostname" && has(self.hostname) && self.hostname != "")"#,
        "a hostname goes with type Hostname only",
    ),
    (r#"!(self.type == "URI" && (!has(self.uri) || self.uri == ""))"#, "type URI needs a uri"),
    (r#"!(self.type != "URI" && has(self.uri) && self.uri != "")"#, "a uri goes with type URI only"),
];

/// Session persistence of a rule.
pub(super) const SESSION_PERSISTENCE: Rules = &[
    (
        "!has(self.cookieConfig) || !has(self.cookieConfig.lifetimeType) || self.cookieConfig.lifetimeType != 'Permanent' || has(self.absoluteTimeout)",
        "a permanent cookie needs an absoluteTimeout",
    ),
    ("!has(self.cookieConfig) || self.type == 'Cookie'", "cookieConfig goes with type Cookie only"),
];

/// The parents of a route.
pub(super) const PARENT_REFS: Rules = &[
    (
        "self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__)) ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '') && (!has(p1.port) || p1.port == 0) == (!has(p2.port) || p2.port == 0)): true))",
        "several references to one parent must each name a section or port",
    ),
    (
        "self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__ )) && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || ( has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName)) && (((!has(p1.port) || p1.port == 0) && (!has(p2.port) || p2.port == 0)) || (has(p1.port) && has(p2.port) && p1.port == p2.port))))",
        "several references to one parent must name different sections or ports",
    ),
];

/// The rules of an HTTPRoute.
pub(super) const HTTP_RULES: Rules = &[
    (
        "(self.size() > 0 ? self[0].matches.size() : 0) + (self.size() > 1 ? self[1].matches.size() : 0) + (self.size() > 2 ? self[2].matches.size() : 0) + (self.size() > 3 ? self[3].matches.size() : 0) + (self.size() > 4 ? self[4].matches.size() : 0) + (self.size() > 5 ? self[5].matches.size() : 0) + (self.size() > 6 ? self[6].matches.size() : 0) + (self.size() > 7 ? self[7].matches.size() : 0) + (self.size() > 8 ? self[8].matches.size() : 0) + (self.size() > 9 ? self[9].matches.size() : 0) + (self.size() > 10 ? self[10].matches.size() : 0) + (self.size() > 11 ? self[11].matches.size() : 0) + (self.size() > 12 ? self[12].matches.size() : 0) + (self.size() > 13 ? self[13].matches.size() : 0) + (self.size() > 14 ? self[14].matches.size() : 0) + (self.size() > 15 ? self[15].matches.size() : 0) <= 128",
        "a route can have 128 matches at most, over all of its rules",
    ),
    (
        "self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))",
        "two rules have the same name",
    ),
];

/// One rule of an HTTPRoute.
pub(super) const HTTP_RULE: Rules = &[
    (
        "(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true",
        "a rule that redirects cannot have backendRefs",
    ),
    (
        "(has(self.filters) && self.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        "a redirect that replaces the matched prefix needs exactly one match, of type PathPrefix",
    ),
    (
        "(has(self.filters) && self.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        "a rewrite that replaces the matched prefix needs exactly one match, of type PathPrefix",
    ),
    (
        "(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        "a redirect of a backend that replaces the matched prefix needs exactly one match, of type PathPrefix",
    ),
    (
        "(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        "a rewrite of a backend that replaces the matched prefix needs exactly one match, of type PathPrefix",
    ),
];

/// The filters of an HTTPRoute, of a rule or of a backend.
pub(super) const HTTP_FILTERS: Rules = &[
    (
        "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
        "filters RequestRedirect and URLRewrite exclude each other",
    ),
    ("self.filter(f, f.type == 'CORS').size() <= 1", "filter CORS can be used once"),
    (
        "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
        "filter RequestHeaderModifier can be used once",
    ),
    (
        "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
        "filter ResponseHeaderModifier can be used once",
    ),
    ("self.filter(f, f.type == 'RequestRedirect').size() <= 1", "filter RequestRedirect can be used once"),
    ("self.filter(f, f.type == 'URLRewrite').size() <= 1", "filter URLRewrite can be used once"),
];

/// The timeouts of an HTTPRoute.
pub(super) const HTTP_TIMEOUTS: Rules = &[(
    "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))",
    "backendRequest cannot be longer than request",
)];

/// The condition on a path.
pub(super) const HTTP_PATH_MATCH: Rules = &[
    ("(self.type in ['Exact','PathPrefix']) ? self.value.startsWith('/') : true", "a path starts with '/'"),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('//') : true",
        "a path cannot contain '//'",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('/./') : true",
        "a path cannot contain '/./'",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('/../') : true",
        "a path cannot contain '/../'",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2f') : true",
        "a path cannot contain '%2f'",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2F') : true",
        "a path cannot contain '%2F'",
    ),
    ("(self.type in ['Exact','PathPrefix']) ? !self.value.contains('#') : true", "a path cannot contain '#'"),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/..') : true",
        "a path cannot end with '/..'",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/.') : true",
        "a path cannot end with '/.'",
    ),
    (
        "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'",
        "type is Exact, PathPrefix or RegularExpression",
    ),
    (
        r#"(self.type in ['Exact','PathPrefix']) ? self.value.matches(r"""^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$""") : true"#,
        "a path has only the characters that RFC 3986 allows",
    ),
];

/// One filter of an HTTPRoute: the settings fit the type.
pub(super) const HTTP_FILTER: Rules = &[
    ("!(has(self.cors) && self.type != 'CORS')", "cors goes with type CORS only"),
    ("!(!has(self.cors) && self.type == 'CORS')", "type CORS needs cors"),
    (
        "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
        "requestHeaderModifier goes with type RequestHeaderModifier only",
    ),
    (
        "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
        "type RequestHeaderModifier needs requestHeaderModifier",
    ),
    (
        "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
        "responseHeaderModifier goes with type ResponseHeaderModifier only",
    ),
    (
        "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
        "type ResponseHeaderModifier needs responseHeaderModifier",
    ),
    (
        "!(has(self.requestMirror) && self.type != 'RequestMirror')",
        "requestMirror goes with type RequestMirror only",
    ),
    ("!(!has(self.requestMirror) && self.type == 'RequestMirror')", "type RequestMirror needs requestMirror"),
    (
        "!(has(self.requestRedirect) && self.type != 'RequestRedirect')",
        "requestRedirect goes with type RequestRedirect only",
    ),
    (
        "!(!has(self.requestRedirect) && self.type == 'RequestRedirect')",
        "type RequestRedirect needs requestRedirect",
    ),
    ("!(has(self.urlRewrite) && self.type != 'URLRewrite')", "urlRewrite goes with type URLRewrite only"),
    ("!(!has(self.urlRewrite) && self.type == 'URLRewrite')", "type URLRewrite needs urlRewrite"),
    (
        "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
        "extensionRef goes with type ExtensionRef only",
    ),
    ("!(!has(self.extensionRef) && self.type == 'ExtensionRef')", "type ExtensionRef needs extensionRef"),
    (
        "!(has(self.externalAuth) && self.type != 'ExternalAuth')",
        "externalAuth goes with type ExternalAuth only",
    ),
    ("!(!has(self.externalAuth) && self.type == 'ExternalAuth')", "type ExternalAuth needs externalAuth"),
];

/// The change of a path: the settings fit the type.
pub(super) const HTTP_PATH_MODIFIER: Rules = &[
    (
        "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
        "type ReplaceFullPath needs replaceFullPath",
    ),
    (
        "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
        "replaceFullPath goes with type ReplaceFullPath only",
    ),
    (
        "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
        "type ReplacePrefixMatch needs replacePrefixMatch",
    ),
    (
        "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
        "replacePrefixMatch goes with type ReplacePrefixMatch only",
    ),
];

/// A mirror of requests.
pub(super) const REQUEST_MIRROR: Rules =
    &[("!(has(self.percent) && has(self.fraction))", "percent and fraction exclude each other")];

/// A part of a whole.
pub(super) const FRACTION: Rules =
    &[("self.numerator <= self.denominator", "the numerator cannot be above the denominator")];

/// Origins of cross-origin requests.
pub(super) const CORS_ORIGINS: Rules =
    &[("!('*' in self && self.size() > 1)", "'*' stands for all origins and must be alone")];

/// Methods of cross-origin requests.
pub(super) const CORS_METHODS: Rules =
    &[("!('*' in self && self.size() > 1)", "'*' stands for all methods and must be alone")];

/// Headers of cross-origin requests.
pub(super) const CORS_HEADERS: Rules =
    &[("!('*' in self && self.size() > 1)", "'*' stands for all headers and must be alone")];

/// External authorization: the settings fit the protocol.
pub(super) const EXTERNAL_AUTH: Rules = &[
    ("self.protocol == 'GRPC' ? has(self.grpc) : true", "protocol GRPC needs grpc"),
    ("has(self.grpc) ? self.protocol == 'GRPC' : true", "grpc goes with protocol GRPC only"),
    ("self.protocol == 'HTTP' ? has(self.http) : true", "protocol HTTP needs http"),
    ("has(self.http) ? self.protocol == 'HTTP' : true", "http goes with protocol HTTP only"),
];

/// The rules of a GRPCRoute.
pub(super) const GRPC_RULES: Rules = &[
    (
        "(self.size() > 0 ? (has(self[0].matches) ? self[0].matches.size() : 0) : 0) + (self.size() > 1 ? (has(self[1].matches) ? self[1].matches.size() : 0) : 0) + (self.size() > 2 ? (has(self[2].matches) ? self[2].matches.size() : 0) : 0) + (self.size() > 3 ? (has(self[3].matches) ? self[3].matches.size() : 0) : 0) + (self.size() > 4 ? (has(self[4].matches) ? self[4].matches.size() : 0) : 0) + (self.size() > 5 ? (has(self[5].matches) ? self[5].matches.size() : 0) : 0) + (self.size() > 6 ? (has(self[6].matches) ? self[6].matches.size() : 0) : 0) + (self.size() > 7 ? (has(self[7].matches) ? self[7].matches.size() : 0) : 0) + (self.size() > 8 ? (has(self[8].matches) ? self[8].matches.size() : 0) : 0) + (self.size() > 9 ? (has(self[9].matches) ? self[9].matches.size() : 0) : 0) + (self.size() > 10 ? (has(self[10].matches) ? self[10].matches.size() : 0) : 0) + (self.size() > 11 ? (has(self[11].matches) ? self[11].matches.size() : 0) : 0) + (self.size() > 12 ? (has(self[12].matches) ? self[12].matches.size() : 0) : 0) + (self.size() > 13 ? (has(self[13].matches) ? self[13].matches.size() : 0) : 0) + (self.size() > 14 ? (has(self[14].matches) ? self[14].matches.size() : 0) : 0) + (self.size() > 15 ? (has(self[15].matches) ? self[15].matches.size() : 0) : 0) <= 128",
        "a route can have 128 matches at most, over all of its rules",
    ),
    (
        "self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))",
        "two rules have the same name",
    ),
];

/// The filters of a GRPCRoute, of a rule or of a backend.
pub(super) const GRPC_FILTERS: Rules = &[
    (
        "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
        "filter RequestHeaderModifier can be used once",
    ),
    (
        "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
        "filter ResponseHeaderModifier can be used once",
    ),
];

/// The condition on service and method.
pub(super) const GRPC_METHOD_MATCH: Rules = &[
    (
        "has(self.type) ? has(self.service) || has(self.method) : true",
        "a service, a method or both are needed",
    ),
    (
        r#"(!has(self.type) || self.type == 'Exact') && has(self.service) ? self.service.matches(r"""^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$"""): true"#,
        "a service is a protobuf name such as foo.bar.Service",
    ),
    (
        r#"(!has(self.type) || self.type == 'Exact') && has(self.method) ? self.method.matches(r"""^[A-Za-z_][A-Za-z_0-9]*$"""): true"#,
        "a method is a protobuf name such as GetThing",
    ),
];

/// One filter of a GRPCRoute: the settings fit the type.
pub(super) const GRPC_FILTER: Rules = &[
    (
        "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
        "requestHeaderModifier goes with type RequestHeaderModifier only",
    ),
    (
        "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
        "type RequestHeaderModifier needs requestHeaderModifier",
    ),
    (
        "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
        "responseHeaderModifier goes with type ResponseHeaderModifier only",
    ),
    (
        "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
        "type ResponseHeaderModifier needs responseHeaderModifier",
    ),
    (
        "!(has(self.requestMirror) && self.type != 'RequestMirror')",
        "requestMirror goes with type RequestMirror only",
    ),
    ("!(!has(self.requestMirror) && self.type == 'RequestMirror')", "type RequestMirror needs requestMirror"),
    (
        "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
        "extensionRef goes with type ExtensionRef only",
    ),
    ("!(!has(self.extensionRef) && self.type == 'ExtensionRef')", "type ExtensionRef needs extensionRef"),
];

/// The server names of a TLSRoute.
pub(super) const TLS_HOSTNAMES: Rules = &[
    ("self.all(h, !isIP(h))", "a hostname cannot be an IP address"),
    (
        r"self.all(h, !h.contains('*') ? h.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$') : true)",
        "a hostname is a lower-case DNS name",
    ),
    (
        r"self.all(h, h.contains('*') ? (h.startsWith('*.') && h.substring(2).matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$')) : true)",
        "a wildcard is the whole first label and stands before a lower-case DNS name",
    ),
];
