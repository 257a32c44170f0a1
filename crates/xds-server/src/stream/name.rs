//! Finding resource names in a client's words.

/// Whether `text` names the resource, and not merely another one whose name contains it.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    !name.is_empty()
        && text.match_indices(name).any(|(start, found)| {
            let before = text[..start].chars().next_back();
            let mut after = text[start + found.len()..].chars();
            let ends = match after.next() {
                // A full stop or colon ends a name, unless the name goes on behind it.
                Some('.' | ':') => !after.next().is_some_and(is_name_char),
                next => !next.is_some_and(is_name_char),
            };
            ends && !before.is_some_and(|c| is_name_char(c) || c == '.')
        })
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '/')
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn a_name_is_found_as_a_whole() {
        for (text, name, expected) in [
            ("Error adding/updating listener(s) ns/gw/http: bad", "ns/gw/http", true),
            ("Error adding/updating listener(s) ns/gw/http: bad", "gw/http", false),
            ("Error adding/updating listener(s) ns/gw/http-2: bad", "ns/gw/http", false),
            ("cluster a.b: x", "a", false),
            ("cluster a.", "a", true),
            ("cluster 'a' is bad", "a", true),
            ("cluster a:b", "a", false),
            ("nothing", "", false),
        ] {
            assert_eq!(mentions(text, name), expected, "{name:?} in {text:?}");
        }
    }
}
