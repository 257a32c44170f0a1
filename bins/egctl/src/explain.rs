//! `egctl experimental explain`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, ValueEnum};
use eg_runtime::explain::Request;

use crate::{
    output::{self, Error},
    translate::{Facts, complete, core, input::Input, read, settings},
};

/// The endings of files that are read from directories.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The URL of the request. Its port is that of the Gateway's listener, its path is taken as it is written.
    url: String,
    /// A file with objects, or a directory with such files, everything below included; `-` is standard input. May be
    /// repeated.
    #[arg(short, long, required = true)]
    file: Vec<PathBuf>,
    /// The method.
    #[arg(short = 'X', long, default_value = "GET")]
    method: String,
    /// A header as `name=value`; `host` replaces the host of the URL. May be repeated.
    #[arg(short = 'H', long, value_name = "NAME=VALUE")]
    header: Vec<String>,
    /// The server name that TLS asks for, where it is not the host of the URL.
    #[arg(long, value_name = "NAME")]
    sni: Option<String>,
    /// Format of the answer.
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,
    /// The configuration file of the control plane.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The namespace of objects that name none.
    #[arg(short, long, default_value = "default")]
    namespace: String,
    /// Adds what the objects refer to and the files leave out: namespaces, Services and their addresses.
    #[arg(long)]
    add_missing_resources: bool,
}

/// The format of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let request = request(arguments)?;
    let mut input = Input::default();
    for path in &arguments.file {
        for file in files(path)? {
            let mut read = Input::parse(&read(&file.to_string_lossy())?, &arguments.namespace);
            input.values.append(&mut read.values);
        }
    }
    input.require_class()?;
    if arguments.add_missing_resources {
        complete::add_missing(&mut input, &arguments.namespace)?;
    }
    complete::add_cluster_addresses(&mut input);
    let explanation =
        core(settings(arguments.config.as_deref())?, input, &Facts::default()).explain(&request);
    let format = match arguments.output {
        Format::Text => {
            output::print_text(&explanation.to_string())?;
            return Ok(ExitCode::SUCCESS);
        }
        Format::Json => output::Format::Json,
        Format::Yaml => output::Format::Yaml,
    };
    let value = serde_json::to_value(&explanation).map_err(|error| Error::Format(error.to_string()))?;
    output::print(&value, format)?;
    Ok(ExitCode::SUCCESS)
}

fn request(arguments: &Arguments) -> Result<Request, Error> {
    let usage = |error: eg_runtime::explain::RequestError| Error::Usage(error.to_string());
    let mut request = Request::parse(&arguments.url).map_err(usage)?;
    request.method.clone_from(&arguments.method);
    for header in &arguments.header {
        request = request.with_header_text(header).map_err(usage)?;
    }
    if let Some(name) = &arguments.sni {
        if !request.tls {
            return Err(Error::Usage("--sni needs a URL with https".to_owned()));
        }
        request.server_name = Some(name.to_ascii_lowercase());
    }
    Ok(request)
}

/// A file, or the files with objects at and below a directory, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |source: io::Error| Error::Read { path: path.display().to_string(), source };
    let entries = fs::read_dir(path).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if path.is_dir() || ENDINGS.contains(&ending) {
            found.append(&mut files(&path)?);
        }
    }
    Ok(found)
}
