//! Mutual TLS in front of the server: it is composed by whoever accepts connections, the authenticator sees the client's
//! certificate, and certificates change between two connections without a restart.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use eg_xds_server::{
    Authenticator, BoxFuture, Call, Changes, Denied, Identity, MemoryStore, NodeGroup, Resource, Server,
    TypeUrl,
    tonic::{
        Code,
        transport::{Channel, Endpoint, Uri, server::TlsConnectInfo},
    },
    xds_api::pb::envoy::{
        config::core::v3::Node,
        service::discovery::v3::{
            DiscoveryRequest, aggregated_discovery_service_client::AggregatedDiscoveryServiceClient,
        },
    },
};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
    server::WebPkiClientVerifier,
};
use tokio::{io::DuplexStream, sync::mpsc};
use tokio_rustls::{TlsAcceptor, TlsConnector, server::TlsStream};
use tokio_stream::wrappers::UnboundedReceiverStream;

/// A certificate authority and what it signs.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
}

type Leaf = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().expect("makes a key");
        let mut params = CertificateParams::new(Vec::new()).expect("is valid");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).expect("signs itself").der().clone();
        Self { issuer: Issuer::new(params, key), root }
    }

    fn leaf(&self, name: &str) -> Leaf {
        let key = KeyPair::generate().expect("makes a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("is valid");
        let certificate = params.signed_by(&key, &self.issuer).expect("is signed");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("is a key");
        (vec![certificate.der().clone()], key)
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).expect("is a certificate");
        roots
    }

    fn server(&self) -> Arc<ServerConfig> {
        let verifier = WebPkiClientVerifier::builder(self.roots().into()).build().expect("has roots");
        let (chain, key) = self.leaf("xds");
        let mut config = ServerConfig::builder()
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .expect("the key fits");
        config.alpn_protocols = vec![b"h2".to_vec()];
        config.into()
    }

    fn client(&self, leaf: Leaf) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder().with_root_certificates(self.roots());
        let mut config = builder.with_client_auth_cert(leaf.0, leaf.1).expect("the key fits");
        config.alpn_protocols = vec![b"h2".to_vec()];
        config.into()
    }
}

/// Wants a certificate, and counts them.
#[derive(Clone, Default)]
struct Certificates(Arc<Mutex<Vec<CertificateDer<'static>>>>);

impl Authenticator for Certificates {
    fn authenticate<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Identity, Denied>> {
        let peer = call.extensions.get::<TlsConnectInfo<()>>().and_then(TlsConnectInfo::peer_certs);
        let first = peer.and_then(|chain| chain.first().cloned());
        let verdict =
            first.ok_or_else(|| Denied::Unauthenticated("no certificate".into())).map(|certificate| {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).push(certificate);
                Identity::default()
            });
        Box::pin(std::future::ready(verdict))
    }
}

type Acceptor = Arc<Mutex<Arc<ServerConfig>>>;

/// Connects through a handshake with whatever the acceptor has at that moment.
async fn connect(
    acceptor: &Acceptor,
    accepted: &mpsc::UnboundedSender<io::Result<TlsStream<DuplexStream>>>,
    config: Arc<ClientConfig>,
) -> Result<Channel, Box<dyn std::error::Error>> {
    let (acceptor, accepted) = (acceptor.clone(), accepted.clone());
    let connector = tower::service_fn(move |_: Uri| {
        let (acceptor, accepted, config) = (acceptor.clone(), accepted.clone(), config.clone());
        async move {
            let (client, server) = tokio::io::duplex(64 * 1024);
            let current = acceptor.lock().unwrap_or_else(PoisonError::into_inner).clone();
            tokio::spawn(async move {
                if let Ok(stream) = TlsAcceptor::from(current).accept(server).await {
                    let _ = accepted.send(Ok(stream));
                }
            });
            let name = ServerName::try_from("xds").map_err(io::Error::other)?;
            Ok::<_, io::Error>(TokioIo::new(TlsConnector::from(config).connect(name, client).await?))
        }
    });
    Ok(Endpoint::from_static("http://in-memory").connect_with_connector(connector).await?)
}

async fn first_response(channel: Channel) -> Result<usize, Code> {
    let request = DiscoveryRequest {
        node: Some(Node { id: "n".into(), cluster: "g".into(), ..Default::default() }),
        type_url: TypeUrl::CLUSTER.as_str().into(),
        ..Default::default()
    };
    let requests = tokio_stream::StreamExt::chain(tokio_stream::once(request), tokio_stream::pending());
    let call = AggregatedDiscoveryServiceClient::new(channel).stream_aggregated_resources(requests).await;
    let mut responses = call.map_err(|status| status.code())?.into_inner();
    let response = responses.message().await.map_err(|status| status.code())?;
    Ok(response.map_or(0, |response| response.resources.len()))
}

#[tokio::test]
async fn certificates_are_checked_shown_and_replaced() {
    let (old, new) = (Authority::new(), Authority::new());
    let store = Arc::new(MemoryStore::new());
    let cluster = Resource::new("1".into());
    store.update(&NodeGroup::from("g"), Changes::default().upsert(TypeUrl::CLUSTER, "c", cluster));
    let seen = Certificates::default();
    let server = Server::builder(store).authenticator(seen.clone()).build();
    let acceptor: Acceptor = Arc::new(Mutex::new(old.server()));
    let (accepted, incoming) = mpsc::unbounded_channel();
    let serving = tokio::spawn(async move {
        server.serve(UnboundedReceiverStream::new(incoming), std::future::pending()).await;
    });

    let leaf = old.leaf("envoy");
    let shown = leaf.0[0].clone();
    let channel = connect(&acceptor, &accepted, old.client(leaf)).await.expect("the handshake is good");
    assert_eq!(first_response(channel.clone()).await, Ok(1));
    assert_eq!(seen.0.lock().expect("not poisoned").as_slice(), [shown]);

    let stranger = old.client(new.leaf("envoy"));
    let refused = match connect(&acceptor, &accepted, stranger).await {
        Ok(channel) => first_response(channel).await.is_err(),
        Err(_) => true,
    };
    assert!(refused, "a certificate of another authority is refused");

    *acceptor.lock().expect("not poisoned") = new.server();
    let next =
        connect(&acceptor, &accepted, new.client(new.leaf("envoy"))).await.expect("the handshake is good");
    assert_eq!(first_response(next).await, Ok(1), "new certificates count without a restart");
    assert_eq!(first_response(channel).await, Ok(1), "and connections of the old live on");
    assert_eq!(seen.0.lock().expect("not poisoned").len(), 3);
    serving.abort();
}
