//! What emission has to say about the objects it was given.

use std::{any::Any, panic};

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{Name, Origin, route::RouteOrder};

use crate::ResourceType;

/// A feature could not express what the IR asks for.
pub static NOT_EXPRESSIBLE: Code = Code::error("xds-not-expressible", "Programmed", "Invalid");
/// An emitted resource breaks a rule of Envoy's configuration.
pub static RULE_VIOLATED: Code = Code::error("xds-rule-violated", "Programmed", "Invalid");
/// Emission itself failed, which is a bug of this project or of an added feature.
pub static EMISSION_FAILED: Code = Code::error("xds-emission-failed", "Programmed", "Invalid");
/// A patch is for a resource that the fleet does not have.
pub static PATCH_TARGET_MISSING: Code = Code::error("patch-target-missing", "Programmed", "ResourceNotFound");
/// A patch does not apply to its resource, or the result would not be valid.
pub static PATCH_REFUSED: Code = Code::error("patch-refused", "Programmed", "Invalid");
/// Proxies refused what was sent to them.
pub static REFUSED_BY_PROXIES: Code = Code::error("refused-by-proxies", "Programmed", "Invalid");

/// What became of the patches of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchReport {
    /// The policy.
    pub origin: Origin,
    /// What is wrong; empty when all patches are in force.
    pub problems: Vec<Diagnostic>,
}

/// Names a resource, or a virtual host or route inside of a route configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodePath {
    /// The type of the resource.
    pub resource_type: ResourceType,
    /// The name of the resource.
    pub resource: Name,
    /// The domain of the virtual host, inside of a route configuration.
    pub domain: Option<Name>,
    /// The name of the route, inside of a virtual host.
    pub route: Option<Name>,
    /// The place of the route, which tells routes of the same name apart: one that is attached to two listeners of a
    /// socket is there twice.
    pub place: Option<RouteOrder>,
}

impl NodePath {
    /// A whole resource.
    pub fn resource(resource_type: ResourceType, resource: impl Into<Name>) -> Self {
        Self { resource_type, resource: resource.into(), domain: None, route: None, place: None }
    }
}

/// A diagnostic, the emitted node it is about, and the object to blame.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The node whose emission raised it.
    pub node: NodePath,
    /// The object that the node was made from, the first one where there are several.
    pub origin: Origin,
    /// The other objects that the node was made from.
    pub others: Vec<Origin>,
    /// What is wrong.
    pub diagnostic: Diagnostic,
}

impl Finding {
    /// What is wrong with a node that was made from these objects.
    pub(crate) fn new(node: NodePath, origins: &[Origin], diagnostic: Diagnostic) -> Self {
        let (origin, others) = match origins {
            [first, others @ ..] => (first.clone(), others.to_vec()),
            [] => (Origin::default(), Vec::new()),
        };
        Self { node, origin, others, diagnostic }
    }

    /// The objects that the node was made from.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        std::iter::once(&self.origin).chain(&self.others)
    }
}

/// A diagnostic for something Envoy has no words for.
pub(crate) fn not_expressible(path: FieldPath, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&NOT_EXPRESSIBLE, path, message)
}

/// Runs the emission of one node; a panic in there costs that node and no other.
pub(crate) fn guarded<T>(emit: impl FnOnce() -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
    // Emission only reads frozen IR and writes what it returns, so nothing half-done outlives a panic.
    panic::catch_unwind(panic::AssertUnwindSafe(emit)).unwrap_or_else(|payload| {
        let message = format!("emission failed unexpectedly: {}", panic_text(&*payload));
        Err(Diagnostic::new(&EMISSION_FAILED, FieldPath::root(), message))
    })
}

fn panic_text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_diagnostic() {
        let result: Result<(), _> = guarded(|| panic!("index {} is gone", 7));
        let diagnostic = result.unwrap_err();
        assert_eq!(diagnostic.code, &EMISSION_FAILED);
        assert!(diagnostic.message.contains("index 7 is gone"), "{}", diagnostic.message);
    }
}
