//! The rules of [`StatusSink`].
//!
//! Every rule panics with what it saw when it is broken.

#![expect(clippy::panic, clippy::missing_panics_doc, reason = "a rule that is broken fails a test")]

use super::PATIENCE;
use crate::deadline;
use eg_resources::{
    Kind, ObjectRef, Status, StatusSink, StatusUpdate,
    api::{
        gateway::{ParentReference, RouteParentStatus, RouteStatus},
        meta::{Condition, ConditionStatus},
    },
};
use serde_json::{Value, json};
use std::{future::Future, sync::Arc};

/// The controller whose entries the sink under test owns.
pub const CONTROLLER: &str = "gateway.envoyproxy.io/gatewayclass-controller";

/// A place that statuses are written to.
pub trait StatusFixture: Sized + Send + Sync {
    /// Whether other controllers may have entries in the same statuses.
    const SHARED: bool = true;

    /// A place with these objects, statuses included, and a sink that leads and owns the entries of [`CONTROLLER`].
    fn start(objects: Vec<Value>) -> impl Future<Output = Self> + Send;

    /// The sink.
    fn sink(&self) -> Arc<dyn StatusSink>;

    /// The status of an object as it is now, null without one.
    fn status(&self, object: &ObjectRef) -> impl Future<Output = Value> + Send;
}

fn key(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::intern("gateway.networking.k8s.io", "HTTPRoute"), "default", name)
}

/// A route for tests of status sinks.
pub fn sample(name: &str) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"namespace": "default", "name": name, "generation": 1},
        "spec": {"parentRefs": [{"name": "gw"}]},
    })
}

/// An update that says whether a route is accepted.
fn accepted(name: &str, holds: bool, message: &str) -> StatusUpdate {
    let condition = Condition {
        r#type: "Accepted".to_owned(),
        status: if holds { ConditionStatus::True } else { ConditionStatus::False },
        observed_generation: Some(1),
        reason: if holds { "Accepted" } else { "NoMatchingParent" }.to_owned(),
        message: message.to_owned(),
        ..Condition::default()
    };
    let parent = RouteParentStatus {
        parent_ref: ParentReference { name: "gw".to_owned(), ..ParentReference::default() },
        controller_name: CONTROLLER.to_owned(),
        conditions: vec![condition],
    };
    update(name, RouteStatus { parents: vec![parent] })
}

fn update(name: &str, status: RouteStatus) -> StatusUpdate {
    StatusUpdate { object: key(name), uid: None, generation: 1, status: Status::Route(status).into() }
}

/// Our condition in a status.
fn ours(status: &Value) -> Option<&Value> {
    let parents = status["parents"].as_array()?;
    parents
        .iter()
        .find(|parent| parent["controllerName"] == CONTROLLER)
        .map(|parent| &parent["conditions"][0])
}

async fn write(fixture: &impl StatusFixture, updates: &[StatusUpdate]) {
    if let Err(error) = fixture.sink().write(updates).await {
        panic!("the sink failed: {error}");
    }
}

/// Waits until the status of an object satisfies a rule, and returns it.
async fn reached(
    fixture: &impl StatusFixture,
    name: &str,
    what: &str,
    rule: impl Fn(&Value) -> bool,
) -> Value {
    let object = key(name);
    let attempt = || async {
        let status = fixture.status(&object).await;
        if rule(&status) { Ok(status) } else { Err(status) }
    };
    match deadline::poll(PATIENCE, attempt).await {
        Ok(status) => status,
        Err(status) => panic!("{what}: {status}"),
    }
}

fn says(status: &Value, holds: &str, message: &str) -> bool {
    ours(status).is_some_and(|condition| condition["status"] == holds && condition["message"] == message)
}

/// What was asked for can be read, with a transition time that the sink set.
pub async fn a_status_is_written_with_a_transition_time<F: StatusFixture>() {
    let fixture = F::start(vec![sample("a")]).await;
    write(&fixture, &[accepted("a", true, "fine")]).await;
    let status = reached(&fixture, "a", "not written", |status| says(status, "True", "fine")).await;
    let time =
        ours(&status).map_or("", |condition| condition["lastTransitionTime"].as_str().unwrap_or_default());
    assert!(time.contains('T'), "no transition time: {status}");
}

