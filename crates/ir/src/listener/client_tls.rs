//! TLS with clients.

use serde::{Deserialize, Serialize};

use crate::{Name, cluster::TlsParameters, route::StringMatch};

/// How TLS is spoken to clients, beside the certificates that are presented.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the API that stands alone")]
pub struct ClientTls {
    /// Versions and algorithms.
    pub parameters: TlsParameters,
    /// Protocols to offer by ALPN, most wanted first; absent leaves it to the listener.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpn: Option<Vec<String>>,
    /// Whether the JA3 fingerprint of the client's first message is computed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ja3: bool,
    /// Whether its JA4 fingerprint is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ja4: bool,
    /// Whether sessions are resumed by identifier.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stateful_resumption: bool,
    /// Whether sessions are resumed by ticket.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stateless_resumption: bool,
    /// How certificates of clients are checked; absent leaves it to the listener.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<ClientValidation>,
}

/// How certificates of clients are checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientValidation {
    /// The name of the secret with the authorities one of which must have signed the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_ca: Option<Name>,
    /// Which certificates clients need.
    pub mode: ClientCertificateMode,
    /// Whether expired certificates are taken.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
    /// SHA-256 hashes, in hexadecimal; a certificate must have one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificate_hashes: Vec<String>,
    /// SHA-256 hashes of public keys, in base64; the key of a certificate must have one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_hashes: Vec<String>,
    /// Names one of which a certificate must have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<ClientName>,
}

/// Which certificates clients need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientCertificateMode {
    /// They may have one, and whoever signed it does not matter; who cares has to look at it.
    Request,
    /// They need one, and whoever signed it does not matter.
    RequireAny,
    /// They may have one, which must be valid.
    VerifyIfGiven,
    /// They need a valid one.
    #[default]
    RequireAndVerify,
}

impl ClientCertificateMode {
    /// Whether clients without a certificate are refused.
    pub fn is_required(self) -> bool {
        matches!(self, Self::RequireAny | Self::RequireAndVerify)
    }

    /// Whether clients with a certificate of an unknown authority are refused.
    pub fn is_verified(self) -> bool {
        matches!(self, Self::VerifyIfGiven | Self::RequireAndVerify)
    }
}

/// A condition on the names in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClientName {
    /// On its DNS names.
    Dns(StringMatch),
    /// On its mail addresses.
    Email(StringMatch),
    /// On its IP addresses.
    Ip(StringMatch),
    /// On its URIs.
    Uri(StringMatch),
    /// On its names of the type that this object identifier stands for.
    Other(String, StringMatch),
}
