//! Users who show a password with each request.
//!
//! API: `SecurityPolicy.spec.basicAuth`. IR: [`BasicAuth`]. The users are in entry `.htpasswd` of a Secret, each with the SHA-1 hash
//! of the password, because that is the only one that Envoy knows. A Secret that is missing or that Envoy would not take fails
//! closed.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use eg_api::v1alpha1::BasicAuth as Written;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, SecretBytes, features, route::BasicAuth};

use super::{RouteSecurity, Security, SecurityPlace, secret};
use crate::{
    names,
    policy::{Declared, FieldCx, PolicyField},
};

static INVALID: Code = Code::error("invalid-basic-auth", "Accepted", "Invalid");

/// The entry with the users.
const USERS: &str = ".htpasswd";
/// What is in front of a hash.
const HASHED: &str = "{SHA}";
/// How many bytes a hash has.
const HASH_LENGTH: usize = 20;

/// Users who show a password with each request.
pub(super) struct BasicAuthField;

impl PolicyField<Security> for BasicAuthField {
    fn id(&self) -> FeatureId {
        features::BASIC_AUTH
    }

    fn is_set(&self, policy: &Declared<'_, Security>) -> bool {
        policy.spec.basic_auth.is_some()
    }

    fn applies(&self, place: &SecurityPlace) -> bool {
        !place.of_connections
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, slot: &mut RouteSecurity) -> Result<(), Diagnostic> {
        if let Some(Written { forward_username_header, users }) = &cx.policy.spec.basic_auth {
            let users = secret::entry(cx.refs, users, USERS).and_then(check).map_err(|why| {
                Diagnostic::new(&INVALID, FieldPath::spec().field("basicAuth").field("users"), why)
            })?;
            let settings = BasicAuth {
                name: names::security_policy(cx.refs.from()),
                users: SecretBytes::new(users),
                forward_user: forward_username_header.clone(),
            };
            slot.settings_mut().basic_auth = Some(settings.into());
        }
        Ok(())
    }
}

/// The users if Envoy takes them. What is wrong is said without showing them.
fn check(users: Vec<u8>) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(&users).map_err(|_| format!("{USERS} is not UTF-8"))?;
    let mut known = BTreeSet::new();
    for (number, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |why: &str| format!("line {} of {USERS} {why}", number + 1);
        let (user, password) = line.split_once(':').ok_or_else(|| wrong("has no colon after the user"))?;
        let hash = password.strip_prefix(HASHED).and_then(|hash| STANDARD.decode(hash).ok());
        if hash.is_none_or(|hash| hash.len() != HASH_LENGTH) {
            return Err(wrong("has no SHA-1 hash of a password, as `htpasswd -s` writes it"));
        }
        if user.is_empty() {
            return Err(wrong("has no user"));
        }
        if !known.insert(user) {
            return Err(wrong("is about a user of another line"));
        }
    }
    if known.is_empty() {
        return Err(format!("{USERS} has no users"));
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn users_have_names_and_hashes() {
        const HASH: &str = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
        for users in [format!("a:{HASH}"), format!("# team\n\na:{HASH}\nb:{HASH}\n")] {
            assert!(check(users.clone().into_bytes()).is_ok(), "{users}");
        }
        for users in [
            String::new(),
            "# nobody\n".to_owned(),
            "a".to_owned(),
            "a:secret".to_owned(),
            "a:{SHA}short".to_owned(),
            "a:$apr1$x$y".to_owned(),
            format!(":{HASH}"),
            format!("a:{HASH}\na:{HASH}"),
        ] {
            let why = check(users.clone().into_bytes()).unwrap_err();
            assert!(!why.contains("secret"), "{users}: {why}");
        }
    }
}
