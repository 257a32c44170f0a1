//! SecurityPolicy: who may do what.

use serde::{Deserialize, Serialize};

use crate::gateway::{Fraction, PolicyStatus, SecretObjectReference};
use crate::meta::{Duration, ObjectMeta};
#[cfg(feature = "schema")]
use crate::schema::cel;
use crate::v1alpha1::PolicyTargetReferences;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

mod api_key_auth;
mod authorization;
mod ext_auth;
mod jwt;
mod oidc;

pub use api_key_auth::*;
pub use authorization::*;
pub use ext_auth::*;
pub use jwt::*;
pub use oidc::*;

/// Who may do what: authentication, authorization, and what browsers are told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct SecurityPolicy {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: SecurityPolicySpec,
    /// What the controller reports.
    pub status: PolicyStatus,
}

/// What the user asks for in a SecurityPolicy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::SECURITY_POLICY_SPEC)))]
pub struct SecurityPolicySpec {
    /// Which objects of its own API the policy applies to.
    #[serde(flatten)]
    pub targets: PolicyTargetReferences,
    /// Asks for an API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_auth: Option<ApiKeyAuth>,
    /// Which requests are allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Authorization>,
    /// Asks for user name and password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basic_auth: Option<BasicAuth>,
    /// What browsers are told about requests from other origins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// Refuses requests that other sites made a browser send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csrf: Option<Csrf>,
    /// Asks a service whether a request may pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext_auth: Option<ExtAuth>,
    /// Asks for a JSON Web Token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt: Option<Jwt>,
    /// How the policy of a route is merged into that of its parent, which it replaces when unset:
    /// `StrategicMerge` or `JSONMerge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::SECURITY_POLICY_SPEC_MERGE_TYPE)))]
    pub merge_type: Option<String>,
    /// Sends users to an OpenID provider to log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc: Option<Oidc>,
}

/// Asks for user name and password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BasicAuth {
    /// Header that tells the backend the user name; not told when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward_username_header: Option<String>,
    /// Secret with the users in key `.htpasswd`, with `{SHA}` hashes.
    pub users: SecretObjectReference,
}

/// What browsers are told about requests from other origins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Cors {
    /// Whether requests may carry credentials; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_credentials: Option<bool>,
    /// Headers that requests may have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_headers: Vec<String>,
    /// Methods that requests may have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_methods: Vec<String>,
    /// Origins that may send requests, possibly with `*` in the host.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::Origin>"))]
    pub allow_origins: Vec<String>,
    /// Headers of responses that scripts may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expose_headers: Vec<String>,
    /// Time that browsers may remember the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Duration>,
}

/// Refuses changing requests whose origin is neither the host itself nor listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Csrf {
    /// Further origins that may send requests; scheme does not matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::Origin>", length(max = 16)))]
    pub additional_origins: Vec<String>,
    /// Part of the requests that is only counted, and never refused; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow_fraction: Option<Fraction>,
}
