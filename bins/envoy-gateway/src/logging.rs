//! Logs of the control plane.

use std::io::{self, IsTerminal};

use eg_api::config::EnvoyGatewayLogging;
use eg_telemetry::Metrics;
use thiserror::Error;
use tracing_subscriber::{
    EnvFilter, fmt, reload,
    util::{SubscriberInitExt, TryInitError},
};

mod queue;

use queue::Queue;

/// Why there can be no logs.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("logging.level cannot be used")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    #[error("logs cannot be set up")]
    Init(#[from] TryInitError),
    #[error("there can be no thread that writes them")]
    Thread(#[from] io::Error),
    #[error("logs are not written any more")]
    Reload(#[from] reload::Error),
}

/// The levels in force, to change them.
pub(crate) struct Levels(Box<dyn Fn(EnvFilter) -> Result<(), reload::Error> + Send + Sync>);

/// Lines that may still be on their way; as it is dropped, it waits a little for them.
pub(crate) struct Pending(Queue);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.finish();
    }
}

impl Levels {
    /// Puts other levels into force; the form of entries stays.
    pub(crate) fn change(&self, logging: &EnvoyGatewayLogging) -> Result<(), Error> {
        Ok((self.0)(EnvFilter::try_new(directives(logging))?)?)
    }
}

/// Components that levels can be given for, and the crates that they are.
const COMPONENTS: [(&str, &[&str]); 6] = [
    ("provider", &["eg_provider_file", "eg_resources"]),
    ("gateway-api", &["eg_gatewayapi_translator", "eg_runtime"]),
    ("xds", &["eg_xds_server", "eg_xds_translator"]),
    ("xds-translator", &["eg_xds_translator"]),
    ("xds-server", &["eg_xds_server"]),
    ("infrastructure", &["eg_infra"]),
];

/// Libraries that say too much at the levels below `info`.
const TALKATIVE: [&str; 6] = ["h2", "hyper", "hyper_util", "notify", "rustls", "tower"];

/// Starts to log on standard output, as configured. Nobody who logs waits for who reads it.
pub(crate) fn start(
    logging: Option<&EnvoyGatewayLogging>,
    metrics: &Metrics,
) -> Result<(Levels, Pending), Error> {
    let default = EnvoyGatewayLogging::default();
    let logging = logging.unwrap_or(&default);
    let filter = EnvFilter::try_new(directives(logging))?;
    let queue = Queue::start(io::stdout(), metrics.clone())?;
    let pending = Pending(queue.clone());
    let builder = fmt().with_env_filter(filter).with_ansi(io::stdout().is_terminal()).with_writer(queue);
    if logging.encoder.as_deref() == Some("JSON") {
        let builder = builder.json().with_filter_reloading();
        let handle = builder.reload_handle();
        builder.finish().try_init()?;
        return Ok((Levels(Box::new(move |filter| handle.reload(filter))), pending));
    }
    let builder = builder.with_filter_reloading();
    let handle = builder.reload_handle();
    builder.finish().try_init()?;
    Ok((Levels(Box::new(move |filter| handle.reload(filter))), pending))
}

/// The levels of the configuration in the language of the filter; later directives win.
fn directives(logging: &EnvoyGatewayLogging) -> String {
    let level = |level: &str| if level == "critical" { "error".to_owned() } else { level.to_owned() };
    let default = level(logging.level.get("default").map_or("info", String::as_str));
    let mut directives = vec![default.clone()];
    if ["trace", "debug"].contains(&default.as_str()) {
        directives.extend(TALKATIVE.map(|library| format!("{library}=info")));
    }
    for (component, crates) in COMPONENTS {
        let Some(configured) = logging.level.get(component) else { continue };
        directives.extend(crates.iter().map(|name| format!("{name}={}", level(configured))));
    }
    directives.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(levels: &[(&str, &str)], expected: &str) {
        let level = levels.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned())).collect();
        assert_eq!(directives(&EnvoyGatewayLogging { level, encoder: None }), expected);
    }

    #[test]
    fn levels_become_directives() {
        check(&[], "info");
        check(&[("default", "critical"), ("infrastructure", "debug")], "error,eg_infra=debug");
        check(
            &[("xds", "debug"), ("xds-server", "trace"), ("unknown", "debug")],
            "info,eg_xds_server=debug,eg_xds_translator=debug,eg_xds_server=trace",
        );
        assert!(EnvFilter::try_new("debug,h2=info,eg_infra=off").is_ok());
    }
}
