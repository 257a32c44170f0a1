//! Extension servers: `extensionManager` and `extensionManagers` in the configuration, as stages.

use std::{path::PathBuf, sync::Arc, time::Duration};

use eg_api::{
    config::{ExtensionManager, ExtensionService, ExtensionServiceRetry, ExtensionTls},
    core::{ConfigMap, Secret},
    gateway::SecretObjectReference,
};
use eg_extension::{
    Address, ClientIdentity, ExtensionOptions, ExtensionStage, Retry, SliceKind, TlsMaterial,
};
use eg_resources::Snapshot;
use eg_xds_translator::Stage;
use thiserror::Error;

/// A hook that this build does not call. To go on without it would leave out what its server adds, access checks for
/// example.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the hook `{hook}` of the extension server `{server}` is not part of this build; `VirtualHost` and `HTTPListener` are"
)]
pub struct UnsupportedHook {
    /// The name of the server.
    pub server: String,
    /// The hook.
    pub hook: String,
}

/// An extension server, and where its certificates are.
#[derive(Clone, Debug)]
pub struct ExtensionServer {
    stage: ExtensionStage,
    tls: Option<ExtensionTls>,
    namespace: Arc<str>,
}

impl ExtensionServer {
    /// The server of a configuration whose defaults were filled in, for a control plane in this namespace. Several servers
    /// have names; the only one may have none.
    pub fn from_config(manager: &ExtensionManager, namespace: &str) -> Result<Self, UnsupportedHook> {
        let name = manager.name.clone().unwrap_or_else(|| "extension".to_owned());
        let service = &manager.service;
        let mut options = ExtensionOptions::new(&name, address(service));
        for hook in manager.hooks.xds_translator.iter().flat_map(|hooks| &hooks.post) {
            options.hooks.insert(match hook.as_str() {
                "VirtualHost" => SliceKind::VirtualHost,
                "HTTPListener" => SliceKind::HttpListener,
                _ => return Err(UnsupportedHook { server: name, hook: hook.clone() }),
            });
        }
        options.fail_open = manager.fail_open.unwrap_or(false);
        let size = manager.max_message_size.as_ref().and_then(|size| size.to_u64().ok());
        if let Some(size) = size.and_then(|size| usize::try_from(size).ok()) {
            options.max_message_size = size;
        }
        options.tls = service.tls.is_some();
        options.server_name.clone_from(&service.hostname);
        options.retry = service.retry.as_ref().map(retry).unwrap_or_default();
        Ok(Self {
            stage: ExtensionStage::new(options),
            tls: service.tls.clone(),
            namespace: namespace.into(),
        })
    }

    /// The stage that asks the server.
    pub(crate) fn stage(&self) -> Arc<dyn Stage> {
        Arc::new(self.stage.clone())
    }

    /// Hands over the certificates that the objects hold now.
    pub(crate) fn look_for_certificates(&self, snapshot: &Snapshot) {
        if let Some(tls) = &self.tls {
            self.stage.set_tls(self.material(tls, snapshot));
        }
    }

    fn material(&self, tls: &ExtensionTls, snapshot: &Snapshot) -> Result<TlsMaterial, String> {
        let authorities = self.authorities(&tls.certificate_ref, snapshot)?;
        let identity = tls.client_certificate_ref.as_ref();
        let identity = identity.map(|reference| self.identity(reference, snapshot)).transpose()?;
        Ok(TlsMaterial { authorities, identity })
    }

    fn authorities(&self, reference: &SecretObjectReference, snapshot: &Snapshot) -> Result<Vec<u8>, String> {
        let (namespace, name) = self.target(reference);
        let found = if reference.kind() == "ConfigMap" {
            let map = snapshot.get::<ConfigMap>(namespace, name);
            map.and_then(|map| map.data.get("ca.crt").map(|text| text.clone().into_bytes()))
        } else {
            let secret = snapshot.get::<Secret>(namespace, name);
            secret.and_then(|secret| {
                let content = secret.data.get("tls.crt").or_else(|| secret.data.get("ca.crt"));
                content.map(|content| content.as_bytes().to_vec())
            })
        };
        found.ok_or_else(|| format!("{} {namespace}/{name} with authorities is not there", reference.kind()))
    }

    fn identity(
        &self,
        reference: &SecretObjectReference,
        snapshot: &Snapshot,
    ) -> Result<ClientIdentity, String> {
        let (namespace, name) = self.target(reference);
        let missing = || format!("Secret {namespace}/{name} with tls.crt and tls.key is not there");
        let secret = snapshot.get::<Secret>(namespace, name).ok_or_else(missing)?;
        let content = |key: &str| secret.data.get(key).map(|content| content.as_bytes().to_vec());
        let (certificate, key) = content("tls.crt").zip(content("tls.key")).ok_or_else(missing)?;
        Ok(ClientIdentity { certificate, key })
    }

