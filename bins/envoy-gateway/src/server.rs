//! `envoy-gateway server`.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use clap::Args;
use eg_api::config::{EnvoyGateway, EnvoyGatewayCustomProvider};
use eg_certs::{CertificateDirectory, Existing, Role};
use eg_fetch::{Fetcher, HttpFetcher, HttpOptions};
use eg_infra::{Provisioner, host::HostPaths};
use eg_provider_file::{FileOptions, FileSource, FileStatusSink};
use eg_resources::{Decoder, ForeignKinds};
use eg_runtime::{Parts, Pipeline, PipelineError, SourceFactory, XdsEndpoint, XdsSecurity};
use eg_telemetry::Metrics;
use thiserror::Error;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};

use crate::{config, host, logging, logging::Levels, reload};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The configuration file.
    #[arg(short, long)]
    config_path: Option<PathBuf>,
    /// The address on which xDS is served; without it the loopback address when the proxies run on this host, and all
    /// addresses otherwise.
    #[arg(long, value_name = "IP")]
    xds_host: Option<IpAddr>,
    /// The port on which xDS is served; 0 chooses a free one, which is logged.
    #[arg(long, default_value_t = 18_000, value_name = "PORT")]
    xds_port: u16,
    /// Serves xDS without TLS, to whoever asks.
    #[arg(long)]
    xds_plaintext: bool,
    /// The address on which metrics are shown.
    #[arg(long, value_name = "IP", default_value_t = IpAddr::from(Ipv4Addr::UNSPECIFIED))]
    metrics_host: IpAddr,
    /// The port on which metrics are shown; 0 chooses a free one, which is logged.
    #[arg(long, default_value_t = 19_001, value_name = "PORT")]
    metrics_port: u16,
    /// The directory to which statuses of objects are written, one file for each.
    #[arg(long, value_name = "DIR")]
    status_dir: Option<PathBuf>,
    /// Compares every incremental step with starting over, which is slow, and goes on with the latter where they differ.
    #[arg(long)]
    verify_incremental: bool,
}

/// Why the control plane ended.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(transparent)]
    Logging(#[from] logging::Error),
    #[error(transparent)]
    Host(#[from] eg_infra::host::HostError),
    #[error("there are no certificates")]
    Certificates(#[from] eg_certs::Error),
    #[error("the control plane cannot start")]
    Pipeline(#[from] PipelineError),
    #[error(
        "metrics cannot be shown at {address}; choose another place with --metrics-port and --metrics-host, or switch \
         them off with telemetry.metrics.prometheus.disable"
    )]
    Metrics { address: SocketAddr, source: std::io::Error },
    #[error("the operating system refuses")]
    System(#[from] std::io::Error),
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    let config = config::load(arguments.config_path.as_deref())?;
    let metrics = Metrics::new();
    let (levels, _pending) = logging::start(config.logging.as_ref(), &metrics)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(arguments, &config, metrics, levels))
}

async fn serve(
    arguments: &Arguments,
    config: &EnvoyGateway,
    metrics: Metrics,
    levels: Levels,
) -> Result<(), Error> {
    let custom = config::custom_provider(config)?;
    // Before there is anything that a signal must end in order.
    let mut signals = Signals::new()?;
    let is_host = custom.infrastructure.is_some();
    let settings = custom.infrastructure.as_ref().and_then(|infrastructure| infrastructure.host.as_ref());
    let mut parts = parts(arguments, config, custom);
    parts.extensions = config::extensions(config)?;
    parts.metrics = metrics.clone();
    if config::shows_metrics(config) {
        show(&metrics, SocketAddr::new(arguments.metrics_host, arguments.metrics_port)).await?;
    }
    let mut certificates = None;
    if is_host || !arguments.xds_plaintext {
        let paths = host::paths(settings)?;
        // First, because this takes possession of the directory that the others write to.
        let provisioner = if is_host { Some(host::provisioner(&paths)?) } else { None };
        certificates = ensure_certificates(arguments, &paths)?;
        if let Some(provisioner) = provisioner {
            let identity = certificates.as_ref().map(|certificates| certificates.of(Role::Proxy));
            let control_plane = host::control_plane(&paths, identity.as_deref())?;
            let chosen = Arc::clone(&provisioner);
            parts.ready_port = Some(Arc::new(move |fleet| chosen.ports(fleet).map(|ports| ports.ready)));
            parts.infrastructure = Some((provisioner as Arc<dyn Provisioner>, control_plane));
        }
    }
    let security = certificates.as_ref().map_or(XdsSecurity::Plaintext, |certificates| {
        XdsSecurity::MutualTls(host::server_files(certificates))
    });
    let fallback = if is_host { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
    let address = SocketAddr::new(arguments.xds_host.unwrap_or(fallback.into()), arguments.xds_port);
    let renewal = certificates.map(|certificates| tokio::spawn(host::renew(certificates)));

    let pipeline =
        Pipeline::start(config::settings(config), parts, XdsEndpoint { address, security }).await?;
    tracing::info!("the control plane runs");
    match &arguments.config_path {
        Some(path) => tokio::select! {
            () = signals.next() => {}
            () = reload::follow(path.clone(), config.clone(), levels, &pipeline) => {}
        },
        None => signals.next().await,
    }
    tracing::info!("the control plane ends");
    if let Some(renewal) = renewal {
        renewal.abort();
    }
    tokio::select! {
        () = pipeline.shutdown() => tracing::info!("the control plane has ended"),
        () = signals.next() => tracing::warn!("asked again to end: what still runs is killed"),
    }
    Ok(())
}

/// Shows metrics until the program ends.
async fn show(metrics: &Metrics, address: SocketAddr) -> Result<(), Error> {
    let failed = |source| Error::Metrics { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    tokio::spawn(eg_telemetry::serve(listener, metrics.clone(), std::future::pending()));
    tracing::info!(%address, "metrics are shown");
    Ok(())
}

fn ensure_certificates(
    arguments: &Arguments,
    paths: &HostPaths,
) -> Result<Option<CertificateDirectory>, Error> {
    if arguments.xds_plaintext {
        return Ok(None);
    }
    let certificates = CertificateDirectory::new(paths.certificates());
    let ensured = host::ensure(&certificates, Existing::Keep)?;
    tracing::info!(directory = %certificates.path().display(), ?ensured, "certificates are there");
    Ok(Some(certificates))
}

/// What does not depend on who runs the proxies.
fn parts(arguments: &Arguments, config: &EnvoyGateway, custom: &EnvoyGatewayCustomProvider) -> Parts {
    let statuses = FileStatusSink::new(arguments.status_dir.clone());
    let mut options = FileOptions::new(config::paths(custom));
    options.decoder = Decoder::new().with_foreign_kinds(&ForeignKinds::from_config(config));
    options.statuses = Some(statuses.clone());
    let factory: SourceFactory = Box::new(move || Box::new(FileSource::new(options.clone())));
    let fetcher: Arc<dyn Fetcher> = Arc::new(HttpFetcher::new(HttpOptions::default()));
    Parts {
        fetchers: vec![fetcher],
        sources: vec![(FileSource::source_id(), factory)],
        statuses: vec![Arc::new(statuses)],
        xds: config::xds_options(config.xds_server.as_ref()),
        verify_incremental: arguments.verify_incremental,
        ..Parts::default()
    }
}

/// The signals that ask to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
