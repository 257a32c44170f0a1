//! The words of a script.

use super::Error;

/// A word. What it stands for matters only where syntax depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'s> {
    Name(&'s str),
    Keyword(&'s str),
    Symbol(&'s str),
    Text,
    Number,
    End,
}

/// Names that are not variables. `goto` is one only where a statement begins with it.
const KEYWORDS: &[&str] = &[
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while",
];

/// Signs, those that begin like others before these.
const SYMBOLS: &[&str] = &[
    "...", "..", "==", "~=", "<=", ">=", "::", "+", "-", "*", "/", "%", "^", "#", "<", ">", "=", "(", ")",
    "{", "}", "[", "]", ";", ":", ",", ".",
];

/// Reads words one after the other.
#[derive(Clone)]
pub(super) struct Words<'s> {
    rest: &'s str,
    pub(super) line: u32,
}

impl<'s> Words<'s> {
    /// The words of a script, whose first line may be meant for the shell.
    pub(super) fn new(script: &'s str) -> Self {
        let rest = script.strip_prefix('\u{feff}').unwrap_or(script);
        let rest =
            if rest.starts_with('#') { rest.find('\n').map_or("", |end| rest.split_at(end).1) } else { rest };
        Self { rest, line: 1 }
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Result<Token<'s>, Error> {
        self.skip()?;
        let Some(first) = self.rest.chars().next() else { return Ok(Token::End) };
        if is_name_start(first) {
            let name = self.take_while(|letter| is_name_start(letter) || letter.is_ascii_digit());
            return Ok(if KEYWORDS.contains(&name) { Token::Keyword(name) } else { Token::Name(name) });
        }
        let number_after_dot = self.rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(is_digit));
        if is_digit(first) || number_after_dot {
            return self.number();
        }
        if first == '"' || first == '\'' {
            return self.quoted(first);
        }
        if let Some(level) = long_bracket(self.rest) {
            return self.long(level, "text").map(|()| Token::Text);
        }
        let symbol =
            SYMBOLS.iter().find_map(|symbol| self.rest.get(..symbol.len()).filter(|at| at == symbol));
        let symbol = symbol.ok_or_else(|| self.error(format!("`{first}` is not expected here")))?;
        self.advance(symbol.len());
        Ok(Token::Symbol(symbol))
    }

    fn error(&self, message: impl Into<String>) -> Error {
        Error::new(self.line, message)
    }

    fn advance(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        let lines = passed.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.rest = rest;
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'s str {
        let end = self.rest.find(|letter| !is_part(letter)).unwrap_or(self.rest.len());
        let (taken, _) = self.rest.split_at(end);
        self.advance(end);
        taken
    }

    /// Skips white space and comments.
    fn skip(&mut self) -> Result<(), Error> {
        loop {
            self.take_while(|letter| letter.is_ascii_whitespace() || letter == '\u{b}');
            let Some(comment) = self.rest.strip_prefix("--") else { return Ok(()) };
            if let Some(level) = long_bracket(comment) {
                self.advance(2);
                self.long(level, "comment")?;
            } else {
                self.take_while(|letter| letter != '\n');
            }
        }
    }

    /// Passes what is between long brackets of this level.
    fn long(&mut self, level: usize, what: &str) -> Result<(), Error> {
        let close = format!("]{}]", "=".repeat(level));
        let end = self.rest.find(&close).ok_or_else(|| self.error(format!("a long {what} does not end")))?;
        self.advance(end + close.len());
        Ok(())
    }

    fn quoted(&mut self, quote: char) -> Result<Token<'s>, Error> {
        self.advance(1);
        loop {
            self.take_while(|letter| letter != quote && letter != '\\' && letter != '\n');
            match self.rest.chars().next() {
                Some('\\') => self.escape()?,
                Some(letter) if letter == quote => {
                    self.advance(1);
                    return Ok(Token::Text);
                }
                _ => return Err(self.error("a text does not end on its line")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Error> {
        self.advance(1);
        let wrong = |words: &Self, escape: char| words.error(format!("`\\{escape}` is not an escape"));
        match self.rest.chars().next() {
            Some('x') => {
                self.advance(1);
                let digits =
                    self.rest.get(..2).filter(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()));
                digits.ok_or_else(|| wrong(self, 'x'))?;
                self.advance(2);
            }
            Some('u') => {
                self.advance(1);
                let digits = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
                let digits = digits
                    .map(|(digits, _)| digits)
                    .filter(|digits| u32::from_str_radix(digits, 16).is_ok_and(|code| code <= 0x0010_ffff));
                self.advance(digits.ok_or_else(|| wrong(self, 'u'))?.len() + 2);
            }
            Some('z') => {
                self.advance(1);
                self.take_while(|letter| letter.is_ascii_whitespace());
            }
            Some(digit) if is_digit(digit) => {
                let count = self.rest.bytes().take(3).take_while(u8::is_ascii_digit).count();
                let code = self.rest.get(..count).and_then(|code| code.parse::<u32>().ok());
                code.filter(|code| *code <= 255).ok_or_else(|| wrong(self, digit))?;
                self.advance(count);
            }
            Some('\r') if self.rest.starts_with("\r\n") => self.advance(2),
            Some(escape) if "abfnrtv\\\"'\n\r".contains(escape) => self.advance(1),
            // Lua 5.1 takes any other letter as it is, and LuaJIT refuses it.
            Some(escape) => return Err(wrong(self, escape)),
            None => return Err(self.error("a text does not end")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Token<'s>, Error> {
        let text = self.rest;
        let is_hex = text.starts_with("0x") || text.starts_with("0X");
        let exponent = if is_hex { ['p', 'P'] } else { ['e', 'E'] };
        let mut end = 0;
        let mut last = ' ';
        for (at, letter) in text.char_indices() {
            let sign = (letter == '+' || letter == '-') && exponent.contains(&last);
            if !(sign || letter == '.' || letter == '_' || letter.is_ascii_alphanumeric()) {
                break;
            }
            (end, last) = (at + letter.len_utf8(), letter);
        }
        let (number, _) = text.split_at(end);
        if !is_number(number) {
            return Err(self.error(format!("`{number}` is not a number")));
        }
        self.advance(end);
        Ok(Token::Number)
    }
}

/// The number of equal signs in the long bracket that a text begins with, if it begins with one.
fn long_bracket(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let rest = inner.trim_start_matches('=');
    rest.starts_with('[').then_some(inner.len() - rest.len())
}

fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

/// LuaJIT takes every character beyond ASCII for a letter.
fn is_name_start(letter: char) -> bool {
    letter.is_ascii_alphabetic() || letter == '_' || !letter.is_ascii()
}

/// Whether this is a number, with the suffixes of LuaJIT.
fn is_number(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let integer = ["ull", "ll"].iter().find_map(|suffix| lower.strip_suffix(suffix));
    let plain = integer.or_else(|| lower.strip_suffix('i')).unwrap_or(&lower);
    if let Some(binary) = plain.strip_prefix("0b") {
        return !binary.is_empty() && binary.bytes().all(|byte| byte == b'0' || byte == b'1');
    }
    let (digits, exponent, is_hex) = match plain.strip_prefix("0x") {
        Some(hex) => (hex, 'p', true),
        None => (plain, 'e', false),
    };
    let (mantissa, power) = digits.split_once(exponent).map_or((digits, None), |(m, p)| (m, Some(p)));
    let power = power.map(|power| power.strip_prefix(['+', '-']).unwrap_or(power));
    let is_power = |power: &str| !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit());
    let is_part = |byte: u8| if is_hex { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let some = !whole.is_empty() || !part.is_empty();
    let is_integer = !mantissa.contains('.') && power.is_none();
    some && whole.bytes().chain(part.bytes()).all(is_part)
        && power.is_none_or(is_power)
        && (integer.is_none() || is_integer)
}
