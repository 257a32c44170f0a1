//! Checks emitted messages against the rules of Envoy's protos before they are published.
//!
//! Envoy rejects a whole response for one broken rule, so each node is checked by itself when it is encoded.

use eg_diag::{Diagnostic, FieldPath};

use crate::RULE_VIOLATED;

/// How many violations one diagnostic names.
const NAMED: usize = 3;

/// Says which rules an encoded message breaks.
pub(crate) fn check(type_url: &str, encoded: &[u8]) -> Result<(), Diagnostic> {
    let Err(violations) = xds_api::validate_encoded(type_url, encoded) else {
        return Ok(());
    };
    let mut message: Vec<String> = violations.iter().take(NAMED).map(ToString::to_string).collect();
    if violations.len() > NAMED {
        message.push(format!("{} more", violations.len() - NAMED));
    }
    let message = format!("Envoy would reject the result: {}", message.join("; "));
    Err(Diagnostic::new(&RULE_VIOLATED, FieldPath::root(), message))
}

#[cfg(test)]
mod tests {
    use prost::{Message, Name};

    use super::*;
    use crate::envoy::route::Route;

    #[test]
    fn a_route_without_match_breaks_a_rule() {
        let diagnostic = check(&Route::type_url(), &Route::default().encode_to_vec()).unwrap_err();
        assert_eq!(diagnostic.code, &RULE_VIOLATED);
        assert!(diagnostic.message.contains("match"), "{}", diagnostic.message);
    }
}
