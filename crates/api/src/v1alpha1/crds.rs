//! The CustomResourceDefinitions of the kinds.

use serde_json::Value;

use crate::kinds::{KindInfo, Resource};
use crate::schema::{CrdInfo, PrinterColumn, crd};

use super::{
    Backend, BackendTrafficPolicy, ClientTrafficPolicy, EnvoyExtensionPolicy, EnvoyPatchPolicy, EnvoyProxy,
    GROUP, HttpRouteFilter, SecurityPolicy,
};

const AGE: PrinterColumn =
    PrinterColumn { name: "Age", r#type: "date", json_path: ".metadata.creationTimestamp" };

/// What most of the kinds have in common.
const USUAL: CrdInfo =
    CrdInfo { short_names: &[], categories: &["envoy-gateway"], columns: &[AGE], status: true };

const BACKEND_COLUMNS: &[PrinterColumn] = &[
    PrinterColumn {
        name: "Status",
        r#type: "string",
        json_path: r#".status.conditions[?(@.type=="Accepted")].reason"#,
    },
    AGE,
];

const ENVOY_PATCH_POLICY_COLUMNS: &[PrinterColumn] = &[
    PrinterColumn {
        name: "Accepted",
        r#type: "string",
        json_path: r#".status.ancestors[0].conditions[?(@.type=="Accepted")].status"#,
    },
    PrinterColumn {
        name: "Programmed",
        r#type: "string",
        json_path: r#".status.ancestors[0].conditions[?(@.type=="Programmed")].status"#,
    },
    AGE,
];

const KINDS: [(KindInfo, CrdInfo); 8] = [
    (Backend::KIND, CrdInfo { short_names: &["be"], columns: BACKEND_COLUMNS, ..USUAL }),
    (BackendTrafficPolicy::KIND, CrdInfo { short_names: &["btp"], ..USUAL }),
    (ClientTrafficPolicy::KIND, CrdInfo { short_names: &["ctp"], ..USUAL }),
    (EnvoyExtensionPolicy::KIND, CrdInfo { short_names: &["eep"], categories: &[], ..USUAL }),
    (EnvoyPatchPolicy::KIND, CrdInfo { short_names: &["epp"], columns: ENVOY_PATCH_POLICY_COLUMNS, ..USUAL }),
    (EnvoyProxy::KIND, CrdInfo { short_names: &["eproxy"], columns: &[], ..USUAL }),
    (HttpRouteFilter::KIND, CrdInfo { short_names: &["hrf"], status: false, ..USUAL }),
    (SecurityPolicy::KIND, CrdInfo { short_names: &["sp"], ..USUAL }),
];

/// The CRDs of all kinds of the group, each with the name of its file.
pub fn crds() -> Vec<(String, Value)> {
    KINDS
        .iter()
        .filter_map(|(kind, info)| Some((format!("{GROUP}_{}.yaml", kind.plural), crd(kind, info)?)))
        .collect()
}
