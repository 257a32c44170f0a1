//! `Debug` for messages that carry secrets: everything but the secret.

use std::fmt;

use crate::pb::envoy::config::core::v3::DataSource;
use crate::pb::envoy::config::core::v3::data_source::Specifier;
use crate::pb::envoy::extensions::filters::http::api_key_auth::v3::Credential;
use crate::pb::envoy::extensions::transport_sockets::tls::v3::{
    GenericSecret, TlsCertificate, TlsSessionTicketKeys,
};

/// What stands for a secret in `Debug` output.
struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Debug for Specifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filename(path) => f.debug_tuple("Filename").field(path).finish(),
            Self::EnvironmentVariable(name) => f.debug_tuple("EnvironmentVariable").field(name).finish(),
            Self::InlineBytes(_) => f.debug_tuple("InlineBytes").field(&Redacted).finish(),
            Self::InlineString(_) => f.debug_tuple("InlineString").field(&Redacted).finish(),
        }
    }
}

impl fmt::Debug for DataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataSource")
            .field("specifier", &self.specifier)
            .field("watched_directory", &self.watched_directory)
            .finish()
    }
}

impl fmt::Debug for TlsCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every field that can hold key material is a `DataSource`, which redacts itself.
        f.debug_struct("TlsCertificate")
            .field("certificate_chain", &self.certificate_chain)
            .field("private_key", &self.private_key)
            .field("ocsp_staple", &self.ocsp_staple)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TlsSessionTicketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSessionTicketKeys").field("keys", &self.keys.len()).finish()
    }
}

impl fmt::Debug for GenericSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.secrets.keys().collect();
        f.debug_struct("GenericSecret").field("secret", &self.secret).field("secrets", &names).finish()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("key", &Redacted).field("client", &self.client).finish()
    }
}
