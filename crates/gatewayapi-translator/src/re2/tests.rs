use super::*;

#[test]
fn what_re2_accepts() {
    for regex in [
        "",
        "a",
        "/api/v[0-9]+/.*",
        "a|b|",
        "()",
        "(a|b)*c",
        "^a$",
        "a{2}",
        "a{2,}",
        "a{2,5}?",
        "a*?",
        "a+?b??",
        "a{",
        "a{,2}",
        "a{2",
        "a{01}",
        "{",
        "a{b}",
        "x{1000}",
        "(x{10}){100}",
        "[]a]",
        "[^]a]",
        "[a-]",
        "[-a]",
        "[[a]",
        "[[:alpha:]]",
        "[[:^digit:]x]",
        "[[:alpha]",
        "[a-z\\d\\-]",
        "[\\pL\\p{^Greek}]",
        "\\d\\D\\s\\S\\w\\W",
        "\\bfoo\\B",
        "\\Afoo\\z",
        "\\Qa.b*\\E+",
        "\\Q(",
        "\\.\\/\\-\\_",
        "\\x41\\x{1F600}",
        "\\012\\101",
        "\\pN\\PL",
        "\\p{Latin}",
        "(?i)a",
        "(?i:a)",
        "(?P<name>a)",
        "(?<name>a)",
        "(?-s).",
        "(?im-s:a)",
        "^*",
        "(a)(?i)b",
        "]",
        "}",
        "ünï",
    ] {
        assert_eq!(check(regex), Ok(()), "{regex}");
    }
}

#[test]
fn what_re2_refuses() {
    for regex in [
        "*a",
        "+",
        "?",
        "{2}",
        "a**",
        "a*+",
        "a++",
        "a{2}{3}",
        "a*{2}",
        "a???",
        "(*a)",
        "a|*",
        "a{1001}",
        "a{2,1}",
        "(x{100}){11}",
        "((a{10}){10}){11}",
        "a{99999999999}",
        "(",
        ")",
        "(a",
        "a)",
        "((a)",
        "[",
        "[a",
        "[]",
        "[z-a]",
        "[[:foo:]]",
        "[a-\\d]",
        "[\\b]",
        "\\",
        "\\1",
        "\\8",
        "\\C",
        "\\Z",
        "\\y",
        "\\ü",
        "\\x",
        "\\xg",
        "\\x{}",
        "\\x{110000}",
        "\\x{41",
        "\\p{Greek",
        "\\p{Nope}",
        "\\p{greek}",
        "\\p",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<!a)",
        "(?>a)",
        "(?#a)",
        "(?P=a)",
        "(?P<a",
        "(?P<>a)",
        "(?<a b>c)",
        "(?x)a",
        "(?i",
        "(?)",
        "(?-)a",
        "(?i--s)a",
        "(?P>a)",
        "*.foo.bar.com",
    ] {
        assert!(check(regex).is_err(), "{regex}");
    }
}

#[test]
fn what_would_take_too_much() {
    assert_eq!(check(&"(".repeat(100_000)), Err(Error::Depth));
    assert_eq!(check(&format!("({}){{1000}}", "\\pL".repeat(10))), Err(Error::Size));
    assert_eq!(check(&"a".repeat(400_000)), Err(Error::Size));
}

#[test]
fn no_text_makes_it_fail_otherwise() {
    // Every text over the characters that mean something, up to a length.
    let letters =
        ['(', ')', '[', ']', '{', '}', '*', '?', '\\', '^', '-', ':', 'a', '1', ',', 'P', '<', 'Q', 'E'];
    let mut texts = vec![String::new()];
    for _ in 0..4 {
        texts = texts
            .iter()
            .flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}")))
            .collect();
        let accepted = texts.iter().filter(|text| check(text).is_ok()).count();
        assert!(accepted > 0 && accepted < texts.len());
    }
}
