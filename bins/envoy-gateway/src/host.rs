//! Proxies as processes of this host: directories, certificates, and where the control plane is for them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use eg_api::config::EnvoyGatewayHostInfrastructureProvider;
use eg_certs::{CertificateDirectory, ControlPlaneNames, Ensured, Existing, RenewalPolicy, Role, TlsFiles};
use eg_infra::host::{
    BinarySearch, HostError, HostOptions, HostPathOverrides, HostPaths, HostProvisioner, SdsFiles,
};
use eg_xds_translator::bootstrap::{ControlPlane, Security};

/// Time between two looks at whether certificates must be renewed.
const RENEWAL_PERIOD: Duration = Duration::from_hours(24);

/// The directories in the configuration, with customary ones for the rest.
pub(crate) fn paths(host: Option<&EnvoyGatewayHostInfrastructureProvider>) -> Result<HostPaths, HostError> {
    let path = |path: &Option<String>| path.as_ref().filter(|path| !path.is_empty()).map(PathBuf::from);
    let overrides = host.map(|host| HostPathOverrides {
        config_home: path(&host.config_home),
        data_home: path(&host.data_home),
        state_home: path(&host.state_home),
        runtime_dir: path(&host.runtime_dir),
    });
    HostPaths::from_environment(overrides.unwrap_or_default())
}

/// Makes sure that there are certificates in a directory.
pub(crate) fn ensure(
    certificates: &CertificateDirectory,
    existing: Existing,
) -> Result<Ensured, eg_certs::Error> {
    certificates.ensure(&ControlPlaneNames::local(), existing, &RenewalPolicy::default(), SystemTime::now())
}

/// The files of the control plane's own identity.
pub(crate) fn server_files(certificates: &CertificateDirectory) -> TlsFiles {
    TlsFiles::in_directory(&certificates.of(Role::Gateway))
}

/// Looks every day whether certificates must be renewed, for ever.
pub(crate) async fn renew(certificates: CertificateDirectory) {
    loop {
        tokio::time::sleep(RENEWAL_PERIOD).await;
        let certificates = certificates.clone();
        match tokio::task::spawn_blocking(move || ensure(&certificates, Existing::Keep)).await {
            Ok(Ok(Ensured::Kept)) => {}
            Ok(Ok(ensured)) => tracing::info!(?ensured, "certificates were renewed"),
            Ok(Err(error)) => {
                tracing::error!("certificates cannot be renewed: {}", crate::chain(&error));
            }
            Err(error) => tracing::error!(%error, "the look at certificates did not end"),
        }
    }
}

/// What runs the proxies on this host.
pub(crate) fn provisioner(paths: &HostPaths) -> Result<Arc<HostProvisioner>, HostError> {
    let binary = BinarySearch::from_environment(None, Some(paths.data_home.clone()));
    Ok(Arc::new(HostProvisioner::new(HostOptions::new(paths.clone(), binary))?))
}

/// How proxies on this host reach the control plane, whose port is known once it is bound.
///
/// `identity` is the directory of the proxies' certificate; without one the connection is not protected.
pub(crate) fn control_plane(paths: &HostPaths, identity: Option<&Path>) -> Result<ControlPlane, HostError> {
    let security = match identity {
        Some(identity) => {
            let files = SdsFiles::write(&paths.sds(), identity)?;
            let text = |path: PathBuf| path.to_string_lossy().into_owned();
            Security::MutualTls { certificate: text(files.certificate), trusted_ca: text(files.trusted_ca) }
        }
        None => Security::Plaintext,
    };
    Ok(ControlPlane { host: "127.0.0.1".to_owned(), port: 0, security })
}
