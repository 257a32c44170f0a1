//! TLS settings that listeners and backends share.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::v1alpha1::format;

/// TLS settings that listeners and backends share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct TlsSettings {
    /// Application protocols offered in the handshake. Unset means `h2` and `http/1.1` where HTTP
    /// is spoken, an empty list none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpn_protocols: Option<Vec<String>>,
    /// Cipher suites of TLS 1.2 and before, by their OpenSSL or IANA names, most preferred first;
    /// Envoy's list when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ciphers: Vec<String>,
    /// Elliptic curves for the key exchange, most preferred first; Envoy's list when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ecdh_curves: Vec<String>,
    /// Fingerprints of the client's hello to compute; none when empty. Each is one of `JA3` or
    /// `JA4`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::TlsFingerprint>"))]
    pub fingerprints: Vec<String>,
    /// Newest protocol version; `1.3` when unset. One of `Auto`, `1.0`, `1.1`, `1.2` or `1.3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Auto", "1.0", "1.1", "1.2", "1.3"])))]
    pub max_version: Option<String>,
    /// Oldest protocol version; `1.2` when unset. One of `Auto`, `1.0`, `1.1`, `1.2` or `1.3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Auto", "1.0", "1.1", "1.2", "1.3"])))]
    pub min_version: Option<String>,
    /// Signature algorithms to use, most preferred first; Envoy's list when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signature_algorithms: Vec<String>,
}
