//! Namespaces whose objects may attach: routes to listeners, listener sets to Gateways, policies to what they select.

use eg_api::{
    core::Namespace,
    gateway::FromNamespaces,
    meta::{LabelSelector, TextMap},
};
use eg_diag::ObjectRef;
use eg_ir::Name;
use eg_resources::Object;

use crate::{engine::ReadCx, labels::LabelsOf};

/// The namespaces whose objects may attach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AllowedNamespaces {
    All,
    /// The namespace of the object that they attach to.
    Same,
    /// Those whose labels match.
    Selector(LabelSelector),
    None,
}

impl AllowedNamespaces {
    /// What `from` and `selector` say, or what is wrong with the selector; `default` is what an unknown or absent `from`
    /// stands for.
    pub(super) fn parse(
        from: Option<&FromNamespaces>,
        selector: Option<&LabelSelector>,
        default: Self,
    ) -> Result<Self, String> {
        match from {
            Some(FromNamespaces::All) => Ok(Self::All),
            Some(FromNamespaces::Same) => Ok(Self::Same),
            Some(FromNamespaces::None) => Ok(Self::None),
            Some(FromNamespaces::Selector) => {
                let selector = selector.ok_or("expected a selector, because `from` is Selector")?;
                selector.matches(&TextMap::new()).map_err(|error| error.to_string())?;
                Ok(Self::Selector(selector.clone()))
            }
            _ => Ok(default),
        }
    }

    /// Whether objects of `namespace` may attach to an object of the namespace `own`.
    pub(crate) fn allow(&self, cx: &ReadCx<'_>, own: &Name, namespace: &Name) -> bool {
        match self {
            Self::All => true,
            Self::Same => own == namespace,
            Self::Selector(selector) => {
                let labels = cx.unit::<LabelsOf>(&ObjectRef::new(Namespace::KIND, "", namespace.clone()));
                labels.as_ref().as_ref().is_some_and(|labels| selector.matches(labels).unwrap_or(false))
            }
            Self::None => false,
        }
    }
}
