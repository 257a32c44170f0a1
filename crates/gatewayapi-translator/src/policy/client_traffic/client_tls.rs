//! TLS with clients.
//!
//! API: `ClientTrafficPolicy.spec.tls`, for listeners that terminate TLS. IR: [`ClientTls`]. A policy that is in force settles the
//! versions also when it does not name them.
//!
//! Precedence: it goes before the Gateway, that is before what overlapping certificates mean for the protocols that are offered,
//! and before `Gateway.spec.tls.frontend`.
//!
//! Fail mode: closed. A version, a cipher or a way to check certificates that nobody knows closes the listener, and so do
//! authorities and revocation lists that cannot be loaded.
//!
//! - `validation`: how certificates of clients are checked;
//! - `cipher`: the cipher suites that proxies know.

use std::sync::Arc;

use eg_api::v1alpha1::{ClientTlsSettings, ClientTrafficPolicySpec, SessionResumption, TlsSettings};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    listener::{ClientSettings, ClientTls},
};

use super::{ClientTraffic, ListenerProtocol};
use crate::policy::{Declared, FieldCx, PolicyField, reading::Reading, tls_parameters};

mod cipher;
mod validation;

pub(super) use validation::ClientAuthoritiesOf;

static INVALID: Code = Code::error("invalid-client-tls", "Accepted", "Invalid");

const VERSIONS: &[(&str, ())] = &[("Auto", ()), ("1.0", ()), ("1.1", ()), ("1.2", ()), ("1.3", ())];

#[derive(Clone, Copy, PartialEq)]
enum Fingerprint {
    Ja3,
    Ja4,
}

const FINGERPRINTS: &[(&str, Fingerprint)] = &[("JA3", Fingerprint::Ja3), ("JA4", Fingerprint::Ja4)];

/// TLS with clients.
pub(super) struct ClientTlsField;

impl PolicyField<ClientTraffic> for ClientTlsField {
    fn id(&self) -> FeatureId {
        features::CLIENT_TLS
    }

    fn is_set(&self, _: &Declared<'_, ClientTraffic>) -> bool {
        true
    }

    fn applies(&self, place: &ListenerProtocol) -> bool {
        place.terminates_tls()
    }

    fn warn(&self, policy: &Declared<'_, ClientTraffic>, warnings: &mut Vec<Diagnostic>) {
        if let Some(validation) = validation::of(policy.spec) {
            validation::warn(validation, &path(), warnings);
        }
    }

    fn validate(&self, policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) {
        read(policy.spec, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        let mut tls = read(cx.policy.spec, &mut Vec::new());
        let loaded = match &mut tls.validation {
            Some(validation) => {
                validation::load(cx.policy.spec, cx.refs).map(|name| validation.trusted_ca = name)
            }
            None => Ok(()),
        };
        slot.tls = Some(Arc::new(tls));
        loaded
    }
}

fn path() -> FieldPath {
    FieldPath::spec().field("tls")
}

fn read(spec: &ClientTrafficPolicySpec, problems: &mut Vec<Diagnostic>) -> ClientTls {
    let Some(ClientTlsSettings { tls, client_validation, session }) = &spec.tls else {
        return ClientTls::default();
    };
    let mut reading = Reading::new(&INVALID, path(), problems);
    let TlsSettings {
        alpn_protocols,
        ciphers,
        // They are the proxies' to judge, which know others in each version.
        ecdh_curves: _,
        signature_algorithms: _,
        fingerprints,
        max_version,
        min_version,
    } = tls;
    let mut parameters = tls_parameters::lower(tls);
    let least = reading.one_of("minVersion", min_version.as_ref(), VERSIONS);
    let most = reading.one_of("maxVersion", max_version.as_ref(), VERSIONS);
    if least.or(most).is_some()
        && let (Some(least), Some(most)) = (parameters.min_version, parameters.max_version)
        && least > most
    {
        let message =
            "expected a version that is not newer than maxVersion, and 1.2 is the oldest without one";
        reading.at("minVersion").refuse(message);
    }
    parameters.ciphers = cipher::read(ciphers, min_version.as_deref(), reading.at("ciphers"));
    let resumption = session.as_ref().and_then(|session| session.resumption.as_ref());
    let (stateful, stateless) = match resumption {
        Some(SessionResumption { stateful, stateless }) => (stateful.is_some(), stateless.is_some()),
        None => (false, false),
    };
    let validation = client_validation.as_ref();
    let validation = validation.map(|written| validation::read(written, reading.at("clientValidation")));
    let mut reading = reading.at("fingerprints");
    let fingerprints = fingerprints.iter().enumerate();
    let fingerprints: Vec<_> =
        fingerprints.filter_map(|(position, text)| reading.nth(position).word(text, FINGERPRINTS)).collect();
    ClientTls {
        parameters,
        alpn: alpn_protocols.clone(),
        ja3: fingerprints.contains(&Fingerprint::Ja3),
        ja4: fingerprints.contains(&Fingerprint::Ja4),
        stateful_resumption: stateful,
        stateless_resumption: stateless,
        validation,
    }
}
