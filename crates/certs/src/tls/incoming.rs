//! Accepting connections: handshakes run beside each other, each with a time limit.

use super::{ReloadingTls, TlsConnection};
use futures_util::{FutureExt, Stream};
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{Sleep, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tracing::{debug, warn};

/// Bounds for peers that connect and do not finish their handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandshakeLimits {
    /// How long one handshake may take.
    pub timeout: Duration,
    /// How many may be under way; further connections wait in the listener's queue.
    pub concurrent: usize,
}

impl Default for HandshakeLimits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), concurrent: 1024 }
    }
}

/// The pause after the operating system refuses to accept, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A stream of connections whose peers proved who they are; it never ends.
///
/// Each handshake is a task of its own and uses the configuration of the moment it began. A failed handshake is logged and
/// concerns nobody else. Dropping the stream closes the listener and the handshakes under way.
#[derive(Debug)]
pub struct TlsIncoming {
    listener: TcpListener,
    tls: ReloadingTls,
    limits: HandshakeLimits,
    handshakes: JoinSet<Option<TlsConnection>>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl TlsIncoming {
    /// Accepts from a bound listener; must be polled inside a tokio runtime.
    pub fn new(listener: TcpListener, tls: ReloadingTls, limits: HandshakeLimits) -> Self {
        Self { listener, tls, limits, handshakes: JoinSet::new(), pause: None }
    }

    /// The address that the listener is bound to.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Accepts until the listener has nothing left, the limit is reached or a pause begins.
    fn accept_all(&mut self, cx: &mut Context<'_>) {
        while self.handshakes.len() < self.limits.concurrent.max(1) {
            if let Some(pause) = &mut self.pause {
                if pause.poll_unpin(cx).is_pending() {
                    return;
                }
                self.pause = None;
            }
            match self.listener.poll_accept(cx) {
                Poll::Pending => return,
                Poll::Ready(Ok((stream, peer))) => {
                    let handshake = shake(stream, peer, self.tls.clone(), self.limits.timeout);
                    self.handshakes.spawn(handshake);
                }
                Poll::Ready(Err(error)) if concerns_one_connection(&error) => {
                    debug!(%error, "a connection ended before it was accepted");
                }
                Poll::Ready(Err(error)) => {
                    warn!(%error, "cannot accept connections; trying again shortly");
                    self.pause = Some(Box::pin(sleep(ACCEPT_PAUSE)));
                }
            }
        }
    }
}

impl Stream for TlsIncoming {
    type Item = TlsConnection;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<TlsConnection>> {
        loop {
            self.accept_all(cx);
            match self.handshakes.poll_join_next(cx) {
                Poll::Ready(Some(Ok(Some(connection)))) => return Poll::Ready(Some(connection)),
                // One place is free again, so accepting goes on.
                Poll::Ready(Some(Ok(None) | Err(_))) => {}
                // Without handshakes the listener, or the end of the pause, wakes this task.
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }
}

async fn shake(
    stream: TcpStream,
    peer: SocketAddr,
    tls: ReloadingTls,
    limit: Duration,
) -> Option<TlsConnection> {
    // Small messages of a request-response protocol must not wait for more.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%peer, %error, "cannot switch off Nagle's algorithm");
    }
    let acceptor = TlsAcceptor::from(tls.server_config());
    match timeout(limit, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some(TlsConnection::new(stream, peer)),
        Ok(Err(error)) => {
            warn!(%peer, %error, "TLS handshake failed");
            None
        }
        Err(_) => {
            warn!(%peer, limit = ?limit, "TLS handshake took too long");
            None
        }
    }
}

fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
