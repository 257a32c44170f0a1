//! ClusterTrustBundle: certificate authorities for the whole cluster.

use serde::{Deserialize, Serialize};

use crate::meta::ObjectMeta;

/// Certificate authorities that the whole cluster may trust.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterTrustBundle {
    /// Name, labels and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// The authorities.
    pub spec: ClusterTrustBundleSpec,
}

/// The authorities of a trust bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterTrustBundleSpec {
    /// The signer that the bundle belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer_name: Option<String>,
    /// The certificates, PEM one after another.
    pub trust_bundle: String,
}
