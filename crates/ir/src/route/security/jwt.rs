//! JSON Web Tokens.

use serde::{Deserialize, Serialize};

use crate::{Name, route::Retry};

/// Requests that show a token of a provider that is known; one of several is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Jwt {
    /// The name of what asks for it.
    pub name: Name,
    /// Who may have issued tokens.
    pub providers: Vec<JwtProvider>,
    /// Whether requests without a token pass.
    pub missing_passes: bool,
    /// Whether requests with a wrong token pass too.
    pub wrong_passes: bool,
}

/// Who issues tokens, and how they are checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JwtProvider {
    /// The name of the provider, by which conditions on tokens refer to it.
    pub name: String,
    /// Who must have issued the token; anybody when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Audiences, one of which the token is for; any when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<String>,
    /// The keys that sign tokens.
    pub keys: JwtKeys,
    /// Claims that the backend gets in headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claim_headers: Vec<ClaimHeader>,
    /// Whether the route is chosen anew when headers with claims are there.
    pub choose_again: bool,
    /// Where the token is looked for; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places: Option<JwtPlaces>,
}

/// The keys that sign tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JwtKeys {
    /// These, as a JSON Web Key Set.
    Local(String),
    /// Those that are found elsewhere.
    Remote {
        /// Where.
        uri: String,
        /// The cluster of that place.
        cluster: Name,
        /// The time for an answer, in milliseconds.
        timeout_ms: u64,
        /// How long an answer holds, in milliseconds.
        cache_ms: u64,
        /// After what time a failed request is repeated, in milliseconds; absent is Envoy's default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refetch_ms: Option<u64>,
        /// How failed requests are repeated at once; absent is not at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry: Option<Box<Retry>>,
    },
}

impl Default for JwtKeys {
    fn default() -> Self {
        Self::Local(String::new())
    }
}

/// A claim that the backend gets in a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimHeader {
    /// The claim; dots go into claims.
    pub claim: String,
    /// The header.
    pub header: String,
}

/// Where a token is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JwtPlaces {
    /// Headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<PrefixedHeader>,
    /// Cookies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// Query parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<String>,
}

/// A header with a token behind a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrefixedHeader {
    /// The header.
    pub name: String,
    /// The text in front of the token.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
}
