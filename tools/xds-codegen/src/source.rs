//! Where the `.proto` files are and where the generated code goes, found through Cargo and never baked in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Result;

/// The folders of one run.
pub(crate) struct Layout {
    /// Import roots, ours first so that they can replace a file.
    pub(crate) proto_roots: Vec<PathBuf>,
    /// The folder of generated files in `crates/xds-api`.
    pub(crate) out: PathBuf,
    /// The import root of the definitions that extension servers speak.
    pub(crate) extension_root: PathBuf,
    /// The folder of generated files in `crates/extension`.
    pub(crate) extension_out: PathBuf,
    package_list: PathBuf,
}

impl Layout {
    /// Asks `cargo metadata` for this workspace and for the crate that carries the `.proto` files.
    pub(crate) fn locate() -> Result<Self> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo).args(["metadata", "--format-version", "1", "--locked"]).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let ours = package_dir(&metadata, "xds-codegen")?;
        let mut proto_roots = vec![ours.join("proto")];
        proto_roots.extend(registry_roots(&package_dir(&metadata, "envoy-types")?)?);
        Ok(Self {
            proto_roots,
            out: package_dir(&metadata, "eg-xds-api")?.join("src/generated"),
            extension_root: ours.join("proto-extension"),
            extension_out: package_dir(&metadata, "eg-extension")?.join("src/generated"),
            package_list: ours.join("packages.txt"),
        })
    }

    /// The packages that get Rust types.
    pub(crate) fn packages(&self) -> Result<BTreeSet<String>> {
        let text = std::fs::read_to_string(&self.package_list)?;
        Ok(text
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty() && !l.starts_with('#'))
            .map(String::from)
            .collect())
    }
}

fn package_dir(metadata: &Value, name: &str) -> Result<PathBuf> {
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == name)
        .and_then(|package| Path::new(package["manifest_path"].as_str()?).parent().map(Path::to_path_buf))
        .ok_or_else(|| format!("cargo metadata lists no package {name:?}").into())
}

/// The import roots inside the registry crate: one per upstream repository, two of which nest theirs.
fn registry_roots(package: &Path) -> Result<Vec<PathBuf>> {
    let mut roots = Vec::new();
    for entry in std::fs::read_dir(package.join("proto"))? {
        let dir = entry?.path();
        let nested = match dir.file_name().and_then(|n| n.to_str()) {
            Some("cel-spec") => dir.join("proto"),
            Some("ratelimit") => dir.join("api"),
            _ => dir,
        };
        roots.push(nested);
    }
    roots.sort();
    Ok(roots)
}
