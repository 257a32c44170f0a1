//! Formats of texts and numbers that several fields share.
//!
//! They exist in schemas only; in Rust the fields are plain, because objects that break the format must still be
//! readable.

use schemars::Schema;
use serde_json::Value;

use crate::schema::fmt::formats;

formats! {
    /// Status of an HTTP response.
    pub(super) HttpStatus = {
        "type": "integer",
        "minimum": 100,
        "maximum": 599,
    };
    /// Level of log entries.
    pub(super) LogLevel = {
        "type": "string",
        "enum": ["trace", "debug", "info", "warn", "error", "off", "critical"],
    };
    /// Network: an address and the length of its prefix.
    pub(super) Cidr = {
        "type": "string",
        "pattern": r"((25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\/([0-9]+))|((([0-9a-fA-F]{1,4}:){7,7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:)|fe80:(:[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]{1,}|::(ffff(:0{1,4}){0,1}:){0,1}((25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])\.){3,3}(25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])|([0-9a-fA-F]{1,4}:){1,4}:((25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])\.){3,3}(25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9]))\/([0-9]+))",
    };
    /// Origin of a request, possibly with a wildcard in the host.
    pub(super) Origin = {
        "type": "string",
        "pattern": r"^(\*|[A-Za-z][A-Za-z0-9+.-]*:\/\/(\*|(\*\.)?(([\w-]+\.?)+)?[\w-]+)(:\d{1,5})?)$",
        "minLength": 1,
        "maxLength": 253,
    };
    /// Application protocol of a backend.
    pub(super) AppProtocol = {
        "type": "string",
        "enum": ["gateway.envoyproxy.io/h2c", "gateway.envoyproxy.io/ws", "gateway.envoyproxy.io/wss"],
    };
    /// Status of a gRPC call.
    pub(super) GrpcSuccessCode = {
        "type": "string",
        "enum": ["Ok", "Cancelled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated"],
    };
    /// Fact about a certificate.
    pub(super) XfccCertData = {
        "type": "string",
        "enum": ["Subject", "Cert", "Chain", "DNS", "URI"],
    };
    /// Event of a health check.
    pub(super) HealthCheckLogEvent = {
        "type": "string",
        "enum": ["Failure", "FailureSeriesStart", "Success", "HealthyTransition"],
    };
    /// Kind of failure that leads to a retry.
    pub(super) RetryTrigger = {
        "type": "string",
        "enum": ["5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "retriable-4xx", "refused-stream", "retriable-status-codes", "cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"],
    };
    /// Method of an HTTP request.
    pub(super) HttpMethod = {
        "type": "string",
        "enum": ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"],
    };
    /// Kind of fingerprint of a client's hello.
    pub(super) TlsFingerprint = {
        "type": "string",
        "enum": ["JA3", "JA4"],
    };
    /// A quantity that is a whole number, possibly with a suffix.
    pub(super) WholeQuantity = {
        "anyOf": [{ "type": "integer" }, { "type": "string" }],
        "allOf": [
            { "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$" },
            { "pattern": "^[1-9]+[0-9]*([EPTGMK]i|[EPTGMk])?$" },
        ],
        "x-kubernetes-int-or-string": true,
    };
}

/// Allows any text as value of a header, where the Gateway API itself wants visible characters.
///
/// For a list of headers, and for a filter that has such lists.
pub(super) fn any_header_value(schema: &mut Schema) {
    for list in ["", "/properties/set", "/properties/add"] {
        if let Some(Value::Object(value)) = schema.pointer_mut(&format!("{list}/items/properties/value")) {
            value.remove("pattern");
        }
    }
}
