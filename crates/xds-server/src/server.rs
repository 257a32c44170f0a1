//! The server: its parts, the service, and the loop that accepts connections.

mod accept;

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    io,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{FutureExt, Stream, future::BoxFuture};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
};
use tonic::{Status, body::Body, metadata::MetadataMap, transport::server::Connected};

use crate::{
    Authenticator, ByCluster, Call, NodeGrouper, Options, Silent, SnapshotStore, StreamObserver,
    TrustTransport,
    driver::Admitted,
    grpc::{self, Requests},
    method::Method,
    wire::Encoder,
};

/// What all streams of a server share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn SnapshotStore>,
    pub(crate) grouper: Arc<dyn NodeGrouper>,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) observer: Arc<dyn StreamObserver>,
    pub(crate) options: Options,
    pub(crate) encoder: Encoder,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Builds a [`Server`].
#[derive(Debug)]
pub struct Builder(Shared);

impl Builder {
    /// Replaces how nodes are grouped; the default is [`ByCluster`].
    #[must_use]
    pub fn grouper(mut self, grouper: impl NodeGrouper) -> Self {
        self.0.grouper = Arc::new(grouper);
        self
    }

    /// Replaces who is let in; the default is [`TrustTransport`].
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.0.authenticator = Arc::new(authenticator);
        self
    }

    /// Replaces who hears what nodes say; the default is [`Silent`].
    #[must_use]
    pub fn observer(mut self, observer: impl StreamObserver) -> Self {
        self.0.observer = Arc::new(observer);
        self
    }

    /// Replaces the limits and times.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.0.options = options;
        self
    }

    /// The server.
    #[must_use]
    pub fn build(self) -> Server {
        Server { shared: Arc::new(self.0) }
    }
}

/// An xDS server. Clones are the same server.
#[derive(Clone, Debug)]
pub struct Server {
    shared: Arc<Shared>,
}

impl Server {
    /// Starts to build a server that serves what the store holds.
    #[must_use]
    pub fn builder(store: Arc<impl SnapshotStore>) -> Builder {
        Builder(Shared {
            store,
            grouper: Arc::new(ByCluster),
            authenticator: Arc::new(TrustTransport),
            observer: Arc::new(Silent),
            options: Options::default(),
            encoder: Encoder::default(),
        })
    }

    /// The server as a `tower` service, for those who accept connections themselves. It answers every path: those it
    /// does not know with the status `UNIMPLEMENTED`.
    pub fn service(&self) -> XdsService {
        XdsService { shared: self.shared.clone() }
    }

    /// Serves HTTP/2 on connections that somebody else accepted, until `shutdown` resolves or `incoming` ends; then
    /// ends all streams, so that nodes reconnect elsewhere, and waits for them as long as
    /// [`Options::max_connection_age_grace`] says.
    ///
    /// TLS is the caller's: `incoming` yields streams whose handshake is done, so certificates may change between two
    /// of them. Errors in `incoming` are logged and skipped; whoever accepts decides when to give up.
    pub async fn serve<IO>(
        &self,
        incoming: impl Stream<Item = io::Result<IO>>,
        shutdown: impl Future<Output = ()>,
    ) where
        IO: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
    {
        accept::serve(self, incoming, shutdown).await;
    }

    pub(crate) fn options(&self) -> &Options {
        &self.shared.options
    }
}

/// The server as a `tower` service over HTTP requests; made by [`Server::service`].
#[derive(Clone, Debug)]
pub struct XdsService {
    shared: Arc<Shared>,
}

impl XdsService {
    async fn respond(self, request: http::Request<Body>) -> http::Response<Body> {
        let (mut head, body) = request.into_parts();
        let path = head.uri.path().to_owned();
        let drain = head.extensions.remove::<Drain>();
        match self.admit(head, body).await {
            Ok((method, admitted)) => match method {
                Method::Stream { protocol, only } => grpc::response(admitted.stream(protocol, only, drain)),
                Method::Fetch(type_url) => {
                    admitted.fetch(type_url).await.map_or_else(Status::into_http, grpc::response)
                }
            },
            Err(status) => {
                tracing::debug!(path, code = ?status.code(), "refused a call: {}", status.message());
                self.shared.observer.refused(&path, &status);
                status.into_http()
            }
        }
    }

    /// Lets a call in. Every call of every kind passes here before anything else sees it.
    async fn admit(&self, head: http::request::Parts, body: Body) -> Result<(Method, Admitted), Status> {
        if let Some(status) = grpc::refuse(&head) {
            return Err(status);
        }
        let method = Method::at(head.uri.path()).ok_or_else(|| Status::unimplemented("unknown method"))?;
        let metadata = MetadataMap::from_headers(head.headers);
        let call = Call { path: head.uri.path(), metadata: &metadata, extensions: &head.extensions };
        let identity = self.shared.authenticator.authenticate(call).await?;
        let requests = Requests::new(body, self.shared.options.max_message_size);
        Ok((method, Admitted { shared: self.shared.clone(), identity, requests }))
    }
}

impl tower_service::Service<http::Request<Body>> for XdsService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        self.clone().respond(request).map(Ok).boxed()
    }
}

/// Tells the streams of a connection to end.
#[derive(Clone, Debug)]
pub(crate) struct Drain(watch::Receiver<bool>);

impl Drain {
    pub(crate) async fn signalled(mut self) {
        // The sender lives as long as its connection; without it there is nobody to read what is sent.
        let _ = self.0.wait_for(|drain| *drain).await;
    }
}
