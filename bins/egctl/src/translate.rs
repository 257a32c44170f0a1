//! `egctl experimental translate`.
//!
//! There are two shapes of results. Who asks for `gateway-api`, `xds` and `ir` alone, as with other implementations of this
//! command, gets objects by kind and configuration dumps as Envoy's administration interface prints them. As soon as
//! `status`, `infra`, `ratelimit` or `bootstrap` is asked for, there is one plain field for each target, for programs that
//! compare; nothing is added to the input then.

use std::{
    fs,
    io::{self, BufRead, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::ExitCode,
    time::SystemTime,
};

use clap::{Args, ValueEnum};
use eg_api::config::EnvoyGateway;
use eg_resources::{Batch, SourceId};
use eg_runtime::{Core, Event, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::output::{self, Error, Format};
pub(crate) use facts::Facts;

pub(crate) mod complete;
mod facts;
pub(crate) mod input;
mod render;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file with the objects to translate; `-` is standard input.
    #[arg(short, long, required_unless_present = "batch")]
    file: Option<String>,
    /// What the file holds.
    #[arg(long, value_enum, default_value_t = From::GatewayApi)]
    from: From,
    /// What to translate to.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "gateway-api,xds")]
    to: Vec<To>,
    /// Format of the result.
    #[arg(short, long, value_enum, default_value_t = Format::Yaml)]
    output: Format,
    /// Which resources of Envoy to print.
    #[arg(short = 't', long = "type", value_enum, default_value_t = ResourceKind::All)]
    kind: ResourceKind,
    /// Adds what the objects refer to and the file leaves out: namespaces, Services and their addresses, and an
    /// EnvoyProxy with what is so by default.
    #[arg(long)]
    add_missing_resources: bool,
    /// The configuration file of the control plane.
    #[arg(long)]
    config: Option<PathBuf>,
    /// A JSON file with answers of the outside world; in a batch, the case brings them.
    #[arg(long)]
    facts: Option<PathBuf>,
    /// The domain of the cluster's services.
    #[arg(long, default_value = "cluster.local")]
    dns_domain: String,
    /// The namespace of the control plane, and of objects that name none.
    #[arg(short, long, default_value = "envoy-gateway-system")]
    namespace: String,
    /// Answers a JSON line on standard input with a JSON line, case by case.
    #[arg(long, conflicts_with_all = ["file", "config", "facts"])]
    batch: bool,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum From {
    /// Objects of the Gateway API and of Envoy Gateway.
    GatewayApi,
}

/// What to translate to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum To {
    /// The objects with their statuses.
    GatewayApi,
    /// The resources that Envoy receives.
    Xds,
    /// The intermediate representation.
    Ir,
    /// Statuses alone.
    Status,
    /// What is needed to run the proxies.
    Infra,
    /// The configuration of the rate-limit service.
    Ratelimit,
    /// The configuration that Envoy starts with.
    Bootstrap,
}

impl To {
    /// Whether the target belongs to the shape of results for people.
    fn is_for_people(self) -> bool {
        matches!(self, Self::GatewayApi | Self::Xds | Self::Ir)
    }
}

/// A type of Envoy's resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ResourceKind {
    /// Every type.
    All,
    /// The configuration that Envoy starts with.
    Bootstrap,
    /// Clusters.
    Cluster,
    /// Listeners.
    Listener,
    /// Route configurations.
    Route,
    /// Endpoints of clusters.
    Endpoint,
}

/// One case of a batch.
#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    input: String,
    config: Option<PathBuf>,
    /// The description of the case, which may hold answers of the outside world.
    #[serde(rename = "case")]
    description: Option<PathBuf>,
}

/// The part of a case's description that matters here.
#[derive(Debug, Deserialize)]
struct Description {
    #[serde(default, rename = "mockData")]
    mock_data: Option<Facts>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let From::GatewayApi = arguments.from;
    if arguments.batch {
        return run_batch(arguments);
    }
    let file = arguments.file.as_deref().unwrap_or("-");
    let facts = arguments.facts.as_deref().map(read_json::<Facts>).transpose()?.unwrap_or_default();
    let translated = translate(arguments, file, arguments.config.as_deref(), &facts)?;
    output::print(&translated, arguments.output)?;
    Ok(ExitCode::SUCCESS)
}

