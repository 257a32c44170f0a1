//! CEL rules of the types in `backend`.

use crate::schema::Rules;

pub(crate) const BACKEND_SPEC: Rules = &[
    ("self.type != 'DynamicResolver' || !has(self.endpoints)", "`DynamicResolver` takes no endpoints"),
    (
        "self.type != 'DynamicResolver' || !has(self.tls) || !(has(self.tls.autoSNIFromEndpointHostname) && self.tls.autoSNIFromEndpointHostname)",
        "`DynamicResolver` has no endpoint to take the server name from: autoSNIFromEndpointHostname must be unset or false",
    ),
    (
        "!has(self.tls) || !(has(self.tls.autoSNIFromEndpointHostname) && self.tls.autoSNIFromEndpointHostname) || self.endpoints.all(e, (!has(e.ip) && !has(e.unix)) || has(e.hostname))",
        "with autoSNIFromEndpointHostname, endpoints that are addresses or sockets need a hostname",
    ),
];

pub(crate) const BACKEND_SPEC_ENDPOINTS: Rules = &[(
    "self.all(f, has(f.fqdn)) || !self.exists(f, has(f.fqdn))",
    "either all endpoints are host names or none is",
)];

pub(crate) const BACKEND_ENDPOINT: Rules = &[
    ("(has(self.fqdn) || has(self.ip) || has(self.unix))", "one of fqdn, ip and unix is needed"),
    (
        "((has(self.fqdn) && !(has(self.ip) || has(self.unix))) || (has(self.ip) && !(has(self.fqdn) || has(self.unix))) || (has(self.unix) && !(has(self.ip) || has(self.fqdn))))",
        "only one of fqdn, ip and unix may be set",
    ),
];

pub(crate) const UNIX_SOCKET_PATH: Rules =
    &[("size(self) <= 108", "the path of a socket has at most 108 bytes")];

pub(crate) const BACKEND_TLS_SETTINGS: Rules = &[
    (
        r#"!(has(self.caCertificateRefs) && size(self.caCertificateRefs) > 0 && has(self.wellKnownCACertificates) && self.wellKnownCACertificates != "")"#,
        "caCertificateRefs and wellKnownCACertificates cannot both be set",
    ),
    (
        r#"!((has(self.insecureSkipVerify) && self.insecureSkipVerify) && ((has(self.caCertificateRefs) && size(self.caCertificateRefs) > 0) || (has(self.wellKnownCACertificates) && self.wellKnownCACertificates != "")))"#,
        "certificate authorities are pointless with insecureSkipVerify",
    ),
    (
        "!(has(self.sni) && has(self.autoSNIFromEndpointHostname) && self.autoSNIFromEndpointHostname)",
        "sni and autoSNIFromEndpointHostname cannot both be set",
    ),
    (
        "has(self.minVersion) && self.minVersion == '1.3' ? !has(self.ciphers) : true",
        "ciphers cannot be chosen when minVersion is 1.3",
    ),
    (
        r#"has(self.minVersion) && has(self.maxVersion) ? {"Auto":0,"1.0":1,"1.1":2,"1.2":3,"1.3":4}[self.minVersion] <= {"1.0":1,"1.1":2,"1.2":3,"1.3":4,"Auto":5}[self.maxVersion] : !has(self.minVersion) && has(self.maxVersion) ? 3 <= {"1.0":1,"1.1":2,"1.2":3,"1.3":4,"Auto":5}[self.maxVersion] : true"#,
        "minVersion must not be newer than maxVersion, whose oldest is 1.2 when minVersion is unset",
    ),
];
