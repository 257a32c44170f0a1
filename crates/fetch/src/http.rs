//! Documents over HTTP and HTTPS.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use eg_resources::{BoxFuture, Demand};
use http::{
    HeaderMap, Request, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, HOST, LOCATION, USER_AGENT},
};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, crypto::aws_lc_rs, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
};
use tokio_rustls::TlsConnector;
use url::Url;

use crate::{FetchError, Fetched, Fetcher, root};

/// Redirects that are followed at most.
const REDIRECTS: usize = 5;
/// How long a document is fresh when its server does not say, and the bounds of what it may say.
const FRESH: Duration = Duration::from_hours(1);
const FRESH_AT_LEAST: Duration = Duration::from_mins(5);
const FRESH_AT_MOST: Duration = Duration::from_hours(24);

/// Limits of an [`HttpFetcher`], and whom it trusts.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpOptions {
    /// The time for a document at most, redirects included.
    pub time_limit: Duration,
    /// The size of a document at most, in bytes.
    pub size_limit: usize,
    /// Authorities beside those of the system, PEM.
    pub authorities: Vec<u8>,
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("time_limit", &self.time_limit)
            .field("size_limit", &self.size_limit)
            .finish_non_exhaustive()
    }
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { time_limit: Duration::from_secs(10), size_limit: 1024 * 1024, authorities: Vec::new() }
    }
}

/// Gets documents over HTTP and HTTPS.
#[derive(Clone)]
pub struct HttpFetcher {
    options: HttpOptions,
    tls: Option<TlsConnector>,
}

impl fmt::Debug for HttpFetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpFetcher").field("options", &self.options).finish_non_exhaustive()
    }
}

/// A connection of whatever kind.
trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// An answer to one request.
enum Reply {
    Document(Fetched),
    Redirect(String),
}

impl HttpFetcher {
    /// A fetcher that trusts the authorities of the system, which it reads now, and those of the options.
    pub fn new(options: HttpOptions) -> Self {
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .ok();
        let tls = config.map(|config| {
            let config =
                config.with_root_certificates(root::store(&options.authorities)).with_no_client_auth();
            TlsConnector::from(Arc::new(config))
        });
        Self { options, tls }
    }

    /// Gets the document at a URL, wherever that leads.
    async fn get(&self, text: &str) -> Result<Fetched, FetchError> {
        let refused = |why: String| FetchError::Url { url: text.to_owned(), why };
        let mut url = Url::parse(text).map_err(|error| refused(error.to_string()))?;
        for _ in 0..=REDIRECTS {
            let to = match self.request(&url).await? {
                Reply::Document(document) => return Ok(document),
                Reply::Redirect(to) => to,
            };
            let unfollowed = || FetchError::Redirect { url: text.to_owned(), to: to.clone() };
            let next = url.join(&to).map_err(|_| unfollowed())?;
            if next.scheme() != "https" && url.scheme() == "https" {
                return Err(unfollowed());
            }
            url = next;
        }
        Err(FetchError::Redirect { url: text.to_owned(), to: url.to_string() })
    }

    async fn request(&self, url: &Url) -> Result<Reply, FetchError> {
        let unreachable = |source: Box<dyn std::error::Error + Send + Sync>| FetchError::Unreachable {
            url: url.to_string(),
            source,
        };
        let stream = self.connect(url).await?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| unreachable(error.into()))?;
        // The connection ends with this value.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let request = request(url).map_err(|error| unreachable(error.into()))?;
        let response = sender.send_request(request).await.map_err(|error| unreachable(error.into()))?;
        let (head, body) = response.into_parts();
        if head.status.is_redirection()
            && let Some(to) = head.headers.get(LOCATION).and_then(|to| to.to_str().ok())
        {
            return Ok(Reply::Redirect(to.to_owned()));
        }
        if head.status != StatusCode::OK {
            return Err(FetchError::Status { url: url.to_string(), status: head.status.as_u16() });
        }
        let limit = self.options.size_limit;
        let body = Limited::new(body, limit).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                FetchError::TooLarge { url: url.to_string(), limit }
            } else {
                unreachable(error)
            }
        })?;
        Ok(Reply::Document(Fetched { document: body.to_bytes(), fresh_for: fresh_for(&head.headers) }))
    }

    async fn connect(&self, url: &Url) -> Result<Box<dyn Connection>, FetchError> {
        let refused = |why: &str| FetchError::Url { url: url.to_string(), why: why.to_owned() };
        let unreachable =
            |source: std::io::Error| FetchError::Unreachable { url: url.to_string(), source: source.into() };
        let host = url.host_str().ok_or_else(|| refused("it has no host"))?.trim_matches(['[', ']']);
        let port = url.port_or_known_default().ok_or_else(|| refused("it has no port"))?;
        let tls = match url.scheme() {
            "http" => None,
            "https" => Some(self.tls.as_ref().ok_or_else(|| refused("there is no TLS"))?),
            _ => return Err(refused("it is neither http nor https")),
        };
        let stream = TcpStream::connect((host, port)).await.map_err(unreachable)?;
        let Some(tls) = tls else { return Ok(Box::new(stream)) };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| refused("no certificate can be for its host"))?;
        Ok(Box::new(tls.connect(name, stream).await.map_err(unreachable)?))
    }
}

impl Fetcher for HttpFetcher {
    fn answers(&self, demand: &Demand) -> bool {
        matches!(demand, Demand::OidcDiscovery(_))
    }

    fn fetch<'a>(&'a self, demand: &'a Demand) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async move {
            let (url, limit) = (demand.url(), self.options.time_limit);
            let fetched = tokio::time::timeout(limit, self.get(&url)).await;
            fetched.map_err(|_| FetchError::TimedOut { url: url.clone(), limit })?
        })
    }
}

fn request(url: &Url) -> Result<Request<Empty<Bytes>>, http::Error> {
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let host = url.host_str().unwrap_or_default();
    let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    Request::get(path)
        .header(HOST, authority)
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "envoy-gateway")
        .body(Empty::new())
}

/// The time for which the server says that the document is good, within bounds.
fn fresh_for(headers: &HeaderMap) -> Duration {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = values.flat_map(|value| value.split(','));
    let age = directives.find_map(|directive| directive.trim().strip_prefix("max-age=")?.parse().ok());
    age.map_or(FRESH, |age| Duration::from_secs(age).clamp(FRESH_AT_LEAST, FRESH_AT_MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_fresh(cache_control: Option<&'static str>, expected: Duration) {
        let value = cache_control.map(|text| (CACHE_CONTROL, http::HeaderValue::from_static(text)));
        assert_eq!(fresh_for(&value.into_iter().collect()), expected);
    }

    #[test]
    fn a_server_says_how_long_its_document_is_good_within_bounds() {
        check_fresh(None, FRESH);
        check_fresh(Some("no-store"), FRESH);
        check_fresh(Some("public, max-age=7200"), Duration::from_hours(2));
        check_fresh(Some("max-age=1"), FRESH_AT_LEAST);
        check_fresh(Some("max-age=99999999"), FRESH_AT_MOST);
    }
}
