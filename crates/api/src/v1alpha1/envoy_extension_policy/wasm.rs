//! WebAssembly modules.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::gateway::SecretObjectReference;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// A WebAssembly module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Wasm {
    /// Where the module is.
    pub code: WasmCodeSource,
    /// Configuration that the module gets; text as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Any"))]
    pub config: Option<Value>,
    /// Environment variables that the module sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<WasmEnv>,
    /// Whether traffic passes unchanged while the module does not work. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub fail_open: Option<bool>,
    /// Name of the module in logs; made of policy and position when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Identity under which modules share one machine and its state.
    #[serde(rename = "rootID", skip_serializing_if = "Option::is_none")]
    pub root_id: Option<String>,
}

/// Where a module is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::WASM_CODE_SOURCE)))]
pub struct WasmCodeSource {
    /// Settings for `HTTP`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpWasmCodeSource>,
    /// Settings for `Image`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageWasmCodeSource>,
    /// When it is fetched again; `Always` for the tag `latest` and otherwise `IfNotPresent` when
    /// unset. One of `IfNotPresent` or `Always`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["IfNotPresent", "Always"])))]
    pub pull_policy: Option<String>,
    /// Whether it is a file or an image: `HTTP` or `Image`. One of `HTTP`, `Image` or `ConfigMap`.
    #[cfg_attr(feature = "schema", schemars(extend("allOf" = [{"enum": ["HTTP", "Image"]}, {"enum": ["HTTP", "Image", "ConfigMap"]}])))]
    pub r#type: String,
}

/// A module at a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpWasmCodeSource {
    /// SHA-256 hash of the file, in hexadecimal; unchecked when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How the server's certificate is checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<WasmCodeSourceTlsConfig>,
    /// The URL, with `http` or `https`.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(
            pattern = r"^((https?:)(\/\/\/?)([\w]*(?::[\w]*)?@)?([\d\w\.-]+)(?::(\d+))?)?([\/\\\w\.()-]*)?(?:([?][^#]*)?(#.*)?)*"
        ))
    )]
    pub url: String,
}

/// A module in an OCI image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ImageWasmCodeSource {
    /// Secret with the credentials of the registry, of type `kubernetes.io/dockerconfigjson`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::IMAGE_WASM_CODE_SOURCE_PULL_SECRET_REF)))]
    pub pull_secret_ref: Option<SecretObjectReference>,
    /// SHA-256 hash of the image, in hexadecimal; unchecked when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How the registry's certificate is checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<WasmCodeSourceTlsConfig>,
    /// Name of the image, `registry.example.com/filter:v1` for example.
    pub url: String,
}

/// How a server's certificate is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct WasmCodeSourceTlsConfig {
    /// ConfigMap or Secret with the authorities, in key `ca.crt`.
    pub ca_certificate_ref: SecretObjectReference,
}

/// Environment variables that a module sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct WasmEnv {
    /// Names of variables of the proxy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub host_keys: Vec<String>,
}
