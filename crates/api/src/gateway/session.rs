//! Session persistence, shared by HTTPRoute, GRPCRoute and policies.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::schema::cel;

/// Keeps the requests of one session at one backend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::SESSION_PERSISTENCE)))]
pub struct SessionPersistence {
    /// Name of the cookie or header; generated when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 128)))]
    pub session_name: Option<String>,
    /// How long a session lasts at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absolute_timeout: Option<Duration>,
    /// Where the session is kept; in a cookie when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "Cookie")))]
    pub r#type: Option<SessionPersistenceType>,
    /// Settings of the cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cookie_config: Option<CookieConfig>,
}

/// Settings of a session cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct CookieConfig {
    /// Whether the cookie outlives the browser session; it does not when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "Session")))]
    pub lifetime_type: Option<CookieLifetimeType>,
}

open_enum! {
    /// Where a session is kept.
    SessionPersistenceType {
        /// In a cookie.
        Cookie = "Cookie",
        /// In a header.
        Header = "Header",
    }
}

open_enum! {
    /// How long a cookie lives.
    CookieLifetimeType {
        /// Until its expiry.
        Permanent = "Permanent",
        /// Until the browser session ends.
        Session = "Session",
    }
}
