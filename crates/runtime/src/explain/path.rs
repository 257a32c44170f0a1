//! Paths as Envoy normalises them before it looks for a route.
//!
//! This is what `normalize_path`, `merge_slashes` and `path_with_escaped_slashes_action: UNESCAPE_AND_REDIRECT` of the
//! connection manager do.

/// What becomes of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Normalised {
    /// It is this one, without the query.
    Path(String),
    /// It had escaped slashes: the client is sent to this one.
    Redirect(String),
    /// It is no path.
    Refused,
}

/// Normalises a path, which may have a query.
pub(super) fn normalise(path: &str) -> Normalised {
    let path = path.split('?').next().unwrap_or_default();
    if !path.starts_with('/') || path.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return Normalised::Refused;
    }
    let unescaped = unescape_slashes(path);
    let merged = merge_slashes(&dot_segments(&unescape(&unescaped)));
    if unescaped == path { Normalised::Path(merged) } else { Normalised::Redirect(merged) }
}

/// `%2F` and `%5C` become what they stand for.
fn unescape_slashes(path: &str) -> String {
    let mut unescaped = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(start) = rest.find('%') {
        let (before, escape) = rest.split_at(start);
        unescaped.push_str(before);
        let taken = match escape.get(..3).map(str::to_ascii_lowercase).as_deref() {
            Some("%2f") => Some('/'),
            Some("%5c") => Some('\\'),
            _ => None,
        };
        unescaped.push(taken.unwrap_or('%'));
        rest = &escape[if taken.is_some() { 3 } else { 1 }..];
    }
    unescaped + rest
}

/// Characters that need no escape lose it, backslashes become slashes.
fn unescape(path: &str) -> String {
    let mut unescaped = String::with_capacity(path.len());
    let mut letters = path.char_indices();
    while let Some((start, letter)) = letters.next() {
        let digits =
            path.get(start + 1..start + 3).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (letter, code) {
            ('%', Some(code)) if code.is_ascii_alphanumeric() || b"-._~".contains(&code) => {
                unescaped.push(char::from(code));
                letters.nth(1);
            }
            ('\\', _) => unescaped.push('/'),
            _ => unescaped.push(letter),
        }
    }
    unescaped
}

/// Removes `.` and `..` as RFC 3986 says (5.2.4).
fn dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

fn merge_slashes(path: &str) -> String {
    let mut merged = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter != '/' || !merged.ends_with('/') {
            merged.push(letter);
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        assert_eq!(normalise(path), Normalised::Path(expected.to_owned()), "{path}");
    }

    #[test]
    fn every_spelling_of_a_path_becomes_one() {
        check("/", "/");
        check("/a/b/?x=/../y", "/a/b/");
        check("//a///b", "/a/b");
        check("/a/../b/./c", "/b/c");
        check("/a/..", "/");
        check("/../../a", "/a");
        check("/a/.", "/a/");
        check("/%61%2e%2E/%7ex%20", "/a../~x%20");
        check("/a/%2e%2e/b", "/b");
        check(r"/a\b", "/a/b");
        check("/a%", "/a%");
        check("/%zz", "/%zz");
    }

    #[test]
    fn escaped_slashes_are_redirected_and_what_is_no_path_is_refused() {
        assert_eq!(normalise("/a%2Fb"), Normalised::Redirect("/a/b".to_owned()));
        assert_eq!(normalise("/a%5c..%2fb"), Normalised::Redirect("/b".to_owned()));
        assert_eq!(normalise("a"), Normalised::Refused);
        assert_eq!(normalise("/a b"), Normalised::Refused);
    }
}
