//! String and number formats that many fields share, for `#[schemars(with = "…")]`.
//!
//! They exist in schemas only; in Rust the fields are plain strings and numbers, because objects that break the format must
//! still be readable.

/// Declares formats: names for schemas.
macro_rules! formats {
    ($( $(#[$meta:meta])* $visibility:vis $name:ident = $schema:tt; )+) => {
        $(
            $(#[$meta])*
            #[derive(Debug)]
            $visibility struct $name;

            impl schemars::JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn inline_schema() -> bool {
                    true
                }

                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    schemars::json_schema!($schema)
                }
            }
        )+
    };
}
pub(crate) use formats;

formats! {
    /// Name of an object.
    pub ObjectName = { "type": "string", "minLength": 1, "maxLength": 253 };
    /// API group; empty for the core group.
    pub Group = {
        "type": "string",
        "maxLength": 253,
        "pattern": r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    };
    /// Kind of an object.
    pub Kind = {
        "type": "string",
        "minLength": 1,
        "maxLength": 63,
        "pattern": r"^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$",
    };
    /// Name of a namespace.
    pub Namespace = {
        "type": "string",
        "minLength": 1,
        "maxLength": 63,
        "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    };
    /// Hostname or section name: a DNS subdomain without wildcard.
    pub PreciseHostname = {
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    };
    /// Name of an HTTP header.
    pub HeaderName = {
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "pattern": r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$",
    };
    /// Value of an HTTP header.
    pub HeaderValue = {
        "type": "string",
        "minLength": 1,
        "maxLength": 4096,
        "pattern": r"^[!-~]+([\t ]?[!-~]+)*$",
    };
    /// Domain-prefixed path, as controllers are named.
    pub ControllerName = {
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$",
    };
    /// Hostname, possibly with a wildcard as its first label.
    pub Hostname = {
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    };
    /// Kind of address.
    pub AddressType = {
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": r"^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$",
    };
    /// Protocol of a listener.
    pub ProtocolType = {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": r"^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9]+$",
    };
    /// Name of a well-known set of certificate authorities.
    pub WellKnownCaCertificates = {
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": r"^(System|([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$",
    };
    /// Origin of a cross-origin request.
    pub CorsOrigin = {
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": r"(^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)",
    };
    /// Value of a label.
    pub LabelValue = {
        "type": "string",
        "minLength": 0,
        "maxLength": 63,
        "pattern": r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$",
    };
    /// Value of an annotation.
    pub AnnotationValue = { "type": "string", "minLength": 0, "maxLength": 4096 };
    /// Path, or what a path is compared with.
    pub HttpPathValue = { "type": "string", "maxLength": 1024 };
    /// Type of a condition.
    pub ConditionType = {
        "type": "string",
        "maxLength": 316,
        "pattern": r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
    };
    /// Reason of a condition.
    pub ConditionReason = {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024,
        "pattern": r"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
    };
    /// Port number.
    pub PortNumber = { "type": "integer", "format": "int32", "minimum": 1, "maximum": 65535 };
    /// Whole number without stated size.
    pub Int = { "type": "integer" };
    /// Anything, kept as written.
    pub Any = { "x-kubernetes-preserve-unknown-fields": true };
    /// Any object, kept as written.
    pub AnyObject = { "type": "object", "x-kubernetes-preserve-unknown-fields": true };
}
