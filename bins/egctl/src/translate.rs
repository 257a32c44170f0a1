//! `egctl experimental translate`.

use std::{
    fs,
    io::{self, BufRead, Read},
    path::PathBuf,
    process::ExitCode,
    time::SystemTime,
};

use clap::{Args, ValueEnum};
use eg_api::config::EnvoyGateway;
use eg_provider_file::documents;
use eg_resources::{Batch, Decoder, SourceId};
use eg_runtime::{Core, Event, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::output::{self, Error, Format};

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
    /// The configuration file of the control plane.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The domain of the cluster's services.
    #[arg(long, default_value = "cluster.local")]
    dns_domain: String,
    /// The namespace of the control plane.
    #[arg(short, long, default_value = "envoy-gateway-system")]
    namespace: String,
    /// Answers a JSON line on standard input with a JSON line, case by case.
    #[arg(long)]
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
pub(crate) enum To {
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
}

/// One case of a batch.
#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    input: String,
    config: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let From::GatewayApi = arguments.from;
    if !arguments.batch {
        let file = arguments.file.as_deref().unwrap_or("-");
        let translated = translate(arguments, file, arguments.config.as_ref())?;
        output::print(&translated, arguments.output)?;
        return Ok(ExitCode::SUCCESS);
    }
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

fn answer(arguments: &Arguments, case: &Case) -> Value {
    match translate(arguments, &case.input, case.config.as_ref()) {
        Ok(mut translated) => {
            translated["id"] = case.id.as_str().into();
            translated
        }
        Err(error) => json!({"id": case.id, "error": error.to_string()}),
    }
}

fn translate(arguments: &Arguments, file: &str, config: Option<&PathBuf>) -> Result<Value, Error> {
    let settings =
        settings(config)?.in_namespace(&arguments.namespace).with_dns_domain(&arguments.dns_domain);
    let source = SourceId::new("file");
    let mut core = Core::new(settings, [source.clone()]);
    let text = read(file)?;
    let mut objects = Vec::new();
    for document in documents(&text) {
        // What breaks its schema is reported and translated all the same, as far as it can be read.
        if let Ok(value) = &document.content {
            report(document.number, value);
        }
        match document.content.and_then(|value| eg_provider_file::object(value, &Decoder::new(), false)) {
            Ok(object) => objects.push(object),
            Err(error) => {
                output::complain(&format!("egctl: document {} is left out: {error}", document.number))
            }
        }
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let tick = Event::Tick(i64::try_from(now).unwrap_or(i64::MAX));
    core.step([tick, Event::Batch { source, batch: Batch::Replace(objects) }]);
    for panic in core.panics() {
        output::complain(&format!("egctl: {} of {} failed: {}", panic.unit, panic.key, panic.message));
    }
    render::render(&core, &arguments.to)
}

/// Says what an object breaks of its schema.
fn report(number: usize, value: &Value) {
    let mut value = value.clone();
    eg_api::schema::apply_defaults(&mut value);
    let Some(validator) = eg_api::validate::validator_for(&value) else { return };
    for violation in validator.validate(&value) {
        output::complain(&format!("egctl: document {number}: {violation}"));
    }
}

fn settings(config: Option<&PathBuf>) -> Result<Settings, Error> {
    let Some(path) = config else {
        return Ok(Settings { enable_backend: true, ..Settings::default() });
    };
    let text = read(&path.to_string_lossy())?;
    let wrong = |error: String| Error::Usage(format!("{}: {error}", path.display()));
    let config: EnvoyGateway = serde_saphyr::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(Settings::from_config(&config.defaulted()))
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
