//! What is special about destinations of requests that the proxy makes itself on behalf of a policy.

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    Name,
    cluster::{EndpointAddress, ServerName, SubjectAltName},
    route::BackendFilters,
};

use super::Destination;
use crate::{
    endpoint::Addressing,
    policy::backend_tls::defaults::PlannedTls,
    refs::backend::{Addresses, BackendKey, Problem},
};

static MIXED: Code = Code::error("mixed-service-backends", "ResolvedRefs", "UnsupportedAddressType");

/// The first hostname of a backend.
pub(super) fn hostname(addresses: &Addresses) -> Option<&Name> {
    let Addresses::Hostnames(endpoints) = addresses else { return None };
    match &endpoints.first()?.address {
        EndpointAddress::Socket { host, .. } => Some(host),
        EndpointAddress::Unix(_) => None,
    }
}

/// Asks a backend of a hostname for a certificate of that name, where nothing says another one.
pub(super) fn name_server(tls: &mut PlannedTls, addresses: &Addresses) {
    let profile = &mut tls.profile;
    if let (ServerName::FromRequest, Some(host)) = (&profile.server_name, hostname(addresses)) {
        profile.server_name = ServerName::Fixed(host.clone());
        if let Some(validation) = profile.validation.as_mut().filter(|validation| validation.names.is_empty())
        {
            validation.names.push(SubjectAltName::Dns(host.clone()));
        }
    }
}

impl Destination<'_, '_> {
    /// The same, where a backend of a hostname is asked for by that name unless something says another one.
    #[must_use]
    pub(crate) fn naming_servers(self) -> Self {
        Self { names_servers: true, ..self }
    }

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
