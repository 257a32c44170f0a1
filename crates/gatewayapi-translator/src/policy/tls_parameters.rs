//! Versions and algorithms of TLS, which clients and backends have in common.

use eg_api::v1alpha1::TlsSettings;
use eg_ir::cluster::{TlsParameters, TlsVersion};

/// What settings say about versions and algorithms; what is not said is as usual.
pub(super) fn lower(settings: &TlsSettings) -> TlsParameters {
    let usual = TlsParameters::default();
    let version = |named: Option<&str>, usual: Option<TlsVersion>| match named {
        None => usual,
        Some("1.0") => Some(TlsVersion::V1_0),
        Some("1.1") => Some(TlsVersion::V1_1),
        Some("1.2") => Some(TlsVersion::V1_2),
        Some("1.3") => Some(TlsVersion::V1_3),
        // `Auto`: the proxy decides.
        Some(_) => None,
    };
    TlsParameters {
        min_version: version(settings.min_version.as_deref(), usual.min_version),
        max_version: version(settings.max_version.as_deref(), usual.max_version),
        ciphers: settings.ciphers.clone(),
        curves: settings.ecdh_curves.clone(),
        signature_algorithms: settings.signature_algorithms.clone(),
    }
}
