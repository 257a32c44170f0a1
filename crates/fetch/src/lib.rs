#![doc = include_str!("../README.md")]

mod fetcher;
mod http;
mod root;

pub use eg_resources::{BoxFuture, Demand};
pub use fetcher::{FetchError, Fetched, Fetcher};
pub use http::{HttpFetcher, HttpOptions};
