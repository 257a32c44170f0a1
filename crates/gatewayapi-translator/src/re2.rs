//! Regular expressions as Envoy understands them: the syntax of RE2, and a size that its compiler accepts.
//!
//! Envoy rejects a whole resource because of one bad expression, so each is checked before it gets into the IR. The
//! `regex` crate cannot do it: it refuses what RE2 accepts (`a{`, `\Q.\E`) and accepts what RE2 refuses (`a**`,
//! `a{1001}`).

use std::{fmt, iter::Peekable, str::Chars};

mod class;
mod escape;

/// How deep groups may nest.
const MAX_DEPTH: u32 = 250;
/// The highest count of a repetition, those around it multiplied in.
const MAX_REPEAT: u32 = 1000;
/// How many instructions a program may have; RE2 gives up at about 350,000.
const MAX_SIZE: u64 = 300_000;
/// How many instructions one character of any script takes, and one class of characters of Unicode.
const ANY_SIZE: u64 = 12;
const UNICODE_SIZE: u64 = 800;

/// Why a text is not a regular expression that Envoy accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Error {
    /// A repetition repeats nothing.
    NothingToRepeat(String),
    /// A repetition follows another one.
    RepeatedRepeat(String),
    /// A count of a repetition is too high, or higher than the one behind it.
    RepeatCount(String),
    /// A parenthesis has no counterpart.
    Parenthesis,
    /// What follows `(?` is unknown.
    Group(String),
    /// A class of characters does not end, or has a range that ends before it starts.
    Class(String),
    /// An escape is unknown.
    Escape(String),
    /// It nests too deep.
    Depth,
    /// Its program is too large.
    Size,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToRepeat(text) => write!(f, "`{text}` has nothing to repeat"),
            Self::RepeatedRepeat(text) => write!(f, "`{text}` repeats a repetition"),
            Self::RepeatCount(text) => write!(f, "`{text}` is not a count of at most {MAX_REPEAT}"),
            Self::Parenthesis => f.write_str("a parenthesis has no counterpart"),
            Self::Group(text) => write!(f, "`{text}` does not start a group"),
            Self::Class(text) => write!(f, "`{text}` is not a class of characters"),
            Self::Escape(text) => write!(f, "`{text}` is not an escape"),
            Self::Depth => f.write_str("groups nest too deep"),
            Self::Size => f.write_str("the expression is too large"),
        }
    }
}

/// Checks that the text is a regular expression that Envoy accepts.
pub(crate) fn check(regex: &str) -> Result<(), Error> {
    let mut parser = Parser { rest: regex.chars().peekable(), depth: 0 };
    let part = parser.alternation()?;
    if parser.rest.next().is_some() {
        return Err(Error::Parenthesis);
    }
    if part.size > MAX_SIZE { Err(Error::Size) } else { Ok(()) }
}

/// What is remembered of a parsed part.
#[derive(Clone, Copy, Default)]
struct Part {
    /// How many instructions it becomes.
    size: u64,
    /// How often its innermost repetition repeats.
    repeat: u32,
}

impl Part {
    fn one(size: u64) -> Self {
        Self { size, repeat: 1 }
    }

    fn add(&mut self, other: Self) {
        self.size = self.size.saturating_add(other.size);
        self.repeat = self.repeat.max(other.repeat);
    }
}

struct Parser<'r> {
    rest: Peekable<Chars<'r>>,
    depth: u32,
}

/// A repetition: its text, its counts, and nothing for `*` and `+`, which need no copies.
struct Repeat {
    text: String,
    copies: u32,
}

