//! Things that must not be checked in: unfinished code, skipped tests, paths of one machine.

use super::Finding;

/// Unfinished or skipped Rust, spelled so that this file does not contain it.
const UNFINISHED: &[&str] = &[concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[", "ignore")];

/// The fence of a documentation sample that rustdoc skips.
const UNRUN_SAMPLE: &str = concat!("```", "ignore");

/// Folders that exist on somebody's machine only.
const MACHINE_PATHS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("/ho", "me/")];

/// Checks the text of one file.
pub fn check(file: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let place = || format!("{file}:{}", number + 1);
        if super::has_extension(file, "rs") {
            let code = line.split_once("//").map_or(line, |(code, _)| code);
            for word in UNFINISHED.iter().filter(|word| code.contains(**word)) {
                findings.push(Finding::error(place(), format!("contains `{word}`")));
            }
        }
        let text_file = super::has_extension(file, "rs") || super::has_extension(file, "md");
        if text_file && line.trim_start_matches(['/', '!', ' ']).starts_with(UNRUN_SAMPLE) {
            findings.push(Finding::error(
                place(),
                "a sample that is never compiled; make it run, or mark it `text`",
            ));
        }
        for path in MACHINE_PATHS.iter().filter(|path| contains_absolute(line, path)) {
            findings.push(Finding::error(place(), format!("contains a path of one machine, below {path}")));
        }
    }
    findings
}

/// Whether the path occurs as the start of an absolute path and not inside a longer one or an address.
fn contains_absolute(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || "._-~}/*".contains(c))
    })
}
