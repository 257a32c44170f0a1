//! The documentation of modules: its labels, and the rest of it as text for users.

use std::mem;

/// What the documentation of a module says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Docs {
    /// The first paragraph.
    pub(crate) lead: String,
    /// After `API:`, the fields that users write.
    pub(crate) api: Option<String>,
    /// After `Envoy:`, what they become.
    pub(crate) envoy: Option<String>,
    /// After `Precedence:`, what wins over what.
    pub(crate) precedence: Option<String>,
    /// After `Fail mode:`, what happens when it is wrong.
    pub(crate) fail_mode: Option<String>,
    /// The other paragraphs and lists.
    pub(crate) body: Vec<String>,
}

impl Docs {
    /// Reads the documentation at the top of a file.
    pub(crate) fn of(text: &str) -> Self {
        let lines: Vec<&str> = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .map(|line| line[3..].strip_prefix(' ').unwrap_or(&line[3..]))
            // Where links lead is nobody's business outside of the code.
            .filter(|line| !(line.starts_with("[`") && line.contains("]: ")))
            .collect();
        let mut paragraphs = lines
            .split(|line| line.trim().is_empty())
            .filter(|paragraph| !paragraph.is_empty())
            .map(|lines| without_links(&lines.join("\n")));
        let mut docs =
            Self { lead: paragraphs.next().unwrap_or_default().replace('\n', " "), ..Self::default() };
        for paragraph in paragraphs {
            if paragraph.starts_with("- ") {
                docs.list(&paragraph);
            } else if !paragraph.starts_with("# ") {
                docs.paragraph(&paragraph.replace('\n', " "));
            }
        }
        docs
    }

    /// How many of the labels it has.
    pub(crate) fn labels(&self) -> usize {
        [&self.api, &self.envoy, &self.precedence, &self.fail_mode].into_iter().flatten().count()
    }

    /// Lists of modules are for people who read the code.
    fn list(&mut self, text: &str) {
        if !text.starts_with("- `") || !text.contains("`: ") {
            self.body.push(text.to_owned());
        }
    }

    fn paragraph(&mut self, text: &str) {
        let mut rest = String::new();
        let mut sentences = sentences(text).into_iter();
        while let Some(sentence) = sentences.next() {
            let Some((label, said)) = sentence.split_once(": ") else {
                push(&mut rest, &sentence);
                continue;
            };
            match label {
                "API" => match said.split_once("; Envoy: ") {
                    Some((api, envoy)) => {
                        add(&mut self.api, &format!("{api}."));
                        add(&mut self.envoy, envoy);
                    }
                    None => add(&mut self.api, said),
                },
                "Envoy" => add(&mut self.envoy, said),
                // Which type of the IR it is shows in the list of modules.
                "IR" => {}
                "Precedence" | "Fail mode" => {
                    let mut whole = said.to_owned();
                    sentences.by_ref().for_each(|sentence| push(&mut whole, &sentence));
                    add(
                        if label == "Precedence" { &mut self.precedence } else { &mut self.fail_mode },
                        &whole,
                    );
                }
                _ => push(&mut rest, &sentence),
            }
        }
        if !rest.is_empty() {
            self.body.push(rest);
        }
    }
}

fn add(label: &mut Option<String>, said: &str) {
    push(label.get_or_insert_default(), said);
}

fn push(text: &mut String, sentence: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(sentence);
}

/// The sentences of a paragraph. One ends with a period before a space, outside of code.
fn sentences(text: &str) -> Vec<String> {
    let (mut found, mut sentence, mut in_code) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '`' {
            in_code = !in_code;
        }
        sentence.push(letter);
        if letter == '.' && !in_code && letters.peek() == Some(&' ') {
            letters.next();
            found.push(mem::take(&mut sentence));
        }
    }
    if !sentence.is_empty() {
        found.push(sentence);
    }
    found
}

/// The text with links into code replaced by what they are on; links to the web stay.
fn without_links(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find(['[', '`']) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = if let Some(code) = rest.strip_prefix('`') {
            let end = code.find('`').map_or(rest.len(), |end| end + 2);
            out.push_str(&rest[..end]);
            end
        } else {
            link(rest, &mut out)
        };
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Writes what a text that begins with a bracket is worth, and returns how long it is.
fn link(text: &str, out: &mut String) -> usize {
    let Some(close) = text.find(']') else {
        out.push_str(text);
        return text.len();
    };
    let (shown, after) = (&text[1..close], &text[close + 1..]);
    let target = after.strip_prefix('(').and_then(|after| after.split_once(')')).map(|(target, _)| target);
    let end = close + 1 + target.map_or(0, |target| target.len() + 2);
    let into_code = target.map_or(shown.starts_with('`'), |target| !target.starts_with("http"));
    out.push_str(if into_code { shown } else { &text[..end] });
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_from_the_rest() {
        let docs = Docs::of(
            "//! Time limits towards clients.\n//!\n//! API: `spec.timeout`, in all. IR: [`ClientTimeout`]. 0 is none.\n//! \
             Envoy: limits, as of [now](https://example.com/a.b). More is said.\n//!\n//! Precedence: the first one. \
             Others lose.\n//!\n//! Fail mode: closed.\n//!\n//! - `child`: the module.\n//!\n//! - a list\n//!\n//! \
             [`X`]: crate::X\n\nuse x;\n//! no more\n",
        );
        let expected = Docs {
            lead: "Time limits towards clients.".to_owned(),
            api: Some("`spec.timeout`, in all.".to_owned()),
            envoy: Some("limits, as of [now](https://example.com/a.b).".to_owned()),
            precedence: Some("the first one. Others lose.".to_owned()),
            fail_mode: Some("closed.".to_owned()),
            body: vec!["0 is none. More is said.".to_owned(), "- a list".to_owned()],
        };
        assert_eq!(docs, expected);
    }

    #[test]
    fn one_sentence_may_have_two_labels() {
        let docs = Docs::of("//! TLS.\n//!\n//! API: BackendTLSPolicy; Envoy: sockets.\n");
        assert_eq!(
            (docs.api.as_deref(), docs.envoy.as_deref()),
            (Some("BackendTLSPolicy."), Some("sockets."))
        );
    }

    #[test]
    fn links_into_code_become_code() {
        let check = |text: &str, expected: &str| assert_eq!(without_links(text), expected);
        check("a [`B`] and [`C::d`](crate::C::d).", "a `B` and `C::d`.");
        check("`rules[].matches` and list[0]", "`rules[].matches` and list[0]");
        check("see [the RFC](https://example.com)", "see [the RFC](https://example.com)");
    }
}
