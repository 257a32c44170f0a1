//! The stage against a server in this process: over TCP, TLS and a Unix domain socket.

#![expect(clippy::expect_used, reason = "fixtures are known to be right")]

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use eg_extension::{Address, ExtensionOptions, ExtensionStage, SliceKind, Stage, StageError, TlsMaterial};
use eg_ir::Origin;
use eg_testkit::{
    extension::{ExtensionServer, Reply},
    tls::{AUTHORITY, Authority},
};
use eg_xds_translator::{Question, QuestionKey, Version};
use prost::Message;
use tonic::Code;
use xds_api::pb::envoy::config::{listener::v3::Listener, route::v3::VirtualHost};

fn options(address: Address) -> ExtensionOptions {
    ExtensionOptions { hooks: [SliceKind::VirtualHost].into(), ..ExtensionOptions::new("test", address) }
}

fn tcp(server: &ExtensionServer) -> Address {
    let address = server.address().expect("a TCP server");
    Address::Tcp { host: address.ip().to_string(), port: address.port() }
}

fn question() -> Question {
    let host =
        VirtualHost { name: "h".to_owned(), domains: vec!["a.example".to_owned()], ..VirtualHost::default() };
    let slice = Bytes::from(host.encode_to_vec());
    let key =
        QuestionKey { stage: "test".into(), kind: SliceKind::VirtualHost, content: Version::of(&slice) };
    Question { key, slice, origin: Origin::default() }
}

fn changed(mut host: VirtualHost) -> Reply {
    host.require_tls = 2;
    Reply::Changed(Box::new(host))
}

/// Asks, and checks that the answer is the one of [`changed`].
async fn is_changed(stage: &ExtensionStage) -> Result<(), StageError> {
    let answer = stage.ask(question()).await?.expect("a virtual host");
    assert_eq!(VirtualHost::decode(answer).expect("a virtual host").require_tls, 2);
    Ok(())
}

#[tokio::test]
async fn over_tcp() {
    let server = ExtensionServer::start(None, changed).await.expect("a server");
    let stage = ExtensionStage::new(options(tcp(&server)));
    is_changed(&stage).await.expect("an answer");
    is_changed(&stage).await.expect("an answer");
    assert_eq!(server.calls(), ["a.example", "a.example"]);
    server.rule(|_| Reply::Unchanged);
    assert_eq!(stage.ask(question()).await.expect("an answer"), None);
}

#[tokio::test]
async fn over_a_unix_domain_socket() {
    let home = tempfile::tempdir().expect("a directory");
    let path: PathBuf = home.path().join("extension.sock");
    let server = ExtensionServer::start_unix(&path, changed).expect("a server");
    is_changed(&ExtensionStage::new(options(Address::Unix(path)))).await.expect("an answer");
    assert_eq!(server.calls(), ["a.example"]);
}

#[tokio::test]
async fn over_tls_only_to_whom_the_authorities_vouch_for() {
    let leaf = AUTHORITY.issue(&["extension.example"]);
    let server = ExtensionServer::start(Some(&leaf), changed).await.expect("a server");
    let mut secured = options(tcp(&server));
    secured.tls = true;
    secured.server_name = Some("extension.example".to_owned());
    secured.retry.max_attempts = 1;
    let stage = ExtensionStage::new(secured.clone());

    let error = is_changed(&stage).await.expect_err("without certificates nothing is sent");
    assert!(matches!(error, StageError::Misconfigured(_)), "{error}");

    let stranger = Authority::new();
    stage.set_tls(Ok(TlsMaterial { authorities: stranger.pem().into(), identity: None }));
    let error = is_changed(&stage).await.expect_err("a stranger signed it");
    assert!(matches!(error, StageError::Unreachable { .. }), "{error}");

    let trusted = TlsMaterial { authorities: AUTHORITY.pem().into(), identity: None };
    stage.set_tls(Ok(trusted.clone()));
    is_changed(&stage).await.expect("an answer");

    secured.server_name = None;
    let stage = ExtensionStage::new(secured);
    stage.set_tls(Ok(trusted));
    is_changed(&stage).await.expect_err("the certificate is for another name");
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_call_that_may_succeed_is_tried_again() {
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let server = ExtensionServer::start(None, move |host| match counted.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => Reply::Fail(Code::Unavailable),
        _ => changed(host),
    });
    let server = server.await.expect("a server");
    let mut options = options(tcp(&server));
    options.retry.initial_backoff = Duration::from_millis(1);
    is_changed(&ExtensionStage::new(options)).await.expect("an answer");
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_refusal_names_its_status() {
    let server =
        ExtensionServer::start(None, |_| Reply::Fail(Code::PermissionDenied)).await.expect("a server");
    let error = ExtensionStage::new(options(tcp(&server))).ask(question()).await.expect_err("a refusal");
    assert!(matches!(&error, StageError::Refused(text) if text.contains("PermissionDenied")), "{error}");
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn an_answer_above_the_limit_is_a_failure() {
    let server = ExtensionServer::start(None, |mut host| {
        host.name = "x".repeat(10_000);
        Reply::Changed(Box::new(host))
    });
    let server = server.await.expect("a server");
    let options = ExtensionOptions { max_message_size: 1000, ..options(tcp(&server)) };
    let error = ExtensionStage::new(options).ask(question()).await.expect_err("it is too large");
    assert!(matches!(error, StageError::Refused(_)), "{error}");
}

#[tokio::test]
async fn after_a_hang_the_next_call_is_answered() {
    let server = ExtensionServer::start(None, |_| Reply::Hang).await.expect("a server");
    let stage = ExtensionStage::new(options(tcp(&server)));
    let waited = tokio::time::timeout(Duration::from_millis(50), stage.ask(question())).await;
    assert!(waited.is_err(), "it hangs");
    server.rule(changed);
    is_changed(&stage).await.expect("an answer");
}

#[tokio::test]
async fn a_listener_is_changed_left_alone_or_a_failure() {
    let server = ExtensionServer::start(None, |_| Reply::Unchanged).await.expect("a server");
    let hooks = [SliceKind::HttpListener].into();
    let stage = ExtensionStage::new(ExtensionOptions { hooks, ..options(tcp(&server)) });
    assert!(stage.wants(SliceKind::HttpListener) && !stage.wants(SliceKind::VirtualHost));
    let slice = Bytes::from(Listener { name: "l".to_owned(), ..Listener::default() }.encode_to_vec());
    let content = Version::of(&slice);
    let key = QuestionKey { stage: "test".into(), kind: SliceKind::HttpListener, content };
    let question = Question { key, slice, origin: Origin::default() };
    assert_eq!(stage.ask(question.clone()).await.expect("an answer"), None);
    server.listener_rule(|listener| Ok(Some(Listener { stat_prefix: "mine".to_owned(), ..listener })));
    let answer = stage.ask(question.clone()).await.expect("an answer").expect("a listener");
    let answer = Listener::decode(answer).expect("a listener");
    assert_eq!((answer.name.as_str(), answer.stat_prefix.as_str()), ("l", "mine"));
    server.listener_rule(|_| Err(Code::Internal));
    let error = stage.ask(question).await.expect_err("a failure");
    assert!(matches!(error, StageError::Refused(_)), "{error}");
    assert_eq!(server.calls(), ["l", "l", "l"]);
}
