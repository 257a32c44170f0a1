//! Fields that are read in one go: what they come to, and what is wrong with them.

use std::{fmt::Display, ops::RangeInclusive};

use eg_api::{
    meta::{Duration, Quantity},
    v1alpha1::StringMatch,
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, route::StringMatch as Matcher};

use super::{Declared, FieldCx, PolicyField, PolicyKind, choice};
use crate::{duration, re2};

/// A field that follows no references. Being a [`PolicyField`] is the same for all of them: what is wrong with a part of the
/// field is told, and the rest of it is lowered.
pub(super) trait ReadField<P: PolicyKind>: Send + Sync + 'static {
    /// The name that the feature has everywhere.
    const ID: FeatureId;
    /// The name of the field in the spec.
    const NAME: &'static str;
    /// The problem with wrong values.
    const INVALID: &'static Code;
    /// What the user writes.
    type Written: ?Sized;

    /// The field, if it is there.
    fn written(spec: &P::Spec) -> Option<&Self::Written>;

    /// Whether the field means anything at this place; elsewhere it is ignored.
    fn is_for(place: &P::Place) -> bool {
        let _ = place;
        true
    }

    /// What is accepted but deserves attention.
    fn attention(written: &Self::Written, at: &FieldPath, warnings: &mut Vec<Diagnostic>) {
        let _ = (written, at, warnings);
    }

    /// Writes the field's own part of the slot.
    fn read(written: &Self::Written, spec: &P::Spec, slot: &mut P::Slot, reading: Reading<'_>);
}

impl<P: PolicyKind, F: ReadField<P>> PolicyField<P> for F {
    fn id(&self) -> FeatureId {
        F::ID
    }

    fn is_set(&self, policy: &Declared<'_, P>) -> bool {
        F::written(policy.spec).is_some()
    }

    fn applies(&self, place: &P::Place) -> bool {
        F::is_for(place)
    }

    fn warn(&self, policy: &Declared<'_, P>, warnings: &mut Vec<Diagnostic>) {
        if let Some(written) = F::written(policy.spec) {
            F::attention(written, &FieldPath::spec().field(F::NAME), warnings);
        }
    }

    fn validate(&self, policy: &Declared<'_, P>, problems: &mut Vec<Diagnostic>) {
        read::<P, F>(policy, &mut P::Slot::default(), problems);
    }

    fn lower(&self, cx: &FieldCx<'_, '_, P>, slot: &mut P::Slot) -> Result<(), Diagnostic> {
        read::<P, F>(cx.policy, slot, &mut Vec::new());
        Ok(())
    }
}

fn read<P: PolicyKind, F: ReadField<P>>(
    policy: &Declared<'_, P>,
    slot: &mut P::Slot,
    problems: &mut Vec<Diagnostic>,
) {
    if let Some(written) = F::written(policy.spec) {
        let at = FieldPath::spec().field(F::NAME);
        F::read(written, policy.spec, slot, Reading::new(F::INVALID, at, problems));
    }
}

/// Reads values at a path. A wrong one is a problem, and absent.
pub(super) struct Reading<'p> {
    code: &'static Code,
    at: FieldPath,
    problems: &'p mut Vec<Diagnostic>,
    /// How many problems there were before.
    before: usize,
}

impl<'p> Reading<'p> {
    pub(super) fn new(code: &'static Code, at: FieldPath, problems: &'p mut Vec<Diagnostic>) -> Self {
        let before = problems.len();
        Self { code, at, problems, before }
    }

    /// Reads on at a field.
    pub(super) fn at(&mut self, field: &'static str) -> Reading<'_> {
        Reading::new(self.code, self.at.field(field), self.problems)
    }

    /// Reads on at an element of a list.
    pub(super) fn nth(&mut self, position: usize) -> Reading<'_> {
        Reading::new(self.code, self.at.index(position), self.problems)
    }

    /// Whether nothing was wrong so far.
    pub(super) fn is_clean(&self) -> bool {
        self.problems.len() == self.before
    }

    /// Says what is wrong here.
    pub(super) fn refuse(&mut self, message: impl Into<String>) {
        self.problems.push(Diagnostic::new(self.code, self.at.clone(), message));
    }

    /// The value, unless something is wrong with it.
    pub(super) fn value<T>(&mut self, result: Result<T, impl Display>) -> Option<T> {
        result.map_err(|message| self.refuse(message.to_string())).ok()
    }

