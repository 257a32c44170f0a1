//! A request to explain, and what Envoy sees of it.

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

/// A request to explain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The method; `GET` unless set.
    pub method: String,
    /// Whether the client speaks TLS.
    pub tls: bool,
    /// The port that the client connects to.
    pub port: u16,
    /// The `Host` header or `:authority`, as sent.
    pub authority: String,
    /// The path with its query, as sent.
    pub path: String,
    /// Further headers, in order.
    pub headers: Vec<(String, String)>,
    /// The server name that TLS asks for (SNI), if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
}

/// Why a text is no URL that can be explained.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The scheme is missing or another one.
    #[error("`{0}` does not start with http:// or https://")]
    Scheme(String),
    /// There is no host.
    #[error("`{0}` names no host")]
    Host(String),
    /// The port is none.
    #[error("`{0}` is not a port")]
    Port(String),
    /// A header is not `name=value`.
    #[error("`{0}` is not a header of the form name=value")]
    Header(String),
}

impl Request {
    /// A `GET` of a URL. The path stays as it is written; what follows `#` never leaves a client and is left out.
    ///
    /// As with most clients, the host of an `https` URL is also the server name, unless it is an IP address.
    pub fn parse(url: &str) -> Result<Self, RequestError> {
        let url = url.split('#').next().unwrap_or_default();
        let (scheme, rest) = url.split_once("://").ok_or_else(|| RequestError::Scheme(url.to_owned()))?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(RequestError::Scheme(url.to_owned())),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = authority.rsplit_once('@').map_or(authority, |(_user, authority)| authority);
        let (host, port) = split_port(authority);
        if host.is_empty() {
            return Err(RequestError::Host(url.to_owned()));
        }
        let port = match port {
            Some(port) => port.parse().map_err(|_| RequestError::Port(port.to_owned()))?,
            None if tls => 443,
            None => 80,
        };
        let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self {
            method: "GET".to_owned(),
            tls,
            port,
            authority: authority.to_owned(),
            path,
            headers: Vec::new(),
            server_name: (tls && !is_address).then(|| host.to_ascii_lowercase()),
        })
    }

    /// The same with one more header; `host` replaces the host of the URL.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if name.eq_ignore_ascii_case("host") {
            value.clone_into(&mut self.authority);
        } else {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// The same with a header that is written as `name=value` or `name: value`.
    pub fn with_header_text(self, text: &str) -> Result<Self, RequestError> {
        let (name, value) =
            text.split_once(['=', ':']).ok_or_else(|| RequestError::Header(text.to_owned()))?;
        if name.trim().is_empty() {
            return Err(RequestError::Header(text.to_owned()));
        }
        Ok(self.with_header(name.trim(), value.trim()))
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }
}

/// A host and its port, if it names one; an IPv6 address keeps its brackets.
pub(super) fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') && (!host.contains(':') || host.ends_with(']')) => {
            (host, Some(port))
        }
        _ => (authority, None),
    }
}

/// What Envoy compares with routes.
#[derive(Debug)]
pub(super) struct Seen {
    /// The host in lower case, without its port.
    pub(super) host: String,
    /// The authority as sent.
    pub(super) authority: String,
    /// `http` or `https`.
    pub(super) scheme: &'static str,
    /// The normalised path without its query.
    pub(super) path: String,
    /// The query with its question mark; empty without one.
    pub(super) query_text: String,
    /// Query parameters; the first of a name counts, and nothing is decoded.
    pub(super) query: BTreeMap<String, String>,
    /// Headers by name in lower case, several values joined by commas; pseudo-headers among them.
    pub(super) headers: BTreeMap<String, String>,
    /// Cookies; the first of a name counts.
    pub(super) cookies: BTreeMap<String, String>,
}

impl Seen {
    /// What is seen of a request whose path was normalised.
    pub(super) fn new(request: &Request, path: String) -> Self {
        let query_text = request.path.find('?').map_or("", |start| &request.path[start..]);
        let mut query = BTreeMap::new();
        for parameter in query_text.trim_start_matches('?').split('&').filter(|text| !text.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            query.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &request.headers {
            let joined = headers.entry(name.to_ascii_lowercase()).or_default();
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.push_str(value);
        }
        let mut cookies = BTreeMap::new();
        for cookie in headers.get("cookie").into_iter().flat_map(|cookies| cookies.split(';')) {
            if let Some((name, value)) = cookie.split_once('=') {
                cookies
                    .entry(name.trim().to_owned())
                    .or_insert_with(|| value.trim().trim_matches('"').to_owned());
            }
        }
        let scheme = request.scheme();
        headers.insert("x-forwarded-proto".to_owned(), scheme.to_owned());
        for (name, value) in [
            (":method", request.method.as_str()),
            (":scheme", scheme),
            (":authority", &request.authority),
            ("host", &request.authority),
            (":path", &format!("{path}{query_text}")),
        ] {
            headers.insert(name.to_owned(), value.to_owned());
        }
        Self {
            host: split_port(&request.authority).0.to_ascii_lowercase(),
            authority: request.authority.clone(),
            scheme,
            path,
            query_text: query_text.to_owned(),
            query,
            headers,
            cookies,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: (bool, u16, &str, &str, Option<&str>)) {
        let request = Request::parse(url).unwrap();
        let Request { tls, port, authority, path, server_name, .. } = &request;
        assert_eq!((*tls, *port, authority.as_str(), path.as_str(), server_name.as_deref()), expected);
    }

    #[test]
    fn urls_are_taken_apart() {
        check("http://a.example.com", (false, 80, "a.example.com", "/", None));
        check("https://A.example.com/x?y=1#z", (true, 443, "A.example.com", "/x?y=1", Some("a.example.com")));
        check("HTTP://me:secret@a:8080?q", (false, 8080, "a:8080", "/?q", None));
        check("https://[fd00::1]:8443//a/../b", (true, 8443, "[fd00::1]:8443", "//a/../b", None));
        check("https://127.0.0.1/", (true, 443, "127.0.0.1", "/", None));
    }

    #[test]
    fn what_is_no_url_is_refused() {
        assert_eq!(
            Request::parse("a.example.com/x"),
            Err(RequestError::Scheme("a.example.com/x".to_owned()))
        );
        assert!(matches!(Request::parse("ftp://a"), Err(RequestError::Scheme(_))));
        assert!(matches!(Request::parse("http:///x"), Err(RequestError::Host(_))));
        assert!(matches!(Request::parse("http://a:99999"), Err(RequestError::Port(_))));
        let request = Request::parse("http://a").unwrap();
        assert!(matches!(request.with_header_text("nothing"), Err(RequestError::Header(_))));
    }

    #[test]
    fn headers_are_joined_and_the_first_parameter_and_cookie_count() {
        let mut request = Request::parse("http://A:80/x?a=1&a=2&b&%61=3").unwrap();
        for header in ["X-A=1", "x-a: 2", "cookie=c=1; c=2; d=\"q\"", "host=B.example.com:81"] {
            request = request.with_header_text(header).unwrap();
        }
        let seen = Seen::new(&request, "/x".to_owned());
        assert_eq!(seen.host, "b.example.com");
        assert_eq!(seen.headers["x-a"], "1,2");
        let pairs = |map: &BTreeMap<String, String>| -> String {
            map.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(pairs(&seen.query), "%61=3 a=1 b=");
        assert_eq!(pairs(&seen.cookies), "c=1 d=q");
    }
}
