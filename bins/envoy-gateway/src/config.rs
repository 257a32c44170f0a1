//! The configuration file.

use std::{
    env, fs, io,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use eg_api::config::{ConfigError, EnvoyGateway, EnvoyGatewayCustomProvider, Problem, XdsServer};
use eg_runtime::{ExtensionServer, Settings, UnsupportedHook};
use serde_json::Value;
use thiserror::Error;

use crate::position::{Lines, Place, Step};

/// Why a configuration cannot be put to work.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{path}: not YAML: {problem}")]
    Yaml { path: Place, problem: String },
    #[error("{path}: {field} cannot be read: {problem}")]
    Field { path: Place, field: String, problem: String },
    #[error("{} is not a configuration", path.display())]
    Parse { path: PathBuf, source: ConfigError },
    #[error("{}", problems.join("; "))]
    Invalid { problems: Vec<String> },
    #[error(transparent)]
    Hook(#[from] UnsupportedHook),
    #[error("{field}: {what} is not part of this build; {instead}")]
    Unsupported { field: &'static str, what: &'static str, instead: &'static str },
}

/// Reads a file, fills in defaults and checks it. Without a file, everything is as it is by default.
pub(crate) fn load(path: Option<&Path>) -> Result<EnvoyGateway, Error> {
    let Some(path) = path else { return Ok(EnvoyGateway::default().defaulted()) };
    let owned = || path.to_owned();
    let text = fs::read_to_string(path).map_err(|source| Error::Read { path: owned(), source })?;
    read(&text, path)
}

fn read(text: &str, path: &Path) -> Result<EnvoyGateway, Error> {
    let document: Value = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map(|location| location.line());
        let problem = error.to_string().lines().next().unwrap_or_default().to_owned();
        Error::Yaml { path: Place::new(path, line), problem }
    })?;
    let config = match EnvoyGateway::parse(document.clone()) {
        Ok(config) => config.defaulted(),
        Err(source) => return Err(unreadable(text, path, &document, source)),
    };
    let lines = Lines::of(text);
    let place =
        |problem: &Problem| Place::new(path, lines.at(problem.path.segments().iter().map(Step::from)));
    let problems: Vec<String> =
        config.validate().iter().map(|problem| format!("{}: {problem}", place(problem))).collect();
    if problems.is_empty() { Ok(config) } else { Err(Error::Invalid { problems }) }
}

/// Finds the field that has the wrong type.
fn unreadable(text: &str, path: &Path, document: &Value, source: ConfigError) -> Error {
    match serde_path_to_error::deserialize::<_, EnvoyGateway>(document) {
        Err(error) if matches!(source, ConfigError::Decode(_)) => Error::Field {
            path: Place::new(path, Lines::of(text).at(error.path().iter().filter_map(Step::of))),
            field: error.path().to_string(),
            problem: error.inner().to_string(),
        },
        _ => Error::Parse { path: path.to_owned(), source },
    }
}

/// The provider, if it is one that this build has: objects from files.
pub(crate) fn custom_provider(config: &EnvoyGateway) -> Result<&EnvoyGatewayCustomProvider, Error> {
    let unsupported = |field, what, instead| Err(Error::Unsupported { field, what, instead });
    let provider = config.provider.as_ref().filter(|provider| provider.r#type == "Custom");
    let Some(custom) = provider.and_then(|provider| provider.custom.as_ref()) else {
        return unsupported(
            "provider.type",
            "the provider Kubernetes",
            "use Custom with resources from files",
        );
    };
    if custom.resource.r#type != "File" {
        return unsupported(
            "provider.custom.resource.type",
            "Kubernetes as the source of objects",
            "use File",
        );
    }
    if custom.infrastructure.as_ref().is_some_and(|infrastructure| infrastructure.r#type == "Remote") {
        let field = "provider.custom.infrastructure.type";
        return unsupported(
            field,
            "a remote server that runs proxies",
            "use Host, or run the proxies yourself",
        );
    }
    Ok(custom)
}

/// The files and directories with objects.
pub(crate) fn paths(custom: &EnvoyGatewayCustomProvider) -> Vec<PathBuf> {
    let file = custom.resource.file.iter();
    file.flat_map(|file| &file.paths).map(PathBuf::from).collect()
}

/// What translation needs to know, from the file and the environment.
pub(crate) fn settings(config: &EnvoyGateway) -> Settings {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let mut settings = Settings::from_config(config);
    if let Some(namespace) = variable("ENVOY_GATEWAY_NAMESPACE") {
        settings = settings.in_namespace(&namespace);
    }
    if let Some(domain) = variable("KUBERNETES_CLUSTER_DOMAIN") {
        settings = settings.with_dns_domain(&domain);
    }
    settings
}

