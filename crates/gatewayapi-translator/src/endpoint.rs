//! Endpoints of backends.
//!
//! - `slice`: the endpoints in the EndpointSlices of a port, and what routes need to know of them;
//! - `set`: the endpoint sets of clusters.

use crate::{
    engine::Engine,
    fanout::{Clusters, EndpointPlans},
};

mod cluster;
mod set;
mod slice;

pub(crate) use slice::{Addressing, Endpoints, SliceSummary};

/// Registers the units of this module.
pub(crate) fn register(engine: &mut Engine) {
    engine.root_for_each_group::<Clusters, cluster::ClusterUnit>();
    engine.root_for_each_group::<EndpointPlans, set::EndpointSetUnit>();
}
