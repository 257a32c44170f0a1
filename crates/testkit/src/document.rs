//! An HTTP server whose documents a test gives.

use crate::BoxError;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    net::TcpListener,
    task::{AbortHandle, JoinSet},
};

/// What the server does about a path.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It answers with this status and body.
    Answer(u16, Bytes),
    /// It leads to this URL.
    Redirect(String),
    /// It never answers.
    Hang,
}

type Rule = Arc<dyn Fn(&str) -> Reply + Send + Sync>;

/// A running server; dropping it closes its port and its connections.
pub struct DocumentServer {
    state: Arc<State>,
    address: SocketAddr,
    accepting: AbortHandle,
}

struct State {
    rule: Mutex<Rule>,
    calls: Mutex<Vec<String>>,
}

impl fmt::Debug for DocumentServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl DocumentServer {
    /// Starts a server on a free loopback port.
    pub async fn start(rule: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Result<Self, BoxError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { rule: Mutex::new(Arc::new(rule)), calls: Mutex::default() });
        let serving = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&serving);
                connections.spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&state), request));
                    // A client that goes away ends its connection with an error; nobody needs to know.
                    let _ended = auto::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Ok(Self { state, address, accepting: accepting.abort_handle() })
    }

    /// A URL of this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on, the server does this.
    pub fn rule(&self, rule: impl Fn(&str) -> Reply + Send + Sync + 'static) {
        *lock(&self.state.rule) = Arc::new(rule);
    }

    /// The paths that it was asked for, in order.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.state.calls).clone()
    }
}

impl Drop for DocumentServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, http::Error> {
    let path = request.uri().path().to_owned();
    lock(&state.calls).push(path.clone());
    let rule = Arc::clone(&lock(&state.rule));
    match rule(&path) {
        Reply::Answer(status, body) => Response::builder().status(status).body(Full::new(body)),
        Reply::Redirect(to) => Response::builder().status(302).header("location", to).body(Full::default()),
        Reply::Hang => std::future::pending().await,
    }
}
