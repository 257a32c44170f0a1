#![doc = include_str!("../README.md")]

pub mod bootstrap;
pub mod cluster;
pub mod http;
pub mod listener;
pub mod patch;

mod check;
mod dump;
mod envoy;
mod features;
mod finding;
mod metadata;
mod model;
mod pack;
mod rbac;
mod route;
mod secret;
mod session;
mod splice;
mod stage;
mod tls_parameters;
mod translator;

pub use dump::SecretsInDump;
pub use features::Features;
pub use finding::{
    EMISSION_FAILED, Finding, NOT_EXPRESSIBLE, NodePath, PATCH_REFUSED, PATCH_TARGET_MISSING, PatchReport,
    REFUSED_BY_PROXIES, RULE_VIOLATED,
};
pub use model::{ModelDelta, XdsModel};
pub use pack::{Origins, Packed, ResourceType, Version};
pub use session::{Emitted, Session};
pub use stage::{Answer, BoxFuture, Question, QuestionKey, STAGE_FAILED, SliceKind, Stage, StageError};
pub use translator::XdsTranslator;
pub use xds_api;
