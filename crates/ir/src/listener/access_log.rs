//! Access logs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Name, SecretBytes};

/// One access log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccessLog {
    /// What gets an entry.
    pub of: Logged,
    /// Expressions in CEL, all of which must be true for an entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<String>,
    /// Where the entries go.
    pub sink: LogSink,
}

/// What gets an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Logged {
    /// What routes serve, and connections that find no filter chain.
    #[default]
    Everything,
    /// What routes serve.
    Routes,
    /// Connections of the listener.
    Connections,
    /// Attempts at backends of HTTP routes.
    Attempts,
}

/// Where entries go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogSink {
    /// To a file of the proxy's machine.
    File {
        /// The path.
        path: String,
        /// The form of the entries.
        #[serde(default)]
        format: LogFormat,
    },
    /// To a service that speaks Envoy's access log protocol.
    Service {
        /// The cluster of the service.
        cluster: Name,
        /// The name of the log that the service is told.
        log_name: String,
        /// What is in the entries.
        entries: ServiceEntries,
    },
    /// To a collector of OpenTelemetry.
    OpenTelemetry(Box<OpenTelemetryLog>),
}

impl Default for LogSink {
    /// The standard output of the proxy.
    fn default() -> Self {
        Self::File { path: "/dev/stdout".to_owned(), format: LogFormat::default() }
    }
}

/// The form of entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogFormat {
    /// JSON with the usual fields.
    #[default]
    Usual,
    /// JSON with these fields, whose values have command operators.
    Json(BTreeMap<String, String>),
    /// This text, with command operators.
    Text(String),
}

/// What is in the entries for a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ServiceEntries {
    /// Requests, with these headers and trailers.
    Http {
        /// Headers of requests.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        request_headers: Vec<String>,
        /// Headers of responses.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        response_headers: Vec<String>,
        /// Trailers of responses.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        response_trailers: Vec<String>,
    },
    /// Connections.
    Tcp,
}

/// Entries for a collector of OpenTelemetry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenTelemetryLog {
    /// The cluster of the collector.
    pub cluster: Name,
    /// The host by which calls name the collector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// The body of entries, with command operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The attributes of entries, whose values have command operators; the usual fields without body and attributes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The attributes of the resource that entries are about.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_attributes: BTreeMap<String, String>,
    /// Headers of the calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, SecretBytes)>,
}
