//! The table of what is supported of the Gateway API.

use std::fmt::Write as _;

use eg_gatewayapi_translator::support::{
    Channel, FEATURES, Field, KINDS, Level, Support, supported_features,
};

use crate::page::HEADER;

/// The page.
pub(crate) fn page() -> String {
    let (standard, experimental) =
        (supported_features(Channel::Standard).len(), supported_features(Channel::Experimental).len());
    let mut page = format!(
        "{HEADER}# Gateway API support\n\nGateway API v1.6.1. *Core* is what every implementation of a kind has; *extended* is \
         what implementations may have, and mean the same by; what is *implementation*-specific is left to each of them. What is inside of \
         a field is supported like the field.\n\nOf the {} features of the conformance suite, {standard} are supported on the \
         standard channel and {experimental} on the experimental one. `eg_gatewayapi_translator::support` has these tables as \
         data.\n\n",
        FEATURES.len()
    );
    for kind in KINDS {
        let _ = write!(page, "## {}\n\n", kind.name);
        page.push_str(
            "| field | level | channel | supported | conformance features |\n|---|---|---|---|---|\n",
        );
        for Field { path, level, channel, support, features } in kind.fields() {
            let features: Vec<String> = features.iter().map(|name| format!("`{name}`")).collect();
            let _ = writeln!(
                page,
                "| `{path}` | {} | {} | {} | {} |",
                self::level(*level),
                self::channel(*channel),
                self::support(*support),
                features.join(", ")
            );
        }
        page.push('\n');
    }
    page.push_str(
        "## Conformance features\n\n| feature | level | channel | supported |\n|---|---|---|---|\n",
    );
    for feature in FEATURES {
        let (level, channel) = (self::level(feature.level), self::channel(feature.channel));
        let _ = writeln!(
            page,
            "| `{}` | {level} | {channel} | {} |",
            feature.name,
            self::support(feature.support)
        );
    }
    page
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Core => "core",
        Level::Extended => "extended",
        Level::ImplementationSpecific => "implementation",
    }
}

fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Standard => "standard",
        Channel::Experimental => "experimental",
    }
}

fn support(support: Support) -> String {
    match support {
        Support::Yes => "yes".to_owned(),
        Support::Partly(what) => format!("yes: {what}"),
        Support::No(instead) => format!("no: {instead}"),
    }
}
