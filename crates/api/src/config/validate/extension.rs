//! Extension servers.

use std::collections::BTreeSet;

use eg_diag::FieldPath;

use super::Checks;
use crate::config::{
    EnvoyGateway, ExtensionManager, ExtensionService, ExtensionServiceRetry, ExtensionTls, GroupVersionKind,
};

/// Resources that servers can be called about.
const HOOKS: [&str; 6] = ["VirtualHost", "Route", "HTTPListener", "Translation", "Cluster", "Endpoints"];

/// Statuses of gRPC by which calls can fail.
const STATUSES: [&str; 16] = [
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// Longest path of a Unix domain socket, in bytes.
const SOCKET_PATH: usize = 108;

impl Checks {
    pub(super) fn extensions(&mut self, config: &EnvoyGateway, root: &FieldPath) {
        let path = root.field("extensionManagers");
        if let Some(manager) = &config.extension_manager {
            self.manager(manager, &root.field("extensionManager"));
            if !config.extension_managers.is_empty() {
                self.add(&path, "cannot be set beside extensionManager");
            }
        }
        let mut names = BTreeSet::new();
        for (index, manager) in config.extension_managers.iter().enumerate() {
            let path = path.index(index);
            match manager.name.as_deref().unwrap_or_default() {
                "" => self.needed(&path.field("name")),
                name if !names.insert(name) => {
                    self.add(&path.field("name"), format!("`{name}` is taken by another server"));
                }
                _ => {}
            }
            self.manager(manager, &path);
        }
    }

    fn manager(&mut self, manager: &ExtensionManager, path: &FieldPath) {
        let hooks = manager.hooks.xds_translator.as_ref();
        let at = path.field("hooks").field("xdsTranslator");
        match hooks {
            Some(hooks) if !(hooks.pre.is_empty() && hooks.post.is_empty()) => {
                self.each_one_of(&hooks.pre, &HOOKS, &at.field("pre"));
                self.each_one_of(&hooks.post, &HOOKS, &at.field("post"));
            }
            _ => self.add(&at, "needs at least one hook under pre or post"),
        }
        for (name, kinds) in [
            ("resources", &manager.resources),
            ("policyResources", &manager.policy_resources),
            ("backendResources", &manager.backend_resources),
        ] {
            self.kinds(kinds, &path.field(name));
        }
        self.size(manager.max_message_size.as_ref(), &path.field("maxMessageSize"));
        self.service(&manager.service, &path.field("service"));
    }

    fn kinds(&mut self, kinds: &[GroupVersionKind], path: &FieldPath) {
        for (index, kind) in kinds.iter().enumerate() {
            let path = path.index(index);
            self.not_empty(&kind.version, &path.field("version"));
            self.not_empty(&kind.kind, &path.field("kind"));
        }
    }

    /// Adds what is wrong with the address of a server.
    pub(super) fn service(&mut self, service: &ExtensionService, path: &FieldPath) {
        let ways = [
            service.fqdn.is_some(),
            service.ip.is_some(),
            service.unix.is_some(),
            service.host.as_deref().is_some_and(|host| !host.is_empty()),
        ];
        if ways.into_iter().filter(|set| *set).count() != 1 {
            self.add(path, "needs exactly one of fqdn, ip and unix");
        }
        if let Some(fqdn) = &service.fqdn {
            let path = path.field("fqdn");
            self.not_empty(&fqdn.hostname, &path.field("hostname"));
            self.range(Some(fqdn.port.into()), 1, 65_535, &path.field("port"));
        }
        if let Some(ip) = &service.ip {
            let path = path.field("ip");
            if ip.address.parse::<std::net::IpAddr>().is_err() {
                self.add(&path.field("address"), format!("`{}` is not an IP address", ip.address));
            }
            self.range(Some(ip.port.into()), 1, 65_535, &path.field("port"));
        }
        if let Some(unix) = &service.unix {
            let path = path.field("unix").field("path");
            self.not_empty(&unix.path, &path);
            if unix.path.len() > SOCKET_PATH {
                self.add(&path, format!("is longer than {SOCKET_PATH} bytes"));
            }
        }
        self.range(service.port.map(i64::from), 1, 65_535, &path.field("port"));
        if let Some(tls) = &service.tls {
            self.tls(tls, &path.field("tls"));
        }
        if let Some(retry) = &service.retry {
            self.retry(retry, &path.field("retry"));
        }
    }

    fn tls(&mut self, tls: &ExtensionTls, path: &FieldPath) {
        self.not_empty(&tls.certificate_ref.name, &path.field("certificateRef").field("name"));
        if let Some(client) = &tls.client_certificate_ref {
            self.not_empty(&client.name, &path.field("clientCertificateRef").field("name"));
        }
    }

    fn retry(&mut self, retry: &ExtensionServiceRetry, path: &FieldPath) {
        self.range(retry.max_attempts, 1, i64::from(i32::MAX), &path.field("maxAttempts"));
        self.duration(retry.initial_backoff.as_ref(), &path.field("initialBackoff"));
        self.duration(retry.max_backoff.as_ref(), &path.field("maxBackoff"));
        self.each_one_of(&retry.retryable_status_codes, &STATUSES, &path.field("RetryableStatusCodes"));
        if let Some(factor) = &retry.backoff_multiplier {
            let path = path.field("backoffMultiplier");
            if factor.denominator.is_some_and(|denominator| denominator < 1) {
                self.add(&path.field("denominator"), "must be at least 1");
            } else if factor.numerator < 1 {
                self.add(&path.field("numerator"), "must be at least 1");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use serde_json::{Value, json};

    fn server(changes: &Value) -> Value {
        let mut server = json!({
            "hooks": { "xdsTranslator": { "post": ["Route"] } },
            "service": { "fqdn": { "hostname": "extension.example.com", "port": 5005 } },
        });
        for (name, value) in changes.as_object().unwrap() {
            server[name] = value.clone();
        }
        server
    }

    #[test]
    fn one_server() {
        check(json!({ "extensionManager": server(&json!({})) }), &[]);
        check(
            json!({ "extensionManager": server(&json!({ "hooks": {} })) }),
            &["extensionManager.hooks.xdsTranslator"],
        );
        let hooks = json!({ "hooks": { "xdsTranslator": { "post": ["Filter"] } } });
        check(
            json!({ "extensionManager": server(&hooks) }),
            &["extensionManager.hooks.xdsTranslator.post[0]"],
        );
        let kinds = json!({ "policyResources": [{ "group": "example.com" }], "maxMessageSize": "big" });
        check(
            json!({ "extensionManager": server(&kinds) }),
            &[
                "extensionManager.policyResources[0].version",
                "extensionManager.policyResources[0].kind",
                "extensionManager.maxMessageSize",
            ],
        );
    }

    #[test]
    fn addresses() {
        let service = |service: Value, expect: &[&str]| {
            let expect: Vec<String> =
                expect.iter().map(|path| format!("extensionManager.service{path}")).collect();
            let expect: Vec<&str> = expect.iter().map(String::as_str).collect();
            check(json!({ "extensionManager": server(&json!({ "service": service })) }), &expect);
        };
        service(json!({}), &[""]);
        service(json!({ "host": "extension", "port": 5005 }), &[]);
        service(json!({ "ip": { "address": "::1", "port": 1 }, "unix": { "path": "/a" } }), &[""]);
        service(json!({ "ip": { "address": "localhost", "port": 0 } }), &[".ip.address", ".ip.port"]);
        service(json!({ "unix": { "path": "/".repeat(109) } }), &[".unix.path"]);
        service(json!({ "unix": { "path": "/a" }, "tls": {} }), &[".tls.certificateRef.name"]);
        let retry = json!({
            "maxAttempts": 0, "initialBackoff": "0s", "RetryableStatusCodes": ["OK"],
            "backoffMultiplier": { "numerator": 0, "denominator": 1 },
        });
        service(
            json!({ "unix": { "path": "/a" }, "retry": retry }),
            &[
                ".retry.maxAttempts",
                ".retry.initialBackoff",
                ".retry.RetryableStatusCodes[0]",
                ".retry.backoffMultiplier.numerator",
            ],
        );
    }

    #[test]
    fn several_servers_have_names_of_their_own() {
        let named = |name: &str| server(&json!({ "name": name }));
        check(json!({ "extensionManagers": [named("a"), named("b")] }), &[]);
        check(
            json!({ "extensionManagers": [named("a"), named("a"), server(&json!({}))] }),
            &["extensionManagers[1].name", "extensionManagers[2].name"],
        );
        check(
            json!({ "extensionManager": named("a"), "extensionManagers": [named("b")] }),
            &["extensionManagers"],
        );
    }
}
