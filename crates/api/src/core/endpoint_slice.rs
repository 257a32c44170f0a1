//! EndpointSlice: some of the endpoints of a Service.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::meta::{ObjectMeta, null_as_default};

/// Some of the endpoints of a Service, which the label `kubernetes.io/service-name` names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointSlice {
    /// Name, labels and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the addresses are: `IPv4`, `IPv6` or `FQDN`.
    pub address_type: Box<str>,
    /// The endpoints.
    #[serde(deserialize_with = "null_as_default")]
    pub endpoints: Box<[Endpoint]>,
    /// The ports that every endpoint of the slice has.
    #[serde(deserialize_with = "null_as_default")]
    pub ports: Box<[EndpointPort]>,
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
    /// Addresses of the endpoint, all for the same thing. What is made of them shares the texts.
    #[serde(deserialize_with = "null_as_default")]
    pub addresses: Box<[Arc<str>]>,
    /// Its state.
    pub conditions: EndpointConditions,
    /// Zone in which it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Box<str>>,
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

/// A port of all endpoints of a slice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointPort {
    /// Name of the port, as in the Service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Box<str>>,
    /// `TCP`, `UDP` or `SCTP`; `TCP` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Box<str>>,
    /// Number of the port; any when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_can_be_null() {
        let slice: EndpointSlice =
            serde_json::from_str(r#"{"addressType":"IPv4","endpoints":null,"ports":null}"#).unwrap();
        assert_eq!(slice, EndpointSlice { address_type: "IPv4".into(), ..EndpointSlice::default() });
    }
}
