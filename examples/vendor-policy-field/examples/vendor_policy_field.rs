//! Translates Gateways with a vendor's policy field, and looks at what comes out:
//!
//! ```sh
//! cargo run -p vendor-policy-field --example vendor_policy_field
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use eg_api::schema;
use eg_diag::ObjectRef;
use eg_gatewayapi_translator::{
    Features, Settings, Translation, Translator,
    ir::IrKey,
    resources::{Batch, Decoder, SourceId, Status, Store},
};
use eg_xds_translator::{SecretsInDump, XdsTranslator};
use serde_json::Value;

const OBJECTS: &str = include_str!("objects.yaml");

fn main() -> Result<(), Box<dyn Error>> {
    let mut objects = Vec::new();
    for mut document in serde_saphyr::from_multiple::<Value>(OBJECTS)? {
        schema::apply_defaults(&mut document);
        objects.push(Decoder::new().decode(document)?);
    }
    let mut store = Store::new();
    store.apply(&SourceId::new("example"), Batch::Replace(objects));
    let features = Features::default().with_client_traffic_field(vendor_policy_field::policy_field());
    let translation = Translator::with_features(Settings::default(), features).translate(&store.snapshot());

    // The policies say whether they are applied; the field is judged like one of theirs.
    assert_eq!(accepted(&translation, "strict"), ("True", "Accepted"));
    assert_eq!(accepted(&translation, "mistaken"), ("False", "Invalid"));

    let emitter = eg_xds_translator::Features::default().with_http(vendor_policy_field::http_feature());
    let emitter = XdsTranslator::new(emitter);
    let listener_of = |gateway: &str| -> Result<Value, Box<dyn Error>> {
        let fleet = translation.xds.get(&IrKey::new(format!("shop/{gateway}"))).ok_or("no fleet")?;
        let model = emitter.translate(fleet);
        assert_eq!(model.findings().count(), 0);
        let dump = model.to_json(SecretsInDump::Redacted)?;
        let name = format!("shop/{gateway}/http");
        let mut listeners = dump["listeners"].as_array().into_iter().flatten();
        let own = listeners.find(|listener| listener["name"] == *name).cloned();
        Ok(own.ok_or("no listener")?["default_filter_chain"]["filters"][0]["typed_config"].take())
    };

    // The listener of the valid policy has the filter, beside what the policy says otherwise.
    let strict = listener_of("web")?;
    let filter = &strict["http_filters"][0];
    assert_eq!(filter["name"], "envoy.filters.http.csrf");
    assert_eq!(filter["typed_config"]["filter_enabled"]["default_value"]["numerator"], 100);
    assert_eq!(strict["request_timeout"], "10s");
    println!("{filter:#}");

    // The other one has none, and is closed.
    assert_eq!(listener_of("other")?["http_filters"][0]["name"], "envoy.filters.http.router");
    let other = translation.xds.get(&IrKey::new("shop/other")).ok_or("no fleet")?;
    let tables = other.routes.values().flat_map(|table| table.virtual_hosts.values());
    let mut routes = tables.flat_map(|host| host.routes.values());
    let closed = routes.all(|route| matches!(route.action, eg_ir::route::RouteAction::DirectResponse(_)));
    assert!(closed, "the routes of a policy that cannot be used answer 500");
    Ok(())
}

/// Status and reason of the condition `Accepted` of a policy.
fn accepted<'t>(translation: &'t Translation, name: &str) -> (&'t str, &'t str) {
    let of_name =
        |(object, _): &(&ObjectRef, _)| object.kind.kind == "ClientTrafficPolicy" && *object.name == *name;
    let status = translation.statuses.iter().find(of_name).map(|(_, update)| &*update.status);
    let Some(Status::Policy(status)) = status else { return ("", "") };
    let mut conditions = status.ancestors.iter().flat_map(|ancestor| &ancestor.conditions);
    let accepted = conditions.find(|condition| condition.r#type == "Accepted");
    accepted.map(|condition| (condition.status.as_str(), condition.reason.as_str())).unwrap_or_default()
}
