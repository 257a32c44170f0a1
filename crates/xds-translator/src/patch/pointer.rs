//! JSON pointers: reading them, counting from the end of lists, and creating what is missing on the way.

use json_patch::jsonptr::{PointerBuf, Token};
use serde_json::{Map, Value};

use super::{MAX_DEPTH, PatchProblem};

/// The most empty elements that are put before a new element of a list.
const MAX_PADDING: usize = 1_000;

/// Reads a pointer and turns negative list indices, and `-` on the way to a new value, into what they mean in `doc`.
///
/// `inserts` says that the pointer names a place for a new value, where the end of a list counts as a place.
pub(super) fn parse(doc: &Value, text: &str, inserts: bool) -> Result<PointerBuf, PatchProblem> {
    let pointer = PointerBuf::parse(text).map_err(|error| PatchProblem::BadPointer(error.to_string()))?;
    let count = pointer.count();
    if count > MAX_DEPTH {
        return Err(PatchProblem::TooDeep);
    }
    let mut resolved = PointerBuf::new();
    let mut at = Some(doc);
    for (position, token) in pointer.tokens().enumerate() {
        let name = token.decoded();
        let last = position + 1 == count;
        let index = match (at, from_end(&name)) {
            (Some(Value::Array(items)), Some(back)) => {
                let places = items.len() + usize::from(inserts && last);
                Some(places.checked_sub(back).ok_or(PatchProblem::NotFound)?)
            }
            (Some(Value::Array(items)), None) if name == "-" && inserts && !last => Some(items.len()),
            (Some(Value::Null) | None, None) if name == "-" && inserts && !last => Some(0),
            _ => None,
        };
        let token = index.map_or_else(|| Token::new(name.as_ref()).into_owned(), Token::from);
        at = at.and_then(|value| child(value, &token.decoded()));
        resolved.push_back(token);
    }
    Ok(resolved)
}

/// Creates the objects and lists that are missing above the target of an `add`.
///
/// What is created is a list where the next step is an index or `-`, otherwise an object. Places of a list before a named
/// index are filled with nulls.
pub(super) fn ensure_parents(doc: &mut Value, pointer: &PointerBuf) -> Result<(), PatchProblem> {
    let mut at = doc;
    let mut tokens = pointer.tokens().peekable();
    while let Some(token) = tokens.next() {
        let name = token.decoded().into_owned();
        let Some(next) = tokens.peek() else { return pad(at, &name) };
        let next = next.decoded();
        let empty =
            if next == "-" || index(&next).is_some() { Value::Array(Vec::new()) } else { Map::new().into() };
        at = match at {
            Value::Object(members) => {
                let slot = members.entry(name).or_insert(Value::Null);
                if slot.is_null() {
                    *slot = empty;
                }
                slot
            }
            Value::Array(_) => element(at, &name, empty)?,
            _ => return Err(PatchProblem::NotFound),
        };
    }
    Ok(())
}

/// The element of a list that a path goes through, created when it is the place after the last one or later.
fn element<'a>(list: &'a mut Value, name: &str, empty: Value) -> Result<&'a mut Value, PatchProblem> {
    pad(list, name)?;
    let Value::Array(items) = list else { return Err(PatchProblem::NotFound) };
    let index = index(name).ok_or(PatchProblem::NotFound)?;
    if index == items.len() {
        items.push(Value::Null);
    }
    let slot = items.get_mut(index).ok_or(PatchProblem::NotFound)?;
    if slot.is_null() {
        *slot = empty;
    }
    Ok(slot)
}

/// Fills a list with nulls up to, and without, the named index.
fn pad(at: &mut Value, name: &str) -> Result<(), PatchProblem> {
    if let (Value::Array(items), Some(index)) = (at, index(name)) {
        if index > items.len() + MAX_PADDING {
            return Err(PatchProblem::TooLarge);
        }
        if index > items.len() {
            items.resize(index, Value::Null);
        }
    }
    Ok(())
}

fn child<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(members) => members.get(name),
        Value::Array(items) => items.get(index(name)?),
        _ => None,
    }
}

/// A list index as RFC 6901 spells it: digits without leading zeros.
fn index(name: &str) -> Option<usize> {
    let canonical = name == "0" || name.starts_with(|first: char| ('1'..='9').contains(&first));
    if canonical { name.parse().ok() } else { None }
}

/// The distance from the end that a negative index such as `-1` names.
fn from_end(name: &str) -> Option<usize> {
    name.strip_prefix('-').and_then(index).filter(|back| *back > 0)
}
