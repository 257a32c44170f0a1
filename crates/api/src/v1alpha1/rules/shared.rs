//! CEL rules of the types that several kinds share.

use crate::schema::Rules;

pub(crate) const TARGET_SELECTOR: Rules = &[(
    "has(self.group) ? self.group == 'gateway.networking.k8s.io' : true ",
    "group must be gateway.networking.k8s.io",
)];

pub(crate) const TARGET_SELECTOR_NAMESPACES: Rules =
    &[("self.from != 'Selector' || has(self.selector)", "selector is needed for Selector")];

pub(crate) const BACKEND_REF: Rules = &[(
    "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
    "a Service needs a port",
)];