/// The extension servers, in the order in which they are called.
pub(crate) fn extensions(config: &EnvoyGateway) -> Result<Vec<ExtensionServer>, Error> {
    let namespace = settings(config).namespace;
    let servers = config.extension_servers();
    Ok(servers.map(|server| ExtensionServer::from_config(server, &namespace)).collect::<Result<_, _>>()?)
}

/// Whether there is a page with metrics. Collectors that metrics and traces should be sent to are reported as missing.
pub(crate) fn shows_metrics(config: &EnvoyGateway) -> bool {
    let telemetry = config.telemetry.as_ref();
    let metrics = telemetry.and_then(|telemetry| telemetry.metrics.as_ref());
    if metrics.is_some_and(|metrics| !metrics.sinks.is_empty()) {
        tracing::warn!(
            "telemetry.metrics.sinks: collectors are not part of this build; let Prometheus read the page"
        );
    }
    if telemetry.is_some_and(|telemetry| telemetry.traces.is_some()) {
        tracing::warn!("telemetry.traces: traces of the control plane are not part of this build");
    }
    let prometheus = metrics.and_then(|metrics| metrics.prometheus.as_ref());
    !prometheus.and_then(|prometheus| prometheus.disable).unwrap_or(false)
}

/// Limits and times of the xDS server. What they hold was checked with the rest of the file.
pub(crate) fn xds_options(server: Option<&XdsServer>) -> eg_xds_server::Options {
    let mut options = eg_xds_server::Options::default();
    let Some(server) = server else { return options };
    let exactly = |age: Duration| -> RangeInclusive<Duration> { age..=age };
    if let Some(age) = server.max_connection_age.as_ref().and_then(|age| age.to_std().ok()) {
        options.max_connection_age = exactly(age);
    }
    if let Some(grace) = server.max_connection_age_grace.as_ref().and_then(|grace| grace.to_std().ok()) {
        options.max_connection_age_grace = grace;
    }
    let size = server.max_receive_message_size.as_ref().and_then(|size| size.to_u64().ok());
    if let Some(size) = size.and_then(|size| usize::try_from(size).ok()) {
        options.max_message_size = size;
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyGateway
provider:
  type: Custom
  custom:
    resource: { type: File, file: { paths: [a, b] } }
xdsServer: { maxConnectionAge: 1h, maxReceiveMessageSize: 1Mi }
";

    #[test]
    fn files_and_times_are_taken_over() {
        let config = read(FILE, Path::new("c.yaml")).unwrap();
        assert_eq!(paths(custom_provider(&config).unwrap()), [Path::new("a"), Path::new("b")]);
        let options = xds_options(config.xds_server.as_ref());
        assert_eq!(*options.max_connection_age.end(), Duration::from_hours(1));
        assert_eq!(options.max_message_size, 1 << 20);
    }

    #[test]
    fn the_page_with_metrics_can_be_switched_off() {
        let shows =
            |telemetry: &str| shows_metrics(&read(&format!("{FILE}{telemetry}"), Path::new("c")).unwrap());
        assert!(shows("") && shows("telemetry: {metrics: {prometheus: {disable: false}}}"));
        assert!(!shows("telemetry: {metrics: {prometheus: {disable: true}}}"));
    }

    #[test]
    fn errors_name_the_field() {
        let wrong = FILE.replace("maxConnectionAge: 1h", "maxConnectionAge: soon");
        let error = read(&wrong, Path::new("c.yaml")).unwrap_err().to_string();
        assert!(error.starts_with("c.yaml:8: xdsServer.maxConnectionAge: "), "{error}");
        let hooked = format!(
            "{FILE}extensionManager: {{ hooks: {{ xdsTranslator: {{ post: [Route] }} }}, service: {{ host: a }} }}"
        );
        let error = extensions(&read(&hooked, Path::new("c.yaml")).unwrap()).unwrap_err().to_string();
        assert!(error.contains("`Route`"), "{error}");
        let error = custom_provider(&EnvoyGateway::default().defaulted()).unwrap_err().to_string();
        assert!(error.starts_with("provider.type: "), "{error}");
    }

    #[test]
    fn errors_name_the_line() {
        let error = |text: &str| read(text, Path::new("c.yaml")).unwrap_err().to_string();
        let wrong = FILE.replace("paths: [a, b]", "paths: 7");
        let told = error(&wrong);
        assert!(told.starts_with("c.yaml:7: provider.custom.resource.file.paths cannot be read: "), "{told}");
        let told = error(&FILE.replace("provider:", "provider: ["));
        assert!(told.starts_with("c.yaml:") && told.contains("not YAML"), "{told}");
        assert!(error("kind: Other\napiVersion: v1\n").contains("c.yaml is not a configuration"));
    }
}
