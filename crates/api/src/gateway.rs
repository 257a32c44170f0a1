//! The kinds of the Gateway API, v1.6.1 (experimental channel).
//!
//! One set of types serves all served versions of a kind: older versions differ in limits, not in fields.
//!
//! Names are those of the API in Rust's case (`HTTPRoute` is [`HttpRoute`]). What several kinds share exists once.

mod backend_tls_policy;
mod class;
mod filter;
#[expect(clippy::module_inception, reason = "the kind is named like its API group")]
mod gateway;
mod grpc_route;
mod http_auth;
mod http_cors;
mod http_filter;
mod http_match;
mod http_route;
mod l4_route;
mod listener;
mod listener_set;
mod reference;
mod reference_grant;
#[cfg(feature = "schema")]
mod rules;
mod session;
mod status;
mod tls;

pub use backend_tls_policy::*;
pub use class::*;
pub use filter::*;
pub use gateway::*;
pub use grpc_route::*;
pub use http_auth::*;
pub use http_cors::*;
pub use http_filter::*;
pub use http_match::*;
pub use http_route::*;
pub use l4_route::*;
pub use listener::*;
pub use listener_set::*;
pub use reference::*;
pub use reference_grant::*;
pub use session::*;
pub use status::*;
pub use tls::*;
