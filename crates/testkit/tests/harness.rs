//! The traffic harness against an Envoy with a fixed configuration: what must pass passes, what must fail fails.

use eg_testkit::{
    BoxError,
    client::Request,
    echo::{Echo, Protocol},
    envoy::Envoy,
    load::{Load, time_to_live},
    traffic::{
        gateway::{BoxFuture, Gateway, GatewayFactory},
        run::{check, run},
    },
};
use std::{path::Path, time::Duration};

/// A "gateway" whose objects are an Envoy bootstrap.
#[derive(Default)]
struct Fixed {
    envoy: Option<Envoy>,
}

struct FixedFactory;

impl GatewayFactory for FixedFactory {
    fn start<'a>(&'a self, _flags: &'a [String]) -> BoxFuture<'a, Result<Box<dyn Gateway>, BoxError>> {
        Box::pin(async { Ok(Box::new(Fixed::default()) as Box<dyn Gateway>) })
    }
}

impl Gateway for Fixed {
    fn apply<'a>(&'a mut self, objects: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            self.envoy = None;
            self.envoy = Some(Envoy::start(objects.trim_end_matches("---\n")).await?);
            Ok(())
        })
    }

    fn stop(self: Box<Self>) -> BoxFuture<'static, Result<(), BoxError>> {
        Box::pin(async { Ok(()) })
    }

    fn explain(&self) -> BoxFuture<'_, String> {
        Box::pin(async { self.envoy.as_ref().map(Envoy::log).unwrap_or_default() })
    }

    fn warm_up(&self) -> Duration {
        Duration::from_secs(2)
    }
}

async fn case(name: &str) -> Result<(), BoxError> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/harness").join(name).join("case.yaml");
    run(&path, &FixedFactory).await
}

#[tokio::test]
async fn a_case_that_holds_passes() {
    case("good").await.expect("every expectation holds");
}

#[tokio::test]
async fn a_wrong_status_fails() {
    let error = case("bad-status").await.expect_err("404 is not 200").to_string();
    assert!(error.contains("status 404, expected 200"), "{error}");
}

#[tokio::test]
async fn a_wrong_split_fails() {
    let error = case("bad-split").await.expect_err("two answers half of them").to_string();
    assert!(error.contains("expected 100 ± 0") || error.contains("expected 0 ± 0"), "{error}");
}

#[test]
fn every_traffic_case_can_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/cases");
    let mut cases = 0;
    for area in std::fs::read_dir(root).expect("cases").flatten().filter(|area| area.path().is_dir()) {
        for case in std::fs::read_dir(area.path()).expect("an area").flatten() {
            let file = case.path().join("case.yaml");
            if file.is_file() {
                check(&file).expect("a readable case");
                cases += 1;
            }
        }
    }
    assert!(cases >= 40, "{cases} cases");
}

#[tokio::test]
async fn load_counts_what_fails() {
    let echo = Echo::start("default", "one", Protocol::Http1).await.expect("a backend");
    let load = Load {
        target: echo.address(),
        requests: vec![("a".to_owned(), "/".to_owned()), ("a".to_owned(), "/?status=503".to_owned())],
        connections: 2,
        rate: 1000,
    };
    let running = load.start();
    let enough = || async { if echo.count() >= 40 { Ok(()) } else { Err(echo.count()) } };
    eg_testkit::deadline::poll(Duration::from_secs(10), enough).await.expect("load");
    let report = running.finish().await;
    assert!(report.good >= 15, "{report}");
    assert_eq!(report.failed.keys().collect::<Vec<_>>(), ["status 503"], "{report}");
    assert!(report.failures() >= 15, "{report}");
}

#[tokio::test]
async fn time_to_live_ends_with_the_first_good_answer() {
    let echo = Echo::start("default", "one", Protocol::Http1).await.expect("a backend");
    let request = Request::get(echo.address(), "a", "/");
    let patience = Duration::from_secs(5);
    time_to_live(&request, patience, |_| echo.count() >= 5).await.expect("the fifth answer");
    assert_eq!(echo.count(), 5);
    time_to_live(&request, Duration::from_millis(50), |_| false).await.expect_err("never");
}
