//! What a core does, step by step, without tasks, time and I/O.

#![expect(clippy::expect_used, reason = "samples are known to be right")]

mod configure;
mod outcome;
mod ownership;
mod panic;
mod patch;
mod world;
