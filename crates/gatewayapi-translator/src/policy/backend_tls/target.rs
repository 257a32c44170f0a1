//! Which policies are for a backend.

use std::sync::Arc;

use eg_api::gateway::BackendTlsPolicy;
use eg_diag::ObjectRef;
use eg_ir::Name;
use eg_resources::Object;

use crate::engine::{ReadCx, Unit};

/// The policies that target a section of a backend (the name of a Service's port, the number of a Backend's), the one that
/// applies first: it names the section rather than the whole backend, and it is the oldest.
pub(crate) struct PoliciesFor;

impl Unit for PoliciesFor {
    type Key = (ObjectRef, Option<Name>);
    type Out = Arc<Vec<ObjectRef>>;
    const NAME: &'static str = "backend_tls_policies";
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, (backend, section): &Self::Key) -> Self::Out {
        let referrers = cx.referrers(BackendTlsPolicy::KIND, backend);
        let mut policies: Vec<_> = referrers
            .into_iter()
            .filter_map(|key| {
                let policy = cx.object::<BackendTlsPolicy>(&key)?;
                let names_section = targets(&policy, backend, section.as_ref())?;
                Some((!names_section, policy.metadata.created().unwrap_or_default(), key))
            })
            .collect();
        policies.sort();
        Arc::new(policies.into_iter().map(|(_, _, key)| key).collect())
    }
}

/// Whether a policy targets a section of a backend, and if so whether it names the section.
fn targets(policy: &BackendTlsPolicy, backend: &ObjectRef, section: Option<&Name>) -> Option<bool> {
    let of_backend = policy.spec.target_refs.iter().filter(|target| {
        target.group == backend.kind.group
            && target.kind == backend.kind.kind
            && *target.name == *backend.name
    });
    let named = of_backend.filter_map(|target| match target.section_name.as_deref() {
        None | Some("") => Some(false),
        Some(name) => section.is_some_and(|section| **section == *name).then_some(true),
    });
    named.max()
}

#[cfg(test)]
mod tests {
    use eg_api::{
        core::Service,
        gateway::{BackendTlsPolicySpec, LocalPolicyTargetReferenceWithSectionName as Target},
    };

    use super::*;

    #[test]
    fn a_target_is_a_section_or_the_whole_backend() {
        let target = |kind: &str, name: &str, section: Option<&str>| Target {
            kind: kind.to_owned(),
            name: name.to_owned(),
            section_name: section.map(str::to_owned),
            ..Target::default()
        };
        let check = |target_refs: Vec<Target>, section: Option<&str>, expect: Option<bool>| {
            let spec = BackendTlsPolicySpec { target_refs, ..BackendTlsPolicySpec::default() };
            let policy = BackendTlsPolicy { spec, ..BackendTlsPolicy::default() };
            let backend = ObjectRef::new(Service::KIND, "shop", "items");
            let found = targets(&policy, &backend, section.map(Name::from).as_ref());
            assert_eq!(found, expect, "{:?} for {section:?}", policy.spec.target_refs);
        };
        check(vec![target("Service", "items", None)], Some("https"), Some(false));
        check(vec![target("Service", "items", Some("https"))], Some("https"), Some(true));
        check(vec![target("Service", "items", Some("http"))], Some("https"), None);
        check(vec![target("Service", "items", Some("https"))], None, None);
        check(vec![target("Service", "stock", None), target("Backend", "items", None)], None, None);
        let both = vec![target("Service", "items", None), target("Service", "items", Some("https"))];
        check(both, Some("https"), Some(true));
    }
}
