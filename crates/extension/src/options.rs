//! How a server is reached and what it is asked about: `extensionManager` in the `EnvoyGateway` configuration.

use std::{collections::BTreeSet, fmt, path::PathBuf, time::Duration};

use eg_xds_translator::SliceKind;
use tonic::Code;

/// How a server is reached and what it is asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtensionOptions {
    /// The name of the server in logs and findings.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// Whether connections are TLS. What it takes is given with [`ExtensionStage::set_tls`](crate::ExtensionStage::set_tls),
    /// because it comes from objects; until then calls fail.
    pub tls: bool,
    /// The name that the server's certificate must be for; that of the address when absent.
    pub server_name: Option<String>,
    /// Which calls are tried again at once.
    pub retry: Retry,
    /// Whether configuration stays as it is when the server fails.
    pub fail_open: bool,
    /// The size of a message in bytes at most, in both directions.
    pub max_message_size: usize,
    /// What the server is asked about.
    pub hooks: BTreeSet<SliceKind>,
    /// The time after which an answer counts as failed, retries included.
    pub time_limit: Duration,
}

impl ExtensionOptions {
    /// A server that is asked about nothing yet, with the defaults of the API.
    pub fn new(name: impl Into<String>, address: Address) -> Self {
        Self {
            name: name.into(),
            address,
            tls: false,
            server_name: None,
            retry: Retry::default(),
            fail_open: false,
            max_message_size: 4 * 1024 * 1024,
            hooks: BTreeSet::new(),
            time_limit: Duration::from_secs(10),
        }
    }
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A host name or address, and a port.
    Tcp {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// A Unix domain socket.
    Unix(PathBuf),
}

/// Which calls are tried again at once, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// Number of attempts, the first one included.
    pub max_attempts: u32,
    /// The first pause.
    pub initial_backoff: Duration,
    /// The longest pause.
    pub max_backoff: Duration,
    /// The factor between pauses.
    pub multiplier: f64,
    /// The statuses that lead to another attempt.
    pub statuses: Vec<Code>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            initial_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(1),
            multiplier: 2.0,
            statuses: vec![Code::Unavailable],
        }
    }
}

/// What a TLS connection takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsMaterial {
    /// The authorities that may have signed the server's certificate, PEM.
    pub authorities: Vec<u8>,
    /// What is shown to the server; nothing when absent.
    pub identity: Option<ClientIdentity>,
}

/// A certificate with its key; `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientIdentity {
    /// The certificate chain, PEM.
    pub certificate: Vec<u8>,
    /// The private key, PEM.
    pub key: Vec<u8>,
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").finish_non_exhaustive()
    }
}
