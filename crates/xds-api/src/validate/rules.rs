//! Compiled rules on one value, on a list and on a map.

use std::collections::BTreeSet;

use prost::Message;
use prost_types::{Duration, Timestamp};

use super::limits::{Limits, nanoseconds, print_duration};
use super::plan::{Nested, ValueRule};
use super::wire::{Malformed, Repr, Wire};
use crate::pb::validate as pgv;
use crate::pb::validate::field_rules::Type;

/// What an enum field may be.
#[derive(Debug, Default)]
pub(super) struct EnumRules {
    limits: Limits<i128>,
    /// The numbers the enum defines, if only they are allowed.
    defined: Option<BTreeSet<i128>>,
}

impl EnumRules {
    pub(super) fn new(rules: pgv::EnumRules, defined: impl Iterator<Item = i32>) -> Self {
        let defined = rules.defined_only().then(|| defined.map(i128::from).collect());
        let limits = Limits {
            equal: rules.r#const.map(i128::from),
            one_of: rules.r#in.into_iter().map(i128::from).collect(),
            none_of: rules.not_in.into_iter().map(i128::from).collect(),
            ..Limits::default()
        };
        Self { limits, defined }
    }

    fn check(&self, value: i128, report: &mut dyn FnMut(String)) {
        self.limits.check(value, |bound| bound, report);
        if self.defined.as_ref().is_some_and(|defined| !defined.contains(&value)) {
            report("must be a defined value of its enum".into());
        }
    }
}

/// Which types an `Any` may hold.
#[derive(Debug, Default)]
pub(super) struct AnyRules {
    one_of: Vec<String>,
    none_of: Vec<String>,
}

impl AnyRules {
    pub(super) fn new(rules: Option<&Type>) -> Self {
        match rules {
            Some(Type::Any(rules)) => Self { one_of: rules.r#in.clone(), none_of: rules.not_in.clone() },
            _ => Self::default(),
        }
    }

    pub(super) fn check(&self, type_url: &str, report: &mut dyn FnMut(String)) {
        if !self.one_of.is_empty() && !self.one_of.iter().any(|one| one == type_url) {
            report(format!("must have one of the types {}", self.one_of.join(", ")));
        }
        if self.none_of.iter().any(|one| one == type_url) {
            report(format!("must not have one of the types {}", self.none_of.join(", ")));
        }
    }
}

/// How many elements a list or a map may have.
#[derive(Debug, Default)]
pub(super) struct CountRules {
    min: Option<u64>,
    max: Option<u64>,
    unique: bool,
    ignore_empty: bool,
}

impl CountRules {
    pub(super) fn of_list(rules: &pgv::RepeatedRules) -> Self {
        Self {
            min: rules.min_items,
            max: rules.max_items,
            unique: rules.unique(),
            ignore_empty: rules.ignore_empty(),
        }
    }

