//! A client for single requests: its own connection each, every detail in the caller's hands.

use crate::{BoxError, tls};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

pub mod raw;

/// A request and where to send it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The address to connect to.
    pub target: SocketAddr,
    /// `Host` or `:authority`.
    pub host: String,
    /// Path with query.
    pub path: String,
    /// Method.
    pub method: Method,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Bytes,
    /// TLS with this server name; the certificate must be from [`tls::AUTHORITY`] and fit the name.
    pub sni: Option<String>,
    /// HTTP/2 instead of HTTP/1.1; in the clear with prior knowledge.
    pub http2: bool,
    /// The longest that everything may take.
    pub patience: Duration,
}

impl Request {
    /// `GET path` of this host.
    pub fn get(target: SocketAddr, host: &str, path: &str) -> Self {
        Self {
            target,
            host: host.to_owned(),
            path: path.to_owned(),
            method: Method::GET,
            headers: Vec::new(),
            body: Bytes::new(),
            sni: None,
            http2: false,
            patience: Duration::from_secs(5),
        }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same over TLS with this server name.
    #[must_use]
    pub fn tls(mut self, sni: &str) -> Self {
        self.sni = Some(sni.to_owned());
        self
    }

    /// The same over HTTP/2.
    #[must_use]
    pub fn http2(mut self) -> Self {
        self.http2 = true;
        self
    }

    /// Sends it on a connection of its own.
    pub async fn send(&self) -> Result<Response, BoxError> {
        timeout(self.patience, self.exchange())
            .await
            .map_err(|_| format!("no answer after {:?}", self.patience))?
    }

    async fn exchange(&self) -> Result<Response, BoxError> {
        let stream = TcpStream::connect(self.target).await?;
        stream.set_nodelay(true)?;
        let Some(sni) = &self.sni else { return self.exchange_over(stream).await };
        let alpn = if self.http2 { "h2" } else { "http/1.1" };
        let connector = TlsConnector::from(tls::client_config(&[alpn]));
        let stream = connector.connect(ServerName::try_from(sni.clone())?, stream).await?;
        let certificates = stream.get_ref().1.peer_certificates();
        let certificate =
            certificates.and_then(|chain| chain.first()).cloned().map(CertificateDer::into_owned);
        let response = self.exchange_over(stream).await?;
        Ok(Response { certificate, ..response })
    }

    async fn exchange_over<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: S,
    ) -> Result<Response, BoxError> {
        let io = TokioIo::new(stream);
        let request = self.message()?;
        let response = if self.http2 {
            let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
            tokio::spawn(connection);
            sender.send_request(request).await?
        } else {
            let (mut sender, connection) = http1::handshake(io).await?;
            tokio::spawn(connection);
            sender.send_request(request).await?
        };
        let (parts, body) = response.into_parts();
        Ok(Response {
            status: parts.status,
            version: parts.version,
            headers: parts.headers,
            body: body.collect().await?.to_bytes(),
            certificate: None,
        })
    }

    fn message(&self) -> Result<http::Request<Full<Bytes>>, BoxError> {
        let scheme = if self.sni.is_some() { "https" } else { "http" };
        let mut message = http::Request::new(Full::new(self.body.clone()));
        *message.method_mut() = self.method.clone();
        *message.uri_mut() = if self.http2 {
            Uri::builder()
                .scheme(scheme)
                .authority(self.host.as_str())
                .path_and_query(self.path.as_str())
                .build()?
        } else {
            self.path.parse()?
        };
        if !self.http2 {
            message.headers_mut().insert(http::header::HOST, HeaderValue::from_str(&self.host)?);
        }
        for (name, value) in &self.headers {
            message
                .headers_mut()
                .append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
        }
        Ok(message)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status.
    pub status: StatusCode,
    /// HTTP version of the answer.
    pub version: Version,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// The certificate that the server presented.
    pub certificate: Option<CertificateDer<'static>>,
}

impl Response {
    /// The values of a header, joined with `, `; `None` if it is absent.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self
            .headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        if values.is_empty() { None } else { Some(values.join(", ")) }
    }

    /// What a backend that speaks no HTTP answered, as if it did.
    pub fn of(echoed: &crate::echo::Echoed) -> Result<Self, BoxError> {
        Ok(Self {
            status: StatusCode::OK,
            version: Version::default(),
            headers: HeaderMap::new(),
            body: serde_json::to_vec(echoed)?.into(),
            certificate: None,
        })
    }

    /// The body as an echo backend's words.
    pub fn echoed(&self) -> Result<crate::echo::Echoed, BoxError> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}
