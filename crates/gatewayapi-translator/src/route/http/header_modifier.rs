//! Edits of headers.
//!
//! API: filters `RequestHeaderModifier` and `ResponseHeaderModifier`. Names are compared without case. Values are format
//! strings of the access log.
//!
//! Precedence: a header that is named twice is edited once, as the first one says.
//!
//! Fail mode: closed. A rule with a name or a value that Envoy would refuse answers 500.

use eg_api::gateway::{HttpHeader, HttpHeaderFilter};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::route::{HeaderEdits, HeaderValue};

use crate::header;

static INVALID: Code = Code::error("invalid-header-modifier", "Accepted", "UnsupportedValue");

/// Whose headers are edited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Response,
}

/// Adds the edits of a filter to those of the filters before it.
pub(super) fn lower(
    filter: &HttpHeaderFilter,
    direction: Direction,
    at: &FieldPath,
    edits: &mut HeaderEdits,
    problems: &mut Vec<Diagnostic>,
) {
    for (headers, append, field) in [(&filter.add, true, "add"), (&filter.set, false, "set")] {
        for (position, HttpHeader { name, value }) in headers.iter().enumerate() {
            let at = at.field(field).index(position);
            if let Err(problem) = check_name(name, direction, &at) {
                problems.push(problem);
            } else if let Err(message) = header::check_value(name, value) {
                problems.push(Diagnostic::new(&INVALID, at, message));
            } else if !edits.values.iter().any(|known| known.name.eq_ignore_ascii_case(name)) {
                edits.values.push(HeaderValue { name: name.clone(), value: value.clone(), append });
            }
        }
    }
    for (position, name) in filter.remove.iter().enumerate() {
        let at = at.field("remove").index(position);
        if let Err(problem) = check_name(name, direction, &at) {
            problems.push(problem);
        } else if !edits.remove.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            edits.remove.push(name.clone());
        }
    }
}

/// The Host header of requests decides where they go.
pub(super) fn check_name(name: &str, direction: Direction, at: &FieldPath) -> Result<(), Diagnostic> {
    let refuse = |message| Err(Diagnostic::new(&INVALID, at.clone(), message));
    header::check_name(name).or_else(refuse)?;
    if direction == Direction::Request && name.eq_ignore_ascii_case("host") {
        return refuse("the Host header is edited by filter URLRewrite".to_owned());
    }
    Ok(())
}
