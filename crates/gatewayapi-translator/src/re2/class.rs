//! Classes of characters in brackets.

use super::{ANY_SIZE, Error, Parser, Part, UNICODE_SIZE};

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

impl Parser<'_> {
    /// A class whose opening bracket was read.
    pub(super) fn class(&mut self) -> Result<Part, Error> {
        let mut size = if self.rest.next_if_eq(&'^').is_some() { ANY_SIZE } else { 1 };
        let mut first = true;
        loop {
            match self.rest.peek().copied() {
                None => return Err(Error::Class("[".into())),
                Some(']') if !first => {
                    self.rest.next();
                    return Ok(Part::one(size));
                }
                Some(_) => size += self.class_item()?,
            }
            first = false;
        }
    }

    /// One character, range or named class, and how many instructions it takes.
    fn class_item(&mut self) -> Result<u64, Error> {
        if let Some(name) = self.posix_name() {
            let known = name.strip_prefix('^').unwrap_or(&name);
            if !POSIX.contains(&known) {
                return Err(Error::Class(format!("[:{name}:]")));
            }
            return Ok(4);
        }
        if self.rest.peek() == Some(&'\\') {
            let mut ahead = self.rest.clone();
            ahead.next();
            match ahead.peek() {
                Some('d' | 'D' | 's' | 'S' | 'w' | 'W') => {
                    self.rest = ahead;
                    self.rest.next();
                    return Ok(ANY_SIZE);
                }
                Some('p' | 'P') => {
                    self.rest = ahead;
                    self.rest.next();
                    self.unicode_class()?;
                    return Ok(UNICODE_SIZE);
                }
                _ => {}
            }
        }
        let low = self.class_character()?;
        let mut ahead = self.rest.clone();
        let is_range = ahead.next() == Some('-') && !matches!(ahead.peek(), None | Some(']'));
        if !is_range {
            return Ok(low.len_utf8() as u64);
        }
        self.rest.next();
        let high = self.class_character()?;
        if low > high {
            return Err(Error::Class(format!("{low}-{high}")));
        }
        Ok(if high.is_ascii() { 1 } else { ANY_SIZE })
    }

    fn class_character(&mut self) -> Result<char, Error> {
        match self.rest.next() {
            None => Err(Error::Class("[".into())),
            Some('\\') => self.escaped_character(),
            Some(literal) => Ok(literal),
        }
    }

    /// The name in `[:name:]` at this place. Without an end it is an ordinary bracket.
    fn posix_name(&mut self) -> Option<String> {
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('[') || ahead.next() != Some(':') {
            return None;
        }
        let mut name = String::new();
        loop {
            match ahead.next()? {
                ':' if ahead.peek() == Some(&']') => break,
                other => name.push(other),
            }
        }
        ahead.next();
        self.rest = ahead;
        Some(name)
    }
}
