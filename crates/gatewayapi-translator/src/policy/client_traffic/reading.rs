//! Fields that are read in one go: what they come to, and what is wrong with them.

use std::{fmt::Display, ops::RangeInclusive};

use eg_api::{
    meta::{Duration, Quantity},
    v1alpha1::{ClientTrafficPolicySpec, StringMatch},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, listener::ClientSettings, route::StringMatch as Matcher};

use super::{ClientTraffic, ListenerProtocol};
use crate::{
    duration,
    policy::{Declared, FieldCx, PolicyField, choice},
    re2,
};

/// A field that follows no references. Being a [`PolicyField`] is the same for all of them: what is wrong with a part of the
/// field is told, and the rest of it is lowered.
pub(super) trait ReadField: Send + Sync + 'static {
    /// The name that the feature has everywhere.
    const ID: FeatureId;
    /// The name of the field in the spec.
    const NAME: &'static str;
    /// The problem with wrong values.
    const INVALID: &'static Code;
    /// What the user writes.
    type Written;

    /// The field, if it is there.
    fn written(spec: &ClientTrafficPolicySpec) -> Option<&Self::Written>;

    /// Whether the field means anything to listeners of a protocol.
    fn is_for(protocol: ListenerProtocol) -> bool {
        protocol.is_http()
    }

    /// What is accepted but deserves attention.
    fn attention(written: &Self::Written, at: &FieldPath, warnings: &mut Vec<Diagnostic>) {
        let _ = (written, at, warnings);
    }

    /// Writes the field's own part of the settings.
    fn read(
        written: &Self::Written,
        spec: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        reading: Reading<'_>,
    );
}

impl<F: ReadField> PolicyField<ClientTraffic> for F {
    fn id(&self) -> FeatureId {
        F::ID
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        F::written(policy.spec).is_some()
    }

    fn applies(&self, place: &ListenerProtocol) -> bool {
        F::is_for(*place)
    }

    fn warn(&self, policy: &Declared<'_, ClientTraffic>, warnings: &mut Vec<Diagnostic>) {
        if let Some(written) = F::written(policy.spec) {
            F::attention(written, &FieldPath::spec().field(F::NAME), warnings);
        }
    }

    fn validate(&self, policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) {
        read::<F>(policy, &mut ClientSettings::default(), problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        read::<F>(cx.policy, slot, &mut Vec::new());
        Ok(())
    }
}

fn read<F: ReadField>(
    policy: &Declared<'_, ClientTraffic>,
    slot: &mut ClientSettings,
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

    /// A length of time, in milliseconds.
    pub(super) fn millis(&mut self, field: &'static str, duration: Option<&Duration>) -> Option<u64> {
        self.at(field).value(duration::millis(duration?))
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
            Some("RegularExpression") => {
                let checked = re2::check(value);
                let checked =
                    checked.map_err(|error| format!("`{value}` is not a regular expression: {error}"));
                self.at("value").value(checked).map(|()| Matcher::Regex(value.to_owned()))
            }
            Some(other) => {
                self.at("type").refuse(format!("`{other}` is not a way to compare"));
                None
            }
        }
    }
}
