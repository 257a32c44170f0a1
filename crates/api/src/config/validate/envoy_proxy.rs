//! The base of all EnvoyProxies, which has to obey the same rules as they.

use eg_diag::FieldPath;
use serde_json::json;

use super::Checks;
use crate::kinds::Resource;
use crate::v1alpha1::{EnvoyProxy, EnvoyProxySpec};
use crate::validate::validator;

impl Checks {
    pub(super) fn envoy_proxy(&mut self, spec: &EnvoyProxySpec, path: &FieldPath) {
        let Some(validator) = validator(&EnvoyProxy::KIND, EnvoyProxy::KIND.version()) else { return };
        let object = json!({
            "apiVersion": EnvoyProxy::KIND.api_version(),
            "kind": EnvoyProxy::KIND.kind,
            "metadata": { "name": "default", "namespace": "default" },
            "spec": spec,
        });
        for violation in validator.validate(&object) {
            let field = violation.path.trim_start_matches("spec").trim_start_matches('.');
            let separator = if field.is_empty() { "" } else { ": " };
            self.add(path, format!("{field}{separator}{}", violation.message));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::EnvoyGateway;
    use serde_json::json;

    #[test]
    fn rules_of_envoy_proxy_hold_for_the_base() {
        let config = |proxy: serde_json::Value| -> EnvoyGateway {
            serde_json::from_value(json!({ "envoyProxy": proxy })).unwrap()
        };
        assert_eq!(config(json!({ "ipFamily": "DualStack" })).defaulted().validate(), []);
        let both = json!({ "mergeGateways": true, "mergeBackends": {}, "ipFamily": "IPv5" });
        let problems = config(both).defaulted().validate();
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(texts.iter().any(|text| text.starts_with("envoyProxy: ipFamily: ")), "{texts:?}");
    }
}
