//! Real handshakes over loopback.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(feature = "tls")]

use eg_certs::{
    Authority, HandshakeLimits, Identity, LeafRequest, Reload, ReloadError, ReloadingTls, TlsConnection,
    TlsFiles, TlsIncoming,
};
use futures_util::StreamExt;
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer, pki_types::pem::PemObject};
use std::time::SystemTime;
use std::{fs, io, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

const DAY: Duration = Duration::from_hours(24);
const PATIENCE: Duration = Duration::from_secs(20);

fn authority() -> Authority {
    Authority::create("test", DAY, SystemTime::now()).unwrap()
}

fn identity(authority: &Authority, name: &str) -> Identity {
    let names = vec!["localhost".to_owned(), name.to_owned()];
    authority
        .issue(&LeafRequest { common_name: name.into(), names, validity: DAY }, SystemTime::now())
        .unwrap()
}

fn write(directory: &Path, identity: &Identity) {
    fs::write(directory.join("ca.crt"), &identity.ca_pem).unwrap();
    fs::write(directory.join("tls.key"), identity.key.expose()).unwrap();
    fs::write(directory.join("tls.crt"), &identity.certificate_pem).unwrap();
}

fn load(directory: &Path) -> ReloadingTls {
    ReloadingTls::load(TlsFiles::in_directory(directory), &["h2"]).unwrap()
}

/// Serves each connection by answering every byte with the same byte, and hands the connection's facts to the test.
async fn serve(tls: ReloadingTls, limits: HandshakeLimits) -> (SocketAddr, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut incoming = TlsIncoming::new(listener, tls, limits);
    let address = incoming.local_addr().unwrap();
    let (send, receive) = mpsc::channel(16);
    tokio::spawn(async move {
        while let Some(connection) = incoming.next().await {
            let leaf = connection.peer_certificates().first().map(|leaf| leaf.to_vec());
            let _ = send.send(leaf.unwrap_or_default()).await;
            tokio::spawn(echo(connection));
        }
    });
    (address, receive)
}

async fn echo(mut connection: TlsConnection) {
    let mut byte = [0];
    while connection.read_exact(&mut byte).await.is_ok() {
        if connection.write_all(&byte).await.is_err() || connection.flush().await.is_err() {
            return;
        }
    }
}

async fn connect(address: SocketAddr, config: Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let mut stream = TlsConnector::from(config).connect("localhost".try_into().unwrap(), stream).await?;
    // In TLS 1.3 a client learns only from its first read whether it was accepted.
    stream.write_all(b"x").await?;
    let mut byte = [0];
    stream.read_exact(&mut byte).await?;
    assert_eq!(&byte, b"x");
    Ok(stream)
}

fn served(stream: &TlsStream<TcpStream>) -> Vec<u8> {
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

fn der(identity: &Identity) -> Vec<u8> {
    CertificateDer::from_pem_slice(identity.certificate_pem.as_bytes()).unwrap().to_vec()
}

#[tokio::test]
async fn both_sides_see_each_other_and_agree_on_the_protocol() {
    let (home, authority) = (tempfile::tempdir().unwrap(), authority());
    let server = identity(&authority, "server");
    write(home.path(), &server);
    let client_home = tempfile::tempdir().unwrap();
    let client = identity(&authority, "client");
    write(client_home.path(), &client);

    let (address, mut peers) = serve(load(home.path()), HandshakeLimits::default()).await;
    let stream = connect(address, load(client_home.path()).client_config()).await.unwrap();
    assert_eq!(served(&stream), der(&server));
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(peers.recv().await.unwrap(), der(&client));
}

#[tokio::test]
async fn replaced_files_change_the_served_certificate_and_the_trust() {
    let (home, old_authority) = (tempfile::tempdir().unwrap(), authority());
    write(home.path(), &identity(&old_authority, "server"));
    let tls = load(home.path());
    let old_client = tls.client_config();
    let (address, _peers) = serve(tls.clone(), HandshakeLimits::default()).await;
    let mut established = connect(address, old_client.clone()).await.unwrap();

    let new = identity(&authority(), "server");
    write(home.path(), &new);
    let mut status = tls.subscribe();
    let following = tokio::spawn(tls.clone().follow(Duration::from_millis(5)));
    timeout(PATIENCE, status.wait_for(|status| status.generation == 2)).await.unwrap().unwrap();
    following.abort();

    let stream = connect(address, tls.client_config()).await.unwrap();
    assert_eq!(served(&stream), der(&new));
    assert!(connect(address, old_client).await.is_err(), "the old authority is no longer trusted");
    established.write_all(b"y").await.unwrap();
    let mut byte = [0];
    established.read_exact(&mut byte).await.unwrap();
    assert_eq!(&byte, b"y", "an established connection goes on");
}

#[tokio::test]
async fn a_client_without_certificate_is_refused() {
    let (home, authority) = (tempfile::tempdir().unwrap(), authority());
    write(home.path(), &identity(&authority, "server"));
    let (address, mut peers) = serve(load(home.path()), HandshakeLimits::default()).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.certificate_pem().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let anonymous = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    assert!(connect(address, Arc::new(anonymous)).await.is_err());
    assert!(peers.try_recv().is_err(), "the server never saw a connection");
}

#[tokio::test]
async fn a_client_of_another_authority_is_refused() {
    let (home, trusted) = (tempfile::tempdir().unwrap(), authority());
    write(home.path(), &identity(&trusted, "server"));
    let (address, mut peers) = serve(load(home.path()), HandshakeLimits::default()).await;
    let client_home = tempfile::tempdir().unwrap();
    let mut stranger = identity(&authority(), "client");
    stranger.ca_pem = trusted.certificate_pem().to_owned();
    write(client_home.path(), &stranger);
    assert!(connect(address, load(client_home.path()).client_config()).await.is_err());
    assert!(peers.try_recv().is_err());
}

#[tokio::test]
async fn broken_files_keep_the_last_good_ones_and_are_reported_until_mended() {
    let (home, authority) = (tempfile::tempdir().unwrap(), authority());
    let server = identity(&authority, "server");
    write(home.path(), &server);
    let tls = load(home.path());
    assert_eq!(tls.reload(), Reload::Unchanged);
    let (address, _peers) = serve(tls.clone(), HandshakeLimits::default()).await;

    // A certificate whose key has not arrived yet.
    let next = identity(&authority, "next");
    fs::write(home.path().join("tls.crt"), &next.certificate_pem).unwrap();
    assert!(matches!(tls.reload(), Reload::Failed(ReloadError::Unusable { .. })));
    assert!(matches!(tls.reload(), Reload::Failed(_)), "it stays an error");
    assert_eq!(served(&connect(address, tls.client_config()).await.unwrap()), der(&server));

    fs::write(home.path().join("tls.crt"), "no certificate").unwrap();
    assert!(matches!(tls.reload(), Reload::Failed(ReloadError::Unusable { .. })));
    fs::remove_file(home.path().join("ca.crt")).unwrap();
    assert!(matches!(tls.reload(), Reload::Failed(ReloadError::Read { .. })));
    let status = tls.status();
    assert_eq!(status.generation, 1);
    assert!(status.error.is_some_and(|error| error.to_string().contains("ca.crt")));
    assert_eq!(served(&connect(address, tls.client_config()).await.unwrap()), der(&server));

    write(home.path(), &next);
    assert_eq!(tls.reload(), Reload::Replaced);
    assert_eq!(tls.status().error, None);
    assert_eq!(served(&connect(address, tls.client_config()).await.unwrap()), der(&next));
}

#[tokio::test]
async fn a_file_set_that_is_broken_and_put_back_is_not_an_error_any_more() {
    let (home, authority) = (tempfile::tempdir().unwrap(), authority());
    let server = identity(&authority, "server");
    write(home.path(), &server);
    let tls = load(home.path());
    fs::write(home.path().join("tls.key"), "broken").unwrap();
    assert!(matches!(tls.reload(), Reload::Failed(_)));
    write(home.path(), &server);
    assert_eq!(tls.reload(), Reload::Replaced);
    assert_eq!(tls.status().error, None);
}

#[tokio::test]
async fn silent_peers_delay_nobody_and_are_cut_off() {
    let (home, authority) = (tempfile::tempdir().unwrap(), authority());
    write(home.path(), &identity(&authority, "server"));
    let tls = load(home.path());
    let limits = HandshakeLimits { timeout: Duration::from_mins(1), concurrent: 64 };
    let (address, _peers) = serve(tls.clone(), limits).await;
    let mut silent = Vec::new();
    for _ in 0..32 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    timeout(PATIENCE, connect(address, tls.client_config())).await.unwrap().unwrap();

    // With one place only, the next peer is served as soon as the silent one's time is over.
    let limits = HandshakeLimits { timeout: Duration::from_millis(50), concurrent: 1 };
    let (address, _peers) = serve(tls.clone(), limits).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    timeout(PATIENCE, connect(address, tls.client_config())).await.unwrap().unwrap();
    let mut rest = Vec::new();
    let closed = timeout(PATIENCE, silent.read_to_end(&mut rest)).await.unwrap();
    assert!(matches!(closed, Ok(0) | Err(_)));
}

#[test]
fn the_first_load_of_unusable_files_fails() {
    let home = tempfile::tempdir().unwrap();
    let error = ReloadingTls::load(TlsFiles::in_directory(home.path()), &[]).unwrap_err();
    assert!(matches!(error, ReloadError::Read { .. }), "{error}");
}
