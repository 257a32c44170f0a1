//! What holds where the file says nothing.

use super::{
    EnvoyGateway, EnvoyGatewayAdmin, EnvoyGatewayAdminAddress, EnvoyGatewayMetricSink,
    EnvoyGatewayOpenTelemetrySink, EnvoyGatewayPrometheusProvider, EnvoyGatewayProvider,
    ExtensionApiSettings, ExtensionManager, ExtensionService, KubernetesClient, LeaderElection, RuntimeFlags,
};
use crate::meta::Duration;

/// Name of the controller when the file names none.
pub const CONTROLLER_NAME: &str = "gateway.envoyproxy.io/gatewayclass-controller";
/// Host of the admin server when the file names none.
pub const ADMIN_HOST: &str = "127.0.0.1";
/// Port of the admin server when the file names none.
pub const ADMIN_PORT: i64 = 19_000;
/// Requests per second to the API server when the file does not say.
pub const CLIENT_QPS: i32 = 50;
/// Requests at once to the API server when the file does not say.
pub const CLIENT_BURST: i32 = 100;
/// Port of OpenTelemetry collectors when the file names none.
pub const OPEN_TELEMETRY_PORT: i32 = 4317;
/// Port of extension servers given by host when the file names none.
pub const EXTENSION_PORT: i32 = 80;

/// Flags that are on when the file does not mention them.
const ON_BY_DEFAULT: [&str; 1] = ["EndpointSliceIndex"];

impl EnvoyGateway {
    /// The configuration with everything filled in that holds when the file says nothing.
    #[must_use]
    pub fn defaulted(mut self) -> Self {
        let gateway = self.gateway.get_or_insert_default();
        if gateway.controller_name.as_deref().unwrap_or_default().is_empty() {
            gateway.controller_name = Some(CONTROLLER_NAME.to_owned());
        }
        let provider = || EnvoyGatewayProvider { r#type: "Kubernetes".to_owned(), ..Default::default() };
        self.provider.get_or_insert_with(provider).fill();
        let level = &mut self.logging.get_or_insert_default().level;
        level.entry("default".to_owned()).or_insert_with(|| "info".to_owned());
        self.admin.get_or_insert_default().fill();
        let metrics = self.telemetry.get_or_insert_default().metrics.get_or_insert_default();
        metrics.prometheus.get_or_insert(EnvoyGatewayPrometheusProvider::default());
        metrics.sinks.iter_mut().for_each(EnvoyGatewayMetricSink::fill);
        let traces = self.telemetry.as_mut().and_then(|telemetry| telemetry.traces.as_mut());
        if let Some(sink) = traces.and_then(|traces| traces.sink.as_mut()) {
            or_text(&mut sink.r#type, "OpenTelemetry");
            sink.open_telemetry.iter_mut().for_each(EnvoyGatewayOpenTelemetrySink::fill);
        }
        self.xds_server.get_or_insert_default();
        let managers = self.extension_manager.iter_mut().chain(&mut self.extension_managers);
        managers.for_each(|manager| manager.service.fill());
        self
    }

    /// Name of the controller.
    pub fn controller_name(&self) -> &str {
        let name = self.gateway.as_ref().and_then(|gateway| gateway.controller_name.as_deref());
        name.filter(|name| !name.is_empty()).unwrap_or(CONTROLLER_NAME)
    }

    /// The extension servers, in the order in which they are called.
    pub fn extension_servers(&self) -> impl Iterator<Item = &ExtensionManager> {
        self.extension_manager.iter().chain(&self.extension_managers)
    }

    /// Whether a runtime flag is on.
    pub fn flag(&self, flag: &str) -> bool {
        match &self.runtime_flags {
            Some(flags) => flags.is_enabled(flag),
            None => RuntimeFlags::default().is_enabled(flag),
        }
    }
}

impl RuntimeFlags {
    /// Whether a flag is on: when it is enabled or on by default, and not disabled.
    pub fn is_enabled(&self, flag: &str) -> bool {
        let listed = |list: &[String]| list.iter().any(|name| name == flag);
        !listed(&self.disabled) && (listed(&self.enabled) || ON_BY_DEFAULT.contains(&flag))
    }
}

impl ExtensionApiSettings {
    /// Whether Lua scripts are accepted, by either field.
    pub fn accepts_lua(&self) -> bool {
        self.enable_lua.or(self.disable_lua.map(|disabled| !disabled)).unwrap_or(false)
    }
}

impl EnvoyGatewayProvider {
    fn fill(&mut self) {
        if self.r#type == "Kubernetes" {
            let kubernetes = self.kubernetes.get_or_insert_default();
            kubernetes.leader_election.get_or_insert_default().fill();
            kubernetes.client.get_or_insert_default().fill();
            if let Some(deploy) = &mut kubernetes.deploy {
                deploy.r#type.get_or_insert_with(|| "ControllerNamespace".to_owned());
            }
        }
        let Some(custom) = &mut self.custom else { return };
        if custom.resource.r#type == "Kubernetes" {
            let kubernetes = custom.resource.kubernetes.get_or_insert_default();
            kubernetes.leader_election.get_or_insert_default().fill();
            kubernetes.client.get_or_insert_default().fill();
        }
        let remote = custom.infrastructure.as_mut().and_then(|infrastructure| infrastructure.remote.as_mut());
        if let Some(remote) = remote {
            remote.service.fill();
        }
    }
}

