//! Kinds that are known by configuration only.

use std::collections::BTreeSet;

use eg_api::config::{EnvoyGateway, GroupVersionKind};
use eg_diag::Kind;

/// The kinds of objects that the configuration names and that no type describes. They are read as
/// [`DynamicObject`](crate::DynamicObject)s.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignKinds {
    /// Kinds that routes may name as filters.
    pub filters: BTreeSet<Kind>,
    /// Kinds that routes may name as backends.
    pub backends: BTreeSet<Kind>,
    /// Kinds of policies.
    pub policies: BTreeSet<Kind>,
}

impl ForeignKinds {
    /// Those that a configuration file names: `resources`, `backendResources` and `policyResources` of its extension
    /// managers.
    pub fn from_config(config: &EnvoyGateway) -> Self {
        let mut kinds = Self::default();
        for manager in config.extension_servers() {
            kinds.filters.extend(manager.resources.iter().map(kind));
            kinds.backends.extend(manager.backend_resources.iter().map(kind));
            kinds.policies.extend(manager.policy_resources.iter().map(kind));
        }
        kinds
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Kind> {
        self.filters.iter().chain(&self.backends).chain(&self.policies).copied()
    }
}

/// The names come from the configuration, not from a tenant, so they may be kept.
fn kind(GroupVersionKind { group, kind, version: _ }: &GroupVersionKind) -> Kind {
    Kind::intern(group, kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Decoder, DynamicObject};

    #[test]
    fn objects_of_configured_kinds_are_read() {
        let config: EnvoyGateway = serde_json::from_value(json!({
            "extensionManager": {
                "resources": [{"group": "vendor.example", "version": "v1", "kind": "Filter"}],
                "policyResources": [{"group": "vendor.example", "version": "v1", "kind": "Policy"}],
                "hooks": {},
                "service": {},
            },
        }))
        .unwrap();
        let foreign = ForeignKinds::from_config(&config);
        assert_eq!(foreign.iter().map(|kind| kind.kind).collect::<Vec<_>>(), ["Filter", "Policy"]);

        let decoder = Decoder::new().with_foreign_kinds(&foreign);
        let object =
            |kind: &str| json!({"apiVersion": "vendor.example/v1", "kind": kind, "metadata": {"name": "a"}});
        let read = decoder.decode(object("Filter")).unwrap();
        assert_eq!(
            (read.key().to_string().as_str(), read.meta().namespace()),
            ("Filter default/a", "default")
        );
        assert!(read.downcast::<DynamicObject>().is_some());
        assert!(decoder.decode(object("Other")).is_err());
        assert!(Decoder::new().decode(object("Filter")).is_err());
    }
}
