//! What every [`Fetcher`] must do.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a rule that does not hold panics")]

use super::PATIENCE;
use eg_fetch::{Demand, Fetched, Fetcher};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::time::timeout;

/// A world that a fetcher fetches from.
pub trait FetchFixture: Sized + Send + Sync + 'static {
    /// A world in which both demands are answered, with a fetcher that gives up after this time and refuses documents of
    /// more than this many bytes.
    fn start(time_limit: Duration, size_limit: usize) -> impl Future<Output = Self> + Send;

    /// The fetcher.
    fn fetcher(&self) -> Arc<dyn Fetcher>;

    /// Two demands that it answers.
    fn demands(&self) -> [Demand; 2];

    /// From now on, this happens to who fetches what answers a demand.
    fn set(&self, demand: &Demand, state: State);
}

/// What happens to who fetches a document.
#[derive(Clone, Debug)]
pub enum State {
    /// He gets it.
    There(Vec<u8>),
    /// He is told that it is not there.
    Gone,
    /// He is told nothing.
    Hung,
}

const LIMIT: Duration = Duration::from_millis(200);
const SIZE: usize = 10_000;

async fn start<F: FetchFixture>() -> F {
    let fixture = F::start(LIMIT, SIZE).await;
    for demand in fixture.demands() {
        assert!(fixture.fetcher().answers(&demand), "the fetcher is not the one for {demand:?}");
    }
    fixture
}

async fn fetch(fetcher: &dyn Fetcher, demand: &Demand) -> Result<Fetched, eg_fetch::FetchError> {
    timeout(PATIENCE, fetcher.fetch(demand)).await.expect("a fetcher keeps its time limit")
}

#[track_caller]
fn document(fetched: Result<Fetched, eg_fetch::FetchError>) -> Vec<u8> {
    fetched.expect("a document").document.to_vec()
}

/// A document is the answer, byte for byte, and has a time for which it is fresh.
pub async fn a_document_is_the_answer<F: FetchFixture>() {
    let fixture = start::<F>().await;
    let [demand, _] = fixture.demands();
    fixture.set(&demand, State::There(b"{\"a\": 1}".to_vec()));
    let fetched = fetch(&*fixture.fetcher(), &demand).await.expect("a document");
    assert_eq!(fetched.document, b"{\"a\": 1}".as_slice());
    assert!(fetched.fresh_for > Duration::ZERO);
}

/// Nothing is remembered: who fetches again gets what is there now.
pub async fn a_later_document_is_seen<F: FetchFixture>() {
    let fixture = start::<F>().await;
    let ([demand, _], fetcher) = (fixture.demands(), fixture.fetcher());
    for content in [b"one".to_vec(), b"two".to_vec()] {
        fixture.set(&demand, State::There(content.clone()));
        assert_eq!(document(fetch(&*fetcher, &demand).await), content);
    }
}

/// A missing document is an error, and no more than that.
pub async fn a_failure_passes<F: FetchFixture>() {
    let fixture = start::<F>().await;
    let ([demand, _], fetcher) = (fixture.demands(), fixture.fetcher());
    fixture.set(&demand, State::Gone);
    fetch(&*fetcher, &demand).await.expect_err("there is no document");
    fixture.set(&demand, State::There(b"back".to_vec()));
    assert_eq!(document(fetch(&*fetcher, &demand).await), b"back");
}

/// A document above the limit is an error.
pub async fn a_document_has_a_limit_of_size<F: FetchFixture>() {
    let fixture = start::<F>().await;
    let [demand, _] = fixture.demands();
    fixture.set(&demand, State::There(vec![b'x'; SIZE]));
    assert_eq!(document(fetch(&*fixture.fetcher(), &demand).await).len(), SIZE);
    fixture.set(&demand, State::There(vec![b'x'; SIZE + 1]));
    let error = fetch(&*fixture.fetcher(), &demand).await.expect_err("it is too large");
    assert!(!error.is_retryable(), "{error}");
}

/// Who hangs is given up, as something that may pass.
pub async fn a_hang_has_a_limit_of_time<F: FetchFixture>() {
    let fixture = start::<F>().await;
    let [demand, _] = fixture.demands();
    fixture.set(&demand, State::Hung);
    let error = fetch(&*fixture.fetcher(), &demand).await.expect_err("there is no answer");
    assert!(error.is_retryable(), "{error}");
}

/// While one fetch hangs, another one is answered.
pub async fn a_hang_holds_up_no_other_fetch<F: FetchFixture>() {
    let fixture = F::start(PATIENCE * 10, SIZE).await;
    let ([hung, other], fetcher) = (fixture.demands(), fixture.fetcher());
    fixture.set(&hung, State::Hung);
    fixture.set(&other, State::There(b"here".to_vec()));
    tokio::select! {
        biased;
        _ = fetcher.fetch(&hung) => panic!("a hung fetch ended"),
        answer = fetch(&*fetcher, &other) => assert_eq!(document(answer), b"here"),
    }
}
