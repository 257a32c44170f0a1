//! Tests of the schemas and of validation, against facts beside the repository where those are present.

mod corpus;
mod eg_config;
mod eg_schema;
mod eg_types;
mod facts;
mod gateway_schema;
mod objects;
