//! Lua as Envoy understands it: the syntax of Lua 5.1 and of what LuaJIT adds to it.
//!
//! Envoy rejects a whole listener because of one script that it cannot load, so each is read before it gets into the IR. What
//! a script does to requests is up to it; one that can only fail is found by trying.
//!
//! - `token`, `parser`, `syntax`: how a text becomes a script;
//! - `run`: what a script comes to when it is called.

use std::fmt;

mod parser;
mod run;
mod syntax;
#[cfg(test)]
mod tests;
mod token;

/// Where a text stops being a script, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Error {
    /// The line, counted from 1.
    pub(crate) line: u32,
    pub(crate) message: String,
}

impl Error {
    fn new(line: u32, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// The functions that Envoy calls, for each request and each response.
pub(crate) const CALLED: [&str; 2] = ["envoy_on_request", "envoy_on_response"];

/// Checks that the text is a script that can be loaded.
pub(crate) fn check(script: &str) -> Result<(), Error> {
    parser::Parser::new(script)?.script().map(drop)
}

/// Checks that the text is a script that can be loaded, and that what Envoy calls does not fail whatever happens.
pub(crate) fn check_strictly(script: &str) -> Result<(), Error> {
    let Some(script) = parser::Parser::new(script)?.script()? else { return Ok(()) };
    CALLED.iter().try_for_each(|function| run::call(&script, function))
}
