//! Secrets that proxies fetch by name.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Name, Origin, cluster::Cluster};

/// Bytes that no log, no diagnostic and no snapshot may show.
///
/// Serialisation writes a placeholder; text is read as it stands.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Wraps bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for the one who hands them to a proxy.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Serialize for SecretBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("[redacted]")
    }
}

impl<'de> Deserialize<'de> for SecretBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(deserializer)?.into_bytes()))
    }
}

/// A secret served over SDS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// The name under which proxies ask for it.
    pub name: Name,
    /// The object it came from.
    #[serde(default)]
    pub origin: Origin,
    /// What it holds.
    pub content: SecretContent,
}

/// What a secret holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretContent {
    /// A certificate chain and its private key, both PEM.
    Certificate {
        /// The chain, leaf first.
        chain: SecretBytes,
        /// The private key.
        key: SecretBytes,
        /// A DER-encoded OCSP response to staple.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ocsp_staple: Option<SecretBytes>,
    },
    /// Certificate authorities to trust, PEM.
    TrustedCa(SecretBytes),
    /// Certificate authorities to trust, and lists of what they revoked.
    Revocable {
        /// The authorities, PEM.
        trusted_ca: SecretBytes,
        /// The lists, PEM.
        revoked: SecretBytes,
        /// Whether only the certificate itself is looked up, not those that signed it.
        #[serde(default)]
        leaf_only: bool,
    },
    /// The certificate authorities that the image of the proxy trusts.
    SystemCa,
    /// Bytes with a meaning for the filter that asks for them, such as a password.
    Generic(SecretBytes),
    /// Another server has the content and serves it under the name of the secret; nothing is sent for it but the cluster
    /// of that server.
    Elsewhere(Arc<Cluster>),
}

/// Where a proxy fetches a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SecretRef {
    /// The control plane serves the secret of this name.
    Own(Name),
    /// Another server does.
    Elsewhere {
        /// The name of the secret there.
        name: Name,
        /// The cluster of the server.
        cluster: Name,
    },
}

impl SecretRef {
    /// The name of the secret where it is served.
    pub fn name(&self) -> &Name {
        match self {
            Self::Own(name) | Self::Elsewhere { name, .. } => name,
        }
    }
}

impl From<Name> for SecretRef {
    fn from(name: Name) -> Self {
        Self::Own(name)
    }
}

impl From<&str> for SecretRef {
    fn from(name: &str) -> Self {
        Self::Own(name.into())
    }
}

impl Default for SecretRef {
    fn default() -> Self {
        Self::Own(Name::default())
    }
}

impl Secret {
    /// How others refer to it.
    pub fn reference(&self) -> SecretRef {
        match &self.content {
            SecretContent::Elsewhere(server) => {
                SecretRef::Elsewhere { name: self.name.clone(), cluster: server.name.clone() }
            }
            _ => SecretRef::Own(self.name.clone()),
        }
    }
}

impl Default for SecretContent {
    fn default() -> Self {
        Self::TrustedCa(SecretBytes::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_show() {
        let secret = SecretBytes::new("hunter2");
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"[redacted]\"");
        assert_eq!(secret.expose(), b"hunter2");
    }
}
