//! Which calls a rule serves.
//!
//! API: `rules[].matches`. Service and method are the two segments of a path: both of them are a whole path, a service
//! alone is a prefix, and a method alone is the end of a path. Where one of two regular expressions is missing, any name
//! that protobuf allows stands in for it.

use eg_api::gateway::{GrpcMethodMatch, GrpcRouteMatch, MatchType};
use eg_diag::{Diagnostic, FieldPath};
use eg_ir::route::{PathMatch, RouteMatch, StringMatch, ValueMatch};

use crate::route::http::route_match::{Positioned, regex, unknown_type, value};

/// The name of any service. Its flag holds for the method behind it too.
const ANY_SERVICE: &str = r"(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*";
/// The name of any method.
const ANY_METHOD: &str = "[A-Za-z_][A-Za-z_0-9]*";

/// The matches of a rule.
pub(super) fn lower(matches: &[GrpcRouteMatch], rule: &FieldPath) -> Result<Vec<Positioned>, Diagnostic> {
    if matches.is_empty() {
        return Ok(vec![(None, RouteMatch::default())]);
    }
    let path = rule.field("matches");
    let positioned = matches.iter().enumerate();
    positioned.map(|(position, one)| Ok((Some(position), lower_one(one, &path.index(position))?))).collect()
}

fn lower_one(one: &GrpcRouteMatch, at: &FieldPath) -> Result<RouteMatch, Diagnostic> {
    let mut lowered = RouteMatch::default();
    for (position, header) in one.headers.iter().enumerate() {
        let at = at.field("headers").index(position);
        let value = value(header.r#type.as_ref(), &header.value, &at)?;
        lowered.headers.push(ValueMatch { name: header.name.clone(), value });
    }
    if let Some(method) = &one.method {
        add_method(method, &at.field("method"), &mut lowered)?;
    }
    Ok(lowered)
}

/// Adds the condition on service and method; one without either serves every call.
fn add_method(method: &GrpcMethodMatch, at: &FieldPath, lowered: &mut RouteMatch) -> Result<(), Diagnostic> {
    let GrpcMethodMatch { r#type, service, method } = method;
    let service = service.as_deref().filter(|service| !service.is_empty());
    let method = method.as_deref().filter(|method| !method.is_empty());
    match r#type.as_ref().unwrap_or(&MatchType::Exact) {
        MatchType::Exact => match (service, method) {
            (Some(service), Some(method)) => {
                lowered.path = Some(PathMatch::Exact(format!("/{service}/{method}")));
            }
            (Some(service), None) => lowered.path = Some(PathMatch::Prefix(format!("/{service}"))),
            (None, Some(method)) => {
                let value = StringMatch::Suffix(format!("/{method}"));
                lowered.headers.push(ValueMatch { name: ":path".to_owned(), value });
            }
            (None, None) => {}
        },
        MatchType::RegularExpression if service.is_none() && method.is_none() => {}
        MatchType::RegularExpression => {
            let service = segment(service, ANY_SERVICE, &at.field("service"))?;
            let method = segment(method, ANY_METHOD, &at.field("method"))?;
            lowered.path = Some(PathMatch::Regex(regex(&format!("/{service}/{method}"), at)?));
        }
        MatchType::Unknown(unknown) => return Err(unknown_type(unknown, at)),
    }
    Ok(())
}

/// The expression of one segment. Alternatives are grouped, so that they do not reach beyond the segment.
fn segment(expression: Option<&str>, any: &str, at: &FieldPath) -> Result<String, Diagnostic> {
    let Some(expression) = expression else { return Ok(any.to_owned()) };
    let expression = regex(expression, at)?;
    Ok(if expression.contains('|') { format!("(?:{expression})") } else { expression })
}
