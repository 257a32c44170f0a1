//! Comparing what came back with what a case expects.

use super::case::{Exchange, Expect, Seen};
use crate::{
    client::{Request, Response, Speaks},
    echo::Echoed,
    tls::Leaf,
};
use std::collections::BTreeMap;

/// Why an answer is not the expected one, in words.
pub type Mismatch = String;

/// Compares one answer and says who answered: a backend by name, or `status CODE` for the gateway itself.
///
/// `certificates` are those of the case.
pub fn check(
    expect: &Expect,
    response: &Response,
    certificates: &BTreeMap<String, Leaf>,
) -> Result<String, Mismatch> {
    let body = || String::from_utf8_lossy(&response.body).chars().take(200).collect::<String>();
    if let Some(status) = expect.status.filter(|status| *status != response.status.as_u16()) {
        return Err(format!("status {}, expected {status}; body: {}", response.status.as_u16(), body()));
    }
    equal_headers("response header", &expect.headers, |name| response.header(name))?;
    for (name, part) in &expect.contains {
        let value = response.header(name);
        if !value.as_ref().is_some_and(|value| value.contains(part)) {
            return Err(format!("response header {name}: {value:?}, expected it to contain {part:?}"));
        }
    }
    absent_headers("response header", &expect.absent_headers, |name| response.header(name))?;
    if let Some(text) = expect.body.as_ref().filter(|text| text.as_bytes() != &*response.body) {
        return Err(format!("body {:?}, expected {text:?}", body()));
    }
    if let Some(messages) = expect.messages.filter(|messages| *messages != response.messages) {
        return Err(format!("{} messages, expected {messages}", response.messages));
    }
    if let Some(name) = &expect.certificate {
        let leaf = certificates.get(name).ok_or_else(|| format!("the case has no certificate {name}"))?;
        if response.certificate.as_ref() != Some(&leaf.der) {
            return Err(format!("the gateway presented another certificate than {name}"));
        }
    }
    let echoed = match response.echoed() {
        Ok(echoed) => echoed,
        Err(_) if expect.backend.is_none() && expect.seen.is_empty() => {
            // A backend that speaks WebSocket says its name in a header.
            let gateway = || format!("status {}", response.status.as_u16());
            return Ok(response.header("x-echo-pod").unwrap_or_else(gateway));
        }
        Err(_) => return Err(format!("no backend answered; status {}, body: {}", response.status, body())),
    };
    if let Some(backend) = expect.backend.as_ref().filter(|backend| **backend != echoed.pod) {
        return Err(format!("backend {} answered, expected {backend}", echoed.pod));
    }
    expect.seen.check(&echoed)?;
    Ok(echoed.pod)
}

impl Seen {
    fn is_empty(&self) -> bool {
        let Self { path, host, method, proto, server_name, headers, absent_headers } = self;
        let facts = [path, host, method, proto, server_name];
        facts.into_iter().all(Option::is_none) && headers.is_empty() && absent_headers.is_empty()
    }

    fn check(&self, echoed: &Echoed) -> Result<(), Mismatch> {
        let server_name = echoed.tls.as_ref().map(|tls| tls.server_name.clone()).unwrap_or_default();
        let facts = [
            ("path", &self.path, &echoed.path),
            ("host", &self.host, &echoed.host),
            ("method", &self.method, &echoed.method),
            ("proto", &self.proto, &echoed.proto),
            ("server name", &self.server_name, &server_name),
        ];
        for (what, expected, got) in facts {
            if let Some(expected) = expected.as_ref().filter(|expected| *expected != got) {
                return Err(format!("the backend saw {what} {got:?}, expected {expected:?}"));
            }
        }
        let header =
            |name: &str| echoed.headers.get(&name.to_ascii_lowercase()).map(|values| values.join(", "));
        equal_headers("header at the backend", &self.headers, header)?;
        absent_headers("header at the backend", &self.absent_headers, header)
    }
}

fn equal_headers(
    what: &str,
    expected: &BTreeMap<String, String>,
    got: impl Fn(&str) -> Option<String>,
) -> Result<(), Mismatch> {
    for (name, value) in expected {
        let got = got(name);
        if got.as_ref() != Some(value) {
            return Err(format!("{what} {name}: {got:?}, expected {value:?}"));
        }
    }
    Ok(())
}

fn absent_headers(
    what: &str,
    names: &[String],
    got: impl Fn(&str) -> Option<String>,
) -> Result<(), Mismatch> {
    for name in names {
        if let Some(value) = got(name) {
            return Err(format!("{what} {name}: {value:?}, expected none"));
        }
    }
    Ok(())
}

/// Compares how many of `total` went to each backend with the expected percentages.
pub fn check_shares(
    what: &str,
    expected: &BTreeMap<String, f64>,
    counts: &BTreeMap<String, u32>,
    total: u32,
    tolerance: f64,
) -> Result<(), Mismatch> {
    for name in expected.keys().chain(counts.keys()) {
        let wanted = expected.get(name).copied().unwrap_or(0.0);
        let count = counts.get(name).copied().unwrap_or(0);
        let share = f64::from(count) * 100.0 / f64::from(total.max(1));
        // Nothing and everything are exact: a weight of zero means none at all.
        let slack = if wanted == 0.0 || wanted >= 100.0 { 0.0 } else { tolerance };
        if (share - wanted).abs() > slack {
            return Err(format!("{what} {name}: {share:.1} % of {total}, expected {wanted} ± {slack}"));
        }
    }
    Ok(())
}

/// The request of an exchange, aimed at a port of this machine.
pub fn request(
    exchange: &Exchange,
    port: u16,
    certificates: &BTreeMap<String, Leaf>,
) -> Result<Request, Mismatch> {
    let target = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let mut request = Request::get(target, &exchange.host, &exchange.path);
    request.method = exchange.method.parse().map_err(|_| format!("method {:?}", exchange.method))?;
    request.headers = exchange.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    request.body = exchange.body.clone().into();
    request.sni.clone_from(&exchange.sni);
    request.http2 = exchange.http2;
    request.speaks = match (&exchange.websocket, exchange.grpc, exchange.grpc_web) {
        (None, None, None) => Speaks::Http,
        (Some(text), None, None) => Speaks::WebSocket(text.clone()),
        (None, Some(messages), None) => Speaks::Grpc(messages),
        (None, None, Some(messages)) => Speaks::GrpcWeb(messages),
        _ => return Err("a request is one of websocket, grpc and grpcWeb".to_owned()),
    };
    if matches!(request.speaks, Speaks::Grpc(_) | Speaks::GrpcWeb(_)) {
        request.method = http::Method::POST;
    }
    request.identity = match &exchange.client {
        None => None,
        Some(name) => Some(certificates.get(name).ok_or_else(|| format!("no certificate {name}"))?.clone()),
    };
    Ok(request)
}
