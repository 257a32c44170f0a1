//! Conditions.

use eg_api::meta::{Condition, ConditionStatus};
use eg_diag::Diagnostic;

/// The longest message that the API accepts, in bytes.
const MAX_MESSAGE: usize = 32_768;
const TRUNCATED: &str = " (message truncated).";

/// A list of conditions with at most one of each type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conditions {
    generation: i64,
    list: Vec<Condition>,
}

impl Conditions {
    /// No conditions yet, of an object of this generation.
    pub(crate) fn of(generation: i64) -> Self {
        Self { generation, list: Vec::new() }
    }

    /// Sets a condition; one of the same type is replaced.
    pub(crate) fn set(&mut self, r#type: &str, status: bool, reason: &str, message: impl Into<String>) {
        let condition = Condition {
            r#type: r#type.to_owned(),
            status: if status { ConditionStatus::True } else { ConditionStatus::False },
            observed_generation: Some(self.generation).filter(|generation| *generation != 0),
            reason: reason.to_owned(),
            message: truncated(message.into()),
            ..Condition::default()
        };
        match self.list.iter_mut().find(|existing| existing.r#type == r#type) {
            Some(existing) => *existing = condition,
            None => self.list.push(condition),
        }
    }

    /// Sets a condition unless there is one of its type.
    pub(crate) fn set_default(
        &mut self,
        r#type: &str,
        status: bool,
        reason: &str,
        message: impl Into<String>,
    ) {
        if self.get(r#type).is_none() {
            self.set(r#type, status, reason, message);
        }
    }

    /// Sets the condition of the diagnostics' codes to false: one message per line, the reasons sorted and joined.
    pub(crate) fn fail(&mut self, diagnostics: &[Diagnostic]) {
        let Some(first) = diagnostics.first() else { return };
        let of_type =
            diagnostics.iter().filter(|diagnostic| diagnostic.code.condition == first.code.condition);
        let mut reasons: Vec<&str> = of_type.clone().map(|diagnostic| diagnostic.code.reason).collect();
        reasons.sort_unstable();
        reasons.dedup();
        let messages: Vec<String> = of_type.map(Diagnostic::sentence).collect();
        self.set(first.code.condition, false, &reasons.join(","), messages.join("\n"));
    }

    /// Sets the condition `Warning`, one message per line, if there is anything to warn of.
    pub(crate) fn warn(&mut self, warnings: &[Diagnostic]) {
        let Some(first) = warnings.first() else { return };
        let alike = warnings.iter().all(|warning| warning.code.reason == first.code.reason);
        let reason = if alike { first.code.reason } else { "Warnings" };
        let messages: Vec<String> = warnings.iter().map(Diagnostic::sentence).collect();
        self.set("Warning", true, reason, messages.join("\n"));
    }

    /// Records that a listener lost to another one: it keeps its references and is no longer said to be accepted.
    pub(crate) fn lose(&mut self, reason: &str, message: &str) {
        self.list.retain(|condition| condition.r#type == "ResolvedRefs");
        self.set("Conflicted", true, reason, message);
    }

    pub(crate) fn get(&self, r#type: &str) -> Option<&Condition> {
        self.list.iter().find(|condition| condition.r#type == r#type)
    }

    /// Whether there is a condition of this type and it is true.
    pub(crate) fn is_true(&self, r#type: &str) -> bool {
        self.get(r#type).is_some_and(|condition| condition.status == ConditionStatus::True)
    }

    pub(crate) fn into_list(mut self) -> Vec<Condition> {
        self.list.shrink_to_fit();
        self.list
    }
}

/// The message, cut at a character boundary to the length that the API accepts.
fn truncated(mut message: String) -> String {
    if message.len() > MAX_MESSAGE {
        let mut end = MAX_MESSAGE - TRUNCATED.len();
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        message.truncate(end);
        message.push_str(TRUNCATED);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_cut() {
        let cut = truncated("ä".repeat(MAX_MESSAGE));
        assert!(cut.len() <= MAX_MESSAGE);
        assert!(cut.ends_with(TRUNCATED));
    }

    #[test]
    fn a_type_occurs_once() {
        let mut conditions = Conditions::of(3);
        conditions.set("Accepted", true, "Accepted", "");
        conditions.set("Accepted", false, "Invalid", "no");
        conditions.set_default("Accepted", true, "Accepted", "");
        let list = conditions.into_list();
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].reason.as_str(), list[0].observed_generation), ("Invalid", Some(3)));
    }
}
