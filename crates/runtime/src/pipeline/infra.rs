//! Applying infrastructure, and hearing of it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use eg_api::v1alpha1::EnvoyProxySpec;
use eg_infra::{BootstrapError, BootstrapSource, InfraTarget, PortPlan, Provisioner};
use eg_ir::{InfraIr, IrKey};
use eg_telemetry::Metrics;
use eg_xds_translator::bootstrap::{self, ControlPlane, UserBootstrap};
use futures_util::StreamExt;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::Instant,
};

use super::{ReadyPort, measure, source::chain};
use crate::{Event, ProxyOptions, bootstrap_options};

/// First and longest pause before a failed application is tried again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// What the platform should do.
pub(super) enum Wish {
    /// Run this fleet.
    Apply { fleet: IrKey, ir: Arc<InfraIr>, proxy: Option<Arc<EnvoyProxySpec>> },
    /// Run it no more.
    Delete(IrKey),
    /// All fleets of the initial state were applied.
    Complete,
}

/// What runs the proxies, and what it has to know.
pub(super) struct Platform {
    pub(super) provisioner: Arc<dyn Provisioner>,
    pub(super) control_plane: ControlPlane,
    pub(super) ready_port: Option<ReadyPort>,
    pub(super) metrics: Metrics,
}

/// Starts the tasks that talk to the platform.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    platform: Platform,
    events: mpsc::Sender<Event>,
    mut stopped: watch::Receiver<bool>,
) -> mpsc::UnboundedSender<Wish> {
    // As long as the number of fleets: a fleet's wishes replace each other in the core already.
    let (wishes, inbox) = mpsc::unbounded_channel();
    let observing = observe(Arc::clone(&platform.provisioner), events.clone());
    tasks.spawn(async move {
        tokio::select! {
            () = observing => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    });
    tasks.spawn(apply(platform, inbox, events));
    wishes
}

async fn apply(platform: Platform, mut inbox: mpsc::UnboundedReceiver<Wish>, events: mpsc::Sender<Event>) {
    let Platform { provisioner, control_plane, ready_port, metrics } = platform;
    let mut wanted = BTreeSet::new();
    while let Some(wish) = inbox.recv().await {
        match wish {
            Wish::Apply { fleet, ir, proxy } => {
                let target = InfraTarget::Proxy(fleet.clone());
                wanted.insert(target.clone());
                let bootstrap = bootstrap_source(&fleet, &ir, proxy, &control_plane);
                let mut pause = PAUSE.0;
                loop {
                    let began = Instant::now();
                    let applied = provisioner.apply(&target, &ir, Arc::clone(&bootstrap)).await;
                    measure::applied(&metrics, &fleet, &applied, began.elapsed());
                    let Err(error) = applied else { break };
                    tracing::error!(fleet = %fleet, "the proxies cannot be run: {}", chain(&error));
                    if !error.is_retryable() {
                        break;
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(PAUSE.1);
                }
                if let Some(port) = ready_port.as_ref().and_then(|ready_port| ready_port(&fleet)) {
                    let _ended = events.send(Event::ReadyPort { fleet, port }).await;
                }
            }
            Wish::Delete(fleet) => {
                let target = InfraTarget::Proxy(fleet.clone());
                wanted.remove(&target);
                let began = Instant::now();
                let deleted = provisioner.delete(&target).await;
                measure::deleted(&metrics, &fleet, &deleted, began.elapsed());
                if let Err(error) = deleted {
                    tracing::error!(fleet = %fleet, "the proxies cannot be ended: {}", chain(&error));
                }
            }
            Wish::Complete => {
                if let Err(error) = provisioner.retain(&wanted).await {
                    tracing::warn!("what an earlier run left behind cannot be ended: {}", chain(&error));
                }
            }
        }
    }
}

/// Makes the bootstrap of a fleet; a user's bootstrap that cannot be used is reported and left out.
fn bootstrap_source(
    fleet: &IrKey,
    ir: &Arc<InfraIr>,
    proxy: Option<Arc<EnvoyProxySpec>>,
    control_plane: &ControlPlane,
) -> Arc<dyn BootstrapSource> {
    let (fleet, ir, control_plane) = (fleet.clone(), Arc::clone(ir), control_plane.clone());
    Arc::new(move |ports: &PortPlan| {
        let platform = ProxyOptions {
            control_plane: control_plane.clone(),
            admin_port: ports.admin,
            stats_port: ports.stats,
            ..ProxyOptions::default()
        };
        let options = bootstrap_options(&fleet, &ir, proxy.as_deref(), platform);
        let failed = |error: &dyn std::error::Error| BootstrapError { reason: chain(error) };
        let user = ir.proxy.bootstrap.as_ref().map(UserBootstrap::from_block).transpose();
        let effective = user.and_then(|user| bootstrap::effective(&options, user.as_ref())).or_else(|error| {
            tracing::error!(fleet = %fleet, "the bootstrap of the EnvoyProxy is left out: {}", chain(&error));
            bootstrap::effective(&options, None)
        });
        let effective = effective.map_err(|error| failed(&error))?;
        serde_json::to_vec(&effective).map_err(|error| failed(&error))
    })
}

async fn observe(provisioner: Arc<dyn Provisioner>, events: mpsc::Sender<Event>) {
    let mut observations = provisioner.observe();
    while let Some((target, observed)) = observations.next().await {
        let InfraTarget::Proxy(fleet) = target else { continue };
        if let Some(problem) = observed.as_ref().and_then(|observed| observed.problem.as_ref()) {
            tracing::warn!(fleet = %fleet, "{problem}");
        }
        let observed = observed.map(|observed| (observed.addresses, observed.ready_replicas));
        if events.send(Event::Observed { fleet, observed }).await.is_err() {
            return;
        }
    }
}
