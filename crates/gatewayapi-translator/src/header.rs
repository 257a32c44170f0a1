//! Names and values of headers that users may write.

use crate::format;

/// What is said of a header without a name.
pub(crate) const NEEDS_NAME: &str = "a header needs a name";

/// Whether a header of this name can be edited. Pseudo-headers are not for users to edit.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err(NEEDS_NAME.to_owned());
    }
    if name.contains(['/', ':']) || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("`{name}` is not the name of a header that can be edited"));
    }
    Ok(())
}

/// Whether the text can be the value of a header (RFC 9110, section 5.5). A header without a value edits nothing.
pub(crate) fn is_value(value: &str) -> bool {
    let is_visible = |c: char| c == '\t' || !c.is_control();
    !value.is_empty() && value.chars().all(is_visible) && value.trim_matches([' ', '\t']) == value
}

/// Whether the text can stand for the value of a header, which is a format string.
pub(crate) fn check_value(name: &str, value: &str) -> Result<(), String> {
    if is_value(value) {
        format::check(value.as_bytes())
    } else {
        Err(format!("the value of header `{name}` has characters that values cannot have"))
    }
}
