//! The features that take part in a translation.

use std::{fmt, sync::Arc};

use eg_ir::FeatureId;

use crate::{
    cluster::{self, ClusterFeature},
    http::{self, HttpFeature},
    listener::{self, ListenerFeature},
};

/// The features that take part in a translation, each list in the order in which they run.
///
/// The order of the HTTP features is also the order of the filters they add.
#[derive(Clone)]
pub struct Features {
    pub(crate) http: Vec<Arc<dyn HttpFeature>>,
    pub(crate) listener: Vec<Arc<dyn ListenerFeature>>,
    pub(crate) cluster: Vec<Arc<dyn ClusterFeature>>,
}

impl Default for Features {
    /// The built-in features.
    fn default() -> Self {
        Self { http: http::features(), listener: listener::features(), cluster: cluster::features() }
    }
}

impl fmt::Debug for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.http.iter().map(|feature| feature.id());
        f.debug_struct("Features")
            .field("http", &ids.collect::<Vec<_>>())
            .field("listener", &self.listener.iter().map(|feature| feature.id()).collect::<Vec<_>>())
            .field("cluster", &self.cluster.iter().map(|feature| feature.id()).collect::<Vec<_>>())
            .finish()
    }
}

impl Features {
    /// Adds an HTTP feature that runs after all others; its filters come last before the router.
    #[must_use]
    pub fn with_http(mut self, feature: impl HttpFeature) -> Self {
        self.http.push(Arc::new(feature));
        self
    }

    /// Adds an HTTP feature that runs right before another one, or last if there is no such feature.
    #[must_use]
    pub fn with_http_before(mut self, other: &FeatureId, feature: impl HttpFeature) -> Self {
        let position = self.http.iter().position(|feature| feature.id() == *other);
        self.http.insert(position.unwrap_or(self.http.len()), Arc::new(feature));
        self
    }

    /// Adds a listener feature that runs after all others.
    #[must_use]
    pub fn with_listener(mut self, feature: impl ListenerFeature) -> Self {
        self.listener.push(Arc::new(feature));
        self
    }

    /// Adds a cluster feature that runs after all others.
    #[must_use]
    pub fn with_cluster(mut self, feature: impl ClusterFeature) -> Self {
        self.cluster.push(Arc::new(feature));
        self
    }

    /// The ids of the HTTP features, in filter order.
    pub fn http_ids(&self) -> impl Iterator<Item = FeatureId> {
        self.http.iter().map(|feature| feature.id())
    }

    /// The ids of the listener features, in the order in which they run.
    pub fn listener_ids(&self) -> impl Iterator<Item = FeatureId> {
        self.listener.iter().map(|feature| feature.id())
    }

    /// The ids of the cluster features, in the order in which they run.
    pub fn cluster_ids(&self) -> impl Iterator<Item = FeatureId> {
        self.cluster.iter().map(|feature| feature.id())
    }
}
