//! Clients that speak no HTTP: lines over TCP or TLS, and datagrams.

use crate::{BoxError, echo::Echoed, tls};
use rustls::pki_types::ServerName;
use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpStream, UdpSocket},
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the answer to a datagram may take; without connections, nothing says that there is none to come.
const DATAGRAM_PATIENCE: Duration = Duration::from_millis(500);

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection on which lines are asked and answered.
pub struct Lines(BufReader<Box<dyn Stream>>);

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

impl Lines {
    /// Connects; with a server name, over TLS.
    pub async fn connect(target: SocketAddr, server_name: Option<&str>) -> Result<Self, BoxError> {
        let stream = TcpStream::connect(target).await?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match server_name {
            None => Box::new(stream),
            Some(name) => {
                let connector = TlsConnector::from(tls::client_config(&[]));
                let name = ServerName::try_from(name.to_owned())?;
                Box::new(timeout(PATIENCE, connector.connect(name, stream)).await??)
            }
        };
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a line and waits for the one that answers it.
    pub async fn ask(&mut self, line: &str) -> Result<Echoed, BoxError> {
        self.0.get_mut().write_all(format!("{line}\n").as_bytes()).await?;
        let mut answer = String::new();
        match timeout(PATIENCE, self.0.read_line(&mut answer)).await? {
            Ok(0) => Err("the connection was closed".into()),
            Ok(_) => Ok(serde_json::from_str(&answer)?),
            Err(error) => Err(error.into()),
        }
    }
}

/// Sends a datagram from a socket of its own and waits for the one that answers it.
pub async fn datagram(target: SocketAddr, text: &str) -> Result<Echoed, BoxError> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    socket.connect(target).await?;
    socket.send(text.as_bytes()).await?;
    let mut answer = vec![0; usize::from(u16::MAX)];
    let length = timeout(DATAGRAM_PATIENCE, socket.recv(&mut answer)).await??;
    Ok(serde_json::from_slice(answer.get(..length).unwrap_or_default())?)
}
