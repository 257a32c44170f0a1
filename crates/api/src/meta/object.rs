//! Metadata of objects, and conditions.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::TextMap;

#[cfg(feature = "schema")]
use crate::schema::fmt as facts;

/// Name, identity and bookkeeping of an object: the part of Kubernetes' metadata that is read here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct ObjectMeta {
    /// Name of the object, unique for its kind and namespace.
    pub name: String,
    /// Namespace of the object; unset for kinds that live outside of namespaces.
    pub namespace: Option<String>,
    /// Identity that tells an object from another of the same name before or after it.
    pub uid: Option<Arc<str>>,
    /// Number that grows with each change of the spec.
    pub generation: Option<i64>,
    /// When the object was created.
    pub creation_timestamp: Option<Time>,
    /// Labels, by which objects are selected.
    pub labels: TextMap,
    /// Annotations, by which tools and users leave notes.
    pub annotations: TextMap,
    /// What most objects do not have while they are kept; absent when all of it is unset.
    pub rare: Option<Box<RareMeta>>,
}

/// Metadata that most objects do not have while they are kept. In JSON it stands among the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RareMeta {
    /// Opaque version of the stored object.
    pub resource_version: Option<String>,
    /// When the object was asked to go; it stays until its finalizers are gone.
    pub deletion_timestamp: Option<Time>,
    /// Objects whose deletion deletes this one.
    pub owner_references: Vec<OwnerReference>,
    /// Names of those who must agree before the object goes.
    pub finalizers: Vec<String>,
}

/// [`ObjectMeta`] as it is written.
#[derive(Serialize, Deserialize, Default)]
#[serde(rename = "ObjectMeta", rename_all = "camelCase", default)]
struct Written {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_timestamp: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_timestamp: Option<Time>,
    #[serde(skip_serializing_if = "TextMap::is_empty")]
    labels: TextMap,
    #[serde(skip_serializing_if = "TextMap::is_empty")]
    annotations: TextMap,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    owner_references: Vec<OwnerReference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    finalizers: Vec<String>,
}

impl From<Written> for ObjectMeta {
    fn from(written: Written) -> Self {
        let Written { resource_version, deletion_timestamp, owner_references, finalizers, .. } = written;
        let rare = RareMeta { resource_version, deletion_timestamp, owner_references, finalizers };
        Self {
            name: written.name,
            namespace: written.namespace,
            uid: written.uid,
            generation: written.generation,
            creation_timestamp: written.creation_timestamp,
            labels: written.labels,
            annotations: written.annotations,
            rare: rare.boxed(),
        }
    }
}

impl From<ObjectMeta> for Written {
    fn from(meta: ObjectMeta) -> Self {
        let ObjectMeta { name, namespace, uid, generation, creation_timestamp, labels, annotations, rare } =
            meta;
        let RareMeta { resource_version, deletion_timestamp, owner_references, finalizers } =
            rare.map(|rare| *rare).unwrap_or_default();
        Self {
            name,
            namespace,
            uid,
            resource_version,
            generation,
            creation_timestamp,
            deletion_timestamp,
            labels,
            annotations,
            owner_references,
            finalizers,
        }
    }
}

impl RareMeta {
    /// Absent when all of it is unset.
    fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
}

impl ObjectMeta {
    /// The namespace, or the empty string outside of namespaces.
    pub fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or_default()
    }

    /// The generation, or 0 for objects that were never stored.
    pub fn generation(&self) -> i64 {
        self.generation.unwrap_or_default()
    }

    /// Seconds since 1970 at the creation; `None` when unset or unreadable.
    pub fn created(&self) -> Option<i64> {
        self.creation_timestamp.as_ref().and_then(Time::seconds)
    }

    /// Whether the object was asked to go.
    pub fn is_deleted(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.deletion_timestamp.is_some())
    }

    /// Takes out the resource version, which says nothing about what the object means.
    pub fn forget_version(&mut self) {
        if let Some(rare) = self.rare.take() {
            self.rare = RareMeta { resource_version: None, ..*rare }.boxed();
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ObjectMeta {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ObjectMeta".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object" })
    }
}

/// Metadata of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListMeta {
    /// Opaque version at which the list was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
}

