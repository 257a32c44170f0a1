//! CEL rules of the kinds beside this module, each with the message for objects that break it.

use crate::schema::Rules;

/// Rules of `BACKEND_OBJECT_REFERENCE`.
pub(super) const BACKEND_OBJECT_REFERENCE: Rules = &[(
    "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
    "Must have port for Service reference",
)];

/// Rules of `GATEWAY_CLASS_SPEC_CONTROLLER_NAME`.
pub(super) const GATEWAY_CLASS_SPEC_CONTROLLER_NAME: Rules = &[("self == oldSelf", "Value is immutable")];

/// Rules of `GATEWAY_SPEC_LISTENERS`.
pub(super) const GATEWAY_SPEC_LISTENERS: Rules = &[
    (
        "self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)",
        "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
    ),
    (
        "self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)",
        "tls mode must be Terminate for protocol HTTPS",
    ),
    (
        "self.all(l, (l.protocol == 'TLS' ? has(l.tls) && has(l.tls.mode) && l.tls.mode != '' : true))",
        "tls mode must be set for protocol TLS",
    ),
    (
        "self.all(l, l.protocol in ['TCP', 'UDP']  ? (!has(l.hostname) || l.hostname == '') : true)",
        "hostname must not be specified for protocols ['TCP', 'UDP']",
    ),
    (
        "self.all(l1, self.exists_one(l2, l1.name == l2.name))",
        "Listener name must be unique within the Gateway",
    ),
    (
        "self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))",
        "Combination of port, protocol and hostname must be unique for each listener",
    ),
];

/// Rules of `GATEWAY_SPEC_ADDRESSES`.
pub(super) const GATEWAY_SPEC_ADDRESSES: Rules = &[
    (
        "self.all(a1, a1.type == 'IPAddress' && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true )",
        "IPAddress values must be unique",
    ),
    (
        "self.all(a1, a1.type == 'Hostname'  && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true )",
        "Hostname values must be unique",
    ),
];

/// Rules of `GATEWAY_INFRASTRUCTURE_LABELS`.
pub(super) const GATEWAY_INFRASTRUCTURE_LABELS: Rules = &[
    (
        r#"self.all(key, key.matches(r"""^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"""))"#,
        "Label keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters.",
    ),
    (
        r#"self.all(key, key.split("/")[0].size() < 253)"#,
        "If specified, the label key's prefix must be a DNS subdomain not longer than 253 characters in total.",
    ),
];

/// Rules of `GATEWAY_INFRASTRUCTURE_ANNOTATIONS`.
pub(super) const GATEWAY_INFRASTRUCTURE_ANNOTATIONS: Rules = &[
    (
        r#"self.all(key, key.matches(r"""^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"""))"#,
        "Annotation keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters.",
    ),
    (
        r#"self.all(key, key.split("/")[0].size() < 253)"#,
        "If specified, the annotation key's prefix must be a DNS subdomain not longer than 253 characters in total.",
    ),
];

/// Rules of `GATEWAY_SPEC_ADDRESS`.
pub(super) const GATEWAY_SPEC_ADDRESS: Rules = &[(
    r#"self.type == 'Hostname' ? (!has(self.value) || self.value.matches(r"""^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$""")): true"#,
    r"Hostname value must be empty or contain only valid characters (matching ^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)",
)];

/// Rules of `GATEWAY_STATUS_ADDRESS`.
pub(super) const GATEWAY_STATUS_ADDRESS: Rules = &[(
    r#"self.type == 'Hostname' ? self.value.matches(r"""^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"""): true"#,
    r"Hostname value must only contain valid characters (matching ^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)",
)];

/// Rules of `FRONTEND_TLS_CONFIG_PER_PORT`.
pub(super) const FRONTEND_TLS_CONFIG_PER_PORT: Rules = &[(
    "self.all(t1, self.exists_one(t2, t1.port == t2.port))",
    "Port for TLS configuration must be unique within the Gateway",
)];

/// Rules of `LISTENER_TLS_CONFIG`.
pub(super) const LISTENER_TLS_CONFIG: Rules = &[(
    "self.mode == 'Terminate' ? size(self.certificateRefs) > 0 || size(self.options) > 0 : true",
    "certificateRefs or options must be specified when mode is Terminate",
)];

