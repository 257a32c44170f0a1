//! Clients that show a key with each request.
//!
//! API: `SecurityPolicy.spec.apiKeyAuth`. IR: [`ApiKeyAuth`]. Each entry of the Secrets is the key of the client that it is named
//! after; of two for a client the first one counts. A Secret that is missing, a key that is no text, and one that two clients
//! share fail closed.

use std::collections::{BTreeMap, BTreeSet};

use eg_api::v1alpha1::{ApiKeyAuth as Written, ExtractFrom};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, SecretBytes, features,
    route::{ApiKey, ApiKeyAuth, ApiKeyForwarding, ApiKeySource},
};

use super::{RouteSecurity, Security, SecurityPlace, secret};
use crate::{
    policy::{Declared, FieldCx, PolicyField},
    refs::RefCx,
};

static INVALID: Code = Code::error("invalid-api-key-auth", "Accepted", "Invalid");

/// Clients that show a key with each request.
pub(super) struct ApiKeyAuthField;

impl PolicyField<Security> for ApiKeyAuthField {
    fn id(&self) -> FeatureId {
        features::API_KEY_AUTH
    }

    fn is_set(&self, policy: &Declared<'_, Security>) -> bool {
        policy.spec.api_key_auth.is_some()
    }

    fn applies(&self, place: &SecurityPlace) -> bool {
        !place.of_connections
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, slot: &mut RouteSecurity) -> Result<(), Diagnostic> {
        let Some(written) = &cx.policy.spec.api_key_auth else { return Ok(()) };
        let Written { credential_refs: _, extract_from, forward_client_id_header, sanitize } = written;
        let sources: Vec<ApiKeySource> = extract_from.iter().flat_map(sources).collect();
        if sources.is_empty() {
            return Err(invalid(path().field("extractFrom"), "keys have to be looked for somewhere"));
        }
        let forwarding = ApiKeyForwarding {
            header: forward_client_id_header.clone().filter(|header| !header.is_empty()),
            hide_key: sanitize.unwrap_or(false),
        };
        let settings = ApiKeyAuth {
            keys: keys(cx.refs, written)?,
            sources,
            forwarding: Some(forwarding).filter(|forwarding| *forwarding != ApiKeyForwarding::default()),
        };
        slot.settings_mut().api_key_auth = Some(settings.into());
        Ok(())
    }
}

fn path() -> FieldPath {
    FieldPath::spec().field("apiKeyAuth")
}

fn invalid(at: FieldPath, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&INVALID, at, message)
}

fn keys(refs: RefCx<'_, '_>, written: &Written) -> Result<Vec<ApiKey>, Diagnostic> {
    let mut keys = BTreeMap::new();
    let mut known = BTreeSet::new();
    for (position, reference) in written.credential_refs.iter().enumerate() {
        let at = path().field("credentialRefs").index(position);
        let (target, secret) = secret::follow(refs, reference).map_err(|why| invalid(at.clone(), why))?;
        for (client, key) in &secret.data {
            if keys.contains_key(client) {
                continue;
            }
            let key = key.as_bytes().to_vec();
            let problem = if key.is_empty() || std::str::from_utf8(&key).is_err() {
                Some("is no text")
            } else if !known.insert(key.clone()) {
                Some("is that of another client too")
            } else {
                None
            };
            if let Some(problem) = problem {
                return Err(invalid(at, format!("the key of client {client} in {target} {problem}")));
            }
            keys.insert(client.clone(), SecretBytes::new(key));
        }
    }
    Ok(keys.into_iter().map(|(client, key)| ApiKey { client, key }).collect())
}

fn sources(from: &ExtractFrom) -> impl Iterator<Item = ApiKeySource> + '_ {
    let ExtractFrom { cookies, headers, params } = from;
    let headers = headers.iter().cloned().map(ApiKeySource::Header);
    let params = params.iter().cloned().map(ApiKeySource::Query);
    headers.chain(params).chain(cookies.iter().cloned().map(ApiKeySource::Cookie))
}
