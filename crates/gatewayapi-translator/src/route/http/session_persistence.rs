//! Sessions whose requests go to the endpoint that answered the first one.
//!
//! API: `rules[].sessionPersistence` of HTTPRoutes and GRPCRoutes. A session is kept in a cookie, below the path of the match,
//! or in a header. Cookies end with the session of the browser unless their lifetime is permanent, which needs an absolute
//! timeout.
//!
//! Precedence: the session goes before the load balancer of the cluster as long as the endpoint is there.
//!
//! Fail mode: closed. A rule whose session is refused answers 500.

use eg_api::gateway::{
    CookieConfig, CookieLifetimeType, SessionPersistence as Settings, SessionPersistenceType,
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::route::{PathMatch, SessionPersistence};

use super::cors::is_token;
use crate::{duration::millis, names};

static INVALID: Code = Code::error("invalid-session-persistence", "Accepted", "UnsupportedValue");

/// The session of a rule of this name. The path of a cookie follows from the match ([`at`]).
pub(in crate::route) fn lower(
    settings: Option<&Settings>,
    name: &str,
    rule: &FieldPath,
) -> Result<Option<SessionPersistence>, Diagnostic> {
    let Some(Settings { session_name, absolute_timeout, r#type, cookie_config }) = settings else {
        return Ok(None);
    };
    let at = rule.field("sessionPersistence");
    let refuse = |field, message: String| Err(Diagnostic::new(&INVALID, at.field(field), message));
    let name = session_name.clone().unwrap_or_else(|| names::session(name));
    if !is_token(&name) {
        return refuse("sessionName", format!("`{name}` can be the name of neither a cookie nor a header"));
    }
    let lifetime = cookie_config.as_ref().and_then(|CookieConfig { lifetime_type }| lifetime_type.as_ref());
    let is_permanent = match lifetime {
        None | Some(CookieLifetimeType::Session) => false,
        Some(CookieLifetimeType::Permanent) => true,
        Some(CookieLifetimeType::Unknown(unknown)) => {
            return refuse("cookieConfig", format!("`{unknown}` is not a lifetime of cookies"));
        }
    };
    let timeout_ms = match absolute_timeout.as_ref().map(millis).transpose() {
        Ok(timeout) => timeout,
        Err(message) => return refuse("absoluteTimeout", message),
    };
    Ok(Some(match r#type.as_ref().unwrap_or(&SessionPersistenceType::Cookie) {
        SessionPersistenceType::Cookie => SessionPersistence::Cookie {
            name,
            path: String::new(),
            ttl_ms: timeout_ms.filter(|_| is_permanent),
        },
        SessionPersistenceType::Header => SessionPersistence::Header { name },
        SessionPersistenceType::Unknown(unknown) => {
            return refuse("type", format!("`{unknown}` is not a way to keep a session"));
        }
    }))
}

/// The session for the requests of a match: its cookie is sent for the path of the match, or for as much of it as is no
/// expression.
pub(super) fn at(session: &SessionPersistence, matched: Option<&PathMatch>) -> SessionPersistence {
    let mut session = session.clone();
    if let SessionPersistence::Cookie { path, .. } = &mut session {
        *path = match matched {
            None => "/".to_owned(),
            Some(PathMatch::Exact(path) | PathMatch::Prefix(path)) => path.clone(),
            Some(PathMatch::Regex(expression)) => literal_segments(expression),
        };
    }
    session
}

/// The segments at the start of an expression that stand for themselves.
fn literal_segments(expression: &str) -> String {
    let expression = expression.strip_prefix('^').unwrap_or(expression);
    let is_literal = |segment: &&str| !segment.contains(|letter| r"\.*+?()|[]{}^$".contains(letter));
    let segments: Vec<&str> = expression.split('/').take_while(is_literal).collect();
    match segments.join("/") {
        path if path.starts_with('/') => path,
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_for_the_segments_before_an_expression() {
        for (expression, path) in [
            ("/p1/p2/.*/p3", "/p1/p2"),
            ("^/p1/[a-z]+", "/p1"),
            ("/p1", "/p1"),
            ("/.*", "/"),
            (".*", "/"),
            ("", "/"),
        ] {
            assert_eq!(literal_segments(expression), path, "{expression}");
        }
    }
}
