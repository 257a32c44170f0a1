//! Features: which there are, and which modules make them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    FEATURES, Problem,
    cases::Case,
    codes::Code,
    page::capital,
    source::{Module, OF_FEATURES},
};

/// One feature.
#[derive(Debug)]
pub(crate) struct Feature<'m> {
    /// The name of its modules, which is its own.
    pub(crate) stem: String,
    /// Whether it is registered; the others are parts of the API that need no registry.
    registered: bool,
    /// The modules that speak for it, in the order of the crates.
    pub(crate) modules: Vec<&'m Module>,
    /// The modules inside of those, unless they are features themselves.
    pub(crate) parts: Vec<&'m Module>,
}

/// The features in the order of their names.
pub(crate) fn all<'m>(modules: &'m [Module], registered: &BTreeSet<String>) -> Vec<Feature<'m>> {
    let of_features = || modules.iter().filter(|module| OF_FEATURES.contains(&module.package.as_str()));
    let speaks = |module: &Module| {
        if registered.contains(module.feature()) {
            return true;
        }
        let translator = module.package != "ir";
        let inside = of_features().any(|other| {
            other.names_api() && module.is_in(other) && !(registered.contains(module.feature()))
        });
        translator && module.names_api() && !inside
    };
    let mut found: BTreeMap<String, Vec<&Module>> =
        registered.iter().map(|id| (id.clone(), Vec::new())).collect();
    for module in of_features().filter(|module| speaks(module)) {
        found.entry(module.feature().to_owned()).or_default().push(module);
    }
    // The data of a part of the API that needs no registry.
    for module in
        of_features().filter(|module| module.package == "ir" && !registered.contains(module.feature()))
    {
        if let Some(own) = found.get_mut(&module.stem) {
            own.push(module);
        }
    }
    let names: BTreeSet<String> = found.keys().cloned().collect();
    let features = found.into_iter().map(|(stem, mut own)| {
        // The module that says most comes first.
        own.sort_by_key(|module| {
            let package = OF_FEATURES.iter().position(|package| *package == module.package);
            (package, std::cmp::Reverse(module.docs.labels()))
        });
        let is_part = |module: &&Module| {
            own.iter().any(|parent| module.is_in(parent))
                && !names.contains(module.feature())
                && !of_features().any(|between| {
                    names.contains(between.feature())
                        && between.feature() != stem
                        && module.is_in(between)
                        && own.iter().any(|parent| between.is_in(parent))
                })
        };
        let parts = of_features().filter(is_part).collect();
        Feature { registered: registered.contains(&stem), stem, modules: own, parts }
    });
    features.collect()
}

impl Feature<'_> {
    /// The path of its page.
    pub(crate) fn path(&self) -> String {
        format!("{FEATURES}/{}.md", self.stem)
    }

    /// Its name in words.
    pub(crate) fn title(&self) -> String {
        let spelled = |word: &str| match word {
            "api" | "cors" | "http" | "ip" | "jwt" | "oidc" | "tcp" | "tls" | "udp" | "url" => {
                word.to_uppercase()
            }
            "grpc" => "gRPC".to_owned(),
            word => word.to_owned(),
        };
        let title = self.stem.split('_').map(spelled).collect::<Vec<_>>().join(" ");
        if title.starts_with("gRPC") {
            return title;
        }
        capital(&title)
    }

    /// Whether one of its modules is inside of those of another feature.
    pub(crate) fn is_in(&self, other: &Self) -> bool {
        let is_inside = |module: &&Module| other.modules.iter().any(|parent| module.is_in(parent));
        self.stem != other.stem && self.modules.iter().any(is_inside)
    }

    /// What it is, in a sentence.
    pub(crate) fn lead(&self) -> &str {
        self.modules
            .iter()
            .map(|module| module.docs.lead.as_str())
            .find(|lead| !lead.is_empty())
            .unwrap_or_default()
    }

    /// The kind of object, or the place, that it belongs to.
    pub(crate) fn area(&self) -> &'static str {
        let path = |part: &str| self.modules.iter().any(|module| module.path.contains(part));
        let areas = [
            ("/policy/client_traffic", "ClientTrafficPolicy"),
            ("/policy/backend_traffic", "BackendTrafficPolicy"),
            ("/policy/security", "SecurityPolicy"),
            ("/policy/extension", "EnvoyExtensionPolicy"),
            ("/policy/envoy_extension", "EnvoyExtensionPolicy"),
            ("/policy/", "Policies"),
            ("gatewayapi-translator/src/route", "Routes"),
            ("gatewayapi-translator/src/gateway", "Gateways and listeners"),
            ("xds-translator/src/cluster", "Backends"),
            ("gatewayapi-translator/src/refs", "Backends"),
            ("xds-translator/src/http", "Routes"),
        ];
        areas.into_iter().find(|(part, _)| path(part)).map_or("Gateways and listeners", |(_, area)| area)
    }

    /// The diagnostics that its modules raise.
    pub(crate) fn codes<'c>(&self, codes: &'c [Code]) -> Vec<&'c Code> {
        let own =
            |code: &&Code| self.modules.iter().chain(&self.parts).any(|module| module.path == code.module);
        codes.iter().filter(own).collect()
    }

    /// Its cases.
    pub(crate) fn cases<'c>(&self, cases: &'c [Case]) -> impl Iterator<Item = &'c Case> {
        cases
            .iter()
            .filter(|case| case.is_of(&self.stem) || self.modules.iter().any(|module| case.is_beside(module)))
    }

    /// What the feature lacks.
    pub(crate) fn check(&self, cases: &[Case], problems: &mut Vec<Problem>) {
        let mut lacks = |text: &str| problems.push(Problem::new(&self.stem, text));
        if self.modules.is_empty() {
            return lacks("is registered, and no module has its name");
        }
        if self.lead().is_empty() {
            lacks("its modules have no documentation");
        }
        if !self.modules.iter().any(|module| module.names_api()) {
            lacks("no documentation of its modules says with `API:` which fields it is about");
        }
        if self.registered && self.cases(cases).next().is_none() {
            lacks("has no case in a directory of its name");
        }
    }
}
