//! What is needed to run the proxies of a fleet, on any platform.

use std::collections::BTreeMap;

use eg_diag::ObjectRef;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Name;

/// Everything needed to run the proxies of one fleet. The bootstrap is not part of it; it is made by the xDS translator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InfraIr {
    /// The name of the fleet: the key of its IR.
    pub name: Name,
    /// The namespace in which objects of the fleet are created.
    pub namespace: Name,
    /// Labels of everything that is created for the fleet.
    pub labels: BTreeMap<String, String>,
    /// Annotations of everything that is created for the fleet.
    pub annotations: BTreeMap<String, String>,
    /// The object whose deletion ends the fleet.
    pub owner: Option<ObjectRef>,
    /// Addresses at which the user wants to reach the fleet.
    pub addresses: Vec<String>,
    /// The gateway listeners whose ports the proxies serve.
    pub listeners: Vec<InfraListener>,
    /// Settings of the proxies that every platform needs.
    pub proxy: ProxySettings,
    /// The settings of one platform (the `provider` block of an EnvoyProxy), which only that platform understands.
    pub platform: Value,
}

/// The ports of one gateway listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InfraListener {
    /// The name of the gateway listener.
    pub name: Name,
    /// Whether HTTP/3 is served.
    pub http3: bool,
    /// The ports; the first one is the listener's own.
    pub ports: Vec<InfraPort>,
}

/// One port.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InfraPort {
    /// The name of the port, unique in the fleet.
    pub name: Name,
    /// The protocol of the gateway listener.
    pub protocol: PortProtocol,
    /// The port at which clients reach the fleet.
    pub service_port: u16,
    /// The port that the proxies bind.
    pub container_port: u16,
}

/// The protocol of a gateway listener.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PortProtocol {
    /// Plain-text HTTP.
    #[default]
    Http,
    /// HTTP over TLS.
    Https,
    /// TLS.
    Tls,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// Settings of the proxies that every platform needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProxySettings {
    /// Log levels by component; `default` is the level of all others.
    pub log_levels: BTreeMap<String, String>,
    /// Worker threads; absent lets the proxy choose.
    pub concurrency: Option<u32>,
    /// Further command-line arguments.
    pub extra_args: Vec<String>,
    /// How long open connections may take to end when a proxy stops, in milliseconds.
    pub drain_timeout_ms: u64,
    /// How long a proxy that stops waits at least, in milliseconds.
    pub min_drain_ms: u64,
    /// The bootstrap block of the EnvoyProxy (`type`, `value`, `jsonPatches`), if the user wrote one.
    pub bootstrap: Option<Value>,
}

impl Default for ProxySettings {
    fn default() -> Self {
        Self {
            log_levels: BTreeMap::from([("default".to_owned(), "warn".to_owned())]),
            concurrency: None,
            extra_args: Vec::new(),
            drain_timeout_ms: 60_000,
            min_drain_ms: 10_000,
            bootstrap: None,
        }
    }
}
