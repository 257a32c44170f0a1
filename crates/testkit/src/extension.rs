//! An extension server whose answers a test gives.

use crate::{
    BoxError,
    tls::{self, Leaf},
};
use eg_extension::pb::{
    PostClusterModifyRequest, PostClusterModifyResponse, PostEndpointsModifyRequest,
    PostEndpointsModifyResponse, PostHttpListenerModifyRequest, PostHttpListenerModifyResponse,
    PostRouteModifyRequest, PostRouteModifyResponse, PostTranslateModifyRequest, PostTranslateModifyResponse,
    PostVirtualHostModifyRequest, PostVirtualHostModifyResponse,
    envoy_gateway_extension_server::{EnvoyGatewayExtension, EnvoyGatewayExtensionServer},
};
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use std::{
    fmt,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener},
    task::{AbortHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;
use tonic::{Code, Request, Response, Status, codegen::Service};
use xds_api::pb::envoy::config::{listener::v3::Listener, route::v3::VirtualHost};

/// What the server does about a virtual host.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It leaves it as it is.
    Unchanged,
    /// It wants this one in its place.
    Changed(Box<VirtualHost>),
    /// It fails with this status.
    Fail(Code),
    /// It never answers.
    Hang,
}

type Rule = Arc<dyn Fn(VirtualHost) -> Reply + Send + Sync>;
type ListenerRule = Arc<dyn Fn(Listener) -> Result<Option<Listener>, Code> + Send + Sync>;

/// A running extension server; dropping it closes its socket and its connections.
pub struct ExtensionServer {
    state: Arc<State>,
    address: Option<SocketAddr>,
    accepting: AbortHandle,
}

impl fmt::Debug for ExtensionServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtensionServer").field("address", &self.address).finish_non_exhaustive()
    }
}

struct State {
    rule: Mutex<Rule>,
    listener_rule: Mutex<ListenerRule>,
    calls: Mutex<Vec<String>>,
}

impl ExtensionServer {
    /// Starts a server on a free loopback port, in the clear or with this certificate.
    pub async fn start(
        leaf: Option<&Leaf>,
        rule: impl Fn(VirtualHost) -> Reply + Send + Sync + 'static,
    ) -> Result<Self, BoxError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let acceptor = leaf.map(|leaf| TlsAcceptor::from(tls::server_config(leaf, &["h2"])));
        let state = State::new(rule);
        let serving = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (state, acceptor) = (Arc::clone(&serving), acceptor.clone());
                connections.spawn(async move {
                    match acceptor {
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, state).await;
                            }
                        }
                        None => serve(stream, state).await,
                    }
                });
            }
        });
        Ok(Self { state, address: Some(address), accepting: accepting.abort_handle() })
    }

    /// Starts a server on a Unix domain socket.
    pub fn start_unix(
        path: &Path,
        rule: impl Fn(VirtualHost) -> Reply + Send + Sync + 'static,
    ) -> Result<Self, BoxError> {
        let listener = UnixListener::bind(path)?;
        let state = State::new(rule);
        let serving = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&serving)));
            }
        });
        Ok(Self { state, address: None, accepting: accepting.abort_handle() })
    }

    /// Where it listens; nowhere for a Unix domain socket.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// From now on, the server does this.
    pub fn rule(&self, rule: impl Fn(VirtualHost) -> Reply + Send + Sync + 'static) {
        *lock(&self.state.rule) = Arc::new(rule);
    }

    /// From now on, the server does this about listeners; before it leaves them as they are.
    pub fn listener_rule(
        &self,
        rule: impl Fn(Listener) -> Result<Option<Listener>, Code> + Send + Sync + 'static,
    ) {
        *lock(&self.state.listener_rule) = Arc::new(rule);
    }

    /// The first domains of the virtual hosts and the names of the listeners that it was asked about, in order.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.state.calls).clone()
    }
}

impl Drop for ExtensionServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl State {
    fn new(rule: impl Fn(VirtualHost) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            rule: Mutex::new(Arc::new(rule)),
            listener_rule: Mutex::new(Arc::new(|_| Ok(None))),
            calls: Mutex::default(),
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, state: Arc<State>) {
    let service = EnvoyGatewayExtensionServer::new(Answers(state));
    let service = service_fn(move |request| service.clone().call(request));
    // A client that goes away ends its connection with an error; nobody needs to know.
    let _ended =
        auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

struct Answers(Arc<State>);

#[tonic::async_trait]
impl EnvoyGatewayExtension for Answers {
    async fn post_virtual_host_modify(
        &self,
        request: Request<PostVirtualHostModifyRequest>,
    ) -> Result<Response<PostVirtualHostModifyResponse>, Status> {
        let asked = request.into_inner().virtual_host.unwrap_or_default();
        lock(&self.0.calls).push(asked.domains.first().cloned().unwrap_or_default());
        let rule = Arc::clone(&lock(&self.0.rule));
        let virtual_host = match rule(asked) {
            Reply::Unchanged => None,
            Reply::Changed(host) => Some(*host),
            Reply::Fail(code) => return Err(Status::new(code, "as the test wants it")),
            Reply::Hang => std::future::pending().await,
        };
        Ok(Response::new(PostVirtualHostModifyResponse { virtual_host }))
    }

    async fn post_route_modify(
        &self,
        _: Request<PostRouteModifyRequest>,
    ) -> Result<Response<PostRouteModifyResponse>, Status> {
        Err(Status::unimplemented("only virtual hosts and listeners"))
    }

    async fn post_http_listener_modify(
        &self,
        request: Request<PostHttpListenerModifyRequest>,
    ) -> Result<Response<PostHttpListenerModifyResponse>, Status> {
        let asked = request.into_inner().listener.unwrap_or_default();
        lock(&self.0.calls).push(asked.name.clone());
        let rule = Arc::clone(&lock(&self.0.listener_rule));
        let listener = rule(asked).map_err(|code| Status::new(code, "as the test wants it"))?;
        Ok(Response::new(PostHttpListenerModifyResponse { listener }))
    }

    async fn post_cluster_modify(
        &self,
        _: Request<PostClusterModifyRequest>,
    ) -> Result<Response<PostClusterModifyResponse>, Status> {
        Err(Status::unimplemented("only virtual hosts and listeners"))
    }

    async fn post_endpoints_modify(
        &self,
        _: Request<PostEndpointsModifyRequest>,
    ) -> Result<Response<PostEndpointsModifyResponse>, Status> {
        Err(Status::unimplemented("only virtual hosts and listeners"))
    }

    async fn post_translate_modify(
        &self,
        _: Request<PostTranslateModifyRequest>,
    ) -> Result<Response<PostTranslateModifyResponse>, Status> {
        Err(Status::unimplemented("only virtual hosts and listeners"))
    }
}
