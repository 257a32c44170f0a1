//! CustomResourceDefinitions.

use serde_json::{Value, json};

use crate::kinds::KindInfo;

/// What a CRD says about a kind besides its schema.
#[derive(Clone, Copy, Debug)]
pub struct CrdInfo {
    /// Names that stand for the kind in `kubectl`.
    pub short_names: &'static [&'static str],
    /// Groups of kinds that the kind is listed with.
    pub categories: &'static [&'static str],
    /// Columns of tables.
    pub columns: &'static [PrinterColumn],
    /// Whether the status is written apart from the rest.
    pub status: bool,
}

/// One column of the table that `kubectl get` prints.
#[derive(Clone, Copy, Debug)]
pub struct PrinterColumn {
    /// Heading.
    pub name: &'static str,
    /// Type: `string`, `date`, `integer`, `boolean` or `number`.
    pub r#type: &'static str,
    /// Where the value is.
    pub json_path: &'static str,
}

/// The CRD of a kind of ours; `None` for kinds without a schema.
pub fn crd(kind: &KindInfo, info: &CrdInfo) -> Option<Value> {
    let versions = kind
        .versions
        .iter()
        .enumerate()
        .map(|(at, version)| {
            let columns: Vec<Value> = info.columns.iter().map(column).collect();
            let mut entry = json!({
                "name": version,
                "served": true,
                "storage": at == 0,
                "schema": { "openAPIV3Schema": super::schema(kind, version)? },
                "additionalPrinterColumns": columns,
            });
            if info.columns.is_empty()
                && let Some(entry) = entry.as_object_mut()
            {
                entry.remove("additionalPrinterColumns");
            }
            entry["subresources"] = if info.status { json!({ "status": {} }) } else { json!({}) };
            Some(entry)
        })
        .collect::<Option<Vec<_>>>()?;
    Some(json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{}.{}", kind.plural, kind.group) },
        "spec": {
            "group": kind.group,
            "names": {
                "kind": kind.kind,
                "listKind": format!("{}List", kind.kind),
                "plural": kind.plural,
                "singular": kind.kind.to_lowercase(),
                "shortNames": info.short_names,
                "categories": info.categories,
            },
            "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
            "versions": versions,
        },
    }))
}

fn column(column: &PrinterColumn) -> Value {
    json!({ "name": column.name, "type": column.r#type, "jsonPath": column.json_path })
}
