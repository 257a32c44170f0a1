//! Secrets, listed once for each use.
//!
//! A proxy is sent each secret once. Other translators print what comes before that: a secret for each listener that presents
//! it, and for each cluster that checks certificates with it. Who compares lists expects the same.

use std::collections::BTreeMap;

use serde_json::Value;

/// The authorities of the proxy's image, which clusters share.
const SYSTEM: &str = "system_ca_certificates";

/// Repeats the secrets of a fleet. Clusters share secrets in any case if `shared` says so.
pub(super) fn repeat(fleet: &mut Value, shared: bool) {
    let mut uses = BTreeMap::new();
    for listener in elements(&fleet["listeners"]).filter(|listener| !is_quic(listener)) {
        each_field(listener, "tls_certificate_sds_secret_configs", &mut |certificates| {
            elements(certificates).for_each(|certificate| count(certificate, &mut uses));
        });
    }
    if !shared {
        for cluster in elements(&fleet["clusters"]) {
            each_field(cluster, "validation_context_sds_secret_config", &mut |authorities| {
                if authorities["name"] != SYSTEM {
                    count(authorities, &mut uses);
                }
            });
        }
    }
    if let Some(secrets) = fleet["secrets"].as_array_mut() {
        let times =
            |secret: &Value| secret["name"].as_str().and_then(|name| uses.get(name)).copied().unwrap_or(1);
        *secrets =
            secrets.iter().flat_map(|secret| std::iter::repeat_n(secret.clone(), times(secret))).collect();
    }
}

fn elements(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// Whether a listener presents what the one for TCP on its port presents.
fn is_quic(listener: &Value) -> bool {
    listener["address"]["socket_address"]["protocol"] == "UDP"
}

fn count(secret: &Value, uses: &mut BTreeMap<String, usize>) {
    if let Some(name) = secret["name"].as_str() {
        *uses.entry(name.to_owned()).or_default() += 1;
    }
}

/// Visits every field of this name.
fn each_field<'v>(value: &'v Value, name: &str, visit: &mut impl FnMut(&'v Value)) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                if field == name {
                    visit(value);
                }
                each_field(value, name, visit);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| each_field(value, name, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(shared: bool) -> Vec<String> {
        let certificate = json!({"tls_certificate_sds_secret_configs": [{"name": "shop/cert"}]});
        let authorities =
            |name: &str| json!({"tls": {"validation_context_sds_secret_config": {"name": name}}});
        let quic =
            json!({"address": {"socket_address": {"protocol": "UDP"}}, "filter_chains": [certificate]});
        let mut fleet = json!({
            "listeners": [{"filter_chains": [certificate, certificate]}, quic],
            "clusters": [authorities("shop/ca"), authorities("shop/ca"), authorities(SYSTEM), authorities(SYSTEM)],
            "secrets": [{"name": "alone"}, {"name": "shop/cert"}, {"name": "shop/ca"}, {"name": SYSTEM}],
        });
        repeat(&mut fleet, shared);
        elements(&fleet["secrets"]).filter_map(|secret| secret["name"].as_str().map(str::to_owned)).collect()
    }

    #[test]
    fn a_secret_is_listed_once_for_each_use() {
        assert_eq!(names(false), ["alone", "shop/cert", "shop/cert", "shop/ca", "shop/ca", SYSTEM]);
    }

    #[test]
    fn clusters_may_share_secrets() {
        assert_eq!(names(true), ["alone", "shop/cert", "shop/cert", "shop/ca", SYSTEM]);
    }
}
