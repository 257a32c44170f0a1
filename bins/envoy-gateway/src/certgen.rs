//! `envoy-gateway certgen`.

use std::{error::Error, path::PathBuf};

use clap::Args;
use eg_certs::{CertificateDirectory, Ensured, Existing};
use eg_infra::host::{HostPathOverrides, HostPaths};

use crate::{host, print};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Makes certificates for a control plane on this machine. The only way in this build.
    #[arg(short, long)]
    local: bool,
    /// The directory of configuration, in which `certs` is written; `~/.config/envoy-gateway` when not given.
    #[arg(long)]
    config_home: Option<PathBuf>,
    /// Replaces certificates that exist already.
    #[arg(short, long)]
    overwrite: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if !arguments.local {
        return Err("certificates in Kubernetes are not part of this build; add --local".into());
    }
    let config_home = arguments.config_home.clone();
    let paths = HostPaths::from_environment(HostPathOverrides { config_home, ..Default::default() })?;
    let certificates = CertificateDirectory::new(paths.certificates());
    let existing = if arguments.overwrite { Existing::Overwrite } else { Existing::Keep };
    let what = match host::ensure(&certificates, existing)? {
        Ensured::Kept => "kept the certificates in",
        Ensured::Created => "created certificates in",
        Ensured::Renewed(_) => "renewed the certificates in",
    };
    Ok(print(&format!("{what} {}\n", certificates.path().display()))?)
}
