//! The pages of features and diagnostics.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    DIAGNOSTICS, FEATURES,
    cases::{Case, Kind},
    codes::Code,
    feature::Feature,
    prose::Docs,
    source::Module,
};

/// The first line of every page.
pub(crate) const HEADER: &str = "<!-- Made by `cargo xtask codegen`. Changes here are lost. -->\n\n";

/// The page of one feature.
pub(crate) fn feature(feature: &Feature<'_>, all: &[Feature<'_>], codes: &[Code], cases: &[Case]) -> String {
    let mut page = format!("{HEADER}# {}\n\n{}\n\n", feature.title(), feature.lead());
    facts(feature, all, &mut page);
    let sections = [
        ("What is written", "gatewayapi-translator"),
        ("What proxies get", "xds-translator"),
        ("In between", "ir"),
    ];
    for (title, package) in sections {
        let body = feature.modules.iter().filter(|module| module.package == package);
        let paragraphs: Vec<&str> = body.flat_map(|module| &module.docs.body).map(String::as_str).collect();
        if !paragraphs.is_empty() {
            let _ = write!(page, "## {title}\n\n{}\n\n", paragraphs.join("\n\n"));
        }
    }
    parts(feature, all, &mut page);
    let raised = feature.codes(codes);
    if !raised.is_empty() {
        page.push_str("## Diagnostics\n\n| code | condition | reason | severity |\n|---|---|---|---|\n");
        for Code { id, condition, reason, severity, .. } in raised {
            let _ =
                writeln!(page, "| [`{id}`](../diagnostics.md#{id}) | {condition} | {reason} | {severity} |");
        }
        page.push('\n');
    }
    list_cases(feature, cases, &mut page);
    page.push_str("## Modules\n\n");
    for module in &feature.modules {
        let _ = writeln!(page, "- [`{}`](../../{})", module.path, module.path);
    }
    page
}

/// The labels of the documentation.
fn facts(feature: &Feature<'_>, all: &[Feature<'_>], page: &mut String) {
    type Label = fn(&Docs) -> Option<&str>;
    let api: Label = |docs| docs.api.as_deref();
    let envoy: Label = |docs| docs.envoy.as_deref();
    let precedence: Label = |docs| docs.precedence.as_deref();
    let fail_mode: Label = |docs| docs.fail_mode.as_deref();
    let rows = [("API", api), ("Envoy", envoy), ("Precedence", precedence), ("Fail mode", fail_mode)];
    page.push_str("| | |\n|---|---|\n");
    for whole in all.iter().filter(|other| feature.is_in(other)) {
        let _ = writeln!(page, "| Part of | [{}]({}.md) |", whole.title(), whole.stem);
    }
    for (name, of) in rows {
        let mut said: Vec<String> =
            feature.modules.iter().filter_map(|module| of(&module.docs).map(capital)).collect();
        // Both translators name the API; the one that reads it knows better.
        if name == "API" {
            said.truncate(1);
        }
        if !said.is_empty() {
            let _ = writeln!(page, "| {name} | {} |", said.join(" ").replace('|', "\\|"));
        }
    }
    page.push('\n');
}

/// The text with a capital in front.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What the modules inside of the feature say about themselves, and the features inside of it.
fn parts(feature: &Feature<'_>, all: &[Feature<'_>], page: &mut String) {
    let documented: Vec<&&Module> = feature.parts.iter().filter(|part| part.names_api()).collect();
    for part in documented {
        let Module { docs, .. } = part;
        let _ = write!(page, "## {}\n\n", docs.lead.trim_end_matches('.'));
        for paragraph in docs.api.iter().map(|api| format!("API: {api}")).chain(docs.body.iter().cloned()) {
            let _ = write!(page, "{paragraph}\n\n");
        }
    }
    let features: Vec<&Feature<'_>> = all.iter().filter(|other| other.is_in(feature)).collect();
    if !features.is_empty() {
        page.push_str("## Fields\n\n");
        for other in features {
            let _ = writeln!(page, "- [{}]({}.md): {}", other.title(), other.stem, other.lead());
        }
        page.push('\n');
    }
}

fn list_cases(feature: &Feature<'_>, cases: &[Case], page: &mut String) {
    let groups = [
        (Kind::Translation, "What objects become"),
        (Kind::Emission, "What Envoy gets"),
        (Kind::Traffic, "Requests through Envoy"),
    ];
    let own: Vec<&Case> = feature.cases(cases).collect();
    if own.is_empty() {
        return;
    }
    page.push_str("## Cases\n\n");
    for (kind, title) in groups {
        let of_kind: Vec<&&Case> = own.iter().filter(|case| case.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let _ = write!(page, "{title}:\n\n");
        for case in of_kind {
            let about = case.about.as_deref().map(|about| format!(": {about}")).unwrap_or_default();
            let _ = writeln!(page, "- [{}](../../{}){about}", case.name(), case.directory);
        }
        page.push('\n');
    }
}

/// The page that lists all features.
pub(crate) fn index(features: &[Feature<'_>]) -> String {
    let mut page = format!(
        "{HEADER}# Features\n\nA page for each feature: what is written, what proxies get, what goes before what, what happens \
         when it is wrong, and cases that show it. All diagnostics are in [diagnostics]({}); what of the Gateway API is \
         supported in [the table](../gateway-api-support.md).\n",
        DIAGNOSTICS.replace("docs/", "../")
    );
    let mut areas: BTreeMap<&str, Vec<&Feature<'_>>> = BTreeMap::new();
    for feature in features {
        areas.entry(feature.area()).or_default().push(feature);
    }
    for (area, features) in areas {
        let _ = write!(page, "\n## {area}\n\n| feature | what it is |\n|---|---|\n");
        for feature in features {
            let _ = writeln!(page, "| [{}]({}.md) | {} |", feature.title(), feature.stem, feature.lead());
        }
    }
    page
}

/// The page of all diagnostics.
pub(crate) fn diagnostics(codes: &[Code], features: &[Feature<'_>]) -> String {
    let mut page = format!(
        "{HEADER}# Diagnostics\n\nWhat can be wrong with objects. A diagnostic of severity error sets the condition to `False` \
         with the reason; a warning leaves the object as it is. The message of the condition names the field and says what \
         was expected.\n\n\
         | code | condition | reason | severity | where |\n|---|---|---|---|---|\n"
    );
    for code in codes {
        let Code { id, condition, reason, severity, comment, module } = code;
        let feature = features.iter().find(|feature| feature.codes(std::slice::from_ref(code)).len() == 1);
        let place = match feature {
            Some(feature) => {
                format!("[{}]({}/{}.md)", feature.title(), FEATURES.trim_start_matches("docs/"), feature.stem)
            }
            None => format!("[`{module}`](../{module})"),
        };
        let comment = if comment.is_empty() { String::new() } else { format!(" {comment}") };
        let _ = writeln!(
            page,
            "| <a id=\"{id}\"></a>`{id}`{comment} | {condition} | {reason} | {severity} | {place} |"
        );
    }
    page
}