    pub(super) fn of_map(rules: &pgv::MapRules) -> Self {
        Self { min: rules.min_pairs, max: rules.max_pairs, unique: false, ignore_empty: rules.ignore_empty() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.min.is_none() && self.max.is_none() && !self.unique
    }

    fn check(&self, count: usize, unit: &str, report: &mut dyn FnMut(String)) {
        if count == 0 && self.ignore_empty {
            return;
        }
        let count = count as u64;
        if let Some(min) = self.min
            && count < min
        {
            report(format!("must have at least {min} {unit}"));
        }
        if let Some(max) = self.max
            && count > max
        {
            report(format!("must have at most {max} {unit}"));
        }
    }

    pub(super) fn check_items(&self, items: &[Wire<'_>], report: &mut dyn FnMut(String)) {
        self.check(items.len(), "item(s)", report);
        if self.unique && items.iter().collect::<BTreeSet<_>>().len() < items.len() {
            report("must not repeat an item".into());
        }
    }

    pub(super) fn check_pairs(&self, count: usize, report: &mut dyn FnMut(String)) {
        self.check(count, "pair(s)", report);
    }
}

/// Numeric rules of any width, widened to a type that holds every value.
macro_rules! limits {
    ($rules:expr, $wide:ty) => {{
        let rules = $rules;
        Limits::<$wide> {
            equal: rules.r#const.map(<$wide>::from),
            lt: rules.lt.map(<$wide>::from),
            lte: rules.lte.map(<$wide>::from),
            gt: rules.gt.map(<$wide>::from),
            gte: rules.gte.map(<$wide>::from),
            ignore_empty: rules.ignore_empty(),
            one_of: rules.r#in.into_iter().map(<$wide>::from).collect(),
            none_of: rules.not_in.into_iter().map(<$wide>::from).collect(),
        }
    }};
}

/// The limits of a numeric rule on an integer; `None` if the rule is of another kind.
pub(super) fn integer_limits(rules: Type) -> Option<Limits<i128>> {
    Some(match rules {
        Type::Int32(rules) => limits!(rules, i128),
        Type::Int64(rules) => limits!(rules, i128),
        Type::Uint32(rules) => limits!(rules, i128),
        Type::Uint64(rules) => limits!(rules, i128),
        Type::Sint32(rules) => limits!(rules, i128),
        Type::Sint64(rules) => limits!(rules, i128),
        Type::Fixed32(rules) => limits!(rules, i128),
        Type::Fixed64(rules) => limits!(rules, i128),
        Type::Sfixed32(rules) => limits!(rules, i128),
        Type::Sfixed64(rules) => limits!(rules, i128),
        _ => return None,
    })
}

/// The limits of a numeric rule on a floating point number; `None` if the rule is of another kind.
pub(super) fn float_limits(rules: Type) -> Option<Limits<f64>> {
    Some(match rules {
        Type::Float(rules) => limits!(rules, f64),
        Type::Double(rules) => limits!(rules, f64),
        _ => return None,
    })
}

/// The limits of a duration rule, in nanoseconds.
pub(super) fn duration_limits(rules: pgv::DurationRules) -> Limits<i128> {
    let nanos = |duration: Duration| nanoseconds(duration.seconds, duration.nanos);
    Limits {
        equal: rules.r#const.map(nanos),
        lt: rules.lt.map(nanos),
        lte: rules.lte.map(nanos),
        gt: rules.gt.map(nanos),
        gte: rules.gte.map(nanos),
        one_of: rules.r#in.into_iter().map(nanos).collect(),
        none_of: rules.not_in.into_iter().map(nanos).collect(),
        ignore_empty: false,
    }
}

/// The limits of a timestamp rule, in nanoseconds since the epoch; rules relative to now are not among them.
pub(super) fn timestamp_limits(rules: pgv::TimestampRules) -> Limits<i128> {
    let nanos = |time: Timestamp| nanoseconds(time.seconds, time.nanos);
    Limits {
        equal: rules.r#const.map(nanos),
        lt: rules.lt.map(nanos),
        lte: rules.lte.map(nanos),
        gt: rules.gt.map(nanos),
        gte: rules.gte.map(nanos),
        ..Limits::default()
    }
}

/// The longest duration proto JSON and Go accept, in seconds.
const MAX_DURATION_SECONDS: u64 = 315_576_000_000;

fn is_valid(duration: &Duration) -> bool {
    duration.seconds.unsigned_abs() <= MAX_DURATION_SECONDS
        && duration.nanos.unsigned_abs() < 1_000_000_000
        && i64::from(duration.nanos).signum() * duration.seconds.signum() >= 0
}

impl ValueRule {
    /// Reports what a value breaks; `Err` if it is not encoded as its type asks for.
    pub(super) fn check(&self, wire: Wire<'_>, report: &mut dyn FnMut(String)) -> Result<(), Malformed> {
        match (self, wire) {
            (Self::Skip(_), _) => {}
            (Self::Integer(repr, limits), wire) => limits.check(repr.integer(wire)?, |bound| bound, report),
            (Self::Float(repr, limits), wire) => limits.check(repr.float(wire)?, |bound| bound, report),
            (Self::Enum(rules), wire) => rules.check(Repr::Int.integer(wire)?, report),
            (Self::Bool(wanted), Wire::Varint(value)) => {
                if (value != 0) != *wanted {
                    report(format!("must be {wanted}"));
                }
            }
            (Self::Text(rules), Wire::Bytes(bytes)) => rules.check(bytes, report).map_err(|_| Malformed)?,
            (Self::Duration(limits), Wire::Bytes(bytes)) => {
                let duration = Duration::decode(bytes).map_err(|_| Malformed)?;
                if is_valid(&duration) {
                    limits.check(nanoseconds(duration.seconds, duration.nanos), print_duration, report);
                } else {
                    report("must be a valid duration".into());
                }
            }
            (Self::Timestamp(limits), Wire::Bytes(bytes)) => {
                let time = Timestamp::decode(bytes).map_err(|_| Malformed)?;
                limits.check(nanoseconds(time.seconds, time.nanos), print_duration, report);
            }
            _ => return Err(Malformed),
        }
        Ok(())
    }

    /// What an absent value of this type stands for.
    pub(super) fn default_wire(&self) -> Wire<'static> {
        match self {
            Self::Skip(repr) | Self::Integer(repr, _) | Self::Float(repr, _) => repr.default_wire(),
            Self::Enum(_) | Self::Bool(_) => Wire::Varint(0),
            _ => Wire::Bytes(&[]),
        }
    }

    /// Whether several occurrences merge instead of the last one counting.
    pub(super) fn is_message(&self) -> bool {
        matches!(
            self,
            Self::Message(Nested { .. })
                | Self::Any(_)
                | Self::Wrapper(_)
                | Self::Duration(_)
                | Self::Timestamp(_)
        )
    }
}
