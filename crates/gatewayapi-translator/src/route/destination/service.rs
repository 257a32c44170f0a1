//! What is special about destinations of requests that the proxy makes itself on behalf of a policy.

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{Name, route::BackendFilters};

use super::Destination;
use crate::{
    endpoint::Addressing,
    refs::backend::{BackendKey, Problem},
};

static MIXED: Code = Code::error("mixed-service-backends", "ResolvedRefs", "UnsupportedAddressType");

impl Destination<'_, '_> {
    /// Adds a reference with a weight, which may be used only when others are unhealthy.
    pub(crate) fn add_of_service(
        &mut self,
        name: Name,
        key: Result<BackendKey, Problem>,
        (weight, fallback): (i32, bool),
        path: &FieldPath,
    ) {
        let before = self.settings.len();
        self.add(name, key, weight, Ok(BackendFilters::default()), path);
        for setting in self.settings.iter_mut().skip(before) {
            if let Some(reachable) = &mut setting.backend {
                reachable.backend.fallback |= fallback;
            }
        }
    }

    /// Finds fault with backends that are partly known by hostname and partly by address, where all share one cluster.
    pub(crate) fn check_addressing(&mut self, path: &FieldPath) {
        let kinds: Vec<Addressing> = self.reachable().map(|reachable| reachable.addressing).collect();
        let hostnames = kinds.contains(&Addressing::Hostnames);
        if hostnames && kinds.contains(&Addressing::Ip) {
            let message =
                "some backends are known by hostname and some by address, which does not go together";
            self.problems.push(Diagnostic::new(&MIXED, path.clone(), message));
        }
    }
}
