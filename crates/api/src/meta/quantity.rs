//! Amounts as Kubernetes writes them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// An amount as text, `500m`, `1Gi` or `1e3`, kept as written. Bare numbers are accepted too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Quantity(pub String);

impl Quantity {
    /// The amount in whole units, rounded up; fails when it is negative or above [`u64::MAX`].
    pub fn to_u64(&self) -> Result<u64, QuantityError> {
        let thousandths = self.to_milli()?;
        u64::try_from(thousandths.div_ceil(1000)).map_err(|_| QuantityError(self.0.clone()))
    }

    /// The amount in thousandths of a unit, rounded up; fails when it is negative or does not fit.
    pub fn to_milli(&self) -> Result<u128, QuantityError> {
        milli(&self.0).ok_or_else(|| QuantityError(self.0.clone()))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Quantity {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Number(serde_json::Number),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Text(text) => text,
            Written::Number(number) => number.to_string(),
        }))
    }
}

/// A text that is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a quantity such as `500m`, `10` or `1Gi`")]
pub struct QuantityError(pub String);

fn milli(text: &str) -> Option<u128> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || fraction.len() > 15 {
        return None;
    }
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let decimals = u32::try_from(fraction.len()).ok()?;
    let (factor, power) = scale(suffix)?;
    let exponent = power + 3 - i32::try_from(decimals).ok()?;
    let scaled = digits.checked_mul(factor)?;
    let by = 10_u128.checked_pow(exponent.unsigned_abs())?;
    if exponent < 0 { Some(scaled.div_ceil(by)) } else { scaled.checked_mul(by) }
}

/// What a suffix means: a binary factor and a power of ten.
fn scale(suffix: &str) -> Option<(u128, i32)> {
    const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    if let Some(step) = BINARY.iter().position(|known| *known == suffix) {
        return Some((1 << (10 * (step + 1)), 0));
    }
    let power = match suffix {
        "n" => -9,
        "u" => -6,
        "m" => -3,
        "" => 0,
        "k" => 3,
        "M" => 6,
        "G" => 9,
        "T" => 12,
        "P" => 15,
        "E" => 18,
        _ => suffix.strip_prefix(['e', 'E'])?.parse().ok().filter(|power| (-18..=18).contains(power))?,
    };
    Some((1, power))
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "anyOf": [{ "type": "integer" }, { "type": "string" }],
            "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$",
            "x-kubernetes-int-or-string": true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_suffixes() {
        let units = |text: &str| Quantity::from(text).to_u64().ok();
        assert_eq!(units("10"), Some(10));
        assert_eq!(units("1Ki"), Some(1024));
        assert_eq!(units("1.5Gi"), Some(1_610_612_736));
        assert_eq!(units("100m"), Some(1));
        assert_eq!(units("2k"), Some(2000));
        assert_eq!(units("1e3"), Some(1000));
        assert_eq!(Quantity::from("250m").to_milli(), Ok(250));
        for wrong in ["", "Gi", "-1", "1X", "1..2", "1e99"] {
            assert_eq!(units(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn bare_numbers_are_quantities() {
        let quantity: Quantity = serde_json::from_str("128").unwrap();
        assert_eq!(quantity, Quantity::from("128"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_quantity_or_not(text in "[0-9.KMGTPEinumkeE+-]{0,40}|\\PC*") {
            let _ = Quantity(text).to_u64();
        }
    }
}