/// An object whose deletion deletes the object that names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerReference {
    /// Group and version of the owner.
    pub api_version: String,
    /// Kind of the owner.
    pub kind: String,
    /// Name of the owner.
    pub name: String,
    /// Identity of the owner.
    pub uid: String,
    /// Whether the owner is the controller of the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<bool>,
    /// Whether the owner waits for the object to go first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_owner_deletion: Option<bool>,
}

/// A point in time as RFC 3339 text, kept as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub String);

impl Time {
    /// Seconds since the start of 1970 UTC, fractions cut off; `None` when the text is not RFC 3339.
    pub fn seconds(&self) -> Option<i64> {
        let text = self.0.as_str();
        let number = |range: std::ops::Range<usize>| -> Option<i64> {
            let digits = text.get(range)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let byte = |at: usize| text.as_bytes().get(at).copied();
        let separated = byte(4) == Some(b'-')
            && byte(7) == Some(b'-')
            && matches!(byte(10), Some(b'T' | b't' | b' '))
            && byte(13) == Some(b':')
            && byte(16) == Some(b':');
        if !separated {
            return None;
        }
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let zone = text.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        Some(days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset(zone)?)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Time {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Seconds by which local time of a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
}

/// Days from the start of 1970 to a date of the Gregorian calendar, counting years from March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// One observation about an object, by type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Condition {
    /// What is observed; in CamelCase, possibly with a domain in front.
    #[cfg_attr(feature = "schema", schemars(with = "facts::ConditionType"))]
    pub r#type: String,
    /// Whether it holds.
    pub status: ConditionStatus,
    /// Generation of the spec that the observation is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub observed_generation: Option<i64>,
    /// When the status last changed.
    pub last_transition_time: Time,
    /// Why, as one word in CamelCase for programs.
    #[cfg_attr(feature = "schema", schemars(with = "facts::ConditionReason"))]
    pub reason: String,
    /// Why, for people.
    #[cfg_attr(feature = "schema", schemars(length(max = 32768)))]
    pub message: String,
}

open_enum! {
    /// Whether a condition holds.
    ConditionStatus {
        /// It holds.
        True = "True",
        /// It does not hold.
        False = "False",
        /// Nobody knows.
        Unspecified = "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_in_seconds() {
        let seconds = |text: &str| Time::from(text).seconds();
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2000-02-29T12:30:15Z"), Some(951_827_415));
        assert_eq!(seconds("2026-11-21T11:46:11.123456Z"), Some(1_795_261_571));
        assert_eq!(seconds("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(seconds("1969-12-31T23:59:59Z"), Some(-1));
        for wrong in
            ["", "today", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00ß"]
        {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_time_or_not(text in "[0-9TZtz:+. -]{0,40}|\\PC*") {
            let _ = Time(text).seconds();
        }
    }

    #[test]
    fn days_follow_each_other() {
        let mut expected = days_since_1970(1896, 1, 1);
        for year in 1896..2105 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            for (month, length) in (1..).zip(lengths) {
                for day in 1..=length {
                    assert_eq!(days_since_1970(year, month, day), expected, "{year}-{month}-{day}");
                    expected += 1;
                }
            }
        }
    }

    #[test]
    fn rare_metadata_is_read_and_written_among_the_rest() {
        let json = serde_json::json!({
            "name": "a", "uid": "u", "resourceVersion": "7", "generation": 2,
            "ownerReferences": [{"apiVersion": "v1", "kind": "Service", "name": "a", "uid": "v"}],
        });
        let mut meta: ObjectMeta = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&meta).unwrap(), json);
        meta.forget_version();
        assert_eq!(meta.rare.as_ref().map(|rare| rare.owner_references.len()), Some(1));
        let mut meta: ObjectMeta = serde_json::from_str(r#"{"name": "a", "resourceVersion": "7"}"#).unwrap();
        meta.forget_version();
        assert_eq!(meta, ObjectMeta { name: "a".to_owned(), ..ObjectMeta::default() });
        let meta: ObjectMeta =
            serde_json::from_str(r#"{"deletionTimestamp": "1970-01-01T00:00:00Z"}"#).unwrap();
        assert!(meta.is_deleted());
    }

    #[test]
    fn a_status_that_is_not_known_survives() {
        let condition: Condition = serde_json::from_str(r#"{"type":"A","status":"Perhaps"}"#).unwrap();
        assert_eq!(condition.status, ConditionStatus::Unknown("Perhaps".into()));
        assert_eq!(serde_json::to_value(&condition).unwrap()["status"], "Perhaps");
    }
}
