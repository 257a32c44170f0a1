//! EndpointSlice: some of the endpoints of a Service.

use serde::{Deserialize, Serialize};

use crate::meta::{ObjectMeta, null_as_default};

/// Some of the endpoints of a Service, which the label `kubernetes.io/service-name` names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointSlice {
    /// Name, labels and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the addresses are: `IPv4`, `IPv6` or `FQDN`.
    pub address_type: String,
    /// The endpoints.
    #[serde(deserialize_with = "null_as_default")]
    pub endpoints: Vec<Endpoint>,
    /// The ports that every endpoint of the slice has.
    #[serde(deserialize_with = "null_as_default")]
    pub ports: Vec<EndpointPort>,
}

impl EndpointSlice {
    /// Label that names the Service.
    pub const SERVICE_LABEL: &'static str = "kubernetes.io/service-name";
    /// Label that names the ServiceImport, for slices of other clusters.
    pub const SERVICE_IMPORT_LABEL: &'static str = "multicluster.kubernetes.io/service-name";
}

/// One endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Endpoint {
    /// Addresses of the endpoint, all for the same thing.
    #[serde(deserialize_with = "null_as_default")]
    pub addresses: Vec<String>,
    /// Its state.
    pub conditions: EndpointConditions,
    /// Hostname of the endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Node on which it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_name: Option<String>,
    /// Zone in which it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Who should use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hints: Option<EndpointHints>,
}

/// State of an endpoint. What is unset is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointConditions {
    /// Whether it should get new traffic; counts as true when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<bool>,
    /// Whether it can still answer, even while it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving: Option<bool>,
    /// Whether it is going.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminating: Option<bool>,
}

/// Who should use an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointHints {
    /// Zones that should use it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub for_zones: Vec<ForZone>,
}

/// A zone that should use an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ForZone {
    /// Name of the zone.
    pub name: String,
}

/// A port of all endpoints of a slice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointPort {
    /// Name of the port, as in the Service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `TCP`, `UDP` or `SCTP`; `TCP` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Number of the port; any when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Protocol on top of it, `kubernetes.io/h2c` for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_protocol: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_can_be_null() {
        let slice: EndpointSlice =
            serde_json::from_str(r#"{"addressType":"IPv4","endpoints":null,"ports":null}"#).unwrap();
        assert_eq!(slice, EndpointSlice { address_type: "IPv4".to_owned(), ..EndpointSlice::default() });
    }
}
