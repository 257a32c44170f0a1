//! Lengths of time as the APIs write them.

use std::fmt;
use std::time::Duration as StdDuration;

use serde::{Deserialize, Serialize};

/// A length of time as text, `1h30m` or `250ms`, kept as written.
///
/// The Gateway API (GEP-2257) allows up to four whole numbers with the units h, m, s and ms. Reading accepts what Go's
/// durations allow besides: fractions, and the units us and ns.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duration(pub String);

impl Duration {
    /// The length of time.
    pub fn to_std(&self) -> Result<StdDuration, DurationError> {
        parse(&self.0)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Duration {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A length of time in Go's syntax, `1.5h` or `10us`, kept as written.
///
/// Differs from [`Duration`] in its schema alone, which has no pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GoDuration(pub String);

impl GoDuration {
    /// The length of time.
    pub fn to_std(&self) -> Result<StdDuration, DurationError> {
        parse(&self.0)
    }
}

impl fmt::Display for GoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for GoDuration {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A text that is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a duration such as `1h30m`, `10s` or `250ms`")]
pub struct DurationError(pub String);

/// Units, and their length in nanoseconds. Longer names come before their prefixes.
const UNITS: [(&str, u128); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

fn parse(text: &str) -> Result<StdDuration, DurationError> {
    let nanoseconds = nanoseconds(text).ok_or_else(|| DurationError(text.to_owned()))?;
    u64::try_from(nanoseconds).map(StdDuration::from_nanos).map_err(|_| DurationError(text.to_owned()))
}

fn nanoseconds(text: &str) -> Option<u128> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(number_end);
        let (unit, length) = UNITS.iter().find(|(unit, _)| tail.starts_with(unit))?;
        rest = &tail[unit.len()..];
        total = total.checked_add(scaled(number, *length)?)?;
    }
    Some(total)
}

/// A decimal number times a whole number, fractions of the result cut off.
fn scaled(number: &str, by: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction = &fraction[..fraction.len().min(15)];
    let part = if fraction.is_empty() {
        0
    } else {
        let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        fraction.parse::<u128>().ok()? * by / scale
    };
    whole.checked_mul(by)?.checked_add(part)
}

#[cfg(feature = "schema")]
mod schema {
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    impl JsonSchema for super::Duration {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Duration".into()
        }

        fn inline_schema() -> bool {
            true
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": "string", "pattern": "^([0-9]{1,5}(h|m|s|ms)){1,4}$" })
        }
    }

    impl JsonSchema for super::GoDuration {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "GoDuration".into()
        }

        fn inline_schema() -> bool {
            true
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": "string" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_like_go_does() {
        let millis = |text: &str| Duration::from(text).to_std().map(|d| d.as_millis()).ok();
        assert_eq!(millis("1h30m"), Some(5_400_000));
        assert_eq!(millis("250ms"), Some(250));
        assert_eq!(millis("1.5s"), Some(1_500));
        assert_eq!(millis(".5s"), Some(500));
        assert_eq!(millis("0"), Some(0));
        assert_eq!(millis("0s"), Some(0));
        assert_eq!(millis("1m1m"), Some(120_000));
        for wrong in ["", "s", "1", "-1s", "1 s", "1d", "1..5s", "99999999999999999999999999999999999999999h"]
        {
            assert_eq!(millis(wrong), None, "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_duration_or_not(text in "[0-9.hmsnuµ+-]{0,40}|\\PC*") {
            let _ = Duration(text).to_std();
        }

        #[test]
        fn milliseconds_round_trip(millis in 0..99_999_u64) {
            let read = Duration(format!("{millis}ms")).to_std();
            proptest::prop_assert_eq!(read, Ok(StdDuration::from_millis(millis)));
        }
    }
}
