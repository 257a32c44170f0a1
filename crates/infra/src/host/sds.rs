//! Files from which proxies on this host take their TLS identity towards the control plane.

use super::HostError;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Two files in Envoy's secret discovery format, which name the certificate files of the proxies.
///
/// Envoy follows the named files, so renewed certificates are used without a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdsFiles {
    /// The secret `xds_certificate`: the proxies' certificate and key.
    pub certificate: PathBuf,
    /// The secret `xds_trusted_ca`: who may be the control plane.
    pub trusted_ca: PathBuf,
}

impl SdsFiles {
    /// Writes both files into `directory` for the identity in `identity` (`tls.crt`, `tls.key`, `ca.crt`).
    pub fn write(directory: &Path, identity: &Path) -> Result<Self, HostError> {
        let files = Self {
            certificate: directory.join("xds-certificate.json"),
            trusted_ca: directory.join("xds-trusted-ca.json"),
        };
        fs::create_dir_all(directory)
            .map_err(|source| HostError::Io { path: directory.to_owned(), source })?;
        for (path, resource) in
            [(&files.certificate, certificate(identity)), (&files.trusted_ca, trusted_ca(identity))]
        {
            let text = json!({ "resources": [resource] }).to_string();
            // Envoy notices a file that is renamed into place, and never reads half of one.
            let new = path.with_extension("json.new");
            let written = fs::write(&new, text).and_then(|()| fs::rename(&new, path));
            written.map_err(|source| HostError::Io { path: path.clone(), source })?;
        }
        Ok(files)
    }
}

const SECRET: &str = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

fn certificate(identity: &Path) -> Value {
    json!({
        "@type": SECRET,
        "name": "xds_certificate",
        "tls_certificate": {
            "certificate_chain": { "filename": identity.join("tls.crt") },
            "private_key": { "filename": identity.join("tls.key") },
        },
    })
}

fn trusted_ca(identity: &Path) -> Value {
    let dns = |name: &str| json!({ "san_type": "DNS", "matcher": { "exact": name } });
    json!({
        "@type": SECRET,
        "name": "xds_trusted_ca",
        "validation_context": {
            "trusted_ca": { "filename": identity.join("ca.crt") },
            "match_typed_subject_alt_names": [dns("envoy-gateway"), dns("localhost")],
        },
    })
}
