//! Offline validation of objects: what an API server with our CRDs would say.
//!
//! An object is checked in the order of the API server: the structure its schema demands, lists that must not repeat, and
//! then, unless the structure is too wrong for rules to make sense, its CEL rules. Defaults are filled in first.

mod lists;
mod metadata;
mod path;
mod rules;
mod structure;
mod unknown;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;

use crate::kinds::{self, KindInfo};
use crate::schema::{self, Defaults};

/// One thing that is wrong with an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Path of the field, `spec.rules[0].matches` for example; empty for the object as a whole.
    pub path: String,
    /// What sort of mistake it is.
    pub kind: ViolationKind,
    /// What is wrong, for people.
    pub message: String,
    /// The CEL rule that the object breaks, if it is one.
    pub rule: Option<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// Sorts of mistakes, as Kubernetes distinguishes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ViolationKind {
    /// A required field is missing.
    Required,
    /// The value is of the wrong type or format.
    Type,
    /// The value is not one of those allowed.
    NotSupported,
    /// The text is too long.
    TooLong,
    /// The list has too many items, or the map too many entries.
    TooMany,
    /// The value breaks another limit, a pattern or a rule.
    Invalid,
    /// The item repeats an earlier one.
    Duplicate,
    /// The schema does not know the field.
    Unknown,
}

impl ViolationKind {
    /// Whether rules are not worth evaluating on an object with such a mistake.
    fn hides_rules(self) -> bool {
        matches!(self, Self::Required | Self::Type | Self::NotSupported | Self::TooLong | Self::TooMany)
    }
}

/// Checks objects of one kind in one version.
pub struct Validator {
    info: &'static KindInfo,
    schema: &'static Value,
    defaults: &'static Defaults,
    structure: structure::Structure,
    rules: rules::RuleSet,
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").field("kind", &self.info.kind).finish_non_exhaustive()
    }
}

/// The validator of an object, by its `apiVersion` and `kind`; `None` for core kinds and kinds that are not in the list.
pub fn validator_for(object: &Value) -> Option<&'static Validator> {
    let (info, version) = kinds::find_for(object)?;
    validator(info, version)
}

/// The validator of a kind in a version; `None` for core kinds and unknown versions.
///
/// Each is made once, when it is first asked for, which takes some milliseconds.
pub fn validator(info: &'static KindInfo, version: &str) -> Option<&'static Validator> {
    type Key = (&'static str, &'static str, &'static str);
    static MADE: LazyLock<Mutex<BTreeMap<Key, Option<&'static Validator>>>> = LazyLock::new(Mutex::default);
    let version = info.versions.iter().copied().find(|known| *known == version)?;
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    *made.entry((info.group, info.kind, version)).or_insert_with(|| {
        let validator = Validator::new(info, version)?;
        // One per kind and version, for the life of the process.
        Some(Box::leak(Box::new(validator)))
    })
}

impl Validator {
    fn new(info: &'static KindInfo, version: &str) -> Option<Self> {
        let schema = schema::schema(info, version)?;
        Some(Self {
            info,
            schema,
            defaults: schema::defaults(info, version)?,
            structure: structure::Structure::new(schema),
            rules: rules::RuleSet::new(schema),
        })
    }

    /// The kind that is checked.
    pub fn kind(&self) -> &'static KindInfo {
        self.info
    }

    /// Drops nulls and fills in the defaults, as an API server does before it checks and stores an object.
    pub fn apply_defaults(&self, object: &mut Value) {
        self.defaults.apply(object);
    }

    /// Everything that is wrong with an object that is about to be created, ordered by path.
    ///
    /// Defaults are filled in on a copy; unknown fields are not reported, see [`Validator::unknown_fields`].
    pub fn validate(&self, object: &Value) -> Vec<Violation> {
        self.check(&self.defaulted(object), None)
    }

    /// The same for an object whose defaults are filled in already, by [`Validator::apply_defaults`] or
    /// [`apply_defaults`](crate::schema::apply_defaults).
    pub fn validate_defaulted(&self, object: &Value) -> Vec<Violation> {
        self.check(object, None)
    }

    /// Everything that is wrong with an object that is about to replace another, rules about the change included.
    pub fn validate_update(&self, object: &Value, old: &Value) -> Vec<Violation> {
        self.check(&self.defaulted(object), Some(&self.defaulted(old)))
    }

    /// The fields of an object that the schema does not know. An API server drops them.
    pub fn unknown_fields(&self, object: &Value) -> Vec<Violation> {
        unknown::unknown_fields(self.schema, object)
    }

    fn defaulted(&self, object: &Value) -> Value {
        let mut object = object.clone();
        self.apply_defaults(&mut object);
        object
    }

    fn check(&self, object: &Value, old: Option<&Value>) -> Vec<Violation> {
        let mut violations = metadata::check(self.info, object);
        violations.extend(self.structure.check(object));
        violations.extend(lists::check(self.schema, object));
        if !violations.iter().any(|violation| violation.kind.hides_rules()) {
            violations.extend(self.rules.check(object, old));
        }
        violations.sort();
        violations.dedup();
        violations
    }
}
