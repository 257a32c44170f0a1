//! Running a case against a gateway.

use super::{
    case::{Backend, Case, Exchange, Over, Speaks, Step},
    expect::{self, Mismatch},
    gateway::{Gateway, GatewayFactory},
    placeholder::Values,
    prediction::Observed,
};
use crate::{
    BoxError,
    client::{
        Response,
        raw::{self, Lines},
    },
    deadline,
    echo::{Echo, Protocol},
    tls::{AUTHORITY, Authority},
};
use serde_json::Value;
use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::runtime::Runtime;

/// How long an expectation may take to hold once the gateway is warm.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long copies of mirrored requests may take to arrive.
const COPIES: Duration = Duration::from_secs(1);

/// Marks the requests of one attempt, so that mirrored copies can be counted.
const MARK: &str = "x-traffic-case";

/// Runs the case in this file; the error says which request was not answered as expected, and how.
pub async fn run(path: &Path, factory: &dyn GatewayFactory) -> Result<(), BoxError> {
    let mut values = Values::default();
    let case = Case::read(path, &mut values)?;
    for (name, names) in &case.certificates {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        values.certificates.insert(name.clone(), AUTHORITY.issue(&names));
    }
    let unknown = Authority::new();
    for (name, names) in &case.strangers {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        values.certificates.insert(name.clone(), unknown.issue(&names));
    }
    for (name, backend) in &case.backends {
        let echo = start(name, backend).await?;
        values.addresses.insert(name.clone(), echo.address());
        values.backends.insert(name.clone(), echo);
    }
    let mut gateway = factory.start(&case.flags).await?;
    let outcome = steps(&case, &mut values, gateway.as_mut()).await;
    let explained = match &outcome {
        Ok(()) => String::new(),
        Err(_) => gateway.explain().await,
    };
    // A gateway that stops waits for the connections that are open.
    values.connections.get_mut().clear();
    let stopped = gateway.stop().await;
    outcome.map_err(|mismatch| format!("{}\n{mismatch}\n{explained}", case.about))?;
    stopped
}

async fn start(name: &str, backend: &Backend) -> Result<Echo, BoxError> {
    let protocol = match backend.speaks {
        Speaks::Http1 => Protocol::Http1,
        Speaks::H2c => Protocol::H2c,
        Speaks::Lines => Protocol::Lines,
        Speaks::Datagrams => Protocol::Datagrams,
        Speaks::Tls => {
            let names: Vec<&str> = backend.names.iter().map(String::as_str).collect();
            let leaf = AUTHORITY.issue(&names);
            if backend.mutual { Protocol::MutualTls(leaf) } else { Protocol::Tls(leaf) }
        }
    };
    Echo::start(backend.namespace.as_deref().unwrap_or("default"), name, protocol).await
}

async fn steps(case: &Case, values: &mut Values, gateway: &mut dyn Gateway) -> Result<(), Mismatch> {
    for (number, step) in case.steps.iter().enumerate() {
        let in_words = |error: BoxError| format!("step {}: {error}", number + 1);
        let objects = case.objects(step).and_then(|text| values.fill(&text)).map_err(in_words)?;
        gateway.apply(&objects).await.map_err(in_words)?;
        for name in &step.stop {
            values.backends.remove(name);
        }
        let warm_up = if number == 0 { gateway.warm_up() } else { PATIENCE };
        requests(step, values, warm_up, gateway)
            .await
            .map_err(|mismatch| format!("step {}, {mismatch}", number + 1))?;
    }
    Ok(())
}

