//! Edits while traffic flows: none fails a request, and each is live soon.

#[path = "shared/in_process.rs"]
mod in_process;

use eg_testkit::traffic::edits::{Scene, play};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_edits_under_load_fail_no_request() {
    let scene = Scene { routes: 10, edits: 200, rate: 200 };
    let outcome =
        play(&in_process::InProcess { verify_incremental: true }, scene).await.expect("every edit is live");
    assert_eq!(outcome.load.failures(), 0, "{}", outcome.load);
    assert!(outcome.load.good > 0, "{}", outcome.load);
    assert_eq!(outcome.latencies.len(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_at_ten_routes_is_live_within_a_tenth_of_a_second() {
    let scene = Scene { routes: 10, edits: 20, rate: 0 };
    let outcome =
        play(&in_process::InProcess { verify_incremental: false }, scene).await.expect("every edit is live");
    // The median: the machine may be busy with something else now and then.
    assert!(outcome.median() < Duration::from_millis(100), "{:?}", outcome.latencies);
}
