//! Secrets that policies name.

use std::sync::Arc;

use eg_api::{core, gateway::SecretObjectReference};
use eg_diag::ObjectRef;
use eg_resources::Object;

use crate::refs::{RefCx, Unresolved};

/// A Secret that a policy names, or why there is none.
pub(super) fn follow(
    refs: RefCx<'_, '_>,
    reference: &SecretObjectReference,
) -> Result<(ObjectRef, Arc<core::Secret>), String> {
    if !reference.group().is_empty() || reference.kind() != "Secret" {
        return Err(format!("expected a Secret, found kind {}", reference.kind()));
    }
    let target = refs.target(core::Secret::KIND, reference.namespace.as_deref(), &reference.name);
    let secret = refs.follow::<core::Secret>(&target).map_err(|why| match why {
        Unresolved::NotPermitted => {
            format!("no ReferenceGrant in namespace {} permits the use of {target}", target.namespace)
        }
        Unresolved::NotFound => format!("{target} does not exist"),
    })?;
    Ok((target, secret))
}

/// An entry of a Secret that a policy names.
pub(super) fn entry(
    refs: RefCx<'_, '_>,
    reference: &SecretObjectReference,
    entry: &str,
) -> Result<Vec<u8>, String> {
    let (target, secret) = follow(refs, reference)?;
    let content = secret.data.get(entry).map(|content| content.as_bytes().to_vec());
    content.filter(|content| !content.is_empty()).ok_or_else(|| format!("{target} has no entry {entry}"))
}
