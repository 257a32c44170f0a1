#![doc = include_str!("../README.md")]

mod bootstrap;
mod core;
mod effect;
pub mod explain;
#[cfg(feature = "pipeline")]
mod extension;
mod gate;
#[cfg(feature = "pipeline")]
mod pipeline;

pub use bootstrap::{ProxyOptions, bootstrap_options};
pub use core::{Core, Difference, Event, Judgement};
pub use effect::{Effects, Publication};
pub use eg_gatewayapi_translator::{Infrastructure, Settings, Translation};
pub use eg_xds_translator::{SecretsInDump, XdsModel};
#[cfg(feature = "pipeline")]
pub use extension::{ExtensionServer, UnsupportedHook};
#[cfg(feature = "pipeline")]
pub use pipeline::{Parts, Pipeline, PipelineError, ReadyPort, SourceFactory, XdsEndpoint, XdsSecurity};

/// The README of the repository, whose snippets are tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct RepositoryReadme;

/// The page about embedding, whose program is compiled.
#[cfg(all(doctest, feature = "pipeline"))]
#[doc = include_str!("../../../docs/embedding.md")]
pub struct EmbeddingPage;
