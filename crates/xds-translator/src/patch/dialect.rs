//! The JSONPath dialect that users write, rewritten to RFC 9535.
//!
//! Users of Envoy Gateway write expressions that start without `$` (`..routes[0]`, `virtual_hosts[0]`) and that match
//! regular expressions with an operator (`@.name =~ 'foo.*'`, also `=~ /foo.*/`), which RFC 9535 spells as the function
//! `search(@.name, 'foo.*')`: it holds if the expression matches a part of the text.

use super::PatchProblem;

/// The longest expression that is read.
const MAX_LENGTH: usize = 4_096;

/// The most descendant steps (`..`): each of them multiplies what is visited by the depth of the document.
const MAX_DESCENDANTS: usize = 4;

/// How deep brackets and parentheses nest at most: each level can double the time that parsing takes.
const MAX_NESTING: usize = 8;

/// Rewrites an expression to RFC 9535.
pub(super) fn standard(json_path: &str) -> Result<String, PatchProblem> {
    let text = json_path.trim();
    if text.len() > MAX_LENGTH {
        return Err(PatchProblem::BadJsonPath(format!("longer than {MAX_LENGTH} bytes")));
    }
    let rooted = match text.chars().next() {
        Some('$') => text.to_owned(),
        Some('.' | '[') => format!("${text}"),
        _ => format!("$.{text}"),
    };
    rewrite(&rooted)
}

/// Copies the expression, replacing every `left =~ right` outside of quotes by `search(left, right)`.
fn rewrite(text: &str) -> Result<String, PatchProblem> {
    let mut out = String::with_capacity(text.len());
    let (mut descendants, mut nesting) = (0, 0_usize);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = if matches!(first, '\'' | '"') {
            quoted_length(rest)?
        } else if let Some(after) = rest.strip_prefix("=~") {
            let right = after.trim_start();
            let (pattern, used) = pattern(right)?;
            let left = out.split_off(operand_start(out.trim_end()));
            out.extend(["search(", left.trim_end(), ", ", &pattern, ")"]);
            rest = right.get(used..).unwrap_or_default();
            continue;
        } else if rest.starts_with("..") {
            descendants += 1;
            2
        } else {
            match first {
                '[' | '(' => nesting += 1,
                ']' | ')' => nesting = nesting.saturating_sub(1),
                _ => {}
            }
            first.len_utf8()
        };
        if nesting > MAX_NESTING {
            return Err(PatchProblem::BadJsonPath(format!("nested more than {MAX_NESTING} levels deep")));
        }
        let (head, tail) = rest.split_at(len);
        out.push_str(head);
        rest = tail;
    }
    if descendants > MAX_DESCENDANTS {
        return Err(PatchProblem::BadJsonPath(format!("more than {MAX_DESCENDANTS} descendant steps")));
    }
    Ok(out)
}

/// The length of the quoted text at the start of `text`, quotes included.
fn quoted_length(text: &str) -> Result<usize, PatchProblem> {
    let mut chars = text.char_indices();
    let quote = chars.next().map(|(_, quote)| quote);
    let mut escaped = false;
    for (at, c) in chars {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if Some(c) == quote {
            return Ok(at + c.len_utf8());
        }
    }
    Err(PatchProblem::BadJsonPath("a quote is not closed".to_owned()))
}

/// The pattern on the right of `=~` as a quoted text, and how much of `text` it takes.
fn pattern(text: &str) -> Result<(String, usize), PatchProblem> {
    match text.chars().next() {
        Some('\'' | '"') => {
            let used = quoted_length(text)?;
            Ok((text.get(..used).unwrap_or_default().to_owned(), used))
        }
        Some('/') => {
            let used = quoted_length(text)?;
            let bare = text.get(1..used - 1).unwrap_or_default().replace("\\/", "/");
            Ok((format!("'{}'", bare.replace('\\', "\\\\").replace('\'', "\\'")), used))
        }
        _ => Err(PatchProblem::BadJsonPath("=~ needs a quoted regular expression on its right".to_owned())),
    }
}

/// Where the query that ends `text` starts: the operand on the left of `=~`.
fn operand_start(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices().rev() {
        match c {
            ']' => depth += 1,
            '[' if depth > 0 => depth -= 1,
            '@' | '$' if depth == 0 => return at,
            _ if depth > 0 || c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '*') => {}
            _ => return at + c.len_utf8(),
        }
    }
    0
}
