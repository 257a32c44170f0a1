//! Versions and algorithms of TLS, towards clients and towards endpoints.

use eg_ir::cluster::{TlsParameters, TlsVersion};

use crate::envoy::tls::{self, tls_parameters::TlsProtocol};

/// Emits versions and algorithms.
pub(crate) fn emit(parameters: &TlsParameters) -> tls::TlsParameters {
    let TlsParameters { min_version, max_version, ciphers, curves, signature_algorithms } = parameters;
    tls::TlsParameters {
        tls_minimum_protocol_version: version(*min_version).into(),
        tls_maximum_protocol_version: version(*max_version).into(),
        cipher_suites: ciphers.clone(),
        ecdh_curves: curves.clone(),
        signature_algorithms: signature_algorithms.clone(),
        ..tls::TlsParameters::default()
    }
}

fn version(version: Option<TlsVersion>) -> TlsProtocol {
    match version {
        None => TlsProtocol::TlsAuto,
        Some(TlsVersion::V1_0) => TlsProtocol::TlSv10,
        Some(TlsVersion::V1_1) => TlsProtocol::TlSv11,
        Some(TlsVersion::V1_2) => TlsProtocol::TlSv12,
        Some(TlsVersion::V1_3) => TlsProtocol::TlSv13,
    }
}
