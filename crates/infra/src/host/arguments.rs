//! Envoy's command line.

use super::admin::ADDRESS_FILE;
use eg_ir::{InfraIr, IrKey};
use std::{collections::BTreeMap, ffi::OsString, path::Path, time::Duration};

/// The key of [`eg_ir::ProxySettings::log_levels`] that stands for all components not named.
const DEFAULT_COMPONENT: &str = "default";

/// What an Envoy is told on its command line; a change of it needs a new process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arguments {
    cluster: String,
    log_level: Option<String>,
    component_log_levels: BTreeMap<String, String>,
    concurrency: Option<u32>,
    drain_time: Duration,
    extra: Vec<String>,
}

impl Arguments {
    pub(super) fn new(key: &IrKey, ir: &InfraIr) -> Self {
        let mut levels = ir.proxy.log_levels.clone();
        Self {
            cluster: key.to_string(),
            log_level: levels.remove(DEFAULT_COMPONENT),
            component_log_levels: levels,
            concurrency: ir.proxy.concurrency,
            drain_time: Duration::from_millis(ir.proxy.drain_timeout_ms),
            extra: ir.proxy.extra_args.clone(),
        }
    }

    /// The arguments for one process; what the user wrote in `extra_args` takes the place of ours, because Envoy refuses
    /// an option that is given twice.
    pub(super) fn command_line(&self, bootstrap: &Path, node: &str) -> Vec<OsString> {
        let components = self.component_log_levels.iter().map(|(name, level)| format!("{name}:{level}"));
        let components = components.collect::<Vec<_>>().join(",");
        let ours = [
            ("--service-cluster", Some(self.cluster.clone())),
            ("--service-node", Some(node.to_owned())),
            ("--log-level", self.log_level.clone()),
            ("--component-log-level", Some(components).filter(|components| !components.is_empty())),
            ("--concurrency", self.concurrency.map(|threads| threads.to_string())),
            ("--drain-time-s", Some(self.drain_time.as_secs().to_string())),
            ("--drain-strategy", Some("immediate".to_owned())),
            ("--admin-address-path", Some(bootstrap.with_file_name(ADDRESS_FILE).display().to_string())),
        ];
        // First, because an Envoy that an earlier control plane left behind is recognised by it.
        let mut line: Vec<OsString> = vec!["-c".into(), bootstrap.into()];
        for (option, value) in ours {
            if let Some(value) = value.filter(|_| !self.overrides(option)) {
                line.extend([option.into(), value.into()]);
            }
        }
        // Without hot restart processes need no base id to stay apart, and leave no shared memory behind when they are
        // killed. A replacement is a process of its own here.
        let hot_restart = ["--base-id", "--use-dynamic-base-id"].iter().any(|option| self.overrides(option));
        for (flag, wanted) in [("--cpuset-threads", true), ("--disable-hot-restart", !hot_restart)] {
            if wanted && !self.overrides(flag) {
                line.push(flag.into());
            }
        }
        line.extend(self.extra.iter().map(OsString::from));
        line
    }

    fn overrides(&self, option: &str) -> bool {
        self.extra
            .iter()
            .any(|extra| extra.split_once('=').map_or(extra.as_str(), |(name, _)| name) == option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eg_ir::infra::ProxySettings;

    fn line(proxy: ProxySettings) -> String {
        let ir = InfraIr { proxy, ..InfraIr::default() };
        let line = Arguments::new(&IrKey::new("ns/gw"), &ir).command_line(Path::new("/r/b.yaml"), "node-1");
        line.join(std::ffi::OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn settings_become_options() {
        let levels = [("default", "info"), ("upstream", "debug"), ("http", "trace")];
        let settings = ProxySettings {
            log_levels: levels.map(|(component, level)| (component.to_owned(), level.to_owned())).into(),
            concurrency: Some(2),
            drain_timeout_ms: 45_000,
            extra_args: vec!["--disable-extensions".into(), "x".into()],
            ..ProxySettings::default()
        };
        assert_eq!(
            line(settings),
            "-c /r/b.yaml --service-cluster ns/gw --service-node node-1 --log-level info --component-log-level \
             http:trace,upstream:debug --concurrency 2 --drain-time-s 45 --drain-strategy immediate \
             --admin-address-path /r/admin-address --cpuset-threads --disable-hot-restart --disable-extensions x"
        );
    }

    #[test]
    fn an_option_of_the_user_takes_the_place_of_ours() {
        let settings = ProxySettings {
            extra_args: vec!["--log-level=trace".into(), "--base-id".into(), "7".into()],
            ..ProxySettings::default()
        };
        assert_eq!(
            line(settings),
            "-c /r/b.yaml --service-cluster ns/gw --service-node node-1 --drain-time-s 60 --drain-strategy immediate \
             --admin-address-path /r/admin-address --cpuset-threads --log-level=trace --base-id 7"
        );
    }
}
