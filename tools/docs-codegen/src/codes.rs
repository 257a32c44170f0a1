//! The kinds of diagnostics.

use crate::{Problem, source::Module};

/// One kind of diagnostic.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) id: String,
    pub(crate) condition: String,
    pub(crate) reason: String,
    /// `error` or `warning`.
    pub(crate) severity: &'static str,
    /// What its comment says; may be empty.
    pub(crate) comment: String,
    /// The path of the module that raises it.
    pub(crate) module: String,
}

/// All of them, by their names. One that is not a `static` of its own cannot be found, which is a problem.
pub(crate) fn all(modules: &[Module], problems: &mut Vec<Problem>) -> Vec<Code> {
    let mut found = Vec::new();
    for module in modules.iter().filter(|module| module.package != "diag") {
        let before = found.len();
        of(&module.text, &module.path, &mut found);
        let made =
            module.text.matches("Code::error(").count() + module.text.matches("Code::warning(").count();
        if made != found.len() - before {
            problems.push(Problem::new(&module.path, "every `Code` must be a `static` with three texts"));
        }
    }
    found.sort_by(|one, other| (&one.id, &one.module).cmp(&(&other.id, &other.module)));
    for pair in found.windows(2) {
        if let [one, other] = pair
            && one.id == other.id
        {
            let text = format!("is in {} and in {}; give one of them another name", one.module, other.module);
            problems.push(Problem::new(&one.id, text));
        }
    }
    found
}

fn of(text: &str, module: &str, found: &mut Vec<Code>) {
    let mut comment = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if let Some(said) = line.strip_prefix("/// ") {
            comment.push_str(if comment.is_empty() { "" } else { " " });
            comment.push_str(said);
            continue;
        }
        if line.contains("static ") && line.contains(": Code =") {
            let mut whole = line.to_owned();
            while !whole.ends_with(';') {
                let Some(more) = lines.next() else { break };
                whole.push_str(more.trim());
            }
            found.extend(parse(&whole, &comment, module));
        }
        comment.clear();
    }
}

fn parse(whole: &str, comment: &str, module: &str) -> Option<Code> {
    let severity = if whole.contains("Code::error(") {
        "error"
    } else if whole.contains("Code::warning(") {
        "warning"
    } else {
        return None;
    };
    let mut texts = whole.split('"').skip(1).step_by(2).map(str::to_owned);
    Some(Code {
        id: texts.next()?,
        condition: texts.next()?,
        reason: texts.next()?,
        severity,
        comment: comment.to_owned(),
        module: module.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statics_are_found_on_one_line_and_on_two() {
        let text = "/// A thing\n/// is wrong.\npub static A: Code = Code::error(\"a\", \"Accepted\", \"Invalid\");\n\n\
                    pub(super) static B: Code =\n    Code::warning(\"b\", \"Warning\", \"Old\");\n";
        let mut found = Vec::new();
        of(text, "m.rs", &mut found);
        let code = |id: &str, condition: &str, reason: &str, severity, comment: &str| Code {
            id: id.to_owned(),
            condition: condition.to_owned(),
            reason: reason.to_owned(),
            severity,
            comment: comment.to_owned(),
            module: "m.rs".to_owned(),
        };
        let expected = [
            code("a", "Accepted", "Invalid", "error", "A thing is wrong."),
            code("b", "Warning", "Old", "warning", ""),
        ];
        assert_eq!(found, expected);
    }
}