/// Writing what is there already changes nothing.
pub async fn an_equal_status_changes_nothing<F: StatusFixture>() {
    let fixture = F::start(vec![sample("a"), sample("b")]).await;
    write(&fixture, &[accepted("a", true, "fine")]).await;
    let first = reached(&fixture, "a", "not written", |status| says(status, "True", "fine")).await;
    // When the later write of another object is there, the equal one is behind us.
    write(&fixture, &[accepted("a", true, "fine"), accepted("b", true, "fine")]).await;
    reached(&fixture, "b", "not written", |status| says(status, "True", "fine")).await;
    assert_eq!(fixture.status(&key("a")).await, first);
}

/// Another message is written, and the transition time stays.
pub async fn a_new_message_keeps_the_transition_time<F: StatusFixture>() {
    let fixture = F::start(vec![sample("a")]).await;
    write(&fixture, &[accepted("a", true, "fine")]).await;
    let before = reached(&fixture, "a", "not written", |status| says(status, "True", "fine")).await;
    write(&fixture, &[accepted("a", true, "still fine")]).await;
    let after = reached(&fixture, "a", "not updated", |status| says(status, "True", "still fine")).await;
    let time = |status: &Value| ours(status).map(|condition| condition["lastTransitionTime"].clone());
    assert_eq!(time(&before), time(&after));
}

/// A condition that becomes false is written.
pub async fn a_condition_that_flips_is_written<F: StatusFixture>() {
    let fixture = F::start(vec![sample("a")]).await;
    write(&fixture, &[accepted("a", true, "fine")]).await;
    reached(&fixture, "a", "not written", |status| says(status, "True", "fine")).await;
    write(&fixture, &[accepted("a", false, "no parent")]).await;
    reached(&fixture, "a", "not updated", |status| says(status, "False", "no parent")).await;
}

/// An update for an object that does not exist holds up no other, and is not an error.
pub async fn a_missing_object_holds_up_no_other<F: StatusFixture>() {
    let fixture = F::start(vec![sample("b")]).await;
    write(&fixture, &[accepted("missing", true, "fine"), accepted("b", true, "fine")]).await;
    reached(&fixture, "b", "held up", |status| says(status, "True", "fine")).await;
}

/// A status without entries removes ours.
pub async fn an_empty_status_removes_our_entries<F: StatusFixture>() {
    let fixture = F::start(vec![sample("a")]).await;
    write(&fixture, &[accepted("a", true, "fine")]).await;
    reached(&fixture, "a", "not written", |status| says(status, "True", "fine")).await;
    write(&fixture, &[update("a", RouteStatus::default())]).await;
    reached(&fixture, "a", "not removed", |status| ours(status).is_none()).await;
}

/// What other controllers said stays as it is, whatever we write.
pub async fn entries_of_other_controllers_stay<F: StatusFixture>() {
    if !F::SHARED {
        return;
    }
    let foreign = json!({
        "parentRef": {"name": "theirs"},
        "controllerName": "example.com/other",
        "conditions": [{
            "type": "Accepted", "status": "True", "reason": "Accepted", "message": "",
            "lastTransitionTime": "2024-01-01T00:00:00Z",
        }],
    });
    let mut object = sample("a");
    object["status"] = json!({"parents": [foreign]});
    let fixture = F::start(vec![object]).await;
    let theirs = |status: &Value| {
        let parents = status["parents"].as_array().into_iter().flatten();
        parents.into_iter().any(|parent| {
            parent["controllerName"] == "example.com/other"
                && parent["conditions"][0]["lastTransitionTime"] == "2024-01-01T00:00:00Z"
        })
    };
    write(&fixture, &[accepted("a", true, "fine")]).await;
    let both = |status: &Value| says(status, "True", "fine") && theirs(status);
    reached(&fixture, "a", "their entry is gone", both).await;
    write(&fixture, &[update("a", RouteStatus::default())]).await;
    let only_theirs = |status: &Value| ours(status).is_none() && theirs(status);
    reached(&fixture, "a", "their entry is gone, or ours is not", only_theirs).await;
}