/// Every expectation with patience, then all of them again without; then they are what the gateway predicts, if it does.
async fn requests(
    step: &Step,
    values: &mut Values,
    warm_up: Duration,
    gateway: &dyn Gateway,
) -> Result<(), Mismatch> {
    let mut ports = Vec::new();
    let mut exchanges = Vec::new();
    for exchange in &step.requests {
        ports.push(values.port(&exchange.port));
        let host = values.fill(&exchange.host).map_err(|error| error.to_string())?;
        exchanges.push(Exchange { host, ..exchange.clone() });
    }
    for (number, (exchange, port)) in exchanges.iter().zip(&ports).enumerate() {
        let patience = if number == 0 { warm_up } else { PATIENCE };
        let held = deadline::poll(patience, || attempt(exchange, *port, values)).await;
        held.map_err(|mismatch| named(number, exchange, &mismatch))?;
    }
    for (number, (exchange, port)) in exchanges.iter().zip(&ports).enumerate() {
        let held = attempt(exchange, *port, values).await;
        let observed = held.map_err(|mismatch| {
            format!("held, but not to the end: {}", named(number, exchange, &mismatch))
        })?;
        let request = expect::request(exchange, *port, &values.certificates)?;
        // Explanations do not know which protocols a connection may choose from.
        let not_negotiated = exchange.http2 && exchange.expect.refused;
        let is_explained = exchange.over == Over::Http && !not_negotiated;
        let predicted = is_explained.then(|| gateway.predict(&request)).flatten();
        let ports = values.addresses.iter().map(|(name, address)| (name.as_str(), address.port())).collect();
        predicted
            .map_or(Ok(()), |prediction| prediction.check(&observed, exchange.times, &ports))
            .map_err(|mismatch| format!("explained wrongly: {}", named(number, exchange, &mismatch)))?;
    }
    Ok(())
}

fn named(number: usize, exchange: &Exchange, mismatch: &str) -> String {
    let Exchange { method, host, path, port, .. } = exchange;
    format!("request {} ({method} {host}{path} on {port}): {mismatch}", number + 1)
}

/// Sends the exchange's requests once and compares; returns who answered.
async fn attempt(exchange: &Exchange, port: u16, values: &Values) -> Result<Observed, Mismatch> {
    static ATTEMPTS: AtomicU64 = AtomicU64::new(0);
    let mark = ATTEMPTS.fetch_add(1, Ordering::Relaxed).to_string();
    let expect = &exchange.expect;
    let mut observed = Observed::default();
    let mut more = vec![(MARK.to_owned(), mark.clone())];
    for number in 0..exchange.times {
        let response = match send(exchange, port, &more, values).await {
            Err(_) if expect.refused => continue,
            Err(error) => return Err(error.to_string()),
            Ok(_) if expect.refused => return Err("answered, expected to be refused".to_owned()),
            Ok(response) => response,
        };
        let answered = expect::check(expect, &response, &values.certificates)?;
        if let (0, Some(name)) = (number, &exchange.session) {
            more.push(in_session(name, &response)?);
        }
        *observed.counts.entry(answered).or_default() += 1;
        observed.locations.extend(response.header("location"));
    }
    if !expect.split.is_empty() {
        expect::check_shares("backend", &expect.split, &observed.counts, exchange.times, expect.tolerance)?;
    }
    if expect.one_backend && observed.counts.len() != 1 {
        return Err(format!("answered by several backends: {:?}", observed.counts));
    }
    for (name, per_request) in &expect.arrived {
        let seen = values.backends.get(name).map_or(0, |echo| echo.seen_with(MARK, &mark).len());
        if seen != per_request * exchange.times as usize {
            return Err(format!("{seen} requests arrived at {name}, expected {per_request} for each"));
        }
    }
    if expect.mirrored.is_empty() {
        return Ok(observed);
    }
    // Copies are sent without waiting: give them the time they need.
    let mirrored = || async {
        let copies =
            |name: &String| values.backends.get(name).map_or(0, |echo| echo.seen_with(MARK, &mark).len());
        let counts = expect
            .mirrored
            .keys()
            .map(|name| (name.clone(), u32::try_from(copies(name)).unwrap_or(u32::MAX)));
        expect::check_shares("mirror", &expect.mirrored, &counts.collect(), exchange.times, expect.tolerance)
    };
    deadline::poll(COPIES, mirrored).await?;
    deadline::holds(COPIES / 10, mirrored).await.map(|()| observed)
}

