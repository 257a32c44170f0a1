//! Generates the reference for users, so that it cannot say something else than the code.
//!
//! - a page for each feature: what its modules say about it in their documentation, the diagnostics that they raise, and
//!   links to its cases;
//! - a page with all diagnostics;
//! - the table of what is supported of the Gateway API.
//!
//! A feature is a name that is registered in `eg_ir::features` or with the xDS translator, or a module of a translator that
//! says `API:` in its documentation. Nothing has to be added here for a new one; one without documentation or without cases
//! is a [problem](Reference::problems), and the generator fails.

mod cases;
mod codes;
mod feature;
mod page;
mod prose;
mod source;
mod support;

use std::{collections::BTreeMap, collections::BTreeSet, fmt, io, path::Path};

use eg_xds_translator::Features;

/// Where the pages of features are.
pub const FEATURES: &str = "docs/features";
/// Where the page of the diagnostics is.
const DIAGNOSTICS: &str = "docs/diagnostics.md";
/// Where the table of the Gateway API is.
const SUPPORT: &str = "docs/gateway-api-support.md";

/// Everything that is generated.
#[derive(Debug, Default)]
pub struct Reference {
    /// The pages, by their paths.
    pub pages: BTreeMap<String, String>,
    /// What must be completed before the reference is.
    pub problems: Vec<Problem>,
}

/// Something that a feature or a diagnostic lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The feature, diagnostic or file.
    pub subject: String,
    /// What to do.
    pub text: String,
}

impl Problem {
    fn new(subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self { subject: subject.into(), text: text.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.text)
    }
}

/// The names of all features that take part in a translation.
pub fn registered() -> BTreeSet<String> {
    let emitters = Features::default();
    let emitted = emitters.http_ids().chain(emitters.listener_ids()).chain(emitters.cluster_ids());
    eg_ir::features::ALL.iter().cloned().chain(emitted).map(|id| id.to_string()).collect()
}

/// Makes the reference of the project in `root`, with these features registered.
pub fn reference(root: &Path, registered: &BTreeSet<String>) -> io::Result<Reference> {
    let modules = source::modules(root)?;
    let cases = cases::all(root)?;
    let mut problems = Vec::new();
    let codes = codes::all(&modules, &mut problems);
    let features = feature::all(&modules, registered);
    let mut pages = BTreeMap::new();
    for feature in &features {
        feature.check(&cases, &mut problems);
        pages.insert(feature.path(), page::feature(feature, &features, &codes, &cases));
    }
    pages.insert(format!("{FEATURES}/README.md"), page::index(&features));
    pages.insert(DIAGNOSTICS.to_owned(), page::diagnostics(&codes, &features));
    pages.insert(SUPPORT.to_owned(), support::page());
    Ok(Reference { pages, problems })
}
