//! Credentials that the proxy adds to requests.
//!
//! API: `HTTPRouteFilter.spec.credentialInjection`, from a rule or a backend reference. The credential is in key `credential`
//! of a Secret, which may be in another namespace if a ReferenceGrant permits HTTPRouteFilters to use it.
//!
//! Precedence: of several filters of a rule the last one; those of a backend reference are added besides. A header that is
//! there already is kept unless the filter says to overwrite it.
//!
//! Fail mode: closed. Without the credential the rule, or the share of the backend reference, answers 500.

use std::sync::Arc;

use eg_api::{
    core,
    gateway::SecretObjectReference,
    v1alpha1::{HttpCredentialInjectionFilter, InjectedCredential},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{Origin, Secret, SecretBytes, SecretContent, route::CredentialInjection};
use eg_resources::Object;

use super::{
    filter::FilterCx,
    header_modifier::{self, Direction},
    http_route_filter::Described,
};
use crate::{
    header, names, origin,
    refs::{RefCx, Unresolved},
};

static INVALID: Code = Code::error("invalid-credential-injection", "Accepted", "UnsupportedValue");

/// The key of the Secret that has the credential.
const KEY: &str = "credential";

/// The credential that a filter adds, and the secret that has it.
pub(super) fn lower(
    cx: &FilterCx<'_, '_>,
    injection: &HttpCredentialInjectionFilter,
    by: &Described<'_>,
) -> Result<(Arc<CredentialInjection>, Arc<Secret>), Diagnostic> {
    let HttpCredentialInjectionFilter { credential: InjectedCredential { value_ref }, header, overwrite } =
        injection;
    let at = FieldPath::spec().field("credentialInjection");
    if let Some(header) = header {
        let at = at.field("header");
        header_modifier::check_name(header, Direction::Request, &at)
            .map_err(|problem| by.problem(&INVALID, &at, &problem.message))?;
    }
    let at = at.field("credential").field("valueRef");
    let (bytes, origin) = read(cx, value_ref, by).map_err(|message| by.problem(&INVALID, &at, &message))?;
    let name = names::http_route_filter(by.filter);
    let secret = Secret { name: names::credential(&name), origin, content: SecretContent::Generic(bytes) };
    let injection = CredentialInjection {
        name,
        secret: secret.name.clone(),
        header: header.clone(),
        overwrite: overwrite.unwrap_or(false),
    };
    Ok((Arc::new(injection), Arc::new(secret)))
}

/// The credential and where it came from, or why there is none. Nothing of its content is said.
fn read(
    cx: &FilterCx<'_, '_>,
    reference: &SecretObjectReference,
    by: &Described<'_>,
) -> Result<(SecretBytes, Origin), String> {
    let SecretObjectReference { group, kind, namespace, name } = reference;
    let (group, kind) = (group.as_deref().unwrap_or_default(), kind.as_deref().unwrap_or("Secret"));
    if !group.is_empty() || kind != "Secret" {
        return Err(format!("expected a Secret, found kind {kind:?} of group {group:?}"));
    }
    let refs = RefCx::new(cx.cx, by.filter);
    let target = refs.target(core::Secret::KIND, namespace.as_deref(), name);
    let secret = refs.follow::<core::Secret>(&target).map_err(|why| match why {
        Unresolved::NotPermitted => {
            format!("no ReferenceGrant in namespace {} permits the use of {target}", target.namespace)
        }
        Unresolved::NotFound => format!("{target} does not exist"),
    })?;
    let credential = secret.data.get(KEY).and_then(|bytes| bytes.as_str()).unwrap_or_default();
    // Editors and shells end a file with a line end that is no part of the credential.
    let credential = credential.trim_end_matches(['\r', '\n']);
    if credential.is_empty() {
        return Err(format!("{target} has no text in key {KEY:?}"));
    }
    if !header::is_value(credential) {
        return Err(format!("{target} has characters in key {KEY:?} that headers cannot have"));
    }
    Ok((SecretBytes::new(credential.as_bytes()), origin::of(&*secret)))
}