impl LeaderElection {
    fn fill(&mut self) {
        self.disable.get_or_insert(false);
        self.lease_duration.get_or_insert_with(|| Duration::from("15s"));
        self.renew_deadline.get_or_insert_with(|| Duration::from("10s"));
        self.retry_period.get_or_insert_with(|| Duration::from("2s"));
    }
}

impl KubernetesClient {
    fn fill(&mut self) {
        let limit = self.rate_limit.get_or_insert_default();
        limit.qps.get_or_insert(CLIENT_QPS);
        limit.burst.get_or_insert(CLIENT_BURST);
    }
}

impl EnvoyGatewayAdmin {
    fn fill(&mut self) {
        let address: &mut EnvoyGatewayAdminAddress = self.address.get_or_insert_default();
        address.host.get_or_insert_with(|| ADMIN_HOST.to_owned());
        address.port.get_or_insert(ADMIN_PORT);
    }
}

impl EnvoyGatewayMetricSink {
    fn fill(&mut self) {
        or_text(&mut self.r#type, "OpenTelemetry");
        self.open_telemetry.iter_mut().for_each(EnvoyGatewayOpenTelemetrySink::fill);
    }
}

impl EnvoyGatewayOpenTelemetrySink {
    fn fill(&mut self) {
        self.port.get_or_insert(OPEN_TELEMETRY_PORT);
    }
}

impl ExtensionService {
    fn fill(&mut self) {
        if self.host.is_some() {
            self.port.get_or_insert(EXTENSION_PORT);
        }
    }
}

fn or_text(text: &mut String, default: &str) {
    if text.is_empty() {
        default.clone_into(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(document: Value) -> EnvoyGateway {
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn an_empty_file_means_kubernetes() {
        let expected = json!({
            "admin": { "address": { "host": "127.0.0.1", "port": 19000 } },
            "gateway": { "controllerName": "gateway.envoyproxy.io/gatewayclass-controller" },
            "logging": { "level": { "default": "info" } },
            "provider": { "type": "Kubernetes", "kubernetes": {
                "client": { "rateLimit": { "burst": 100, "qps": 50 } },
                "leaderElection": {
                    "disable": false, "leaseDuration": "15s", "renewDeadline": "10s", "retryPeriod": "2s",
                },
            } },
            "telemetry": { "metrics": { "prometheus": {} } },
            "xdsServer": {},
        });
        let filled = EnvoyGateway::default().defaulted();
        assert_eq!(serde_json::to_value(&filled).unwrap(), expected);
        assert_eq!(filled.clone().defaulted(), filled, "filling in twice changes nothing");
    }

    #[test]
    fn what_the_file_says_stays() {
        let document = json!({
            "admin": { "address": { "host": "0.0.0.0", "port": 1 } },
            "gateway": { "controllerName": "example.com/controller" },
            "logging": { "level": { "default": "error", "xds": "debug" } },
            "provider": { "type": "Custom", "custom": { "resource": { "type": "File", "file": { "paths": ["/etc"] } } } },
            "telemetry": { "metrics": { "prometheus": { "disable": true } } },
            "xdsServer": { "maxConnectionAge": "1h" },
        });
        assert_eq!(serde_json::to_value(read(document.clone()).defaulted()).unwrap(), document);
    }

    #[test]
    fn a_disabled_flag_is_off_even_if_enabled() {
        let config = read(json!({ "runtimeFlags": {
            "enabled": ["XDSNameSchemeV2", "PerResourceSystemCASecret"],
            "disabled": ["XDSNameSchemeV2", "EndpointSliceIndex"],
        } }));
        let on = |flag: &str| config.flag(flag);
        assert!(on("PerResourceSystemCASecret"));
        assert!(!on("XDSNameSchemeV2"));
        assert!(!on("EndpointSliceIndex"));
        assert!(EnvoyGateway::default().flag("EndpointSliceIndex"));
    }

    #[test]
    fn lua_is_off_until_a_field_allows_it() {
        let accepts =
            |fields: Value| serde_json::from_value::<ExtensionApiSettings>(fields).unwrap().accepts_lua();
        assert!(!accepts(json!({})));
        assert!(accepts(json!({ "enableLua": true })));
        assert!(accepts(json!({ "disableLua": false })));
        assert!(!accepts(json!({ "disableLua": true })));
    }
}
