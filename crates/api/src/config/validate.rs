//! What is wrong with a configuration, beyond what its types say.

#[cfg(feature = "validate")]
mod envoy_proxy;
mod extension;
mod provider;
mod rate_limit;
mod telemetry;

use std::fmt;

use eg_diag::FieldPath;

use super::EnvoyGateway;
use crate::gateway::Fraction;
use crate::meta::{Duration, Quantity};

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field it is about.
    pub path: FieldPath,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl EnvoyGateway {
    /// Everything that is wrong with the configuration, which should have its [defaults](Self::defaulted) filled in.
    ///
    /// A configuration with problems must not be put to work. What `envoyProxy` contains is checked with feature
    /// `validate` only.
    pub fn validate(&self) -> Vec<Problem> {
        let mut checks = Checks::default();
        let root = FieldPath::root();
        checks.general(self, &root);
        match &self.provider {
            Some(provider) => checks.provider(provider, &root.field("provider")),
            None => checks.needed(&root.field("provider")),
        }
        checks.telemetry(self, &root);
        if let Some(rate_limit) = &self.rate_limit {
            checks.rate_limit(rate_limit, &root.field("rateLimit"));
        }
        checks.extensions(self, &root);
        #[cfg(feature = "validate")]
        if let Some(spec) = &self.envoy_proxy {
            checks.envoy_proxy(spec, &root.field("envoyProxy"));
        }
        checks.problems
    }
}

/// Kinds of the Gateway API that can be turned on.
const GATEWAY_API: [&str; 1] = ["XBackendTrafficPolicy"];
/// Switches that exist.
const RUNTIME_FLAGS: [&str; 4] =
    ["XDSNameSchemeV2", "EndpointSliceIndex", "PerResourceSystemCASecret", "DetectMisdirectedRequests"];

/// Collects problems.
#[derive(Debug, Default)]
struct Checks {
    problems: Vec<Problem>,
}

impl Checks {
    fn add(&mut self, path: &FieldPath, message: impl Into<String>) {
        self.problems.push(Problem { path: path.clone(), message: message.into() });
    }

    fn needed(&mut self, path: &FieldPath) {
        self.add(path, "is needed");
    }

    fn not_empty(&mut self, text: &str, path: &FieldPath) {
        if text.is_empty() {
            self.needed(path);
        }
    }

    /// Adds a problem unless the value is one of those that are known.
    fn one_of(&mut self, value: &str, known: &[&str], path: &FieldPath) {
        if !known.contains(&value) {
            self.add(path, format!("`{value}` is not one of {}", known.join(", ")));
        }
    }

    fn each_one_of(&mut self, values: &[String], known: &[&str], path: &FieldPath) {
        for (index, value) in values.iter().enumerate() {
            self.one_of(value, known, &path.index(index));
        }
    }

    fn range(&mut self, value: Option<i64>, low: i64, high: i64, path: &FieldPath) {
        if let Some(value) = value.filter(|value| !(low..=high).contains(value)) {
            self.add(path, format!("{value} is not from {low} to {high}"));
        }
    }

    /// Adds a problem unless the duration, if any, is one and is longer than 0.
    fn duration(&mut self, duration: Option<&Duration>, path: &FieldPath) {
        match duration.map(Duration::to_std) {
            Some(Err(error)) => self.add(path, error.to_string()),
            Some(Ok(time)) if time.is_zero() => self.add(path, "must be longer than 0s"),
            _ => {}
        }
    }

    /// Adds a problem unless the number of bytes, if any, is one and is greater than 0.
    fn size(&mut self, quantity: Option<&Quantity>, path: &FieldPath) {
        match quantity.map(Quantity::to_u64) {
            Some(Err(error)) => self.add(path, error.to_string()),
            Some(Ok(0)) => self.add(path, "must be greater than 0"),
            _ => {}
        }
    }

