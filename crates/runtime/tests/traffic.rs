//! Every case below `cases/`: objects in, real requests through a real Envoy, what clients and backends see.
//!
//! The format is described in the README of `eg-testkit`.

#[path = "shared/in_process.rs"]
mod in_process;

use eg_testkit::traffic::run::run_blocking;
use std::path::Path;

fn case(path: &Path) -> datatest_stable::Result<()> {
    run_blocking(path, &in_process::InProcess { verify_incremental: true })
        .map_err(|error| error.to_string().into())
}

datatest_stable::harness! {
    { test = case, root = "cases", pattern = r".*/case\.yaml$" },
}