fn run_batch(arguments: &Arguments) -> Result<ExitCode, Error> {
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = match serde_json::from_str::<Case>(&line) {
            Ok(case) => answer(arguments, &case),
            Err(error) => json!({"error": format!("not a case: {error}")}),
        };
        output::print_text(&format!("{answer}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The answer to a case. A panic, which is a bug of ours, spoils no other case.
fn answer(arguments: &Arguments, case: &Case) -> Value {
    let translated = catch_unwind(AssertUnwindSafe(|| {
        let description = case.description.as_deref().map(read_json::<Description>).transpose()?;
        let facts = description.and_then(|description| description.mock_data).unwrap_or_default();
        translate(arguments, &case.input, case.config.as_deref(), &facts)
    }));
    match translated {
        Ok(Ok(mut translated)) => {
            translated["id"] = case.id.as_str().into();
            translated
        }
        Ok(Err(error)) => json!({"id": case.id, "error": error.to_string()}),
        Err(_panic) => json!({"id": case.id, "error": "the translation panicked; see standard error"}),
    }
}

fn translate(
    arguments: &Arguments,
    file: &str,
    config: Option<&Path>,
    facts: &Facts,
) -> Result<Value, Error> {
    facts.check()?;
    let for_people = arguments.to.iter().all(|to| to.is_for_people());
    let mut input = input::Input::parse(&read(file)?, &arguments.namespace);
    if for_people {
        input.require_class()?;
        if arguments.add_missing_resources {
            complete::add_missing(&mut input, &arguments.namespace)?;
        }
        complete::use_cluster_addresses(&mut input);
    }
    let settings =
        settings(config)?.in_namespace(&arguments.namespace).with_dns_domain(&arguments.dns_domain);
    let core = core(settings.clone(), input, facts);
    let render = render::Render { core: &core, settings: &settings };
    if for_people { render.for_people(&arguments.to, arguments.kind) } else { render.plain(&arguments.to) }
}

/// A core that was given the objects, and the facts that it asks for.
pub(crate) fn core(settings: Settings, input: input::Input, facts: &Facts) -> Core {
    let source = SourceId::new("file");
    let objects = input.objects(&settings.foreign);
    let mut core = Core::new(settings, [source.clone()]);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let tick = Event::Tick(i64::try_from(now).unwrap_or(i64::MAX));
    let mut effects = core.step([tick, Event::Batch { source, batch: Batch::Replace(objects) }]);
    let mut panics = core.panics();
    // An answer may lead to a further demand.
    while !effects.demand.is_empty() {
        effects = core.step(effects.demand.iter().map(|demand| facts.answer(demand)));
        panics.extend(core.panics());
    }
    for panic in panics {
        output::complain(&format!("egctl: {} of {} failed: {}", panic.unit, panic.key, panic.message));
    }
    core
}

/// The settings of a configuration file; without one, those that translate the most.
pub(crate) fn settings(config: Option<&Path>) -> Result<Settings, Error> {
    let Some(path) = config else {
        return Ok(Settings { enable_backend: true, ..Settings::default() });
    };
    let text = read(&path.to_string_lossy())?;
    let wrong = |error: String| Error::Usage(format!("{}: {error}", path.display()));
    let config: EnvoyGateway = serde_saphyr::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(Settings::from_config(&config.defaulted()))
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Error> {
    let wrong = |error: serde_json::Error| Error::Usage(format!("{}: {error}", path.display()));
    serde_json::from_str(&read(&path.to_string_lossy())?).map_err(wrong)
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn read(path: &str) -> Result<String, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    if path == "-" {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map_err(failed)?;
        return Ok(text);
    }
    fs::read_to_string(path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misdirected_requests_are_detected_for_conformance() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/conformance/config.yaml");
        let settings = settings(Some(&file)).expect("a configuration");
        assert!(settings.flag("DetectMisdirectedRequests"));
    }
}
