//! The syntax of CEL, the language of conditions on entries.
//!
//! Proxies refuse a listener with an expression that they cannot read. Whether its names mean something is known only
//! there.

/// How deeply expressions may be nested.
const DEPTH: usize = 64;

/// Whether a text is an expression, or why it is none.
pub(super) fn check(text: &str) -> Result<(), String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, position: 0, depth: 0 };
    parser.expression()?;
    match parser.peek() {
        None => Ok(()),
        Some(token) => Err(format!("{token} was not expected")),
    }
}

/// A word of the language.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    /// A number, a text or bytes.
    Literal,
    Symbol(&'static str),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => write!(f, "`{name}`"),
            Self::Literal => f.write_str("a literal"),
            Self::Symbol(symbol) => write!(f, "`{symbol}`"),
        }
    }
}

/// The symbols, those first that begin with another one.
const SYMBOLS: [&str; 25] = [
    "&&", "||", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")",
    "[", "]", "{", "}", "=",
];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if let Some(comment) = rest.strip_prefix("//") {
            2 + comment.find('\n').unwrap_or(comment.len())
        } else if let Some(length) = quoted(rest)? {
            tokens.push(Token::Literal);
            length
        } else if first.is_ascii_digit() {
            tokens.push(Token::Literal);
            number(rest)
        } else if first.is_ascii_alphabetic() || first == '_' {
            let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let length = rest.find(|letter| !part(letter)).unwrap_or(rest.len());
            tokens.push(Token::Name(rest.get(..length).unwrap_or_default().to_owned()));
            length
        } else if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            tokens.push(Token::Symbol(symbol));
            symbol.len()
        } else {
            return Err(format!("`{first}` was not expected"));
        };
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    Ok(tokens)
}

/// The length of a number, with its fraction, exponent and suffix.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut length = 0;
    while let Some(byte) = bytes.get(length) {
        let after_exponent = length > 0 && matches!(bytes.get(length - 1), Some(b'e' | b'E'));
        let next_is_digit = bytes.get(length + 1).is_some_and(u8::is_ascii_digit);
        let belongs = byte.is_ascii_alphanumeric()
            || (*byte == b'.' && next_is_digit)
            || (matches!(byte, b'+' | b'-') && after_exponent && !text.starts_with("0x"));
        if !belongs {
            break;
        }
        length += 1;
    }
    length
}

/// The length of a text or of bytes, if there is one.
fn quoted(text: &str) -> Result<Option<usize>, String> {
    let prefix = text.find(|letter: char| !"bBrR".contains(letter)).unwrap_or(text.len());
    let raw = text.get(..prefix).is_some_and(|prefix| prefix.contains(['r', 'R']));
    let Some(body) = text.get(prefix..).filter(|_| prefix <= 2) else { return Ok(None) };
    let Some(quote) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| body.starts_with(quote)) else {
        return Ok(None);
    };
    let mut position = quote.len();
    while let Some(rest) = body.get(position..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(quote) {
            return Ok(Some(prefix + position + quote.len()));
        }
        let mut letters = rest.chars();
        let letter = letters.next().unwrap_or_default();
        position += letter.len_utf8();
        if letter == '\\' && !raw {
            position += letters.next().map_or(0, char::len_utf8);
        }
        if letter == '\n' && quote.len() == 1 {
            break;
        }
    }
    Err("a text has no end".to_owned())
}

struct Parser<'t> {
    tokens: &'t [Token],
    position: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.position)
    }

    /// Takes one of these symbols, if it is next.
    fn takes(&mut self, symbols: &[&str]) -> bool {
        let found = matches!(self.peek(), Some(Token::Symbol(symbol)) if symbols.contains(symbol));
        self.position += usize::from(found);
        found
    }

    fn needs(&mut self, symbol: &'static str) -> Result<(), String> {
        if self.takes(&[symbol]) { Ok(()) } else { Err(self.instead_of(&format!("`{symbol}`"))) }
    }

    fn instead_of(&self, expected: &str) -> String {
        match self.peek() {
            Some(token) => format!("expected {expected}, found {token}"),
            None => format!("expected {expected} at the end"),
        }
    }

    fn expression(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("it is nested too deeply".to_owned());
        }
        self.operands()?;
        if self.takes(&["?"]) {
            self.operands()?;
            self.needs(":")?;
            self.expression()?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Operands with operators between them, whose precedence says nothing about the syntax.
    fn operands(&mut self) -> Result<(), String> {
        loop {
            while self.takes(&["!", "-"]) {}
            self.member()?;
            let is_in = matches!(self.peek(), Some(Token::Name(name)) if name == "in");
            self.position += usize::from(is_in);
            let operators = ["&&", "||", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "%"];
            if !is_in && !self.takes(&operators) {
                return Ok(());
            }
        }
    }

    fn member(&mut self) -> Result<(), String> {
        self.primary()?;
        loop {
            if self.takes(&["."]) {
                self.takes(&["?"]);
                self.name()?;
            } else if self.takes(&["["]) {
                self.takes(&["?"]);
                self.expression()?;
                self.needs("]")?;
            } else if self.takes(&["("]) {
                self.list(")", false)?;
            } else if self.takes(&["{"]) {
                self.list("}", true)?;
            } else {
                return Ok(());
            }
        }
    }

    fn primary(&mut self) -> Result<(), String> {
        if self.takes(&["("]) {
            self.expression()?;
            return self.needs(")");
        }
        if self.takes(&["["]) {
            return self.list("]", false);
        }
        if self.takes(&["{"]) {
            return self.list("}", true);
        }
        if self.peek() == Some(&Token::Literal) {
            self.position += 1;
            return Ok(());
        }
        self.takes(&["."]);
        self.name()
    }

    fn name(&mut self) -> Result<(), String> {
        match self.peek() {
            Some(Token::Name(name)) if name != "in" => {
                self.position += 1;
                Ok(())
            }
            _ => Err(self.instead_of("a value")),
        }
    }

    /// Expressions up to a closing symbol, with a colon in each of them for entries of maps and fields of messages.
    fn list(&mut self, end: &'static str, entries: bool) -> Result<(), String> {
        loop {
            if self.takes(&[end]) {
                return Ok(());
            }
            self.takes(&["?"]);
            self.expression()?;
            if entries {
                self.needs(":")?;
                self.expression()?;
            }
            if !self.takes(&[","]) {
                return self.needs(end);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn expressions() {
        for text in [
            "response.code >= 400",
            "'x-debug' in request.headers",
            "request.url_path.startsWith('/api')",
            "!connection.mtls || -response.size < 1.5e-3 && 0x1F != 2u",
            "a ? [1, 2,][0] : {'b': r\"\\d\", \"c\": b'x'}['b'] // why",
            "request.headers[\"x-\\\"env\"] == '''it's'''",
            "Message{field: .absolute.name}",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn other_texts() {
        let deep = "(".repeat(1000);
        for text in
            ["", "response.code >=", "a b", "a ? b", "(a", "[1, 2", "{'a'}", "'open", "a &", "in", "#", &deep]
        {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
