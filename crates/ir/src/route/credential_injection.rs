//! Credentials that proxies add to requests.

use serde::{Deserialize, Serialize};

use crate::Name;

/// A credential that the proxy adds to requests, so that clients need not know it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialInjection {
    /// Names it among all of the fleet: `httproutefilter/<namespace>/<name>`.
    pub name: Name,
    /// The name of the secret whose bytes are the value of the header.
    pub secret: Name,
    /// The header that carries it; absent is `Authorization`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Whether a header that the client sent is replaced; otherwise its request passes unchanged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overwrite: bool,
}
