//! Backends that speak no HTTP: lines over TCP, and datagrams.
//!
//! Each line or datagram is answered with one that says who answers ([`Echoed`], the text as its path).

use super::{answer::Echoed, server::Identity};
use crate::BoxError;
use std::{net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream, UdpSocket},
    task::{AbortHandle, JoinSet},
};

/// The longest datagram.
const LONGEST: usize = 2048;

/// Answers lines on this address; returns where it listens.
pub(super) async fn lines(
    address: SocketAddr,
    identity: Arc<Identity>,
) -> Result<(SocketAddr, AbortHandle), BoxError> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let accepting = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let identity = Arc::clone(&identity);
            connections.spawn(async move {
                // A connection that fails is the client's to notice.
                let _ = connection(stream, &identity).await;
            });
            while connections.try_join_next().is_some() {}
        }
    });
    Ok((address, accepting.abort_handle()))
}

async fn connection(stream: TcpStream, identity: &Identity) -> Result<(), BoxError> {
    stream.set_nodelay(true)?;
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    while let Some(line) = lines.next_line().await? {
        let mut answer = serde_json::to_vec(&identity.remember(echoed("TCP", line)))?;
        answer.push(b'\n');
        writing.write_all(&answer).await?;
    }
    Ok(())
}

/// Answers datagrams on this address; returns where it listens.
pub(super) async fn datagrams(
    address: SocketAddr,
    identity: Arc<Identity>,
) -> Result<(SocketAddr, AbortHandle), BoxError> {
    let socket = UdpSocket::bind(address).await?;
    let address = socket.local_addr()?;
    let answering = tokio::spawn(async move {
        let mut buffer = [0; LONGEST];
        loop {
            let Ok((length, client)) = socket.recv_from(&mut buffer).await else { continue };
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if let Ok(answer) = serde_json::to_vec(&identity.remember(echoed("UDP", text))) {
                // A lost answer is the client's to notice.
                let _ = socket.send_to(&answer, client).await;
            }
        }
    });
    Ok((address, answering.abort_handle()))
}

fn echoed(proto: &str, text: String) -> Echoed {
    Echoed { proto: proto.to_owned(), path: text, ..Echoed::default() }
}
