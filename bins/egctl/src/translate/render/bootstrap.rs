//! The configuration that Envoys of a fleet start with.

use eg_ir::IrKey;
use eg_runtime::{ProxyOptions, bootstrap_options};
use eg_xds_translator::bootstrap::{self, ControlPlane, Options, UserBootstrap};
use serde_json::{Value, json};

use super::Render;
use crate::output::{self, Error};

/// Where proxies are thought to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the cluster, beside the control plane.
    Cluster,
    /// Nowhere yet: names are placeholders.
    Nowhere,
}

/// The bootstrap of a fleet on Kubernetes. One of the user that cannot be used is reported and left out.
pub(super) fn bootstrap(render: Render<'_>, fleet: &IrKey, place: Place) -> Result<Value, Error> {
    let translation = render.core.translation();
    let Some(infra) = translation.infra.get(fleet) else { return Ok(json!({})) };
    let default = Options::default();
    let settings = render.settings;
    let control_plane = match place {
        Place::Nowhere => ControlPlane::default(),
        Place::Cluster => ControlPlane {
            host: format!("envoy-gateway.{}.svc.{}.", settings.namespace, settings.dns_domain),
            ..ControlPlane::default()
        },
    };
    let platform = ProxyOptions {
        control_plane,
        admin_port: default.admin.port,
        stats_port: default.stats.port,
        ..ProxyOptions::default()
    };
    let proxy = translation.effective_proxy.get(fleet).map(|effective| &*effective.spec);
    let mut options = bootstrap_options(fleet, infra, proxy, platform);
    if place == Place::Nowhere {
        options.local_cluster = default.local_cluster;
    }
    let user = infra.proxy.bootstrap.as_ref().map(UserBootstrap::from_block).transpose();
    let effective = user.and_then(|user| bootstrap::effective(&options, user.as_ref())).or_else(|error| {
        output::complain(&format!("egctl: the bootstrap of the EnvoyProxy of {fleet} is left out: {error}"));
        bootstrap::effective(&options, None)
    });
    effective.map_err(|error| Error::Format(error.to_string()))
}