/// Rules of `LISTENER_SET_SPEC_LISTENERS`.
pub(super) const LISTENER_SET_SPEC_LISTENERS: Rules = &[
    (
        "self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)",
        "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
    ),
    (
        "self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)",
        "tls mode must be Terminate for protocol HTTPS",
    ),
    (
        "self.all(l, (l.protocol == 'TLS' ? has(l.tls) && has(l.tls.mode) && l.tls.mode != '' : true))",
        "tls mode must be set for protocol TLS",
    ),
    (
        "self.all(l, l.protocol in ['TCP', 'UDP']  ? (!has(l.hostname) || l.hostname == '') : true)",
        "hostname must not be specified for protocols ['TCP', 'UDP']",
    ),
    (
        "self.all(l1, self.exists_one(l2, l1.name == l2.name))",
        "Listener name must be unique within the Gateway",
    ),
    (
        "self.all(l1, !has(l1.port) || self.exists_one(l2, has(l2.port) && l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))",
        "Combination of port, protocol and hostname must be unique for each listener",
    ),
];

/// Rules of `BACKEND_TLS_POLICY_SPEC_TARGET_REFS`.
pub(super) const BACKEND_TLS_POLICY_SPEC_TARGET_REFS: Rules = &[
    (
        "self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '')) : true))",
        "sectionName must be specified when targetRefs includes 2 or more references to the same target",
    ),
    (
        "self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName))))",
        "sectionName must be unique when targetRefs includes 2 or more references to the same target",
    ),
];

/// Rules of `BACKEND_TLS_POLICY_VALIDATION`.
pub(super) const BACKEND_TLS_POLICY_VALIDATION: Rules = &[
    (
        r#"!(has(self.caCertificateRefs) && size(self.caCertificateRefs) > 0 && has(self.wellKnownCACertificates) && self.wellKnownCACertificates != "")"#,
        "must not contain both CACertificateRefs and WellKnownCACertificates",
    ),
    (
        r#"(has(self.caCertificateRefs) && size(self.caCertificateRefs) > 0 || has(self.wellKnownCACertificates) && self.wellKnownCACertificates != "")"#,
        "must specify either CACertificateRefs or WellKnownCACertificates",
    ),
];

/// Rules of `SUBJECT_ALT_NAME`.
pub(super) const SUBJECT_ALT_NAME: Rules = &[
    (
        r#"!(self.type == "Hostname" && (!has(self.hostname) || self.hostname == ""))"#,
        "SubjectAltName element must contain Hostname, if Type is set to Hostname",
    ),
    (
        r#"!(self.type != "Hostname" && has(self.hostname) && self.hostname != "")"#,
        "SubjectAltName element must not contain Hostname, if Type is not set to Hostname",
    ),
    (
        r#"!(self.type == "URI" && (!has(self.uri) || self.uri == ""))"#,
        "SubjectAltName element must contain URI, if Type is set to URI",
    ),
    (
        r#"!(self.type != "URI" && has(self.uri) && self.uri != "")"#,
        "SubjectAltName element must not contain URI, if Type is not set to URI",
    ),
];

/// Rules of `SESSION_PERSISTENCE`.
pub(super) const SESSION_PERSISTENCE: Rules = &[
    (
        "!has(self.cookieConfig) || !has(self.cookieConfig.lifetimeType) || self.cookieConfig.lifetimeType != 'Permanent' || has(self.absoluteTimeout)",
        "AbsoluteTimeout must be specified when cookie lifetimeType is Permanent",
    ),
    ("!has(self.cookieConfig) || self.type == 'Cookie'", "cookieConfig can only be set with type Cookie"),
];

/// Rules of `HTTP_ROUTE_SPEC_PARENT_REFS`.
pub(super) const HTTP_ROUTE_SPEC_PARENT_REFS: Rules = &[
    (
        "self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__)) ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '') && (!has(p1.port) || p1.port == 0) == (!has(p2.port) || p2.port == 0)): true))",
        "sectionName or port must be specified when parentRefs includes 2 or more references to the same parent",
    ),
    (
        "self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__ )) && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || ( has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName)) && (((!has(p1.port) || p1.port == 0) && (!has(p2.port) || p2.port == 0)) || (has(p1.port) && has(p2.port) && p1.port == p2.port))))",
        "sectionName or port must be unique when parentRefs includes 2 or more references to the same parent",
    ),
];

