//! The xDS server of the control plane.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use eg_certs::{HandshakeLimits, ReloadingTls, TlsConnection, TlsFiles, TlsIncoming};
use eg_ir::IrKey;
use eg_telemetry::Metrics;
use eg_xds_server::{Ack, Nack, ResourceName, Sent, Server, StreamInfo, StreamObserver, TypeUrl, Version};
use eg_xds_translator::ResourceType;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinSet,
};
use tokio_stream::{Stream, StreamExt, wrappers::TcpListenerStream};
use tonic::transport::server::{Connected, TcpConnectInfo};

use super::{PipelineError, measure::Streams};
use crate::{Event, Judgement};

/// Where xDS is served.
#[derive(Clone, Debug)]
pub struct XdsEndpoint {
    /// The address to bind; port 0 chooses a free one.
    pub address: SocketAddr,
    /// How connections are protected.
    pub security: XdsSecurity,
}

/// How connections of proxies are protected.
#[derive(Clone, Debug)]
pub enum XdsSecurity {
    /// Not at all.
    Plaintext,
    /// Both sides show a certificate; the files are read again when they change.
    MutualTls(TlsFiles),
}

/// Time between two looks at whether the certificates are new.
const FOLLOW_PERIOD: Duration = Duration::from_secs(10);

/// Binds the endpoint and serves until stopped; returns the address that was bound.
pub(super) async fn serve(
    tasks: &mut JoinSet<()>,
    server: Server,
    endpoint: XdsEndpoint,
    mut stopped: watch::Receiver<bool>,
) -> Result<SocketAddr, PipelineError> {
    let failed = |source| PipelineError::Listen { address: endpoint.address, source };
    let listener = TcpListener::bind(endpoint.address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let mut ended = stopped.clone();
    let shutdown = async move {
        let _ended = stopped.wait_for(|stopped| *stopped).await;
    };
    match endpoint.security {
        XdsSecurity::Plaintext => {
            let incoming = connections(listener);
            tasks.spawn(async move { server.serve(incoming, shutdown).await });
        }
        XdsSecurity::MutualTls(files) => {
            let tls = ReloadingTls::load(files, &["h2"])
                .map_err(|error| PipelineError::Certificates(Box::new(error)))?;
            let following = tls.clone().follow(FOLLOW_PERIOD);
            tasks.spawn(async move {
                tokio::select! {
                    () = following => {}
                    _ = ended.wait_for(|ended| *ended) => {}
                }
            });
            let incoming = TlsIncoming::new(listener, tls, HandshakeLimits::default());
            let incoming = incoming.map(|connection| Ok(Secured(connection)));
            tasks.spawn(async move { server.serve(incoming, shutdown).await });
        }
    }
    tracing::info!(%address, "xDS is served");
    Ok(address)
}

/// Connections in plain text, on which small messages do not wait for the acknowledgement of those before them.
fn connections(listener: TcpListener) -> impl Stream<Item = io::Result<TcpStream>> {
    TcpListenerStream::new(listener).map(|accepted| {
        accepted.inspect(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "cannot switch off Nagle's algorithm");
            }
        })
    })
}

/// A connection whose TLS handshake is done.
struct Secured(TlsConnection);

impl Connected for Secured {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        TcpConnectInfo { local_addr: self.0.local_addr().ok(), remote_addr: Some(self.0.peer_addr()) }
    }
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// Logs what proxies say, and tells the core what it has to know.
#[derive(Clone, Debug)]
pub(super) struct Observer {
    judgements: mpsc::UnboundedSender<Judgement>,
    searching: Arc<AtomicBool>,
    streams: Arc<Streams>,
}

impl Observer {
    /// An observer, the judgements of proxies it hears of, and the switch that says whether acceptances are among them.
    pub(super) fn new(metrics: Metrics) -> (Self, mpsc::UnboundedReceiver<Judgement>, Arc<AtomicBool>) {
        // Refusals are few: a stream has one response of a type under way. Acceptances count for milliseconds at a time.
        let (judgements, heard) = mpsc::unbounded_channel();
        let searching = Arc::new(AtomicBool::new(false));
        let streams = Arc::new(Streams::new(metrics));
        (Self { judgements, searching: Arc::clone(&searching), streams }, heard, searching)
    }

    fn tell(
        &self,
        stream: &StreamInfo,
        of: &TypeUrl,
        resources: &[(ResourceName, Version)],
        refusal: Option<&str>,
    ) {
        let Some(resource_type) = ResourceType::of_url(of.as_str()) else { return };
        for (resource, version) in resources {
            let Some(version) = eg_xds_translator::Version::parse(&version.to_string()) else { continue };
            let _ended = self.judgements.send(Judgement {
                fleet: IrKey(Arc::clone(&stream.group.0)),
                resource_type,
                resource: Arc::clone(resource),
                version,
                refusal: refusal.map(str::to_owned),
            });
        }
    }
}

impl StreamObserver for Observer {
    fn connected(&self, stream: &StreamInfo) {
        tracing::info!(?stream, "a proxy connected");
        self.streams.connected(stream);
    }

    fn sent(&self, stream: &StreamInfo, _: &Sent) {
        self.streams.sent(stream);
    }

    fn acked(&self, stream: &StreamInfo, ack: &Ack) {
        if self.searching.load(Ordering::Relaxed) {
            self.tell(stream, &ack.type_url, &ack.resources, None);
        }
    }

    fn nacked(&self, stream: &StreamInfo, nack: &Nack) {
        let suspects: Vec<String> = nack.suspects.iter().map(|(name, _)| name.to_string()).collect();
        tracing::error!(?stream, r#type = %nack.type_url, ?suspects, "a proxy refused configuration: {}", nack.detail);
        self.streams.nacked(stream, nack);
        // Otherwise the server sends parts of the response to find out which one it is, and says so later.
        if nack.isolated {
            self.tell(stream, &nack.type_url, &nack.suspects, Some(&nack.detail));
        }
    }

    fn disconnected(&self, stream: &StreamInfo) {
        tracing::info!(?stream, "a proxy disconnected");
        self.streams.disconnected(stream);
    }

    fn refused(&self, path: &str, status: &tonic::Status) {
        tracing::warn!(path, "a call was refused: {}", status.message());
        self.streams.refused(status);
    }
}

/// Hands what proxies said to the core.
pub(super) async fn forward(mut judgements: mpsc::UnboundedReceiver<Judgement>, events: mpsc::Sender<Event>) {
    while let Some(judgement) = judgements.recv().await {
        if events.send(Event::Judged(judgement)).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn small_messages_do_not_wait_for_acknowledgements() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, accepted) =
            tokio::join!(TcpStream::connect(address), async { Box::pin(connections(listener)).next().await });
        assert!(client.is_ok());
        assert!(accepted.unwrap().unwrap().nodelay().unwrap());
    }
}