/// Sends the exchange's request once, with more headers where it has any.
async fn send(
    exchange: &Exchange,
    port: u16,
    more: &[(String, String)],
    values: &Values,
) -> Result<Response, BoxError> {
    let target = SocketAddr::from(([127, 0, 0, 1], port));
    let echoed = match exchange.over {
        Over::Http => {
            let mut request = expect::request(exchange, port, &values.certificates)?;
            request.headers.extend(more.iter().cloned());
            return request.send().await;
        }
        Over::Datagrams => raw::datagram(target, &exchange.path).await?,
        Over::Lines => {
            let mut connections = values.connections.lock().await;
            if let Some(name) = &exchange.kept {
                let kept =
                    connections.get_mut(name).ok_or_else(|| format!("no connection {name} is kept"))?;
                kept.ask(&exchange.path).await?
            } else {
                let mut connection = Lines::connect(target, exchange.sni.as_deref()).await?;
                let echoed = connection.ask(&exchange.path).await?;
                if let Some(name) = &exchange.keep {
                    connections.insert(name.clone(), connection);
                }
                echoed
            }
        }
    };
    Response::of(&echoed)
}

/// The header in which a client repeats the session that it was given in this response header.
fn in_session(name: &str, response: &Response) -> Result<(String, String), Mismatch> {
    let value = response.header(name).ok_or_else(|| format!("no response header {name} to keep"))?;
    Ok(match name {
        // Without its attributes (RFC 6265, section 4.2).
        "set-cookie" => ("cookie".to_owned(), value.split(';').next().unwrap_or_default().to_owned()),
        name => (name.to_owned(), value),
    })
}

/// Runs a case to its end on the runtime that all cases of the process share; for `datatest_stable::harness!`.
///
/// # Panics
///
/// If the runtime cannot start.
#[expect(clippy::expect_used, reason = "a test cannot go on without a runtime")]
pub fn run_blocking(path: &Path, factory: &dyn GatewayFactory) -> Result<(), BoxError> {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    RUNTIME.block_on(run(path, factory))
}

/// A case with the objects of each of its steps, and stand-ins for what is known only when it runs. Starts nothing.
pub fn documents(path: &Path) -> Result<(Case, Vec<Vec<Value>>), BoxError> {
    let mut values = Values::default();
    let case = Case::read(path, &mut values)?;
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
    values.addresses = case.backends.keys().map(|name| (name.clone(), nowhere)).collect();
    let leaf = AUTHORITY.issue(&["a.example"]);
    let certificates = case.certificates.keys().chain(case.strangers.keys());
    values.certificates = certificates.map(|name| (name.clone(), leaf.clone())).collect();
    let mut steps = Vec::with_capacity(case.steps.len());
    for step in &case.steps {
        let text = values.fill(&case.objects(step)?)?;
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text)?;
        steps.push(documents.into_iter().filter(|document| !document.is_null()).collect());
    }
    Ok((case, steps))
}

/// Checks that a case and its objects can be read: every file is there, every placeholder known, every document YAML with
/// a kind and a name. Starts nothing.
pub fn check(path: &Path) -> Result<(), BoxError> {
    let (case, steps) = documents(path)?;
    for (step, documents) in case.steps.iter().zip(steps) {
        for document in documents {
            if !document["kind"].is_string() || !document["metadata"]["name"].is_string() {
                return Err(format!("{}: an object without kind or name: {document}", path.display()).into());
            }
        }
        let named = step.requests.iter().flat_map(|exchange| {
            let expect = &exchange.expect;
            expect.backend.iter().chain(expect.split.keys()).chain(expect.mirrored.keys())
        });
        if let Some(name) =
            named.filter(|name| !name.starts_with("status ")).find(|name| !case.backends.contains_key(*name))
        {
            return Err(format!("{}: no backend {name}", path.display()).into());
        }
    }
    Ok(())
}
