//! Who may do what.

use serde::{Deserialize, Serialize};

use crate::route::PathMatch;

/// Who may do what: the first rule that matches decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authorization {
    /// The rules, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<AuthorizationRule>,
    /// What happens when no rule matches.
    pub otherwise: Verdict,
}

/// What becomes of a request or connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is refused.
    #[default]
    Deny,
    /// It is served.
    Allow,
}

/// A rule: when all that it says of a request holds, it decides. Of connections that are not HTTP, networks alone are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthorizationRule {
    /// The name in logs and statistics.
    pub name: String,
    /// What becomes of the request.
    pub verdict: Verdict,
    /// Methods, one of which it has; any when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// What its path is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathMatch>,
    /// Networks, one of which has the address of the client; any when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<Network>,
    /// What its token says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenCondition>,
    /// What its headers say, all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderCondition>,
}

/// A range of IP addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The first address.
    pub address: String,
    /// How many bits all of them share.
    pub prefix: u8,
}

/// What a token that a provider has checked says; all of it must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenCondition {
    /// The name of the provider.
    pub provider: String,
    /// Scopes that it has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Claims.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimCondition>,
}

/// What a claim of a token says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimCondition {
    /// Its name, and those of the claims around it, the outermost first.
    pub path: Vec<String>,
    /// Whether it is a list, which has one of the values.
    #[serde(default)]
    pub is_list: bool,
    /// Values, one of which it has.
    pub values: Vec<String>,
}

/// What a header says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderCondition {
    /// Its name.
    pub name: String,
    /// Values, one of which it has.
    pub values: Vec<String>,
}
