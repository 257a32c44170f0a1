//! Configurations that follow their files and keep the last good form.

use super::{
    TlsFiles,
    config::{Configs, configure},
    files::Content,
};
use arc_swap::ArcSwap;
use rustls::{ClientConfig, ServerConfig};
use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tracing::{info, warn};

/// Why files could not become a TLS configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// A file could not be read.
    #[error("cannot read {}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The files' content does not make a usable identity.
    #[error("{what} cannot be used: {reason}")]
    Unusable {
        /// The part in question.
        what: &'static str,
        /// What is wrong with it; never holds key material.
        reason: String,
    },
}

/// What one look at the files led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reload {
    /// The files are as they were.
    Unchanged,
    /// New configurations are in use for handshakes from now on.
    Replaced,
    /// The files are not usable; the last good configurations stay in use.
    Failed(ReloadError),
}

/// What a [`ReloadingTls`] serves at present, for readiness checks and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsStatus {
    /// How often new configurations came into use; 1 after the first load.
    pub generation: u64,
    /// When the certificate in use expires.
    pub not_after: SystemTime,
    /// Why the files as they are now are not in use; `None` when they are.
    pub error: Option<ReloadError>,
}

/// Mutual TLS for servers and clients that follows its files without a restart; cheap to clone.
///
/// Handshakes under way and established connections keep the configuration that they began with. Both sides always
/// require and verify the peer's certificate.
#[derive(Clone)]
pub struct ReloadingTls {
    shared: Arc<Shared>,
}

struct Shared {
    files: TlsFiles,
    alpn: Vec<Vec<u8>>,
    configs: ArcSwap<Configs>,
    // What was last looked at, good or bad, so that bad files are reported once and not at every look.
    seen: Mutex<Option<Content>>,
    status: watch::Sender<TlsStatus>,
}

impl ReloadingTls {
    /// Loads the files for the first time; `alpn` lists the protocols offered, for example `h2`.
    pub fn load(files: TlsFiles, alpn: &[&str]) -> Result<Self, ReloadError> {
        let alpn: Vec<Vec<u8>> = alpn.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let content = files.read()?;
        let configs = configure(&content, &alpn)?;
        let status = TlsStatus { generation: 1, not_after: configs.not_after, error: None };
        let shared = Shared {
            files,
            alpn,
            configs: ArcSwap::from_pointee(configs),
            seen: Mutex::new(Some(content)),
            status: watch::Sender::new(status),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The configuration for the next handshake as a server.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.shared.configs.load().server)
    }

    /// The configuration for the next handshake as a client.
    pub fn client_config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.shared.configs.load().client)
    }

    /// The present status.
    pub fn status(&self) -> TlsStatus {
        self.shared.status.borrow().clone()
    }

    /// A receiver that is told of every change of the status.
    pub fn subscribe(&self) -> watch::Receiver<TlsStatus> {
        self.shared.status.subscribe()
    }

    /// Looks at the files once and uses them if they changed; reads three small files, so it may block for a moment.
    pub fn reload(&self) -> Reload {
        let shared = &*self.shared;
        let mut seen = shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let content = match shared.files.read() {
            Ok(content) => content,
            Err(error) => {
                *seen = None;
                return self.refuse(error);
            }
        };
        if seen.as_ref() == Some(&content) {
            return match shared.status.borrow().error.clone() {
                Some(error) => Reload::Failed(error),
                None => Reload::Unchanged,
            };
        }
        let configured = configure(&content, &shared.alpn);
        *seen = Some(content);
        match configured {
            Ok(configs) => self.replace(configs),
            Err(error) => self.refuse(error),
        }
    }

    /// Looks at the files every `period`, for ever; run it as a task and drop it to stop.
    ///
    /// The content is compared, not the time of the last write, so replaced files, changed links and network file systems
    /// are all noticed.
    pub async fn follow(self, period: Duration) {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let this = self.clone();
            // A panic or a runtime that shuts down ends one look, not the loop.
            if let Err(error) = tokio::task::spawn_blocking(move || this.reload()).await {
                warn!(%error, "a look at the certificate files did not finish");
            }
        }
    }

    fn replace(&self, configs: Configs) -> Reload {
        let shared = &*self.shared;
        let not_after = configs.not_after;
        shared.configs.store(Arc::new(configs));
        shared.status.send_modify(|status| {
            status.generation = status.generation.saturating_add(1);
            status.not_after = not_after;
            status.error = None;
        });
        info!(certificate = %shared.files.certificate.display(), "certificates reloaded");
        Reload::Replaced
    }

    fn refuse(&self, error: ReloadError) -> Reload {
        let shared = &*self.shared;
        let news = shared.status.send_if_modified(|status| {
            let news = status.error.as_ref() != Some(&error);
            status.error = Some(error.clone());
            news
        });
        if news {
            let certificate = shared.files.certificate.display();
            warn!(%certificate, %error, "changed certificates are not usable; the last good ones stay in use");
        }
        Reload::Failed(error)
    }
}

impl fmt::Debug for ReloadingTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReloadingTls")
            .field("files", &self.shared.files)
            .field("status", &self.status())
            .finish()
    }
}
