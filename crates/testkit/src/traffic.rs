//! Cases that send requests: objects in, a running gateway, what clients and backends see.
//!
//! A case directory holds `case.yaml` ([`case::Case`]: backends, certificates, requests with expectations, further steps)
//! and the objects as files beside it. The objects may contain placeholders ([`placeholder`]). What translates and serves
//! them is behind the [`gateway::Gateway`] trait: the composition root in this process, the shipped program, or an Envoy
//! with a fixed configuration (to test the harness itself).
//!
//! Configuration is eventually consistent, so every expectation is tried until it holds or the case's patience ends. When
//! all hold, all are tried once more without patience: an answer that was right only in passing fails the case.

pub mod case;
pub mod edits;
pub mod expect;
pub mod gateway;
pub mod placeholder;
pub mod prediction;
pub mod program;
pub mod run;
