//! Certificates of clients.
//!
//! API: `Gateway.spec.tls.frontend`: what holds for all HTTPS listeners, and what holds for those on one port instead, also
//! when that is nothing. IR: `ClientValidation` of the listener.
//!
//! Precedence: what is said for the port goes before what holds for all.
//!
//! Fail mode: closed. A listener whose authorities cannot be loaded is not served, and its status and that of the Gateway say
//! why.

use std::{collections::BTreeMap, sync::Arc};

use eg_api::gateway::{FrontendTlsValidation, FrontendValidationMode, Gateway, ObjectReference, TlsConfig};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{Origin, Secret, SecretContent, listener::ClientCertificateMode};
use eg_resources::Object;

use super::{listener::ListenerState, view::Protocol};
use crate::{
    engine::ReadCx,
    names,
    refs::{
        RefCx,
        ca::{self, CaContent, CaProblem, CaReference, WhyNoCa},
    },
};

static INVALID_FRONTEND: Code = Code::error("invalid-frontend-tls", "ResolvedRefs", "InvalidParameters");

/// Whose certificates a listener accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientAuthorities {
    pub(crate) secret: Arc<Secret>,
    pub(crate) mode: ClientCertificateMode,
}

/// What the Gateway's own status says about certificates of clients.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FrontendState {
    /// Why some authorities cannot be loaded.
    pub(crate) problem: Option<Diagnostic>,
    /// Whether some clients are served without a valid certificate.
    pub(crate) lenient: bool,
}

/// `None` asks clients for no certificate.
type Validation = Option<Result<ClientAuthorities, CaProblem>>;

/// How a Gateway checks the certificates of clients.
#[derive(Default)]
pub(super) struct Frontend {
    default: Validation,
    by_port: BTreeMap<u16, Validation>,
}

impl Frontend {
    /// Loads what the settings of a Gateway name.
    pub(super) fn of(cx: &ReadCx<'_>, key: &ObjectRef, gateway: &Gateway) -> Self {
        let Some(frontend) = gateway.spec.tls.as_ref().and_then(|tls| tls.frontend.as_ref()) else {
            return Self::default();
        };
        let origin = Origin { generation: gateway.metadata.generation(), ..Origin::of(gateway.object_ref()) };
        let at = FieldPath::spec().field("tls").field("frontend");
        let load = |config: &TlsConfig, port: Option<u16>, at: FieldPath| {
            let validation = config.validation.as_ref()?;
            let at = at.field("validation").field("caCertificateRefs");
            Some(authorities(cx, key, &origin, validation, port, &at))
        };
        let each = frontend.per_port.iter().enumerate().map(|(position, config)| {
            let port = u16::try_from(config.port).unwrap_or_default();
            (port, load(&config.tls, Some(port), at.field("perPort").index(position).field("tls")))
        });
        Self { default: load(&frontend.default, None, at.field("default")), by_port: each.collect() }
    }

    /// Makes a listener check the certificates of its clients.
    pub(super) fn apply(&self, listener: &mut ListenerState) {
        if listener.protocol != Some(Protocol::Https) {
            return;
        }
        match self.by_port.get(&listener.port).unwrap_or(&self.default) {
            None => {}
            Some(Ok(authorities)) => listener.client = Some(authorities.clone()),
            Some(Err(problem)) => {
                let reason = match problem.why {
                    WhyNoCa::Kind => "InvalidCACertificateKind",
                    WhyNoCa::NotPermitted => "RefNotPermitted",
                    WhyNoCa::Invalid => "InvalidCACertificateRef",
                };
                let message = format!("The Gateway's {}", sentence(problem));
                listener.valid = false;
                listener.conditions.set("ResolvedRefs", false, reason, message.clone());
                listener.conditions.set("Programmed", false, reason, message.clone());
                listener.conditions.set("Accepted", false, "NoValidCACertificate", message);
            }
        }
    }

    /// What the Gateway's own status says.
    pub(super) fn state(&self) -> FrontendState {
        let all = || self.by_port.values().chain([&self.default]).flatten();
        let problem = all().find_map(|validation| validation.as_ref().err());
        FrontendState {
            problem: problem.map(|problem| {
                Diagnostic::new(&INVALID_FRONTEND, problem.path.clone(), problem.message.clone())
            }),
            lenient: all().flatten().any(|authorities| !authorities.mode.is_verified()),
        }
    }
}

fn sentence(problem: &CaProblem) -> String {
    format!("{}: {}.", problem.path, problem.message)
}

fn authorities(
    cx: &ReadCx<'_>,
    key: &ObjectRef,
    origin: &Origin,
    validation: &FrontendTlsValidation,
    port: Option<u16>,
    at: &FieldPath,
) -> Result<ClientAuthorities, CaProblem> {
    if validation.ca_certificate_refs.is_empty() {
        let message = "expected at least one reference".to_owned();
        return Err(CaProblem { why: WhyNoCa::Invalid, path: at.clone(), message });
    }
    let references = validation.ca_certificate_refs.iter().map(reference);
    let certificates = ca::load(RefCx::new(cx, key), references, CaContent::Authorities, at)?;
    let lenient = validation.mode == Some(FrontendValidationMode::AllowInsecureFallback);
    Ok(ClientAuthorities {
        secret: Arc::new(Secret {
            name: names::client_authorities(key, port),
            origin: origin.clone(),
            content: SecretContent::TrustedCa(certificates),
        }),
        mode: if lenient { ClientCertificateMode::Request } else { ClientCertificateMode::RequireAndVerify },
    })
}

fn reference(reference: &ObjectReference) -> CaReference<'_> {
    CaReference {
        group: &reference.group,
        kind: &reference.kind,
        namespace: reference.namespace.as_deref(),
        name: &reference.name,
    }
}