    /// The value, unless something is wrong with what is at another path.
    pub(super) fn found<T>(&mut self, result: Result<T, (FieldPath, String)>) -> Option<T> {
        let problem = |(at, message): (FieldPath, String)| Diagnostic::new(self.code, at, message);
        result.map_err(|wrong| self.problems.push(problem(wrong))).ok()
    }

    /// A length of time, in milliseconds.
    pub(super) fn millis(&mut self, field: &'static str, duration: Option<&Duration>) -> Option<u64> {
        self.at(field).value(duration::millis(duration?))
    }

    /// A length of time, in whole seconds.
    pub(super) fn seconds(&mut self, field: &'static str, duration: Option<&Duration>) -> Option<u32> {
        let millis = self.millis(field, duration)?;
        Some(u32::try_from(millis / 1000).unwrap_or(u32::MAX))
    }

    /// A number that is not negative.
    pub(super) fn count(&mut self, field: &'static str, number: Option<impl Into<i64>>) -> Option<u32> {
        let number: i64 = number?.into();
        let message = || format!("expected a number from 0 to {}, found {number}", u32::MAX);
        self.at(field).value(u32::try_from(number).map_err(|_| message()))
    }

    /// A part of a hundred.
    pub(super) fn percent(&mut self, field: &'static str, number: Option<i32>) -> Option<u8> {
        let number = number?;
        let known = u8::try_from(number).ok().filter(|percent| *percent <= 100);
        self.at(field).value(known.ok_or_else(|| format!("expected a percentage, found {number}")))
    }

    /// A port.
    pub(super) fn port(&mut self, field: &'static str, number: i32) -> Option<u16> {
        let known = u16::try_from(number).ok().filter(|port| *port != 0);
        self.at(field).value(known.ok_or_else(|| format!("expected a port, found {number}")))
    }

    /// A status code of HTTP.
    pub(super) fn status(&mut self, number: i64) -> Option<u16> {
        let known = u16::try_from(number).ok().filter(|status| (100..=599).contains(status));
        self.value(known.ok_or_else(|| format!("{number} is not a status code")))
    }

    /// The value that a word stands for.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        field: &'static str,
        word: Option<&String>,
        values: &[(&str, T)],
    ) -> Option<T> {
        self.at(field).word(word?, values)
    }

    /// The value that this word stands for.
    pub(super) fn word<T: Copy>(&mut self, word: &str, values: &[(&str, T)]) -> Option<T> {
        let known = choice::one_of(word, values, self.code, self.at.clone());
        known.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// A whole number of bytes.
    pub(super) fn bytes(
        &mut self,
        field: &'static str,
        size: Option<&Quantity>,
        range: RangeInclusive<u32>,
    ) -> Option<u32> {
        let size = size?;
        let mut here = self.at(field);
        let milli = here.value(size.to_milli())?;
        let whole = u32::try_from(milli / 1000).ok().filter(|_| milli.is_multiple_of(1000));
        let known = whole.filter(|bytes| range.contains(bytes));
        if known.is_none() {
            let (least, most) = range.into_inner();
            here.refuse(format!("expected a whole number of bytes from {least} to {most}, found {size}"));
        }
        known
    }

    /// A condition on a text.
    pub(super) fn text(&mut self, StringMatch { r#type, value }: &StringMatch) -> Option<Matcher> {
        self.compared(r#type.as_deref(), value)
    }

    /// A condition on a text, which is compared in this way.
    pub(super) fn compared(&mut self, r#type: Option<&str>, value: &str) -> Option<Matcher> {
        match r#type {
            None | Some("Exact") => Some(Matcher::Exact(value.to_owned())),
            Some("Prefix") => Some(Matcher::Prefix(value.to_owned())),
            Some("Suffix") => Some(Matcher::Suffix(value.to_owned())),
            Some("RegularExpression") => self.expression(value).map(Matcher::Regex),
            Some(other) => {
                self.at("type").refuse(format!("`{other}` is not a way to compare"));
                None
            }
        }
    }

    /// A regular expression, in the field `value`.
    pub(super) fn expression(&mut self, value: &str) -> Option<String> {
        let checked = re2::check(value);
        let checked = checked.map_err(|error| format!("`{value}` is not a regular expression: {error}"));
        self.at("value").value(checked).map(|()| value.to_owned())
    }
}