    fn target<'r>(&'r self, reference: &'r SecretObjectReference) -> (&'r str, &'r str) {
        (reference.namespace.as_deref().unwrap_or(&self.namespace), &reference.name)
    }
}

fn address(service: &ExtensionService) -> Address {
    let port = |port: i32| u16::try_from(port).unwrap_or_default();
    if let Some(unix) = &service.unix {
        return Address::Unix(PathBuf::from(&unix.path));
    }
    if let Some(fqdn) = &service.fqdn {
        return Address::Tcp { host: fqdn.hostname.clone(), port: port(fqdn.port) };
    }
    if let Some(ip) = &service.ip {
        return Address::Tcp { host: ip.address.clone(), port: port(ip.port) };
    }
    let host = service.host.clone().unwrap_or_default();
    Address::Tcp { host, port: port(service.port.unwrap_or(80)) }
}

fn retry(written: &ExtensionServiceRetry) -> Retry {
    let mut retry = Retry::default();
    let time = |time: &Option<eg_api::meta::Duration>| time.as_ref().and_then(|time| time.to_std().ok());
    let set = |to: &mut Duration, written| *to = time(written).unwrap_or(*to);
    set(&mut retry.initial_backoff, &written.initial_backoff);
    set(&mut retry.max_backoff, &written.max_backoff);
    if let Some(attempts) = written.max_attempts.and_then(|attempts| u32::try_from(attempts).ok()) {
        retry.max_attempts = attempts;
    }
    if let Some(factor) = &written.backoff_multiplier {
        retry.multiplier = f64::from(factor.numerator) / f64::from(factor.denominator.unwrap_or(100).max(1));
    }
    let statuses: Vec<_> =
        written.retryable_status_codes.iter().filter_map(|name| eg_extension::status(name)).collect();
    if !statuses.is_empty() {
        retry.statuses = statuses;
    }
    retry
}

#[cfg(test)]
mod tests {
    use eg_resources::{Batch, Decoder, SourceId, Store};
    use serde_json::{Value, json};

    use super::*;

    fn server(written: Value) -> Result<ExtensionServer, UnsupportedHook> {
        let manager: ExtensionManager = serde_json::from_value(written).unwrap();
        ExtensionServer::from_config(&manager, "system")
    }

    #[test]
    fn a_hook_that_is_not_called_is_refused() {
        let hooks = json!({"xdsTranslator": {"post": ["VirtualHost", "HTTPListener", "Translation"]}});
        let error = server(json!({"name": "waf", "hooks": hooks})).unwrap_err();
        assert_eq!((error.server.as_str(), error.hook.as_str()), ("waf", "Translation"));
    }

    #[test]
    fn retries_are_taken_over() {
        let written = json!({
            "maxAttempts": 2, "initialBackoff": "1s", "backoffMultiplier": {"numerator": 150},
            "RetryableStatusCodes": ["RESOURCE_EXHAUSTED"],
        });
        let retry = retry(&serde_json::from_value(written).unwrap());
        assert_eq!((retry.max_attempts, retry.initial_backoff), (2, Duration::from_secs(1)));
        assert!((retry.multiplier - 1.5).abs() < f64::EPSILON);
        assert_eq!(retry.statuses, [eg_extension::status("RESOURCE_EXHAUSTED").unwrap()]);
    }

    #[test]
    fn certificates_come_from_objects_of_the_own_namespace() {
        let tls = json!({"certificateRef": {"name": "ca"}, "clientCertificateRef": {"name": "client"}});
        let server = server(json!({"service": {"host": "a.example", "tls": tls}})).unwrap();
        let tls = server.tls.clone().unwrap();
        let mut store = Store::new();
        let error = server.material(&tls, &store.snapshot()).unwrap_err();
        assert!(error.contains("system/ca"), "{error}");
        let secret = |name: &str, data: Value| {
            let metadata = json!({"name": name, "namespace": "system"});
            let secret =
                json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data});
            Decoder::new().decode(secret).unwrap()
        };
        let objects = vec![
            secret("ca", json!({"tls.crt": "authority"})),
            secret("client", json!({"tls.crt": "certificate", "tls.key": "key"})),
        ];
        store.apply(&SourceId::new("test"), Batch::Replace(objects));
        let material = server.material(&tls, &store.snapshot()).unwrap();
        assert_eq!(material.authorities, b"authority");
        assert_eq!(material.identity.unwrap().key, b"key");
    }
}
