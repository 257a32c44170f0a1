//! Times of conditions: kept while a condition says the same, set when it changes.

use serde_json::Value;

/// Sets the transition times in `status`: those of `before` where status and reason of the condition are the same, and
/// `now` elsewhere.
pub(super) fn stamp(status: &mut Value, before: &Value, now: &str) {
    match status {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::Array(conditions) if name == "conditions" => {
                        for condition in conditions {
                            stamp_condition(condition, &before["conditions"], now);
                        }
                    }
                    _ => stamp(field, &before[name.as_str()], now),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                let counterpart = before.as_array().into_iter().flatten().find(|other| is_same(item, other));
                stamp(item, counterpart.unwrap_or(&Value::Null), now);
            }
        }
        _ => {}
    }
}

fn stamp_condition(condition: &mut Value, before: &Value, now: &str) {
    let earlier = before.as_array().into_iter().flatten().find(|earlier| {
        ["type", "status", "reason"].iter().all(|field| earlier[*field] == condition[*field])
    });
    let time =
        earlier.and_then(|earlier| earlier["lastTransitionTime"].as_str()).filter(|time| !time.is_empty());
    condition["lastTransitionTime"] = time.unwrap_or(now).into();
}

/// Whether two entries of a list are about the same listener, parent or ancestor.
fn is_same(a: &Value, b: &Value) -> bool {
    ["name", "parentRef", "ancestorRef", "controllerName"].iter().all(|field| a[*field] == b[*field])
}

/// The conditions of a status in one line, for the log.
pub(super) fn summary(status: &Value) -> String {
    let mut parts = Vec::new();
    collect(status, "", &mut parts);
    parts.join(", ")
}

fn collect(value: &Value, about: &str, parts: &mut Vec<String>) {
    for condition in value["conditions"].as_array().into_iter().flatten() {
        let text = |field: &str| condition[field].as_str().unwrap_or_default();
        let (kind, status, reason) = (text("type"), text("status"), text("reason"));
        let message = if status == "True" || text("message").is_empty() {
            String::new()
        } else {
            format!(": {}", text("message"))
        };
        parts.push(format!("{about}{kind}={status} ({reason}{message})"));
    }
    let lists = [("listeners", "name"), ("parents", "parentRef"), ("ancestors", "ancestorRef")];
    for (list, name) in lists {
        for entry in value[list].as_array().into_iter().flatten() {
            let name = entry[name].as_str().or_else(|| entry[name]["name"].as_str()).unwrap_or_default();
            collect(entry, &format!("{about}{name} "), parts);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn status(name: &str, holds: &str, reason: &str, message: &str, time: &str) -> Value {
        json!({"parents": [{"parentRef": {"name": name}, "controllerName": "c", "conditions": [
            {"type": "Accepted", "status": holds, "reason": reason, "message": message, "lastTransitionTime": time},
        ]}]})
    }

    #[track_caller]
    fn check(new: (&str, &str, &str, &str), time: &str) {
        let before = status("g", "True", "Accepted", "fine", "then");
        let mut stamped = status(new.0, new.1, new.2, new.3, "");
        stamp(&mut stamped, &before, "now");
        assert_eq!(stamped["parents"][0]["conditions"][0]["lastTransitionTime"], time, "{new:?}");
    }

    #[test]
    fn times_change_with_status_and_reason_only() {
        check(("g", "True", "Accepted", "fine"), "then");
        check(("g", "True", "Accepted", "still fine"), "then");
        check(("g", "True", "Else", "fine"), "now");
        check(("g", "False", "Accepted", "fine"), "now");
        check(("other", "True", "Accepted", "fine"), "now");
    }

    #[test]
    fn summaries_name_what_they_are_about() {
        let text = summary(&status("g", "False", "NoMatchingParent", "no such listener", ""));
        assert_eq!(text, "g Accepted=False (NoMatchingParent: no such listener)");
    }
}