/// Rules of `HTTP_ROUTE_SPEC_RULES`.
pub(super) const HTTP_ROUTE_SPEC_RULES: Rules = &[
    (
        "(self.size() > 0 ? self[0].matches.size() : 0) + (self.size() > 1 ? self[1].matches.size() : 0) + (self.size() > 2 ? self[2].matches.size() : 0) + (self.size() > 3 ? self[3].matches.size() : 0) + (self.size() > 4 ? self[4].matches.size() : 0) + (self.size() > 5 ? self[5].matches.size() : 0) + (self.size() > 6 ? self[6].matches.size() : 0) + (self.size() > 7 ? self[7].matches.size() : 0) + (self.size() > 8 ? self[8].matches.size() : 0) + (self.size() > 9 ? self[9].matches.size() : 0) + (self.size() > 10 ? self[10].matches.size() : 0) + (self.size() > 11 ? self[11].matches.size() : 0) + (self.size() > 12 ? self[12].matches.size() : 0) + (self.size() > 13 ? self[13].matches.size() : 0) + (self.size() > 14 ? self[14].matches.size() : 0) + (self.size() > 15 ? self[15].matches.size() : 0) <= 128",
        "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128",
    ),
    (
        "self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))",
        "Rule name must be unique within the route",
    ),
];

/// Rules of `HTTP_ROUTE_RULE`.
pub(super) const HTTP_ROUTE_RULE: Rules = &[
    (
        "(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true",
        "RequestRedirect filter must not be used together with backendRefs",
    ),
    (
        "(has(self.filters) && self.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        "When using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
    ),
    (
        "(has(self.filters) && self.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        "When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
    ),
    (
        "(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        "Within backendRefs, when using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
    ),
    (
        "(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        "Within backendRefs, when using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
    ),
];

/// Rules of `HTTP_ROUTE_RULE_FILTERS`.
pub(super) const HTTP_ROUTE_RULE_FILTERS: Rules = &[
    (
        "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
        "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both",
    ),
    ("self.filter(f, f.type == 'CORS').size() <= 1", "CORS filter cannot be repeated"),
    (
        "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
        "RequestHeaderModifier filter cannot be repeated",
    ),
    (
        "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
        "ResponseHeaderModifier filter cannot be repeated",
    ),
    ("self.filter(f, f.type == 'RequestRedirect').size() <= 1", "RequestRedirect filter cannot be repeated"),
    ("self.filter(f, f.type == 'URLRewrite').size() <= 1", "URLRewrite filter cannot be repeated"),
];

/// Rules of `HTTP_ROUTE_TIMEOUTS`.
pub(super) const HTTP_ROUTE_TIMEOUTS: Rules = &[(
    "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))",
    "backendRequest timeout cannot be longer than request timeout",
)];

/// Rules of `HTTP_PATH_MATCH`.
pub(super) const HTTP_PATH_MATCH: Rules = &[
    (
        "(self.type in ['Exact','PathPrefix']) ? self.value.startsWith('/') : true",
        "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('//') : true",
        "must not contain '//' when type one of ['Exact', 'PathPrefix']",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('/./') : true",
        "must not contain '/./' when type one of ['Exact', 'PathPrefix']",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('/../') : true",
        "must not contain '/../' when type one of ['Exact', 'PathPrefix']",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2f') : true",
        "must not contain '%2f' when type one of ['Exact', 'PathPrefix']",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2F') : true",
        "must not contain '%2F' when type one of ['Exact', 'PathPrefix']",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('#') : true",
        "must not contain '#' when type one of ['Exact', 'PathPrefix']",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/..') : true",
        "must not end with '/..' when type one of ['Exact', 'PathPrefix']",
    ),
    (
        "(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/.') : true",
        "must not end with '/.' when type one of ['Exact', 'PathPrefix']",
    ),
    (
        "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'",
        "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']",
    ),
    (
        r#"(self.type in ['Exact','PathPrefix']) ? self.value.matches(r"""^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$""") : true"#,
        "must only contain characters that a path may have when type one of ['Exact', 'PathPrefix']",
    ),
];

