//! The fetcher of documents over HTTP against a server in this process.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use eg_fetch::{Demand, FetchError, Fetcher, HttpFetcher, HttpOptions};
use eg_testkit::{
    contract::fetch::{FetchFixture, State},
    document::{DocumentServer, Reply},
};

struct Http {
    server: DocumentServer,
    fetcher: Arc<HttpFetcher>,
    states: Arc<Mutex<BTreeMap<String, State>>>,
}

impl FetchFixture for Http {
    async fn start(time_limit: Duration, size_limit: usize) -> Self {
        let states: Arc<Mutex<BTreeMap<String, State>>> = Arc::default();
        let known = Arc::clone(&states);
        let server = DocumentServer::start(move |path| {
            match known.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
                Some(State::There(content)) => Reply::Answer(200, content.clone().into()),
                Some(State::Gone) | None => Reply::Answer(404, "not found".into()),
                Some(State::Hung) => Reply::Hang,
            }
        });
        let server = server.await.expect("a server");
        let options = HttpOptions { time_limit, size_limit, ..HttpOptions::default() };
        Self { server, fetcher: Arc::new(HttpFetcher::new(options)), states }
    }

    fn fetcher(&self) -> Arc<dyn Fetcher> {
        Arc::clone(&self.fetcher) as Arc<dyn Fetcher>
    }

    fn demands(&self) -> [Demand; 2] {
        ["/one", "/two"].map(|path| Demand::OidcDiscovery(self.server.url(path).into()))
    }

    fn set(&self, demand: &Demand, state: State) {
        let path = demand.url().replace(&self.server.url(""), "");
        self.states.lock().unwrap_or_else(PoisonError::into_inner).insert(path, state);
    }
}

eg_testkit::fetch_conformance!(Http);

fn issuer(url: impl Into<String>) -> Demand {
    Demand::OidcDiscovery(url.into().into())
}

async fn fetch(demand: &Demand) -> Result<String, FetchError> {
    let fetched = HttpFetcher::new(HttpOptions::default()).fetch(demand).await?;
    Ok(String::from_utf8_lossy(&fetched.document).into_owned())
}

#[tokio::test]
async fn a_redirect_is_followed_but_not_for_ever() {
    let server = DocumentServer::start(|path| match path {
        "/a/.well-known/openid-configuration" => Reply::Redirect("/there".to_owned()),
        "/there" => Reply::Answer(200, "here".into()),
        path => Reply::Redirect(path.to_owned()),
    });
    let server = server.await.expect("a server");
    assert_eq!(fetch(&issuer(server.url("/a"))).await.expect("a document"), "here");
    let error = fetch(&issuer(server.url("/circle"))).await.expect_err("it leads nowhere");
    assert!(matches!(error, FetchError::Redirect { .. }), "{error}");
    assert_eq!(server.calls().iter().filter(|path| path.starts_with("/circle")).count(), 6);
}

#[tokio::test]
async fn an_unexpected_status_is_named() {
    let server = DocumentServer::start(|_| Reply::Answer(503, "busy".into())).await.expect("a server");
    let error = fetch(&issuer(server.url(""))).await.expect_err("it is busy");
    assert!(matches!(error, FetchError::Status { status: 503, .. }) && error.is_retryable(), "{error}");
}

#[tokio::test]
async fn what_is_no_url_is_refused() {
    for url in ["", "accounts.example.com", "ftp://a.example", "file:///etc/passwd", "mailto:a@b.example"] {
        let error = fetch(&issuer(url)).await.expect_err("it cannot be fetched");
        assert!(matches!(error, FetchError::Url { .. }), "{url}: {error}");
    }
}
