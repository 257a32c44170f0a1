//! How certificates of clients are checked.
//!
//! Modes that verify certificates need authorities; the other ones may have some, which clients are told of.
//!
//! `mode: RequireAny` asks for certificates and takes every one, and with Envoy 1.39 also clients without any: the way by which
//! proxies are told not to verify goes before the demand. Who needs a certificate to be there uses `RequireAndVerify`.

use std::sync::Arc;

use eg_api::{
    gateway::SecretObjectReference,
    v1alpha1::{
        ClientTrafficPolicy, ClientTrafficPolicySpec, ClientValidationContext, CrlContext, OtherSanMatch,
        SubjectAltNames,
    },
};
use eg_diag::{Diagnostic, FieldPath, ObjectRef};
use eg_ir::{
    Name, Secret, SecretContent,
    listener::{ClientCertificateMode as Mode, ClientName, ClientValidation},
    route::StringMatch as Matcher,
};

use super::{INVALID, path};
use crate::{
    engine::{ReadCx, Unit},
    names, origin,
    policy::{reading::Reading, status::deprecated},
    refs::{
        RefCx,
        ca::{self, CaContent, CaReference},
    },
};

const MODES: &[(&str, Mode)] = &[
    ("Request", Mode::Request),
    ("RequireAny", Mode::RequireAny),
    ("VerifyIfGiven", Mode::VerifyIfGiven),
    ("RequireAndVerify", Mode::RequireAndVerify),
];

pub(super) fn of(spec: &ClientTrafficPolicySpec) -> Option<&ClientValidationContext> {
    spec.tls.as_ref()?.client_validation.as_ref()
}

pub(super) fn warn(validation: &ClientValidationContext, tls: &FieldPath, warnings: &mut Vec<Diagnostic>) {
    if validation.optional.is_some() {
        let at = tls.field("clientValidation");
        warnings.push(deprecated(at.field("optional"), &at.field("mode")));
    }
}

/// Everything but the authorities.
pub(super) fn read(written: &ClientValidationContext, mut reading: Reading<'_>) -> ClientValidation {
    let ClientValidationContext {
        allow_expired_certificate,
        ca_certificate_refs,
        certificate_hashes,
        // It is loaded with the authorities.
        crl: _,
        mode,
        optional,
        spki_hashes,
        subject_alt_names,
    } = written;
    let mode = match mode {
        Some(mode) => reading.at("mode").word(mode, MODES).unwrap_or_default(),
        None if optional.unwrap_or_default() => Mode::VerifyIfGiven,
        None => Mode::default(),
    };
    if mode.is_verified() && ca_certificate_refs.is_empty() {
        let message = "certificates cannot be verified without authorities";
        reading.at("caCertificateRefs").refuse(message);
    }
    let names = subject_alt_names.as_ref();
    ClientValidation {
        trusted_ca: None,
        mode,
        expired: allow_expired_certificate.unwrap_or_default(),
        certificate_hashes: certificate_hashes.clone(),
        key_hashes: spki_hashes.clone(),
        names: names.map(|names| self::names(names, reading.at("subjectAltNames"))).unwrap_or_default(),
    }
}

fn names(
    SubjectAltNames { dns_names, email_addresses, ip_addresses, other_names, uris }: &SubjectAltNames,
    mut reading: Reading<'_>,
) -> Vec<ClientName> {
    let mut names = Vec::new();
    let make_dns: fn(Matcher) -> ClientName = ClientName::Dns;
    let lists = [
        (dns_names, "dnsNames", make_dns),
        (email_addresses, "emailAddresses", ClientName::Email),
        (ip_addresses, "ipAddresses", ClientName::Ip),
        (uris, "uris", ClientName::Uri),
    ];
    for (conditions, field, make) in lists {
        let mut reading = reading.at(field);
        let conditions = conditions.iter().enumerate();
        names.extend(conditions.filter_map(|(position, text)| reading.nth(position).text(text).map(make)));
    }
    let mut reading = reading.at("otherNames");
    for (position, OtherSanMatch { oid, r#type, value }) in other_names.iter().enumerate() {
        let condition = reading.nth(position).compared(r#type.as_deref(), value);
        names.extend(condition.map(|condition| ClientName::Other(oid.clone(), condition)));
    }
    names
}

/// The name of the secret that holds the authorities; `None` if the policy names none.
pub(super) fn load(spec: &ClientTrafficPolicySpec, refs: RefCx<'_, '_>) -> Result<Option<Name>, Diagnostic> {
    if of(spec).is_none_or(|validation| validation.ca_certificate_refs.is_empty()) {
        return Ok(None);
    }
    match &refs.reads().unit::<ClientAuthoritiesOf>(refs.from()).0 {
        Some(Ok(secret)) => Ok(Some(secret.name.clone())),
        Some(Err(problem)) => Err(problem.clone()),
        None => Err(Diagnostic::new(&INVALID, path(), "the authorities could not be read")),
    }
}

/// The secret with the authorities that a policy names.
pub(in crate::policy::client_traffic) struct ClientAuthoritiesOf;

/// `None` when the policy names none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::policy::client_traffic) struct ClientAuthorities(
    pub(in crate::policy::client_traffic) Option<Result<Arc<Secret>, Diagnostic>>,
);

impl Unit for ClientAuthoritiesOf {
    /// The policy.
    type Key = ObjectRef;
    type Out = ClientAuthorities;
    const NAME: &'static str = "client_policy_authorities";
    const RANK: u8 = 2;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> ClientAuthorities {
        let Some(policy) = cx.object::<ClientTrafficPolicy>(key) else { return ClientAuthorities(None) };
        let validation = of(&policy.spec).filter(|validation| !validation.ca_certificate_refs.is_empty());
        ClientAuthorities(validation.map(|validation| {
            let content = content(RefCx::new(cx, key), validation)?;
            let name = names::policy_authorities(key);
            Ok(Arc::new(Secret { name, origin: origin::of(&*policy), content }))
        }))
    }
}

fn content(refs: RefCx<'_, '_>, validation: &ClientValidationContext) -> Result<SecretContent, Diagnostic> {
    let at = path().field("clientValidation");
    let load = |references: &[SecretObjectReference], content, at: FieldPath| {
        let references = references.iter().map(reference);
        let loaded = ca::load(refs, references, content, &at);
        loaded.map_err(|problem| Diagnostic::new(&INVALID, problem.path, problem.message))
    };
    let trusted_ca =
        load(&validation.ca_certificate_refs, CaContent::ClientAuthorities, at.field("caCertificateRefs"))?;
    let Some(CrlContext { only_verify_leaf_certificate, refs: lists }) = &validation.crl else {
        return Ok(SecretContent::TrustedCa(trusted_ca));
    };
    Ok(SecretContent::Revocable {
        trusted_ca,
        revoked: load(lists, CaContent::RevocationLists, at.field("crl").field("refs"))?,
        leaf_only: only_verify_leaf_certificate.unwrap_or_default(),
    })
}

fn reference(reference: &SecretObjectReference) -> CaReference<'_> {
    CaReference {
        group: reference.group.as_deref().unwrap_or_default(),
        kind: reference.kind.as_deref().unwrap_or("Secret"),
        namespace: reference.namespace.as_deref(),
        name: &reference.name,
    }
}