/// Rules of `HTTP_ROUTE_FILTER`.
pub(super) const HTTP_ROUTE_FILTER: Rules = &[
    ("!(has(self.cors) && self.type != 'CORS')", "filter.cors must be nil if the filter.type is not CORS"),
    ("!(!has(self.cors) && self.type == 'CORS')", "filter.cors must be specified for CORS filter.type"),
    (
        "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
        "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier",
    ),
    (
        "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
        "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type",
    ),
    (
        "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
        "filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier",
    ),
    (
        "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
        "filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type",
    ),
    (
        "!(has(self.requestMirror) && self.type != 'RequestMirror')",
        "filter.requestMirror must be nil if the filter.type is not RequestMirror",
    ),
    (
        "!(!has(self.requestMirror) && self.type == 'RequestMirror')",
        "filter.requestMirror must be specified for RequestMirror filter.type",
    ),
    (
        "!(has(self.requestRedirect) && self.type != 'RequestRedirect')",
        "filter.requestRedirect must be nil if the filter.type is not RequestRedirect",
    ),
    (
        "!(!has(self.requestRedirect) && self.type == 'RequestRedirect')",
        "filter.requestRedirect must be specified for RequestRedirect filter.type",
    ),
    (
        "!(has(self.urlRewrite) && self.type != 'URLRewrite')",
        "filter.urlRewrite must be nil if the filter.type is not URLRewrite",
    ),
    (
        "!(!has(self.urlRewrite) && self.type == 'URLRewrite')",
        "filter.urlRewrite must be specified for URLRewrite filter.type",
    ),
    (
        "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
        "filter.extensionRef must be nil if the filter.type is not ExtensionRef",
    ),
    (
        "!(!has(self.extensionRef) && self.type == 'ExtensionRef')",
        "filter.extensionRef must be specified for ExtensionRef filter.type",
    ),
    (
        "!(has(self.externalAuth) && self.type != 'ExternalAuth')",
        "filter.externalAuth must be nil if the filter.type is not ExternalAuth",
    ),
    (
        "!(!has(self.externalAuth) && self.type == 'ExternalAuth')",
        "filter.externalAuth must be specified for ExternalAuth filter.type",
    ),
];

/// Rules of `HTTP_PATH_MODIFIER`.
pub(super) const HTTP_PATH_MODIFIER: Rules = &[
    (
        "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
        "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
    ),
    (
        "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
        "type must be 'ReplaceFullPath' when replaceFullPath is set",
    ),
    (
        "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
        "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
    ),
    (
        "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
        "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
    ),
];

/// Rules of `HTTP_REQUEST_MIRROR_FILTER`.
pub(super) const HTTP_REQUEST_MIRROR_FILTER: Rules = &[(
    "!(has(self.percent) && has(self.fraction))",
    "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter",
)];

/// Rules of `FRACTION`.
pub(super) const FRACTION: Rules =
    &[("self.numerator <= self.denominator", "numerator must be less than or equal to denominator")];

/// Rules of `HTTP_CORS_FILTER_ALLOW_ORIGINS`.
pub(super) const HTTP_CORS_FILTER_ALLOW_ORIGINS: Rules =
    &[("!('*' in self && self.size() > 1)", "AllowOrigins cannot contain '*' alongside other origins")];

/// Rules of `HTTP_CORS_FILTER_ALLOW_METHODS`.
pub(super) const HTTP_CORS_FILTER_ALLOW_METHODS: Rules =
    &[("!('*' in self && self.size() > 1)", "AllowMethods cannot contain '*' alongside other methods")];

/// Rules of `HTTP_CORS_FILTER_ALLOW_HEADERS`.
pub(super) const HTTP_CORS_FILTER_ALLOW_HEADERS: Rules =
    &[("!('*' in self && self.size() > 1)", "AllowHeaders cannot contain '*' alongside other headers")];

/// Rules of `HTTP_EXTERNAL_AUTH_FILTER`.
pub(super) const HTTP_EXTERNAL_AUTH_FILTER: Rules = &[
    (
        "self.protocol == 'GRPC' ? has(self.grpc) : true",
        "grpc must be specified when protocol is set to 'GRPC'",
    ),
    ("has(self.grpc) ? self.protocol == 'GRPC' : true", "protocol must be 'GRPC' when grpc is set"),
    (
        "self.protocol == 'HTTP' ? has(self.http) : true",
        "http must be specified when protocol is set to 'HTTP'",
    ),
    ("has(self.http) ? self.protocol == 'HTTP' : true", "protocol must be 'HTTP' when http is set"),
];

