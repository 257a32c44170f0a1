//! Escapes.

use super::{ANY_SIZE, Error, Parser, Part, UNICODE_SIZE};

impl Parser<'_> {
    /// An escape outside of brackets, whose backslash was read; `None` for an empty quotation.
    pub(super) fn escape(&mut self) -> Result<Option<Part>, Error> {
        let size = match self.rest.peek().copied() {
            Some('A' | 'b' | 'B' | 'z') => 1,
            Some('d' | 'D' | 's' | 'S' | 'w' | 'W') => ANY_SIZE,
            Some('Q') => {
                self.rest.next();
                return Ok(self.quotation());
            }
            Some('p' | 'P') => {
                self.rest.next();
                self.unicode_class()?;
                return Ok(Some(Part::one(UNICODE_SIZE)));
            }
            _ => {
                return self
                    .escaped_character()
                    .map(|character| Some(Part::one(character.len_utf8() as u64)));
            }
        };
        self.rest.next();
        Ok(Some(Part::one(size)))
    }

    /// The text up to `\E` or the end, taken literally.
    fn quotation(&mut self) -> Option<Part> {
        let mut size = 0;
        while let Some(next) = self.rest.next() {
            if next == '\\' && self.rest.next_if_eq(&'E').is_some() {
                break;
            }
            size += next.len_utf8() as u64;
        }
        (size > 0).then(|| Part::one(size))
    }

    /// The character that an escape stands for; the backslash was read.
    pub(super) fn escaped_character(&mut self) -> Result<char, Error> {
        let unknown = |text: &str| Err(Error::Escape(format!("\\{text}")));
        let Some(next) = self.rest.next() else { return unknown("") };
        match next {
            // A single digit would refer to a group, which RE2 cannot do.
            '1'..='7' if !matches!(self.rest.peek(), Some('0'..='7')) => unknown(&next.to_string()),
            '0'..='7' => Ok(self.octal(next)),
            'x' => self.hexadecimal(),
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\u{b}'),
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => Ok(other),
            other => unknown(&other.to_string()),
        }
    }

    fn octal(&mut self, first: char) -> char {
        let mut value = first.to_digit(8).unwrap_or_default();
        for _ in 0..2 {
            let Some(digit) = self.rest.next_if(|c| c.is_digit(8)) else { break };
            value = value * 8 + digit.to_digit(8).unwrap_or_default();
        }
        char::from_u32(value).unwrap_or_default()
    }

    /// `\x7F` or `\x{10FFFF}`.
    fn hexadecimal(&mut self) -> Result<char, Error> {
        let digits = if self.rest.next_if_eq(&'{').is_some() {
            self.until_brace()
        } else {
            self.rest.by_ref().take(2).collect::<String>()
        };
        let is_complete = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = is_complete.then(|| u32::from_str_radix(&digits, 16).ok()).flatten();
        value.and_then(char::from_u32).ok_or_else(|| Error::Escape(format!("\\x{digits}")))
    }

    /// `\pL`, `\p{Greek}`, `\p{^Greek}`; the `p` was read.
    pub(super) fn unicode_class(&mut self) -> Result<(), Error> {
        let name = match self.rest.next() {
            Some('{') => self.until_brace(),
            Some(letter) => letter.into(),
            None => String::new(),
        };
        let bare = name.strip_prefix('^').unwrap_or(&name);
        let is_spelt_like_one = bare.starts_with(|c: char| c.is_ascii_uppercase())
            && bare.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        if is_spelt_like_one && regex_syntax::parse(&format!("\\p{{{bare}}}")).is_ok() {
            Ok(())
        } else {
            Err(Error::Escape(format!("\\p{{{name}}}")))
        }
    }

    /// The text before the next closing brace; empty when there is none.
    fn until_brace(&mut self) -> String {
        let mut text = String::new();
        for next in self.rest.by_ref() {
            if next == '}' {
                return text;
            }
            text.push(next);
        }
        String::new()
    }
}
