//! BackendTLSPolicy: how a Gateway speaks TLS to a backend.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
use super::{LocalObjectReference, LocalPolicyTargetReferenceWithSectionName, PolicyStatus};
use crate::meta::ObjectMeta;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_atomic};

/// How a Gateway speaks TLS to the backends that the policy targets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct BackendTlsPolicy {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: BackendTlsPolicySpec,
    /// What the controller reports.
    pub status: PolicyStatus,
}

/// What the user asks for in a BackendTLSPolicy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct BackendTlsPolicySpec {
    /// The backends, usually Services, that the policy applies to.
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(min = 1, max = 16),
            transform = list_atomic,
            transform = cel(rules::BACKEND_TLS_POLICY_TARGETS),
        )
    )]
    pub target_refs: Vec<LocalPolicyTargetReferenceWithSectionName>,
    /// How the backend's certificate is checked.
    pub validation: BackendTlsPolicyValidation,
    /// Settings of one implementation, by domain-prefixed key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "BTreeMap<String, fmt::AnnotationValue>",
            extend("maxProperties" = 16),
        )
    )]
    pub options: BTreeMap<String, String>,
}

/// How the backend's certificate is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_TLS_POLICY_VALIDATION)))]
pub struct BackendTlsPolicyValidation {
    /// Certificate authorities, in ConfigMaps for example, one of which must have signed the certificate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 8), transform = list_atomic))]
    pub ca_certificate_refs: Vec<LocalObjectReference>,
    /// A well-known set of authorities, `System` for example, in place of references.
    #[serde(rename = "wellKnownCACertificates", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::WellKnownCaCertificates"))]
    pub well_known_ca_certificates: Option<String>,
    /// Server name that is asked for, and that the certificate must be for unless alternative names are
    /// given.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub hostname: String,
    /// Names one of which the certificate must be for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 5), transform = list_atomic))]
    pub subject_alt_names: Vec<SubjectAltName>,
}

/// A name that a certificate can be for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::SUBJECT_ALT_NAME)))]
pub struct SubjectAltName {
    /// What kind of name it is.
    pub r#type: SubjectAltNameType,
    /// The name, for `Hostname`; possibly with a wildcard label in front.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Hostname"))]
    pub hostname: Option<String>,
    /// The name, for `URI`; usually a SPIFFE identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(min = 1, max = 253),
            regex(pattern = r"^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\?([^#]*))?(#(.*))?")
        )
    )]
    pub uri: Option<String>,
}

open_enum! {
    /// Kinds of names in a certificate.
    SubjectAltNameType {
        /// A DNS name.
        Hostname = "Hostname",
        /// A URI.
        Uri = "URI",
    }
}
