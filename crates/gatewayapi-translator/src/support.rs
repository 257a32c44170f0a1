//! What of the Gateway API this crate supports, as data: the conformance features by their names, and the fields of each kind.
//!
//! A control plane that reports `GatewayClass.status.supportedFeatures`, a conformance report and the table in
//! `docs/gateway-api-support.md` are made from it.

mod feature;
mod field;

pub use feature::FEATURES;
pub use field::KINDS;

/// A release channel of the Gateway API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// In every installation.
    Standard,
    /// Only where the experimental CRDs are installed.
    Experimental,
}

/// What the API asks of implementations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Every implementation of the kind has it.
    Core,
    /// Implementations may have it, and all that do mean the same by it.
    Extended,
    /// Each implementation decides what it means.
    ImplementationSpecific,
}

/// Whether something is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// All of it.
    Yes,
    /// Under a condition, or a part of it, which the text says.
    Partly(&'static str),
    /// Nothing of it; the text says what happens instead.
    No(&'static str),
}

impl Support {
    /// Whether all of it is supported, wherever and however the control plane runs.
    pub fn is_full(self) -> bool {
        self == Self::Yes
    }
}

/// A feature of the conformance suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Its name, as in `GatewayClass.status.supportedFeatures`.
    pub name: &'static str,
    /// Core for the features that a profile cannot be without.
    pub level: Level,
    /// Where its fields are.
    pub channel: Channel,
    /// Whether it is supported.
    pub support: Support,
}

/// A kind of the Gateway API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Its fields, in groups that several kinds may have.
    pub fields: &'static [&'static [Field]],
}

impl Kind {
    /// Its fields.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().flat_map(|group| group.iter())
    }
}

/// A field of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The path of the field; `[]` stands for every element of a list.
    pub path: &'static str,
    /// What the API asks of implementations.
    pub level: Level,
    /// In which channel the field is.
    pub channel: Channel,
    /// Whether it is supported.
    pub support: Support,
    /// The names of the conformance features that need it.
    pub features: &'static [&'static str],
}

/// The names of the features that are fully supported where the CRDs are of this channel, in alphabetical order, as
/// `GatewayClass.status.supportedFeatures` wants them.
pub fn supported_features(channel: Channel) -> Vec<&'static str> {
    let supported = FEATURES.iter().filter(|feature| feature.support.is_full() && feature.channel <= channel);
    let mut names: Vec<&str> = supported.map(|feature| feature.name).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn channels_add_up() {
        let (standard, experimental) =
            (supported_features(Channel::Standard), supported_features(Channel::Experimental));
        assert!(standard.contains(&"HTTPRoute") && !standard.contains(&"HTTPRouteRetry"));
        assert!(standard.iter().all(|name| experimental.contains(name)));
        assert!(experimental.contains(&"HTTPRouteRetry"));
        assert!(!experimental.iter().any(|name| name.starts_with("Mesh")), "there is no mesh");
    }

    #[test]
    fn names_and_paths_are_told_once() {
        let names: BTreeSet<_> = FEATURES.iter().map(|feature| feature.name).collect();
        assert_eq!(names.len(), FEATURES.len());
        for kind in KINDS {
            let paths: BTreeSet<_> = kind.fields().map(|field| field.path).collect();
            assert_eq!(paths.len(), kind.fields().count(), "{}", kind.name);
        }
    }

    #[test]
    fn fields_name_features_and_every_supported_feature_has_a_field() {
        let known = |name: &&str| FEATURES.iter().find(|feature| feature.name == *name);
        for field in KINDS.iter().flat_map(Kind::fields) {
            for name in field.features {
                let feature = known(name).unwrap_or_else(|| panic!("{} names {name}", field.path));
                let is_none = matches!(field.support, Support::No(_));
                assert!(!(is_none && feature.support.is_full()), "{} of {name} is not supported", field.path);
            }
        }
        let named: BTreeSet<_> =
            KINDS.iter().flat_map(Kind::fields).flat_map(|field| field.features).collect();
        for feature in FEATURES.iter().filter(|feature| !feature.name.starts_with("Mesh")) {
            assert!(named.contains(&feature.name), "no field is said to be of {}", feature.name);
        }
    }
}
