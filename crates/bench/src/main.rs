#![doc = include_str!("../README.md")]

use std::{alloc::System, error::Error, fs, io::Write, process::ExitCode};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

mod limit;
mod measure;
mod options;
mod report;
mod world;

use self::{
    measure::{Measured, measure, repeat},
    options::Options,
};

/// Counts what is allocated.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut out = std::io::stdout().lock();
    if let Some(subject) = options.profile {
        for (layout, routes) in options.layouts.iter().zip(&options.routes) {
            let memory = repeat(subject, *layout, *routes, options.edits)?;
            writeln!(out, "{layout}, {routes} routes")?;
            report::memory_row(&mut out, &memory)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut measured: Vec<Measured> = Vec::new();
    for layout in options.layouts.iter().copied() {
        for routes in &options.routes {
            let one = measure(layout, *routes, options.edits)?;
            report::row(&mut out, &one)?;
            measured.push(one);
        }
    }
    let ratios = report::ratios(&measured);
    report::ratio_table(&mut out, &ratios)?;
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&report::json(&measured, &ratios)?)?;
        fs::write(path, text + "\n").map_err(|error| format!("{path}: {error}"))?;
    }
    let Some(path) = &options.check else { return Ok(ExitCode::SUCCESS) };
    let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let broken = limit::broken(&serde_json::from_str(&text)?, &ratios);
    for line in &broken {
        writeln!(out, "{line}")?;
    }
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
