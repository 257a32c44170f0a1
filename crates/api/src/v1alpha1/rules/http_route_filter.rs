//! CEL rules of the types in `http_route_filter`.

use crate::schema::Rules;

pub(crate) const HTTP_DIRECT_RESPONSE_FILTER_HEADER: Rules =
    &[("!has(self.remove) || size(self.remove) == 0", "headers cannot be removed here")];

pub(crate) const CUSTOM_RESPONSE_BODY: Rules = &[
    (
        "(!has(self.type) || self.type == 'Inline')? has(self.inline) : true",
        "inline is needed for type Inline",
    ),
    (
        "(has(self.type) && self.type == 'ValueRef')? has(self.valueRef) : true",
        "valueRef is needed for type ValueRef",
    ),
    ("has(self.valueRef) ? self.valueRef.kind == 'ConfigMap' : true", "the body can only be in a ConfigMap"),
];

pub(crate) const HTTP_HOSTNAME_MODIFIER: Rules = &[
    ("!(has(self.header) && self.type != 'Header')", "header is only for type Header"),
    ("!(!has(self.header) && self.type == 'Header')", "header is needed for type Header"),
    ("!(has(self.pathRegex) && self.type != 'PathRegex')", "pathRegex is only for type PathRegex"),
    ("!(!has(self.pathRegex) && self.type == 'PathRegex')", "pathRegex is needed for type PathRegex"),
];

pub(crate) const HTTP_PATH_MODIFIER: Rules = &[(
    "self.type == 'ReplaceRegexMatch' ? has(self.replaceRegexMatch) : !has(self.replaceRegexMatch)",
    "replaceRegexMatch is needed for type ReplaceRegexMatch",
)];
