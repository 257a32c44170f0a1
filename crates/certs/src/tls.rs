//! Mutual TLS from files, followed while they change.

mod config;
mod connection;
mod files;
mod incoming;
mod reloading;

pub use connection::TlsConnection;
pub use files::TlsFiles;
pub use incoming::{HandshakeLimits, TlsIncoming};
pub use reloading::{Reload, ReloadError, ReloadingTls, TlsStatus};
