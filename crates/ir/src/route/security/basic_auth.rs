//! Users and their passwords.

use serde::{Deserialize, Serialize};

use crate::{Name, SecretBytes};

/// Users who show a password with each request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BasicAuth {
    /// The name of what asks for it, which tells its filter from others.
    pub name: Name,
    /// A line for each user, with a colon and the SHA-1 hash of the password, as `htpasswd` writes it.
    pub users: SecretBytes,
    /// The header in which the backend gets the name of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward_user: Option<String>,
}
