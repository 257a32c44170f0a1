//! Connections to a server: TCP, TLS, or a Unix domain socket.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use eg_xds_translator::StageError;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint, Uri};

use crate::{Address, ExtensionOptions, TlsMaterial};

/// The time for a connection to come about, its TLS handshake included.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// A connection of whatever kind.
trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// What it takes to connect.
#[derive(Clone)]
struct Connector {
    target: Target,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

#[derive(Clone)]
enum Target {
    Tcp(String, u16),
    Unix(PathBuf),
}

/// A channel that connects when it is needed, and again when a connection ends.
pub(crate) fn channel(options: &ExtensionOptions, tls: Option<&TlsMaterial>) -> Result<Channel, StageError> {
    let (authority, host, target) = match &options.address {
        Address::Tcp { host, port } => {
            let bracketed = if host.contains(':') { format!("[{host}]") } else { host.clone() };
            (format!("{bracketed}:{port}"), host.as_str(), Target::Tcp(host.clone(), *port))
        }
        Address::Unix(path) => ("localhost".to_owned(), "localhost", Target::Unix(path.clone())),
    };
    let name = options.server_name.as_deref().unwrap_or(host);
    let tls = tls.map(|material| Ok::<_, StageError>((tls_connector(material)?, server_name(name)?)));
    let connector = Connector { target, tls: tls.transpose()? };
    let uri: Uri = format!("http://{authority}")
        .parse()
        .map_err(|error| StageError::Misconfigured(format!("`{authority}` is no address: {error}")))?;
    let endpoint = Endpoint::from(uri).connect_timeout(CONNECT_LIMIT);
    Ok(endpoint.connect_with_connector_lazy(tower::service_fn(move |_: Uri| {
        let connector = connector.clone();
        async move { connector.connect().await.map(TokioIo::new) }
    })))
}

impl Connector {
    async fn connect(self) -> io::Result<Box<dyn Connection>> {
        let stream: Box<dyn Connection> = match self.target {
            Target::Tcp(host, port) => {
                let stream = TcpStream::connect((host.as_str(), port)).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Target::Unix(path) => Box::new(UnixStream::connect(path).await?),
        };
        match self.tls {
            Some((connector, name)) => Ok(Box::new(connector.connect(name, stream).await?)),
            None => Ok(stream),
        }
    }
}

fn server_name(name: &str) -> Result<ServerName<'static>, StageError> {
    ServerName::try_from(name.to_owned())
        .map_err(|_| StageError::Misconfigured(format!("`{name}` is no name that a certificate can be for")))
}

fn tls_connector(material: &TlsMaterial) -> Result<TlsConnector, StageError> {
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(&material.authorities) {
        let authority = authority.map_err(|error| unusable("the authorities", &error))?;
        roots.add(authority).map_err(|error| unusable("the authorities", &error))?;
    }
    if roots.is_empty() {
        return Err(unusable("the authorities", &"there is no certificate"));
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable("the protocol versions", &error))?
        .with_root_certificates(roots);
    let mut config = match &material.identity {
        Some(identity) => {
            let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&identity.certificate).collect();
            let chain = chain.map_err(|error| unusable("the client certificate", &error))?;
            let key = PrivateKeyDer::from_pem_slice(&identity.key)
                .map_err(|error| unusable("the client's private key", &error))?;
            let config = builder.with_client_auth_cert(chain, key);
            config.map_err(|error| unusable("the client certificate and key", &error))?
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn unusable(what: &str, why: &dyn ToString) -> StageError {
    StageError::Misconfigured(format!("{what} cannot be used: {}", why.to_string()))
}
