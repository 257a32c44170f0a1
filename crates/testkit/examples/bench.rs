//! How long an edit takes from a file to an answer, at several sizes, and what the control plane needs for it.
//!
//! `cargo xtask bench` runs it. Arguments are numbers of routes; without any, 10, 100 and 1,000.

use eg_testkit::{
    BoxError,
    traffic::{
        edits::{Scene, play},
        program::ProgramFactory,
    },
};
use std::io::Write;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut sizes = std::env::args().skip(1).map(|size| size.parse()).collect::<Result<Vec<usize>, _>>()?;
    if sizes.is_empty() {
        sizes = vec![10, 100, 1000];
    }
    let factory = ProgramFactory::find()?;
    let mut out = std::io::stdout().lock();
    for routes in sizes {
        let outcome = play(&factory, Scene { routes, edits: 40, rate: 200 }).await?;
        let slowest = outcome.latencies.last().copied().unwrap_or_default();
        writeln!(
            out,
            "{routes:>6} routes: first answer {:?}, edit live p50 {:?} max {slowest:?}; load: {}",
            outcome.first,
            outcome.median(),
            outcome.load
        )?;
    }
    Ok(())
}
