//! What a Gateway and its EnvoyProxy add to TLS towards backends.
//!
//! API: `Gateway.spec.tls.backend.clientCertificateRef` and `EnvoyProxy.spec.backendTLS`. What a Backend says for itself goes
//! first, field by field. A Gateway that names a certificate gets no other one, even if its own cannot be presented: its
//! backends then see a client without certificate, and the status of the Gateway says why.

use std::sync::Arc;

use eg_api::{
    gateway::{Gateway, SecretObjectReference},
    v1alpha1::{EnvoyProxy, TlsSettings},
};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{
    Secret,
    cluster::{PeerValidation, TlsProfile},
};
use eg_resources::Object;

use crate::{
    engine::{ReadCx, Unit},
    gateway::{EffectiveProxy, GatewayOf},
    policy::tls_parameters,
    refs::{
        RefCx,
        backend::{
            Problem,
            tls::{BackendTls, problem},
        },
        client_certificate::{self, NoCertificate},
    },
};

static INVALID_CERTIFICATE: Code =
    Code::error("invalid-client-certificate-ref", "ResolvedRefs", "InvalidClientCertificateRef");
static NOT_PERMITTED: Code =
    Code::error("client-certificate-not-permitted", "ResolvedRefs", "RefNotPermitted");

/// What holds for all backends of a Gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TlsDefaults {
    client_certificate: Result<Option<Arc<Secret>>, Problem>,
    settings: TlsSettings,
}

/// What holds for all backends of a Gateway; `None` when the Gateway is not ours.
pub(crate) struct TlsDefaultsOf;

impl Unit for TlsDefaultsOf {
    type Key = ObjectRef;
    type Out = Option<Arc<TlsDefaults>>;
    const NAME: &'static str = "backend_tls_defaults";
    const RANK: u8 = 5;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let state = cx.unit::<GatewayOf>(key);
        let state = state.as_ref().as_ref()?;
        let gateway = cx.object::<Gateway>(key)?;
        let of_proxy = state.proxy.as_ref().and_then(|proxy| Some((proxy, proxy.spec.backend_tls.as_ref()?)));
        let client_certificate = match (gateway_certificate(cx, key, &gateway), of_proxy) {
            (Some(own), _) => Ok(own.ok()),
            (None, Some((proxy, tls))) => {
                let reference = tls.client_certificate_ref.as_ref();
                reference.map(|reference| proxy_certificate(cx, proxy, reference)).transpose()
            }
            (None, None) => Ok(None),
        };
        let settings = of_proxy.map(|(_, tls)| tls.tls.clone()).unwrap_or_default();
        Some(Arc::new(TlsDefaults { client_certificate, settings }))
    }
}

/// The certificate that a Gateway presents to backends, or why it cannot; `None` when it names none.
pub(crate) fn gateway_certificate(
    cx: &ReadCx<'_>,
    key: &ObjectRef,
    gateway: &Gateway,
) -> Option<Result<Arc<Secret>, Diagnostic>> {
    let reference = gateway.spec.tls.as_ref()?.backend.as_ref()?.client_certificate_ref.as_ref()?;
    let path = FieldPath::spec().field("tls").field("backend").field("clientCertificateRef");
    Some(client_certificate::resolve(RefCx::new(cx, key), reference).map_err(|reason| match reason {
        NoCertificate::NotPermitted(message) => Diagnostic::new(&NOT_PERMITTED, path, message),
        NoCertificate::Invalid(message) => Diagnostic::new(&INVALID_CERTIFICATE, path, message),
    }))
}

/// The certificate of an EnvoyProxy, in the namespace of that or, for the one in the configuration, of the control plane.
fn proxy_certificate(
    cx: &ReadCx<'_>,
    proxy: &EffectiveProxy,
    reference: &SecretObjectReference,
) -> Result<Arc<Secret>, Problem> {
    let from = if proxy.object.name.is_empty() {
        ObjectRef::new(EnvoyProxy::KIND, Arc::clone(&cx.env().settings.namespace), "")
    } else {
        proxy.object.clone()
    };
    let fail = |message: &str| problem(format!("{from}: spec.backendTLS.clientCertificateRef: {message}"));
    if reference.namespace.as_deref().is_some_and(|namespace| *namespace != *from.namespace) {
        return Err(fail("the Secret must be in the namespace of the EnvoyProxy"));
    }
    client_certificate::resolve(RefCx::new(cx, &from), reference).map_err(|reason| fail(reason.message()))
}

