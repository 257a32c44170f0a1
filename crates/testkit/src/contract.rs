//! Suites that every implementation of a public trait must pass.
//!
//! An implementation writes a fixture (how to make a world, how to change it) and names it in the macro; each rule of the
//! contract becomes a test of its own:
//!
//! ```text
//! eg_testkit::source_conformance!(FolderFixture);
//! eg_testkit::status_sink_conformance!(StatusFolderFixture);
//! eg_testkit::fetch_conformance!(HttpFixture);
//! ```

#[cfg(feature = "fetch")]
pub mod fetch;
pub mod source;
pub mod status;

use std::{future::Future, time::Duration};

/// The longest that a rule may take to come true.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs one rule to its end, on a runtime of its own.
///
/// # Panics
///
/// If the runtime cannot start.
#[expect(clippy::expect_used, reason = "a test cannot go on without a runtime")]
pub fn block_on(rule: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(rule);
}

/// One test for each rule of [`ResourceSource`](eg_resources::ResourceSource), for a
/// [`SourceFixture`](source::SourceFixture).
#[macro_export]
macro_rules! source_conformance {
    ($fixture:ty) => {
        $crate::conformance_tests!(
            $fixture,
            source,
            [
                the_first_batch_is_everything,
                the_first_batch_comes_from_an_empty_world_too,
                a_new_object_arrives,
                an_edit_arrives,
                a_deletion_arrives,
                quick_edits_end_in_the_last,
                a_closed_sink_ends_the_source,
                a_restart_sends_everything_again,
            ]
        );
    };
}

/// One test for each rule of [`StatusSink`](eg_resources::StatusSink), for a
/// [`StatusFixture`](status::StatusFixture).
#[macro_export]
macro_rules! status_sink_conformance {
    ($fixture:ty) => {
        $crate::conformance_tests!(
            $fixture,
            status,
            [
                a_status_is_written_with_a_transition_time,
                an_equal_status_changes_nothing,
                a_new_message_keeps_the_transition_time,
                a_condition_that_flips_is_written,
                a_missing_object_holds_up_no_other,
                an_empty_status_removes_our_entries,
                entries_of_other_controllers_stay,
            ]
        );
    };
}

/// One test for each rule of [`Fetcher`](eg_fetch::Fetcher), for a [`FetchFixture`](fetch::FetchFixture).
#[cfg(feature = "fetch")]
#[macro_export]
macro_rules! fetch_conformance {
    ($fixture:ty) => {
        $crate::conformance_tests!(
            $fixture,
            fetch,
            [
                a_document_is_the_answer,
                a_later_document_is_seen,
                a_failure_passes,
                a_document_has_a_limit_of_size,
                a_hang_has_a_limit_of_time,
                a_hang_holds_up_no_other_fetch,
            ]
        );
    };
}

/// The tests of a suite; use the macro of the suite.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($fixture:ty, $suite:ident, [$($rule:ident),+ $(,)?]) => {
        $(
            #[test]
            fn $rule() {
                $crate::contract::block_on($crate::contract::$suite::$rule::<$fixture>());
            }
        )+
    };
}
