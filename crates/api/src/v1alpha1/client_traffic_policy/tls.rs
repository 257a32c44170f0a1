//! TLS settings of listeners, and how certificates of clients are checked.

use serde::{Deserialize, Serialize};

use crate::gateway::SecretObjectReference;
#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;
use crate::v1alpha1::{StringMatch, TlsSettings};

/// TLS settings of listeners.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CLIENT_TLS_SETTINGS)))]
pub struct ClientTlsSettings {
    /// Protocol versions, ciphers and application protocols.
    #[serde(flatten)]
    pub tls: TlsSettings,
    /// How certificates of clients are checked; none is asked for when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_validation: Option<ClientValidationContext>,
    /// Resumption of sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
}

/// How certificates of clients are checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CLIENT_VALIDATION_CONTEXT)))]
pub struct ClientValidationContext {
    /// Whether expired certificates are accepted; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_expired_certificate: Option<bool>,
    /// ConfigMaps, Secrets or ClusterTrustBundles with the authorities that may have signed the
    /// certificate, in key `ca.crt`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 8)))]
    pub ca_certificate_refs: Vec<SecretObjectReference>,
    /// SHA-256 hashes of accepted certificates, in hexadecimal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificate_hashes: Vec<String>,
    /// Revocation lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crl: Option<CrlContext>,
    /// Whether a certificate is needed and checked; `RequireAndVerify` when unset. One of
    /// `Request`, `RequireAny`, `VerifyIfGiven` or `RequireAndVerify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Request", "RequireAny", "VerifyIfGiven", "RequireAndVerify"])))]
    pub mode: Option<String>,
    /// Whether clients may go without a certificate. Deprecated: use `mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
    /// SHA-256 hashes of accepted public keys, in base64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spki_hashes: Vec<String>,
    /// Names one of which the certificate must have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_alt_names: Option<SubjectAltNames>,
}

/// Lists of revoked certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct CrlContext {
    /// Whether only the client's own certificate is looked up, not those that signed it; `false`
    /// when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_verify_leaf_certificate: Option<bool>,
    /// ConfigMaps, Secrets or ClusterTrustBundles with the lists, in key `ca.crl`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 8)))]
    pub refs: Vec<SecretObjectReference>,
}

/// Names one of which a certificate must have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct SubjectAltNames {
    /// Conditions on DNS names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_names: Vec<StringMatch>,
    /// Conditions on mail addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub email_addresses: Vec<StringMatch>,
    /// Conditions on addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ip_addresses: Vec<StringMatch>,
    /// Conditions on names of other types.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_names: Vec<OtherSanMatch>,
    /// Conditions on URIs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uris: Vec<StringMatch>,
}

/// A condition on a name whose type is an object identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct OtherSanMatch {
    /// The object identifier of the type.
    pub oid: String,
    /// How the name is compared. One of `Exact`, `Prefix`, `Suffix` or `RegularExpression`.
    /// Defaults to `Exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Exact", "Prefix", "Suffix", "RegularExpression"], "x-default" = "Exact")))]
    pub r#type: Option<String>,
    /// What the name is compared with.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1024)))]
    pub value: String,
}

/// TLS sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Session {
    /// Which ways of resumption are on; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumption: Option<SessionResumption>,
}

/// Ways to resume a TLS session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct SessionResumption {
    /// Turns session identifiers on, for which Envoy keeps the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stateful: Option<StatefulTlsSessionResumption>,
    /// Turns session tickets on, for which the client keeps the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stateless: Option<StatelessTlsSessionResumption>,
}

/// Resumption by session identifier. It has no settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct StatefulTlsSessionResumption {}

/// Resumption by session ticket. It has no settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct StatelessTlsSessionResumption {}
