//! Writes the CRDs of Envoy Gateway's kinds to `crates/api/crds`, or compares them with `--check`.

use std::error::Error;
use std::path::Path;

const HEADER: &str = "# Made from the types in crates/api by `cargo xtask codegen`. Changes here are lost.\n";

fn main() -> Result<(), Box<dyn Error>> {
    let check = std::env::args().skip(1).any(|argument| argument == "--check");
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("crds");
    let mut stale = Vec::new();
    for (name, crd) in eg_api::v1alpha1::crds() {
        let path = directory.join(&name);
        let text = format!("{HEADER}{}", serde_saphyr::to_string(&crd)?);
        if !check {
            std::fs::create_dir_all(&directory)?;
            std::fs::write(&path, text)?;
        } else if std::fs::read_to_string(&path).ok() != Some(text) {
            stale.push(name);
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(format!("stale: {}", stale.join(", ")).into()) }
}
