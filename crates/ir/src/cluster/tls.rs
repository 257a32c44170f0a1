//! TLS towards the endpoints of a cluster.

use serde::{Deserialize, Serialize};

use crate::{Name, SecretRef};

/// How TLS is spoken to the endpoints of a cluster.
///
/// A cluster may have endpoints of several backends, each with its own [`TlsProfile`]. A
/// [`Locality`](super::Locality) names the profile of its endpoints; one that names none is spoken to in plain text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamTls {
    /// The profiles, each with a name of its own.
    pub profiles: Vec<TlsProfile>,
    /// Whether some localities have no profile.
    #[serde(default)]
    pub some_plain: bool,
    /// All endpoints are this one host of the web, without a profile: one that an authority vouches for that the image of the
    /// proxy trusts, and reads from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_host: Option<Name>,
}

/// One way to speak TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsProfile {
    /// The name by which localities refer to it.
    pub name: Name,
    /// The server name that is asked for (SNI).
    #[serde(default)]
    pub server_name: ServerName,
    /// How the certificate of the endpoint is checked; absent accepts every certificate.
    #[serde(default)]
    pub validation: Option<PeerValidation>,
    /// The secret with the certificate that the proxy presents, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<SecretRef>,
    /// Versions and algorithms.
    #[serde(default)]
    pub parameters: TlsParameters,
    /// The protocols to offer by ALPN; absent offers those that the cluster speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpn: Option<Vec<String>>,
}

/// The server name that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ServerName {
    /// This one.
    Fixed(Name),
    /// The host of the request, which the certificate must then be for.
    #[default]
    FromRequest,
    /// The hostname of the endpoint, which the certificate must then be for.
    FromEndpoint,
}

/// How the certificate of an endpoint is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerValidation {
    /// The secret with the authorities one of which must have signed the certificate.
    pub trusted_ca: SecretRef,
    /// The names one of which the certificate must be for; none where the server name decides.
    #[serde(default)]
    pub names: Vec<SubjectAltName>,
}

/// A name in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SubjectAltName {
    /// A DNS name.
    Dns(Name),
    /// A URI, such as a SPIFFE identity.
    Uri(Name),
}

/// Versions and algorithms of TLS. What is empty is left to the proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TlsParameters {
    /// The oldest version.
    pub min_version: Option<TlsVersion>,
    /// The newest version.
    pub max_version: Option<TlsVersion>,
    /// Cipher suites before TLS 1.3, most wanted first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ciphers: Vec<String>,
    /// Curves for the exchange of keys, most wanted first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<String>,
    /// Signature algorithms, most wanted first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signature_algorithms: Vec<String>,
}

impl Default for TlsParameters {
    /// TLS 1.2 or 1.3, with the proxy's choice of algorithms.
    fn default() -> Self {
        Self {
            min_version: Some(TlsVersion::V1_2),
            max_version: Some(TlsVersion::V1_3),
            ciphers: Vec::new(),
            curves: Vec::new(),
            signature_algorithms: Vec::new(),
        }
    }
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TlsVersion {
    /// TLS 1.0.
    #[serde(rename = "1.0")]
    V1_0,
    /// TLS 1.1.
    #[serde(rename = "1.1")]
    V1_1,
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    V1_3,
}