impl Parser<'_> {
    fn alternation(&mut self) -> Result<Part, Error> {
        let mut whole = self.concatenation()?;
        while self.rest.next_if_eq(&'|').is_some() {
            whole.add(self.concatenation()?);
            whole.size = whole.size.saturating_add(1);
        }
        Ok(whole)
    }

    fn concatenation(&mut self) -> Result<Part, Error> {
        let mut whole = Part::default();
        while let Some(next) = self.rest.peek().copied() {
            if matches!(next, '|' | ')') {
                break;
            }
            if let Some(repeat) = self.repeat()? {
                return Err(Error::NothingToRepeat(repeat.text));
            }
            let Some(atom) = self.atom()? else { continue };
            whole.add(self.repeated(atom)?);
        }
        Ok(whole)
    }

    /// The atom with the repetition behind it, if there is one.
    fn repeated(&mut self, atom: Part) -> Result<Part, Error> {
        let Some(repeat) = self.repeat()? else { return Ok(atom) };
        self.rest.next_if_eq(&'?');
        if let Some(second) = self.repeat()? {
            return Err(Error::RepeatedRepeat(repeat.text + &second.text));
        }
        let copies = repeat.copies.max(1);
        let times = atom.repeat.max(1).saturating_mul(copies);
        if times > MAX_REPEAT {
            return Err(Error::RepeatCount(repeat.text));
        }
        let size = atom.size.saturating_mul(copies.into()).saturating_add(1);
        Ok(Part { size, repeat: times })
    }

    /// A repetition operator at this place. A brace that is none is an ordinary character.
    fn repeat(&mut self) -> Result<Option<Repeat>, Error> {
        let Some(next) = self.rest.peek().copied() else { return Ok(None) };
        if matches!(next, '*' | '+' | '?') {
            self.rest.next();
            return Ok(Some(Repeat { text: next.into(), copies: 1 }));
        }
        if next != '{' {
            return Ok(None);
        }
        let mut ahead = self.rest.clone();
        ahead.next();
        let inner: String = ahead.by_ref().take_while(|c| *c != '}').take(32).collect();
        let text = format!("{{{inner}}}");
        let (low, high) = inner.split_once(',').unwrap_or((&inner, &inner));
        let is_number = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_digit())
                && (text.len() == 1 || !text.starts_with('0'))
        };
        let is_counted = is_number(low) && (is_number(high) || high.is_empty());
        if !is_counted || !self.has_brace_after(inner.chars().count()) {
            return Ok(None);
        }
        self.rest = ahead;
        let too_high = || Error::RepeatCount(text.clone());
        let low: u32 = low.parse().map_err(|_| too_high())?;
        let high: u32 = if high.is_empty() { low } else { high.parse().map_err(|_| too_high())? };
        if low > high || high > MAX_REPEAT {
            return Err(too_high());
        }
        Ok(Some(Repeat { text, copies: high }))
    }

    fn has_brace_after(&self, characters: usize) -> bool {
        self.rest.clone().nth(characters + 1) == Some('}')
    }

    /// The next atom; `None` for what only sets flags.
    fn atom(&mut self) -> Result<Option<Part>, Error> {
        let Some(next) = self.rest.next() else { return Ok(None) };
        Ok(Some(match next {
            '(' => return self.group(),
            '[' => self.class()?,
            '\\' => return self.escape(),
            '.' => Part::one(ANY_SIZE),
            literal => Part::one(literal.len_utf8() as u64),
        }))
    }

    fn group(&mut self) -> Result<Option<Part>, Error> {
        if self.rest.next_if_eq(&'?').is_some() && !self.group_kind()? {
            return Ok(None);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::Depth);
        }
        let inner = self.alternation()?;
        self.depth -= 1;
        if self.rest.next() != Some(')') {
            return Err(Error::Parenthesis);
        }
        Ok(Some(Part { size: inner.size.saturating_add(2), repeat: inner.repeat.max(1) }))
    }

    /// Reads what is between `(?` and the content of the group; false when the group has none because it sets flags.
    fn group_kind(&mut self) -> Result<bool, Error> {
        let mut text = String::from("(?");
        let named = self.rest.peek() == Some(&'P') || self.rest.peek() == Some(&'<');
        let mut negated = false;
        for next in self.rest.by_ref() {
            text.push(next);
            match next {
                '>' if named => {
                    let name = text.trim_start_matches("(?P").trim_start_matches("(?");
                    let name = name.trim_start_matches('<').trim_end_matches('>');
                    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                    if name.is_empty() || !name.chars().all(is_word) {
                        return Err(Error::Group(text));
                    }
                    return Ok(true);
                }
                _ if named && text.len() < 256 => {
                    if text == "(?P=" || text == "(?P>" || text == "(?<=" || text == "(?<!" {
                        return Err(Error::Group(text));
                    }
                }
                'i' | 'm' | 's' | 'U' => {}
                '-' if !negated => negated = true,
                ':' if !text.ends_with("-:") => return Ok(true),
                ')' if !text.ends_with("-)") && text != "(?)" => return Ok(false),
                _ => return Err(Error::Group(text)),
            }
        }
        Err(Error::Parenthesis)
    }
}

#[cfg(test)]
mod tests;
