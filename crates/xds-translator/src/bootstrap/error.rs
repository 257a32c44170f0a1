//! What can be wrong with a bootstrap.

use std::fmt;

use crate::patch::PatchError;

/// A bootstrap that cannot be rendered, patched or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BootstrapError {
    /// A metric sink lacks what its cluster needs.
    #[error("metric sink {index} has no {missing}")]
    MetricSink {
        /// The index of the sink, from zero.
        index: usize,
        /// What it lacks.
        missing: &'static str,
    },
    /// The `bootstrap` block of an EnvoyProxy is not what the API allows.
    #[error("bootstrap: {0}")]
    Block(String),
    /// The user's text is not a YAML mapping, or a bootstrap could not be printed as YAML.
    #[error("not a YAML mapping: {0}")]
    Yaml(String),
    /// A document to merge is not an Envoy bootstrap.
    #[error("not an Envoy bootstrap: {0}")]
    Decode(String),
    /// The user's JSON patch does not apply.
    #[error("the JSON patch does not apply: {0}")]
    Patch(#[from] PatchError),
    /// The result must not be used.
    #[error("{}", Listed(.0))]
    Invalid(Vec<Violation>),
}

/// A reason why a bootstrap must not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// It is not proto JSON of an Envoy bootstrap.
    #[error("not an Envoy bootstrap: {0}")]
    Undecodable(String),
    /// A field, named first, breaks one of Envoy's validation rules.
    #[error("{0}")]
    Rule(String),
    /// There is no administration interface, which draining and `egctl` need.
    #[error("admin.address: must be set")]
    AdminAddress,
    /// Discovery differs from the default.
    #[error("dynamic_resources: must stay as generated, only initial_fetch_timeout may differ")]
    DynamicResources,
    /// There is no cluster for the control plane.
    #[error("static_resources.clusters: the cluster xds_cluster is missing")]
    XdsClusterMissing,
    /// The cluster of the control plane leads elsewhere.
    #[error("static_resources.clusters: the endpoints of xds_cluster must stay as generated")]
    XdsClusterEndpoints,
}

/// Violations, one after the other.
struct Listed<'a>(&'a [Violation]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{violation}")?;
        }
        Ok(())
    }
}
