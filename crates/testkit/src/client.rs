//! A client for single requests: its own connection each, every detail in the caller's hands.

use crate::{
    BoxError, grpc,
    tls::{self, Leaf},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

pub mod raw;

/// What a client speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Speaks {
    /// Plain HTTP.
    #[default]
    Http,
    /// WebSocket: the text is sent once the connection is upgraded, and what comes back is the body of the answer.
    WebSocket(String),
    /// A gRPC call with so many messages, whose method must be `POST`. The answer has the messages that came back, the first one as its body, and trailers
    /// among its headers.
    Grpc(u32),
    /// The same as gRPC-Web.
    GrpcWeb(u32),
}

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
    /// The certificate that the client presents when it is asked for one.
    pub identity: Option<Leaf>,
    /// HTTP/2 instead of HTTP/1.1; in the clear with prior knowledge.
    pub http2: bool,
    /// What is spoken.
    pub speaks: Speaks,
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
            identity: None,
            http2: false,
            speaks: Speaks::default(),
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

    /// Whether it goes over HTTP/2, as all gRPC does.
    fn is_http2(&self) -> bool {
        self.http2 || matches!(self.speaks, Speaks::Grpc(_))
    }

    async fn exchange(&self) -> Result<Response, BoxError> {
        let stream = TcpStream::connect(self.target).await?;
        stream.set_nodelay(true)?;
        let Some(sni) = &self.sni else { return self.exchange_over(stream).await };
        let alpn = if self.is_http2() { "h2" } else { "http/1.1" };
        let connector = TlsConnector::from(tls::client_config_as(&[alpn], self.identity.as_ref()));
        let stream = connector.connect(ServerName::try_from(sni.clone())?, stream).await?;
        let session = stream.get_ref().1;
        if self.is_http2() && session.alpn_protocol() != Some(alpn.as_bytes()) {
            return Err("the server does not speak HTTP/2 over TLS".into());
        }
        let certificates = session.peer_certificates();
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
        let mut response = if self.is_http2() {
            let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
            tokio::spawn(connection);
            sender.send_request(request).await?
        } else {
            let (mut sender, connection) = http1::handshake(io).await?;
            tokio::spawn(connection.with_upgrades());
            sender.send_request(request).await?
        };
        if let (Speaks::WebSocket(text), StatusCode::SWITCHING_PROTOCOLS) = (&self.speaks, response.status())
        {
            let upgraded = hyper::upgrade::on(&mut response).await?;
            let body = there_and_back(TokioIo::new(upgraded), text.as_bytes()).await?;
            return Ok(Response::new(response.into_parts().0, body));
        }
        let (parts, body) = response.into_parts();
        let collected = body.collect().await?;
        let trailers = collected.trailers().cloned().unwrap_or_default();
        let mut response = Response::new(parts, collected.to_bytes());
        if matches!(self.speaks, Speaks::Grpc(_) | Speaks::GrpcWeb(_)) {
            response.headers.extend(trailers);
            response.unframe();
        }
        Ok(response)
    }

    fn message(&self) -> Result<http::Request<Full<Bytes>>, BoxError> {
        let scheme = if self.sni.is_some() { "https" } else { "http" };
        let body = match self.speaks {
            Speaks::Http | Speaks::WebSocket(_) => self.body.clone(),
            Speaks::Grpc(messages) | Speaks::GrpcWeb(messages) => grpc::frames(&self.body, messages),
        };
        let mut message = http::Request::new(Full::new(body));
        *message.method_mut() = self.method.clone();
        *message.uri_mut() = if self.is_http2() {
            Uri::builder()
                .scheme(scheme)
                .authority(self.host.as_str())
                .path_and_query(self.path.as_str())
                .build()?
        } else {
            self.path.parse()?
        };
        if message.uri().authority().is_none() {
            message.headers_mut().insert(http::header::HOST, HeaderValue::from_str(&self.host)?);
        }
        let own: &[(&str, &str)] = match self.speaks {
            Speaks::Http => &[],
            Speaks::WebSocket(_) => &WEB_SOCKET,
            Speaks::Grpc(_) => &[("content-type", "application/grpc"), ("te", "trailers")],
            Speaks::GrpcWeb(_) => &[("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")],
        };
        for (name, value) in own {
            message.headers_mut().append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        for (name, value) in &self.headers {
            message
                .headers_mut()
                .append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
        }
        Ok(message)
    }
}

/// The headers with which a client asks for a WebSocket (RFC 6455, section 4.1); the key is the one of the example there.
const WEB_SOCKET: [(&str, &str); 4] = [
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// Writes the bytes and reads as many.
async fn there_and_back(
    mut connection: impl AsyncRead + AsyncWrite + Unpin,
    bytes: &[u8],
) -> Result<Bytes, BoxError> {
    connection.write_all(bytes).await?;
    let mut back = vec![0; bytes.len()];
    connection.read_exact(&mut back).await?;
    Ok(back.into())
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
    /// How many messages a gRPC call was answered with.
    pub messages: usize,
    /// The certificate that the server presented.
    pub certificate: Option<CertificateDer<'static>>,
}

impl Response {
    fn new(head: http::response::Parts, body: Bytes) -> Self {
        let http::response::Parts { status, version, headers, .. } = head;
        Self { status, version, headers, body, messages: 0, certificate: None }
    }

    /// Takes the messages out of the body; the trailers of gRPC-Web, which are in it too, join the headers.
    fn unframe(&mut self) {
        let (messages, trailers) = grpc::unframe(&self.body);
        for (name, value) in trailers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
                self.headers.append(name, value);
            }
        }
        self.messages = messages.len();
        self.body = messages.into_iter().next().unwrap_or_default();
    }

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
            messages: 0,
            certificate: None,
        })
    }

    /// The body as an echo backend's words.
    pub fn echoed(&self) -> Result<crate::echo::Echoed, BoxError> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}
