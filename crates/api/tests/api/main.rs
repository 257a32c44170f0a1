//! Tests of the schemas and of validation, against facts beside the repository where those are present.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

mod corpus;
mod eg_config;
mod eg_schema;
mod eg_types;
mod facts;
mod gateway_schema;
mod objects;
