//! Rules on ordered values: numbers, durations and timestamps.

use std::fmt::Display;

/// The comparisons a rule may ask for, on any ordered type.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits<T> {
    pub(super) equal: Option<T>,
    pub(super) lt: Option<T>,
    pub(super) lte: Option<T>,
    pub(super) gt: Option<T>,
    pub(super) gte: Option<T>,
    pub(super) one_of: Vec<T>,
    pub(super) none_of: Vec<T>,
    /// Zero passes whatever the other comparisons say.
    pub(super) ignore_empty: bool,
}

impl<T: PartialOrd + Default + Copy> Limits<T> {
    /// Reports what `value` breaks; `print` turns a bound into text.
    pub(super) fn check<P: Display>(&self, value: T, print: impl Fn(T) -> P, report: &mut dyn FnMut(String)) {
        if self.ignore_empty && value == T::default() {
            return;
        }
        if let Some(bound) = self.equal
            && value != bound
        {
            report(format!("must be {}", print(bound)));
        }
        self.check_range(value, &print, report);
        if !self.one_of.is_empty() && !self.one_of.contains(&value) {
            report(format!("must be one of {}", list(&self.one_of, &print)));
        }
        if self.none_of.contains(&value) {
            report(format!("must not be one of {}", list(&self.none_of, &print)));
        }
    }

    fn check_range<P: Display>(&self, value: T, print: &impl Fn(T) -> P, report: &mut dyn FnMut(String)) {
        // The comparisons are phrased so that NaN, which compares with nothing, breaks them.
        let below = self.lt.is_none_or(|bound| value < bound) && self.lte.is_none_or(|bound| value <= bound);
        let above = self.gt.is_none_or(|bound| value > bound) && self.gte.is_none_or(|bound| value >= bound);
        let upper = self.lt.map(|b| ("less than", b)).or(self.lte.map(|b| ("at most", b)));
        let lower = self.gt.map(|b| ("greater than", b)).or(self.gte.map(|b| ("at least", b)));
        match (lower, upper) {
            // A lower bound above the upper one excludes what is between them.
            (Some((low, l)), Some((high, h))) if l > h => {
                if !below && !above {
                    report(format!("must be {high} {} or {low} {}", print(h), print(l)));
                }
            }
            _ => {
                if let (Some((low, bound)), false) = (lower, above) {
                    report(format!("must be {low} {}", print(bound)));
                }
                if let (Some((high, bound)), false) = (upper, below) {
                    report(format!("must be {high} {}", print(bound)));
                }
            }
        }
    }
}

fn list<T: Copy, P: Display>(values: &[T], print: &impl Fn(T) -> P) -> String {
    values.iter().map(|value| print(*value).to_string()).collect::<Vec<_>>().join(", ")
}

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// A duration or timestamp as nanoseconds.
pub(super) fn nanoseconds(seconds: i64, nanos: i32) -> i128 {
    i128::from(seconds) * NANOS_PER_SECOND + i128::from(nanos)
}

/// A duration in nanoseconds as text: `1.5s`.
pub(super) fn print_duration(nanoseconds: i128) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let (seconds, rest) = (nanoseconds.abs() / NANOS_PER_SECOND, nanoseconds.abs() % NANOS_PER_SECOND);
    if rest == 0 {
        return format!("{sign}{seconds}s");
    }
    let fraction = format!("{rest:09}");
    format!("{sign}{seconds}.{}s", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(limits: &Limits<i128>, value: i128, expected: &[&str]) {
        let mut found = Vec::new();
        limits.check(value, |bound| bound, &mut |message| found.push(message));
        assert_eq!(found, expected, "{value}");
    }

    #[test]
    fn bounds() {
        let between = Limits { gt: Some(1), lte: Some(5), ..Limits::default() };
        check(&between, 1, &["must be greater than 1"]);
        check(&between, 2, &[]);
        check(&between, 5, &[]);
        check(&between, 6, &["must be at most 5"]);
    }

    #[test]
    fn a_lower_bound_above_the_upper_one_excludes_what_is_between() {
        let outside = Limits { lt: Some(1), gte: Some(5), ..Limits::default() };
        check(&outside, 0, &[]);
        check(&outside, 1, &["must be less than 1 or at least 5"]);
        check(&outside, 4, &["must be less than 1 or at least 5"]);
        check(&outside, 5, &[]);
    }

    #[test]
    fn values_and_emptiness() {
        let listed = Limits { one_of: vec![1, 2], none_of: vec![2], ..Limits::default() };
        check(&listed, 1, &[]);
        check(&listed, 2, &["must not be one of 2"]);
        check(&listed, 3, &["must be one of 1, 2"]);
        let equal = Limits { equal: Some(7), ignore_empty: true, ..Limits::default() };
        check(&equal, 0, &[]);
        check(&equal, 1, &["must be 7"]);
    }

    #[test]
    fn durations_print_like_proto_json() {
        for (nanoseconds, text) in
            [(0, "0s"), (1_500_000_000, "1.5s"), (-1, "-0.000000001s"), (3_000_000_000, "3s")]
        {
            assert_eq!(print_duration(nanoseconds), text);
        }
    }
}
