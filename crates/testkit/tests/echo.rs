//! The backends and the client against each other.

use eg_testkit::{
    client::Request,
    echo::{Echo, Protocol},
    tls::AUTHORITY,
};
use std::time::{Duration, Instant};

#[tokio::test]
async fn says_what_it_was_asked() {
    let echo = Echo::start("infra", "one", Protocol::Http1).await.expect("a backend");
    let request =
        Request::get(echo.address(), "example.com", "/a/b?c=d").header("X-One", "1").header("X-One", "2");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status, 200);
    let echoed = answer.echoed().expect("an echo");
    assert_eq!(
        (echoed.path.as_str(), echoed.host.as_str(), echoed.method.as_str()),
        ("/a/b?c=d", "example.com", "GET")
    );
    assert_eq!(
        (echoed.namespace.as_str(), echoed.pod.as_str(), echoed.proto.as_str()),
        ("infra", "one", "HTTP/1.1")
    );
    assert_eq!(echoed.headers["x-one"], ["1", "2"]);
    assert_eq!(echo.count(), 1);
    assert_eq!(echo.seen_with("x-one", "1").len(), 1);
    assert!(echo.seen_with("x-one", "3").is_empty());
}

#[tokio::test]
async fn status_delay_and_headers_are_the_requests_choice() {
    let echo = Echo::start("default", "one", Protocol::Http1).await.expect("a backend");
    let started = Instant::now();
    let request =
        Request::get(echo.address(), "a", "/?status=503&delay=50").header("x-echo-set-header", "x-got: this");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("x-got").as_deref(), Some("this"));
    assert!(started.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn h2c_speaks_only_http2() {
    let echo = Echo::start("default", "two", Protocol::H2c).await.expect("a backend");
    let request = Request::get(echo.address(), "a.example", "/x");
    let echoed = request.clone().http2().send().await.expect("an answer").echoed().expect("an echo");
    assert_eq!((echoed.proto.as_str(), echoed.host.as_str()), ("HTTP/2.0", "a.example"));
    request.send().await.expect_err("HTTP/1.1 is refused");
}

#[tokio::test]
async fn tls_names_are_checked_and_reported() {
    let leaf = AUTHORITY.issue(&["a.example"]);
    let echo = Echo::start("default", "three", Protocol::Tls(leaf.clone())).await.expect("a backend");
    let request = Request::get(echo.address(), "a.example", "/x");
    for request in [request.clone().tls("a.example"), request.clone().tls("a.example").http2()] {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.certificate.as_ref(), Some(&leaf.der));
        let tls = answer.echoed().expect("an echo").tls.expect("TLS facts");
        assert_eq!(tls.server_name, "a.example");
    }
    request.tls("b.example").send().await.expect_err("the certificate is for another name");
}

#[tokio::test]
async fn a_dropped_backend_is_gone() {
    let echo = Echo::start("default", "four", Protocol::Http1).await.expect("a backend");
    let request = Request::get(echo.address(), "a", "/");
    request.send().await.expect("an answer");
    drop(echo);
    let gone = || async {
        match request.send().await {
            Ok(_) => Err("still answers"),
            Err(_) => Ok(()),
        }
    };
    eg_testkit::deadline::poll(Duration::from_secs(5), gone).await.expect("the port closes");
}
