//! Cases of `eg-runtime` that depend on what this program adds, run against the program itself: objects in files that
//! change, certificates, and proxies that are told by mutual TLS.

use std::path::Path;

use eg_testkit::traffic::{program::ProgramFactory, run::run_blocking};

fn case(path: &Path) -> datatest_stable::Result<()> {
    let program = ProgramFactory::new(env!("CARGO_BIN_EXE_envoy-gateway"));
    run_blocking(path, &program).map_err(|error| error.to_string().into())
}

datatest_stable::harness! {
    { test = case, root = "../../crates/runtime/cases", pattern = r"^(.*/)?(edit|tls)/[^/]+/case\.yaml$" },
}
