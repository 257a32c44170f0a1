//! Rules on strings and bytes.

use regex::Regex;

use crate::pb::validate as pgv;

/// What a string or byte field must look like.
#[derive(Debug, Default)]
pub(super) struct TextRules {
    ignore_empty: bool,
    equal: Option<Vec<u8>>,
    /// In characters; for bytes in bytes.
    len: Range,
    bytes: Range,
    pattern: Option<Regex>,
    header: Option<Header>,
    ip: Option<IpVersion>,
    prefix: Option<Vec<u8>>,
    suffix: Option<Vec<u8>>,
    contains: Option<Vec<u8>>,
    not_contains: Option<Vec<u8>>,
    one_of: Vec<Vec<u8>>,
    none_of: Vec<Vec<u8>>,
}

/// Bounds of a length, both inclusive.
#[derive(Debug, Default, Clone, Copy)]
struct Range {
    min: Option<u64>,
    max: Option<u64>,
}

impl Range {
    fn new(exact: Option<u64>, min: Option<u64>, max: Option<u64>) -> Self {
        Self { min: exact.or(min), max: exact.or(max) }
    }

    fn is_unlimited(self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    fn check(self, length: u64, unit: &str, report: &mut dyn FnMut(String)) {
        if let Some(min) = self.min
            && length < min
        {
            report(format!("must have at least {min} {unit}{}", plural(min)));
        }
        if let Some(max) = self.max
            && length > max
        {
            report(format!("must have at most {max} {unit}{}", plural(max)));
        }
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The well-known patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Header {
    Name,
    Value,
    /// Name or value without the strict rules: only what would break the framing is refused.
    Loose,
}

impl Header {
    /// protoc-gen-validate's character classes, written out.
    fn accepts(self, text: &[u8]) -> bool {
        match self {
            Self::Name => {
                let name = text.strip_prefix(b":").unwrap_or(text);
                // Its class has the range `+-.`, hence the comma that RFC 9110 does not allow.
                !name.is_empty()
                    && name.iter().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+,-.^_|~`".contains(b))
            }
            Self::Value => text.iter().all(|b| *b == b'\t' || !(*b < 0x20 || *b == 0x7f)),
            Self::Loose => !text.iter().any(|b| matches!(b, 0 | b'\n' | b'\r')),
        }
    }

    fn expectation(self) -> &'static str {
        match self {
            Self::Name => "must be a valid HTTP header name",
            Self::Value => "must be a valid HTTP header value",
            Self::Loose => "must not contain NUL, line feed or carriage return",
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum IpVersion {
    Either,
    Four,
    Six,
}

impl IpVersion {
    fn accepts(self, text: &str) -> bool {
        text.parse::<std::net::IpAddr>().is_ok_and(|ip| match self {
            Self::Either => true,
            Self::Four => ip.is_ipv4(),
            Self::Six => ip.is_ipv6(),
        })
    }

    fn expectation(self) -> &'static str {
        match self {
            Self::Either => "must be an IP address",
            Self::Four => "must be an IPv4 address",
            Self::Six => "must be an IPv6 address",
        }
    }
}

impl TextRules {
    /// Compiles string rules; names of rules that are not supported go to `unsupported`.
    pub(super) fn of_string(rules: pgv::StringRules, unsupported: &mut Vec<String>) -> Self {
        use pgv::string_rules::WellKnown;
        let mut text = Self {
            ignore_empty: rules.ignore_empty(),
            len: Range::new(rules.len, rules.min_len, rules.max_len),
            bytes: Range::new(rules.len_bytes, rules.min_bytes, rules.max_bytes),
            pattern: rules.pattern.as_deref().and_then(|pattern| compile(pattern, unsupported)),
            ..Self::default()
        };
        let strict = rules.strict();
        match rules.well_known {
            None => {}
            Some(WellKnown::WellKnownRegex(known)) => {
                text.header = match (pgv::KnownRegex::try_from(known), strict) {
                    (Ok(pgv::KnownRegex::HttpHeaderName), true) => Some(Header::Name),
                    (Ok(pgv::KnownRegex::HttpHeaderValue), true) => Some(Header::Value),
                    (Ok(pgv::KnownRegex::HttpHeaderName | pgv::KnownRegex::HttpHeaderValue), false) => {
                        Some(Header::Loose)
                    }
                    _ => None,
                };
            }
            Some(WellKnown::Ip(on)) => text.ip = on.then_some(IpVersion::Either),
            Some(WellKnown::Ipv4(on)) => text.ip = on.then_some(IpVersion::Four),
            Some(WellKnown::Ipv6(on)) => text.ip = on.then_some(IpVersion::Six),
            Some(other) => unsupported.push(format!("string.{other:?}")),
        }
        let bytes = |text: Option<String>| text.map(String::into_bytes);
        text.equal = bytes(rules.r#const);
        text.prefix = bytes(rules.prefix);
        text.suffix = bytes(rules.suffix);
        text.contains = bytes(rules.contains);
        text.not_contains = bytes(rules.not_contains);
        text.one_of = rules.r#in.into_iter().map(String::into_bytes).collect();
        text.none_of = rules.not_in.into_iter().map(String::into_bytes).collect();
        text
    }

    /// Compiles bytes rules; names of rules that are not supported go to `unsupported`.
    pub(super) fn of_bytes(rules: pgv::BytesRules, unsupported: &mut Vec<String>) -> Self {
        if rules.pattern.is_some() {
            unsupported.push("bytes.pattern".into());
        }
        if let Some(known) = &rules.well_known {
            unsupported.push(format!("bytes.{known:?}"));
        }
        Self {
            ignore_empty: rules.ignore_empty(),
            bytes: Range::new(rules.len, rules.min_len, rules.max_len),
            equal: rules.r#const,
            prefix: rules.prefix,
            suffix: rules.suffix,
            contains: rules.contains,
            one_of: rules.r#in,
            none_of: rules.not_in,
            ..Self::default()
        }
    }

    /// Reports what `value` breaks; `Err` if a string rule meets bytes that are not UTF-8.
    pub(super) fn check(
        &self,
        value: &[u8],
        report: &mut dyn FnMut(String),
    ) -> Result<(), std::str::Utf8Error> {
        if self.ignore_empty && value.is_empty() {
            return Ok(());
        }
        if !self.len.is_unlimited() || self.pattern.is_some() || self.ip.is_some() {
            self.check_characters(std::str::from_utf8(value)?, report);
        }
        self.bytes.check(value.len() as u64, "byte", report);
        if let Some(header) = self.header
            && !header.accepts(value)
        {
            report(header.expectation().into());
        }
        self.check_parts(value, report);
        Ok(())
    }

    fn check_characters(&self, text: &str, report: &mut dyn FnMut(String)) {
        if !self.len.is_unlimited() {
            self.len.check(text.chars().count() as u64, "character", report);
        }
        if let Some(pattern) = &self.pattern
            && !pattern.is_match(text)
        {
            report(format!("must match the regular expression {:?}", pattern.as_str()));
        }
        if let Some(ip) = self.ip
            && !ip.accepts(text)
        {
            report(ip.expectation().into());
        }
    }

    fn check_parts(&self, value: &[u8], report: &mut dyn FnMut(String)) {
        let has = |part: &[u8]| part.is_empty() || value.windows(part.len()).any(|window| window == part);
        let parts = [
            ("must be", &self.equal, self.equal.as_deref().is_none_or(|part| value == part)),
            (
                "must start with",
                &self.prefix,
                self.prefix.as_deref().is_none_or(|part| value.starts_with(part)),
            ),
            ("must end with", &self.suffix, self.suffix.as_deref().is_none_or(|part| value.ends_with(part))),
            ("must contain", &self.contains, self.contains.as_deref().is_none_or(has)),
            ("must not contain", &self.not_contains, !self.not_contains.as_deref().is_some_and(has)),
        ];
        for (expectation, part, holds) in parts {
            if let (Some(part), false) = (part, holds) {
                report(format!("{expectation} {}", quoted(part)));
            }
        }
        if !self.one_of.is_empty() && !self.one_of.iter().any(|one| one == value) {
            report(format!("must be one of {}", list(&self.one_of)));
        }
        if self.none_of.iter().any(|one| one == value) {
            report(format!("must not be one of {}", list(&self.none_of)));
        }
    }
}

fn compile(pattern: &str, unsupported: &mut Vec<String>) -> Option<Regex> {
    let compiled = Regex::new(pattern);
    if compiled.is_err() {
        unsupported.push(format!("string.pattern {pattern:?}"));
    }
    compiled.ok()
}

fn quoted(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(bytes))
}

fn list(values: &[Vec<u8>]) -> String {
    values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgv::string_rules::WellKnown;

    fn check(rules: &pgv::StringRules, value: &str, expected: &[&str]) {
        let mut unsupported = Vec::new();
        let text = TextRules::of_string(rules.clone(), &mut unsupported);
        assert!(unsupported.is_empty(), "{unsupported:?}");
        let mut found = Vec::new();
        text.check(value.as_bytes(), &mut |message| found.push(message)).unwrap();
        assert_eq!(found, expected, "{value:?}");
    }

    #[test]
    fn lengths_count_characters_or_bytes() {
        let characters = pgv::StringRules { len: Some(2), ..Default::default() };
        check(&characters, "ü☃", &[]);
        check(&characters, "ü", &["must have at least 2 characters"]);
        let bytes = pgv::StringRules { max_bytes: Some(2), ..Default::default() };
        check(&bytes, "ü☃", &["must have at most 2 bytes"]);
    }

    #[test]
    fn parts() {
        let rules = pgv::StringRules {
            prefix: Some("a".into()),
            suffix: Some("z".into()),
            contains: Some("m".into()),
            not_contains: Some("!".into()),
            ignore_empty: Some(true),
            ..Default::default()
        };
        check(&rules, "amz", &[]);
        check(&rules, "", &[]);
        let all =
            ["must start with \"a\"", "must end with \"z\"", "must contain \"m\"", "must not contain \"!\""];
        check(&rules, "!", &all);
    }

    #[test]
    fn header_names_and_values() {
        let rules = |known: pgv::KnownRegex, strict| pgv::StringRules {
            strict,
            well_known: Some(WellKnown::WellKnownRegex(known.into())),
            ..Default::default()
        };
        let name = rules(pgv::KnownRegex::HttpHeaderName, None);
        for valid in [":path", "x-a", "a,b", "`~"] {
            check(&name, valid, &[]);
        }
        for invalid in ["", ":", "a b", "a:b", "a/b", "ü"] {
            check(&name, invalid, &["must be a valid HTTP header name"]);
        }
        let value = rules(pgv::KnownRegex::HttpHeaderValue, Some(true));
        check(&value, "tab\tand ü", &[]);
        check(&value, "line\n", &["must be a valid HTTP header value"]);
        let loose = rules(pgv::KnownRegex::HttpHeaderName, Some(false));
        check(&loose, "a b\u{7f}", &[]);
        check(&loose, "a\rb", &["must not contain NUL, line feed or carriage return"]);
    }

    #[test]
    fn addresses() {
        let rules = |known| pgv::StringRules { well_known: Some(known), ..Default::default() };
        check(&rules(WellKnown::Ip(true)), "::1", &[]);
        check(&rules(WellKnown::Ipv4(true)), "::1", &["must be an IPv4 address"]);
        check(&rules(WellKnown::Ipv6(true)), "10.0.0.1", &["must be an IPv6 address"]);
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let mut unsupported = Vec::new();
        let rules = pgv::StringRules {
            pattern: Some("(".into()),
            well_known: Some(WellKnown::Uuid(true)),
            ..Default::default()
        };
        TextRules::of_string(rules, &mut unsupported);
        TextRules::of_bytes(
            pgv::BytesRules { pattern: Some("a".into()), ..Default::default() },
            &mut unsupported,
        );
        assert_eq!(unsupported, ["string.pattern \"(\"", "string.Uuid(true)", "bytes.pattern"]);
    }
}