/// Rules of `GRPC_ROUTE_SPEC_RULES`.
pub(super) const GRPC_ROUTE_SPEC_RULES: Rules = &[
    (
        "(self.size() > 0 ? (has(self[0].matches) ? self[0].matches.size() : 0) : 0) + (self.size() > 1 ? (has(self[1].matches) ? self[1].matches.size() : 0) : 0) + (self.size() > 2 ? (has(self[2].matches) ? self[2].matches.size() : 0) : 0) + (self.size() > 3 ? (has(self[3].matches) ? self[3].matches.size() : 0) : 0) + (self.size() > 4 ? (has(self[4].matches) ? self[4].matches.size() : 0) : 0) + (self.size() > 5 ? (has(self[5].matches) ? self[5].matches.size() : 0) : 0) + (self.size() > 6 ? (has(self[6].matches) ? self[6].matches.size() : 0) : 0) + (self.size() > 7 ? (has(self[7].matches) ? self[7].matches.size() : 0) : 0) + (self.size() > 8 ? (has(self[8].matches) ? self[8].matches.size() : 0) : 0) + (self.size() > 9 ? (has(self[9].matches) ? self[9].matches.size() : 0) : 0) + (self.size() > 10 ? (has(self[10].matches) ? self[10].matches.size() : 0) : 0) + (self.size() > 11 ? (has(self[11].matches) ? self[11].matches.size() : 0) : 0) + (self.size() > 12 ? (has(self[12].matches) ? self[12].matches.size() : 0) : 0) + (self.size() > 13 ? (has(self[13].matches) ? self[13].matches.size() : 0) : 0) + (self.size() > 14 ? (has(self[14].matches) ? self[14].matches.size() : 0) : 0) + (self.size() > 15 ? (has(self[15].matches) ? self[15].matches.size() : 0) : 0) <= 128",
        "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128",
    ),
    (
        "self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))",
        "Rule name must be unique within the route",
    ),
];

/// Rules of `GRPC_ROUTE_RULE_FILTERS`.
pub(super) const GRPC_ROUTE_RULE_FILTERS: Rules = &[
    (
        "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
        "RequestHeaderModifier filter cannot be repeated",
    ),
    (
        "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
        "ResponseHeaderModifier filter cannot be repeated",
    ),
];

/// Rules of `GRPC_METHOD_MATCH`.
pub(super) const GRPC_METHOD_MATCH: Rules = &[
    (
        "has(self.type) ? has(self.service) || has(self.method) : true",
        "One or both of 'service' or 'method' must be specified",
    ),
    (
        r#"(!has(self.type) || self.type == 'Exact') && has(self.service) ? self.service.matches(r"""^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$"""): true"#,
        r"service must only contain valid characters (matching ^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$)",
    ),
    (
        r#"(!has(self.type) || self.type == 'Exact') && has(self.method) ? self.method.matches(r"""^[A-Za-z_][A-Za-z_0-9]*$"""): true"#,
        "method must only contain valid characters (matching ^[A-Za-z_][A-Za-z_0-9]*$)",
    ),
];

/// Rules of `GRPC_ROUTE_FILTER`.
pub(super) const GRPC_ROUTE_FILTER: Rules = &[
    (
        "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
        "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier",
    ),
    (
        "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
        "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type",
    ),
    (
        "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
        "filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier",
    ),
    (
        "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
        "filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type",
    ),
    (
        "!(has(self.requestMirror) && self.type != 'RequestMirror')",
        "filter.requestMirror must be nil if the filter.type is not RequestMirror",
    ),
    (
        "!(!has(self.requestMirror) && self.type == 'RequestMirror')",
        "filter.requestMirror must be specified for RequestMirror filter.type",
    ),
    (
        "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
        "filter.extensionRef must be nil if the filter.type is not ExtensionRef",
    ),
    (
        "!(!has(self.extensionRef) && self.type == 'ExtensionRef')",
        "filter.extensionRef must be specified for ExtensionRef filter.type",
    ),
];

/// Rules of `TLS_ROUTE_SPEC_HOSTNAMES`.
pub(super) const TLS_ROUTE_SPEC_HOSTNAMES: Rules = &[
    ("self.all(h, !isIP(h))", "Hostnames cannot be IP addresses or wildcards alone"),
    (
        r"self.all(h, !h.contains('*') ? h.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$') : true)",
        "Hostnames cannot be IP addresses or wildcards alone",
    ),
    (
        r"self.all(h, h.contains('*') ? (h.startsWith('*.') && h.substring(2).matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$')) : true)",
        "Hostnames cannot be IP addresses or wildcards alone",
    ),
];
