//! Which requests are allowed.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
use crate::v1alpha1::PathMatch;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// Which requests are allowed; the first rule that matches decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Authorization {
    /// What happens when no rule matches; `Deny` when unset. One of `Allow` or `Deny`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Allow", "Deny"])))]
    pub default_action: Option<String>,
    /// The rules, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<AuthorizationRule>,
}

/// Conditions on requests, and what happens to those that meet them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::AUTHORIZATION_RULE)))]
pub struct AuthorizationRule {
    /// What happens. One of `Allow` or `Deny`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Allow", "Deny"])))]
    pub action: String,
    /// Expression in CEL that must be true; headers are in `request.headers`, for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 4096)))]
    pub cel: Option<String>,
    /// Name of the rule in logs and statistics; made of policy and position when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: Option<String>,
    /// Condition on what is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// Condition on who asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
}

/// Conditions on what is asked, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::OPERATION)))]
pub struct Operation {
    /// Methods, one of which the request must have. Each is one of `GET`, `HEAD`, `POST`, `PUT`,
    /// `DELETE`, `CONNECT`, `OPTIONS`, `TRACE` or `PATCH`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::HttpMethod>", length(min = 1, max = 16)))]
    pub methods: Vec<String>,
    /// Condition on the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathMatch>,
}

/// Conditions on who asks, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::PRINCIPAL)))]
pub struct Principal {
    /// Networks, one of which must hold the client's address.
    #[serde(rename = "clientCIDRs", skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::Cidr>", length(min = 1)))]
    pub client_cidrs: Vec<String>,
    /// Places, one of which the client's address must belong to.
    #[serde(rename = "clientIPGeoLocations", skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub client_ip_geo_locations: Vec<ClientIpGeoLocation>,
    /// Conditions on headers, all of which must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub headers: Vec<AuthorizationHeaderMatch>,
    /// Condition on the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt: Option<JwtPrincipal>,
}

/// Where an address belongs to; all that is set must hold. The EnvoyProxy must name the databases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CLIENT_IP_GEO_LOCATION)))]
pub struct ClientIpGeoLocation {
    /// Condition on services that hide addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymous: Option<GeoIpAnonymousMatch>,
    /// Number of the autonomous system.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub asn: Option<i32>,
    /// Name of the city.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 128)))]
    pub city: Option<String>,
    /// Country, as two letters (ISO 3166-1).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 2, max = 2), regex(pattern = "^[A-Za-z]{2}$")))]
    pub country: Option<String>,
    /// Name of the Internet provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub isp: Option<String>,
    /// Region, as in ISO 3166-2 without the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 16), regex(pattern = "^[A-Za-z0-9-]+$")))]
    pub region: Option<String>,
}

/// Conditions on services that hide addresses; all that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::GEO_IP_ANONYMOUS_MATCH)))]
pub struct GeoIpAnonymousMatch {
    /// Whether the address is of any such service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_anonymous: Option<bool>,
    /// Whether it belongs to a hosting provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_hosting: Option<bool>,
    /// Whether it is a public proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_proxy: Option<bool>,
    /// Whether it is a Tor exit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_tor: Option<bool>,
    /// Whether it belongs to a VPN provider.
    #[serde(rename = "isVPN", skip_serializing_if = "Option::is_none")]
    pub is_vpn: Option<bool>,
}

/// A condition on a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct AuthorizationHeaderMatch {
    /// Name of the header; case does not matter.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub name: String,
    /// Values, one of which the header must have.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub values: Vec<String>,
}

/// A condition on the token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::JWT_PRINCIPAL)))]
pub struct JwtPrincipal {
    /// Conditions on claims, all of which must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 16)))]
    pub claims: Vec<JwtClaim>,
    /// Name of the provider in the policy's `jwt` that checked the token.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub provider: String,
    /// Scopes that the token must have, all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<fmt::ObjectName>", length(min = 1, max = 16)))]
    pub scopes: Vec<String>,
}

/// A condition on a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct JwtClaim {
    /// Name of the claim; dots go into nested ones.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Type of the claim; an array must contain one of the values. One of `String` or
    /// `StringArray`. Defaults to `String`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["String", "StringArray"], "x-default" = "String")))]
    pub value_type: Option<String>,
    /// Values, one of which the claim must have.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 128)))]
    pub values: Vec<String>,
}
