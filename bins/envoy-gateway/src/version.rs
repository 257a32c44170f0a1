//! `envoy-gateway version`.

use std::error::Error;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::print;

/// The release of the Gateway API whose types are built in.
const GATEWAY_API: &str = "v1.6.1";
/// The release of Envoy that is run and whose protocol is spoken.
const ENVOY: &str = "1.39";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Format of the answer; lines of `KEY: value` when not given.
    #[arg(short, long, value_enum)]
    output: Option<Format>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let text = match arguments.output {
        None => lines(),
        Some(Format::Yaml) => serde_saphyr::to_string(&versions())?,
        Some(Format::Json) => serde_json::to_string_pretty(&versions())? + "\n",
    };
    Ok(print(&text)?)
}

/// The versions, under the names that scripts know.
fn fields() -> [(&'static str, &'static str, &'static str); 4] {
    [
        ("ENVOY_GATEWAY_VERSION", "envoyGatewayVersion", concat!("v", env!("CARGO_PKG_VERSION"))),
        ("ENVOY_PROXY_VERSION", "envoyProxyVersion", ENVOY),
        ("GATEWAYAPI_VERSION", "gatewayAPIVersion", GATEWAY_API),
        ("GIT_COMMIT_ID", "gitCommitID", option_env!("EG_GIT_COMMIT").unwrap_or("unknown")),
    ]
}

fn lines() -> String {
    let mut text = fields().map(|(key, _, value)| format!("{key}: {value}")).join("\n");
    text.push('\n');
    text
}

fn versions() -> Value {
    fields().iter().map(|(_, field, value)| ((*field).to_owned(), json!(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_tell_the_same() {
        let versions = versions();
        assert_eq!(versions.as_object().unwrap().len(), lines().lines().count());
        assert!(versions["envoyGatewayVersion"].as_str().unwrap().starts_with('v'));
        assert_eq!(versions["gatewayAPIVersion"], "v1.6.1");
    }
}
