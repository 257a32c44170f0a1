//! What an echo backend says about a request.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, Version, request::Parts};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// A request as a backend saw it, and which backend that was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Echoed {
    /// Path with query.
    pub path: String,
    /// `Host` or `:authority`.
    pub host: String,
    /// Method.
    pub method: String,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub proto: String,
    /// Headers by lower-case name; values in order.
    pub headers: BTreeMap<String, Vec<String>>,
    /// The backend's namespace.
    pub namespace: String,
    /// The backend's name.
    pub pod: String,
    /// How many bytes of body came with the request.
    pub body_length: usize,
    /// Present if the request came over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsEchoed>,
}

/// TLS facts of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TlsEchoed {
    /// The server name that the client asked for.
    pub server_name: String,
    /// The protocol that was negotiated.
    pub negotiated_protocol: String,
}

impl Echoed {
    /// The echo of a request's head.
    pub(super) fn of(parts: &Parts) -> Self {
        let host = parts.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in &parts.headers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            headers.entry(name.as_str().to_owned()).or_default().push(value);
        }
        Self {
            path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            host: host
                .or(parts.uri.authority().map(http::uri::Authority::as_str))
                .unwrap_or_default()
                .to_owned(),
            method: parts.method.to_string(),
            proto: if parts.version == Version::HTTP_2 { "HTTP/2.0" } else { "HTTP/1.1" }.to_owned(),
            headers,
            ..Self::default()
        }
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(&name.to_ascii_lowercase())?.first().map(String::as_str)
    }
}

/// How a request wants to be answered.
#[derive(Debug)]
pub(super) struct Wishes {
    pub(super) delay: Duration,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
}

impl Wishes {
    pub(super) fn of(parts: &Parts) -> Self {
        let number = |name: &str| query(&parts.uri, name).and_then(|value| value.parse::<u64>().ok());
        let status = number("status").and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok());
        let mut headers = HeaderMap::new();
        for wish in parts.headers.get_all("x-echo-set-header") {
            let Some((name, value)) = wish.to_str().ok().and_then(|wish| wish.split_once(':')) else {
                continue;
            };
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.trim().as_bytes()), HeaderValue::from_str(value.trim()))
            {
                headers.append(name, value);
            }
        }
        Self {
            delay: Duration::from_millis(number("delay").unwrap_or(0)),
            status: status.unwrap_or(StatusCode::OK),
            headers,
        }
    }
}

fn query<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}