    fn part(&mut self, fraction: Option<&Fraction>, path: &FieldPath) {
        let Some(fraction) = fraction else { return };
        let denominator = fraction.denominator.unwrap_or(100);
        if denominator < 1 {
            self.add(&path.field("denominator"), "must be at least 1");
        } else if !(0..=denominator).contains(&fraction.numerator) {
            self.add(
                &path.field("numerator"),
                format!("{} is not from 0 to {denominator}", fraction.numerator),
            );
        }
    }

    fn general(&mut self, config: &EnvoyGateway, root: &FieldPath) {
        let controller = config.gateway.as_ref().and_then(|gateway| gateway.controller_name.as_deref());
        self.not_empty(controller.unwrap_or_default(), &root.field("gateway").field("controllerName"));
        if let Some(address) = config.admin.as_ref().and_then(|admin| admin.address.as_ref()) {
            let path = root.field("admin").field("address");
            self.range(address.port, 0, 65_535, &path.field("port"));
            if let Some(host) = &address.host {
                self.not_empty(host, &path.field("host"));
            }
        }
        if let Some(server) = &config.xds_server {
            let path = root.field("xdsServer");
            self.duration(server.max_connection_age.as_ref(), &path.field("maxConnectionAge"));
            self.duration(server.max_connection_age_grace.as_ref(), &path.field("maxConnectionAgeGrace"));
            self.size(server.max_receive_message_size.as_ref(), &path.field("maxReceiveMessageSize"));
        }
        if let Some(settings) = &config.gateway_api {
            self.each_one_of(&settings.enabled, &GATEWAY_API, &root.field("gatewayAPI").field("enabled"));
        }
        if let Some(flags) = &config.runtime_flags {
            let path = root.field("runtimeFlags");
            self.each_one_of(&flags.enabled, &RUNTIME_FLAGS, &path.field("enabled"));
            self.each_one_of(&flags.disabled, &RUNTIME_FLAGS, &path.field("disabled"));
        }
        if let Some(apis) = &config.extension_apis
            && let (Some(enabled), Some(disabled)) = (apis.enable_lua, apis.disable_lua)
            && enabled == disabled
        {
            let path = root.field("extensionApis").field("disableLua");
            self.add(&path, format!("contradicts enableLua, which is {enabled} as well"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// Checks which fields of a configuration have problems.
    pub(super) fn check(document: Value, expect: &[&str]) {
        let config: EnvoyGateway = serde_json::from_value(document).unwrap();
        let problems = config.defaulted().validate();
        let found: Vec<String> = problems.iter().map(|problem| problem.path.to_string()).collect();
        assert_eq!(found, expect, "{problems:?}");
    }

    #[test]
    fn general_settings() {
        check(json!({}), &[]);
        check(
            json!({ "admin": { "address": { "port": 65536, "host": "" } } }),
            &["admin.address.port", "admin.address.host"],
        );
        check(
            json!({ "xdsServer": {
                "maxConnectionAge": "0s", "maxConnectionAgeGrace": "soon", "maxReceiveMessageSize": "0",
            } }),
            &[
                "xdsServer.maxConnectionAge",
                "xdsServer.maxConnectionAgeGrace",
                "xdsServer.maxReceiveMessageSize",
            ],
        );
        check(
            json!({ "gatewayAPI": { "enabled": ["XBackendTrafficPolicy", "XMesh"] } }),
            &["gatewayAPI.enabled[1]"],
        );
        check(json!({ "runtimeFlags": { "disabled": ["Typo"] } }), &["runtimeFlags.disabled[0]"]);
        let lua = |enable: bool, disable: bool| json!({ "extensionApis": { "enableLua": enable, "disableLua": disable } });
        check(lua(true, false), &[]);
        check(lua(true, true), &["extensionApis.disableLua"]);
    }

    #[test]
    fn the_message_says_what_was_expected() {
        let config: EnvoyGateway =
            serde_json::from_value(json!({ "provider": { "type": "Docker" } })).unwrap();
        let problems = config.defaulted().validate();
        assert_eq!(problems[0].to_string(), "provider.type: `Docker` is not one of Kubernetes, Custom");
    }
}
