//! Constant load on one listener, with an account of every request, and the time until an edit is live.

use crate::{BoxError, client::Request};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    net::TcpStream,
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

/// How long one request may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(5);

/// What to send, and how much of it.
#[derive(Clone, Debug)]
pub struct Load {
    /// The listener.
    pub target: SocketAddr,
    /// Host and path pairs, sent in turn.
    pub requests: Vec<(String, String)>,
    /// Connections that are kept open.
    pub connections: usize,
    /// Requests a second, over all connections.
    pub rate: u32,
}

/// Load that is being sent; [`Running::finish`] ends it.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    workers: JoinSet<Report>,
}

/// The account of a load.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Requests that were answered with a status below 300.
    pub good: u64,
    /// Failed requests by kind: a status, or what happened to the connection.
    pub failed: BTreeMap<String, u64>,
    /// How long the good requests took.
    pub latencies: Vec<Duration>,
}

impl Load {
    /// Starts sending.
    pub fn start(self) -> Running {
        let (stop, stopped) = watch::channel(false);
        let mut workers = JoinSet::new();
        let connections = self.connections.max(1);
        let load = Arc::new(self);
        for number in 0..connections {
            workers.spawn(worker(Arc::clone(&load), number, stopped.clone()));
        }
        Running { stop, workers }
    }
}

impl Running {
    /// Stops sending, waits for the answers that are under way, and adds everything up.
    pub async fn finish(mut self) -> Report {
        let _ = self.stop.send(true);
        let mut total = Report::default();
        while let Some(report) = self.workers.join_next().await {
            match report {
                Ok(report) => total.add(report),
                Err(error) => total.fail(format!("worker: {error}")),
            }
        }
        total.latencies.sort_unstable();
        total
    }
}

impl Report {
    /// How many requests failed.
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    /// The latency that this share (0 to 1) of the good requests did not exceed.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index into a list"
    )]
    pub fn quantile(&self, share: f64) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies
            .get((last as f64 * share.clamp(0.0, 1.0)).round() as usize)
            .copied()
            .unwrap_or_default()
    }

    fn fail(&mut self, kind: String) {
        *self.failed.entry(kind).or_default() += 1;
    }

    fn add(&mut self, other: Self) {
        self.good += other.good;
        for (kind, count) in other.failed {
            *self.failed.entry(kind).or_default() += count;
        }
        self.latencies.extend(other.latencies);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (median, tail) = (self.quantile(0.5), self.quantile(0.99));
        write!(
            f,
            "{} good, {} failed {:?}, p50 {median:?}, p99 {tail:?}",
            self.good,
            self.failures(),
            self.failed
        )
    }
}

async fn worker(load: Arc<Load>, number: usize, mut stopped: watch::Receiver<bool>) -> Report {
    let mut report = Report::default();
    let connections = u32::try_from(load.connections.max(1)).unwrap_or(u32::MAX);
    let mut tick = interval(Duration::from_secs(1) * connections / load.rate.max(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut connection = None;
    for turn in number.. {
        tokio::select! {
            _ = stopped.changed() => break,
            _ = tick.tick() => {}
        }
        let Some((host, path)) = load.requests.get(turn % load.requests.len().max(1)) else { break };
        let started = Instant::now();
        match timeout(PATIENCE, exchange(load.target, host, path, &mut connection)).await {
            Ok(Ok(status)) if status < 300 => {
                report.good += 1;
                report.latencies.push(started.elapsed());
            }
            Ok(Ok(status)) => report.fail(format!("status {status}")),
            Ok(Err(error)) => {
                connection = None;
                report.fail(error.to_string());
            }
            Err(_) => {
                connection = None;
                report.fail("no answer".to_owned());
            }
        }
    }
    report
}

/// One request on the kept connection, or on a new one if there is none or the server closed it.
async fn exchange(
    target: SocketAddr,
    host: &str,
    path: &str,
    kept: &mut Option<SendRequest<Empty<Bytes>>>,
) -> Result<u16, BoxError> {
    let usable = match kept.as_mut() {
        Some(sender) => sender.ready().await.is_ok(),
        None => false,
    };
    if !usable {
        let stream = TcpStream::connect(target).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        *kept = Some(sender);
    }
    let sender = kept.as_mut().ok_or("no connection")?;
    let request = http::Request::get(path).header(http::header::HOST, host).body(Empty::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    response.into_body().collect().await?;
    Ok(status)
}

/// The time from now until `live` holds for an answer; asks without pause, each time on a connection of its own.
///
/// Start the edit right before. The error is the last answer that was not yet it.
pub async fn time_to_live(
    request: &Request,
    patience: Duration,
    live: impl Fn(&crate::client::Response) -> bool,
) -> Result<Duration, BoxError> {
    let started = Instant::now();
    loop {
        let last = match request.send().await {
            Ok(response) if live(&response) => return Ok(started.elapsed()),
            Ok(response) => format!("status {}", response.status),
            Err(error) => error.to_string(),
        };
        if started.elapsed() > patience {
            return Err(format!("not live after {patience:?}: {last}").into());
        }
    }
}