/// TLS towards one backend of a Gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlannedTls {
    /// The profile, whose name is given by its cluster.
    pub(crate) profile: TlsProfile,
    /// The secrets that it names.
    pub(crate) secrets: Vec<Arc<Secret>>,
}

/// Completes what a backend says about TLS with what its Gateway says.
pub(crate) fn complete(
    cx: &ReadCx<'_>,
    gateway: &ObjectRef,
    tls: &BackendTls,
) -> Result<PlannedTls, Problem> {
    let defaults = cx.unit::<TlsDefaultsOf>(gateway);
    let defaults = defaults.as_ref().as_deref();
    let certificate = match (&tls.client_certificate, defaults) {
        (Some(own), _) => Some(Arc::clone(own)),
        (None, Some(defaults)) => defaults.client_certificate.clone()?,
        (None, None) => None,
    };
    let settings = over(&tls.settings, defaults.map(|defaults| &defaults.settings));
    let profile = TlsProfile {
        server_name: tls.server_name.clone(),
        validation: tls.authorities.as_ref().map(|authorities| PeerValidation {
            trusted_ca: authorities.reference(),
            names: tls.names.clone(),
        }),
        client_certificate: certificate.as_ref().map(|secret| secret.reference()),
        alpn: settings.alpn_protocols.clone(),
        parameters: tls_parameters::lower(&settings),
        ..TlsProfile::default()
    };
    Ok(PlannedTls { profile, secrets: tls.authorities.iter().cloned().chain(certificate).collect() })
}

/// The settings of a backend, and where they say nothing the defaults.
fn over(own: &TlsSettings, defaults: Option<&TlsSettings>) -> TlsSettings {
    let Some(defaults) = defaults else { return own.clone() };
    let list =
        |own: &Vec<String>, default: &Vec<String>| if own.is_empty() { default.clone() } else { own.clone() };
    TlsSettings {
        alpn_protocols: own.alpn_protocols.clone().or_else(|| defaults.alpn_protocols.clone()),
        ciphers: list(&own.ciphers, &defaults.ciphers),
        ecdh_curves: list(&own.ecdh_curves, &defaults.ecdh_curves),
        fingerprints: Vec::new(),
        max_version: own.max_version.clone().or_else(|| defaults.max_version.clone()),
        min_version: own.min_version.clone().or_else(|| defaults.min_version.clone()),
        signature_algorithms: list(&own.signature_algorithms, &defaults.signature_algorithms),
    }
}

#[cfg(test)]
mod tests {
    use eg_ir::cluster::{TlsParameters, TlsVersion};

    use super::*;

    #[test]
    fn a_backend_goes_before_the_defaults_field_by_field() {
        let own = TlsSettings { min_version: Some("1.3".to_owned()), ..TlsSettings::default() };
        let defaults = TlsSettings {
            min_version: Some("1.1".to_owned()),
            max_version: Some("Auto".to_owned()),
            ciphers: vec!["AES128-SHA".to_owned()],
            alpn_protocols: Some(vec!["h2".to_owned()]),
            ..TlsSettings::default()
        };
        let merged = over(&own, Some(&defaults));
        assert_eq!(merged.alpn_protocols, defaults.alpn_protocols);
        let parameters = tls_parameters::lower(&merged);
        assert_eq!((parameters.min_version, parameters.max_version), (Some(TlsVersion::V1_3), None));
        assert_eq!(parameters.ciphers, defaults.ciphers);
    }

    #[test]
    fn versions_have_bounds_unless_stated() {
        assert_eq!(tls_parameters::lower(&TlsSettings::default()), TlsParameters::default());
    }
}
