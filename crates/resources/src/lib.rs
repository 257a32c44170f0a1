#![doc = include_str!("../README.md")]

mod change;
mod decode;
mod demand;
mod dynamic;
mod fact;
mod foreign;
mod kinds;
mod object;
mod snapshot;
mod source;
mod status;
mod store;

pub use change::{Batch, Bucket, Change, Delta, Label, ObjectChange, Rejected, Revision, SourceId};
pub use decode::{DecodeError, Decoder};
pub use demand::{Demand, OidcDiscovery, OidcProvider};
pub use dynamic::DynamicObject;
pub use eg_api as api;
pub use eg_diag::{Kind, ObjectRef};
pub use fact::{Aspect, Clock, Observed, Outcome, Problem};
pub use foreign::ForeignKinds;
pub use object::{AnyObject, Object};
pub use snapshot::Snapshot;
pub use source::{BoxFuture, ChangeSink, Closed, ResourceSource, SourceError, StatusSink};
pub use status::{Status, StatusUpdate};
pub use store::Store;
