//! What an HTTPRoute does to requests and responses.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
use super::{
    HttpCorsFilter, HttpExternalAuthFilter, HttpHeaderFilter, HttpRequestMirrorFilter, LocalObjectReference,
};
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};

/// One thing done to requests or responses. The type says which; its field holds the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HTTP_FILTER)))]
pub struct HttpRouteFilter {
    /// Which filter it is.
    pub r#type: HttpRouteFilterType,
    /// Changes headers of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_header_modifier: Option<HttpHeaderFilter>,
    /// Changes headers of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_header_modifier: Option<HttpHeaderFilter>,
    /// Sends a copy of the request to another backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_mirror: Option<HttpRequestMirrorFilter>,
    /// Answers with a redirect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_redirect: Option<HttpRequestRedirectFilter>,
    /// Changes host or path of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_rewrite: Option<HttpUrlRewriteFilter>,
    /// Answers cross-origin checks of browsers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<HttpCorsFilter>,
    /// Asks another service whether the request may pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_auth: Option<HttpExternalAuthFilter>,
    /// A filter that another kind of object defines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_ref: Option<LocalObjectReference>,
}

/// Answers with a redirect; what is unset stays as in the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRequestRedirectFilter {
    /// Scheme of the new location: `http` or `https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["http", "https"])))]
    pub scheme: Option<String>,
    /// Hostname of the new location.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub hostname: Option<String>,
    /// Change of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<HttpPathModifier>,
    /// Port of the new location.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PortNumber"))]
    pub port: Option<i32>,
    /// Status of the response; 302 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "fmt::Int",
            extend("enum" = [301, 302, 303, 307, 308]),
            extend("x-default" = 302),
        )
    )]
    pub status_code: Option<i32>,
}

/// Changes the request on its way to the backend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpUrlRewriteFilter {
    /// New host header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub hostname: Option<String>,
    /// Change of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<HttpPathModifier>,
}

/// A change of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HTTP_PATH_MODIFIER)))]
pub struct HttpPathModifier {
    /// What is replaced.
    pub r#type: HttpPathModifierType,
    /// The new path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HttpPathValue"))]
    pub replace_full_path: Option<String>,
    /// What takes the place of the matched prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HttpPathValue"))]
    pub replace_prefix_match: Option<String>,
}

open_enum! {
    /// Filters of an HTTPRoute.
    HttpRouteFilterType {
        /// Changes headers of the request.
        RequestHeaderModifier = "RequestHeaderModifier",
        /// Changes headers of the response.
        ResponseHeaderModifier = "ResponseHeaderModifier",
        /// Sends a copy of the request to another backend.
        RequestMirror = "RequestMirror",
        /// Answers with a redirect.
        RequestRedirect = "RequestRedirect",
        /// Changes host or path of the request.
        UrlRewrite = "URLRewrite",
        /// A filter that another kind of object defines.
        ExtensionRef = "ExtensionRef",
        /// Answers cross-origin checks of browsers.
        Cors = "CORS",
        /// Asks another service whether the request may pass.
        ExternalAuth = "ExternalAuth",
    }
}

open_enum! {
    /// What a path modifier replaces.
    HttpPathModifierType {
        /// The whole path.
        ReplaceFullPath = "ReplaceFullPath",
        /// The prefix that the rule matched.
        ReplacePrefixMatch = "ReplacePrefixMatch",
    }
}
