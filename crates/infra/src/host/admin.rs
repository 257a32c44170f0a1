//! The few requests that are sent to an Envoy's administration port.

use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    client::conn::http1,
    header::{CONNECTION, HOST},
};
use hyper_util::rt::TokioIo;
use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};

/// How long one request may take.
const LIMIT: Duration = Duration::from_secs(2);

/// No answer of administration that is read here is larger.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// The file in the directory of a process into which Envoy writes where its administration listens.
pub(super) const ADDRESS_FILE: &str = "admin-address";

/// Where the administration of one Envoy listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Admin {
    address: SocketAddr,
}

/// What an Envoy says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It has its configuration and serves.
    Live,
    /// It runs and waits for its configuration, or drains.
    NotLive,
    /// It does not answer.
    Silent,
}

impl Admin {
    /// The administration of the process with this directory.
    ///
    /// A bootstrap that the user wrote may listen elsewhere than on the planned port, so what Envoy says counts; the plan
    /// holds until it says something.
    pub(super) fn locate(directory: &Path, planned: u16) -> Self {
        let told = fs::read_to_string(directory.join(ADDRESS_FILE)).ok();
        let told = told.and_then(|address| address.trim().parse().ok());
        Self { address: told.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, planned).into()) }
    }

    /// Asks whether this Envoy serves.
    ///
    /// The ready listener is no use here: while one Envoy replaces another both have it, and either may answer.
    pub(super) async fn health(self) -> Health {
        match self.request(Method::GET, "/ready").await {
            Some((StatusCode::OK, _)) => Health::Live,
            Some(_) => Health::NotLive,
            None => Health::Silent,
        }
    }

    /// Stops listening, makes health checks fail and asks clients to close their connections; true when Envoy agreed.
    ///
    /// Clients that connect from now on reach the successor, if there is one. Listening longer would only make a replaced
    /// proxy serve for as long as new clients keep coming.
    pub(super) async fn begin_drain(self) -> bool {
        let failing = self.request(Method::POST, "/healthcheck/fail").await;
        let draining = self.request(Method::POST, "/drain_listeners").await;
        [failing, draining].iter().all(|answer| matches!(answer, Some((StatusCode::OK, _))))
    }

    /// Counts the clients' connections, leaving out listeners on the `ignored` ports; `None` without an answer.
    pub(super) async fn connections(self, ignored: &BTreeSet<u16>) -> Option<u64> {
        let path = "/stats?filter=%5Elistener%5C..*%5C.downstream_cx_active%24";
        match self.request(Method::GET, path).await {
            Some((StatusCode::OK, body)) => Some(sum_connections(&String::from_utf8_lossy(&body), ignored)),
            _ => None,
        }
    }

    async fn request(self, method: Method, path: &str) -> Option<(StatusCode, Bytes)> {
        match timeout(LIMIT, self.exchange(method, path)).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => {
                tracing::trace!(address = %self.address, path, %error, "no answer from the administration port");
                None
            }
            Err(_) => None,
        }
    }

    async fn exchange(
        self,
        method: Method,
        path: &str,
    ) -> Result<(StatusCode, Bytes), Box<dyn Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "localhost")
            .header(CONNECTION, "close")
            .body(Empty::<Bytes>::new())?;
        let exchange = async {
            let answer = sender.send_request(request).await?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LARGEST_ANSWER).collect().await?;
            Ok((status, body.to_bytes()))
        };
        // The connection is driven here, not as a task, so that giving up on the answer closes it.
        let mut exchange = std::pin::pin!(exchange);
        tokio::select! {
            answer = &mut exchange => return answer,
            ended = connection => ended?,
        }
        exchange.await
    }
}

/// Adds up lines such as `listener.0.0.0.0_8080.downstream_cx_active: 3`.
fn sum_connections(stats: &str, ignored: &BTreeSet<u16>) -> u64 {
    let active = stats.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let listener = name.strip_prefix("listener.")?.strip_suffix(".downstream_cx_active")?;
        // The same connections are counted again per worker thread.
        if listener == "admin" || listener.contains(".worker_") || listener.contains(".main_thread") {
            return None;
        }
        let port = listener.rsplit('_').next().and_then(|port| port.parse().ok());
        if port.is_some_and(|port| ignored.contains(&port)) {
            return None;
        }
        value.trim().parse::<u64>().ok()
    });
    active.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_envoy_says_counts_more_than_the_plan() {
        let home = tempfile::tempdir().unwrap();
        let located = || Admin::locate(home.path(), 7).address.to_string();
        assert_eq!(located(), "127.0.0.1:7");
        fs::write(home.path().join(ADDRESS_FILE), "[::1]:19000").unwrap();
        assert_eq!(located(), "[::1]:19000");
    }

    #[test]
    fn connections_of_clients_are_counted_once() {
        let stats = "listener.0.0.0.0_8080.downstream_cx_active: 3\n\
                     listener.0.0.0.0_8080.worker_0.downstream_cx_active: 2\n\
                     listener.0.0.0.0_8080.worker_1.downstream_cx_active: 1\n\
                     listener.[__]_8443.downstream_cx_active: 4\n\
                     listener.named.downstream_cx_active: 5\n\
                     listener.0.0.0.0_19003.downstream_cx_active: 7\n\
                     listener.admin.downstream_cx_active: 1\n\
                     listener.admin.main_thread.downstream_cx_active: 1\n";
        assert_eq!(sum_connections(stats, &BTreeSet::from([19003])), 12);
        assert_eq!(sum_connections("", &BTreeSet::new()), 0);
    }
}
