//! The directories of a control plane on a host.

use super::HostError;
use std::{
    env,
    path::{Path, PathBuf},
};

/// Directories that the user configured; the others have their customary places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostPathOverrides {
    /// Configuration and certificates.
    pub config_home: Option<PathBuf>,
    /// Downloaded programs.
    pub data_home: Option<PathBuf>,
    /// Logs and other lasting state.
    pub state_home: Option<PathBuf>,
    /// Files that are of use only while the control plane runs.
    pub runtime_dir: Option<PathBuf>,
}

/// The directories of a control plane on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPaths {
    /// Configuration and certificates: `~/.config/envoy-gateway`.
    pub config_home: PathBuf,
    /// Downloaded programs: `~/.local/share/envoy-gateway`.
    pub data_home: PathBuf,
    /// Logs and other lasting state: `~/.local/state/envoy-gateway`.
    pub state_home: PathBuf,
    /// Files that are of use only while the control plane runs: `/tmp/envoy-gateway-<uid>`.
    pub runtime_dir: PathBuf,
}

impl HostPaths {
    /// The directories of the user that this process runs as.
    pub fn from_environment(overrides: HostPathOverrides) -> Result<Self, HostError> {
        let home = env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        Self::resolve(overrides, home.as_deref(), rustix::process::getuid().as_raw())
    }

    /// The directories of the user with this home and id.
    pub fn resolve(overrides: HostPathOverrides, home: Option<&Path>, uid: u32) -> Result<Self, HostError> {
        let under_home = |configured: Option<PathBuf>, customary: &str| match (configured, home) {
            (Some(path), _) => Ok(path),
            (None, Some(home)) => Ok(home.join(customary)),
            (None, None) => Err(HostError::NoHome),
        };
        let runtime_dir = overrides.runtime_dir;
        Ok(Self {
            config_home: under_home(overrides.config_home, ".config/envoy-gateway")?,
            data_home: under_home(overrides.data_home, ".local/share/envoy-gateway")?,
            state_home: under_home(overrides.state_home, ".local/state/envoy-gateway")?,
            runtime_dir: runtime_dir.unwrap_or_else(|| PathBuf::from(format!("/tmp/envoy-gateway-{uid}"))),
        })
    }

    /// The directory of the control plane's certificates.
    pub fn certificates(&self) -> PathBuf {
        self.config_home.join("certs")
    }

    /// The directory of the files from which proxies take their own TLS identity.
    pub fn sds(&self) -> PathBuf {
        self.runtime_dir.join("sds")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customary_places_follow_home_and_user() {
        let paths = HostPaths::resolve(HostPathOverrides::default(), Some(Path::new("/h")), 7).unwrap();
        assert_eq!(paths.certificates(), Path::new("/h/.config/envoy-gateway/certs"));
        assert_eq!(paths.data_home, Path::new("/h/.local/share/envoy-gateway"));
        assert_eq!(paths.state_home, Path::new("/h/.local/state/envoy-gateway"));
        assert_eq!(paths.sds(), Path::new("/tmp/envoy-gateway-7/sds"));
    }

    #[test]
    fn a_home_is_needed_only_for_what_is_not_configured() {
        let place = |name: &str| Some(PathBuf::from(name));
        let all = HostPathOverrides {
            config_home: place("/c"),
            data_home: place("/d"),
            state_home: place("/s"),
            runtime_dir: place("/r"),
        };
        assert_eq!(HostPaths::resolve(all.clone(), None, 0).unwrap().runtime_dir, Path::new("/r"));
        let some = HostPathOverrides { data_home: None, ..all };
        assert!(matches!(HostPaths::resolve(some, None, 0), Err(HostError::NoHome)));
    }
}
