//! Translates a route with a vendor's filter, and looks at what comes out:
//!
//! ```sh
//! cargo run -p vendor-filter --example vendor_filter
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use eg_api::{config::EnvoyGateway, schema};
use eg_gatewayapi_translator::{
    Features, Settings, Translation, Translator,
    ir::IrKey,
    resources::{Batch, Decoder, SourceId, Store},
};
use eg_xds_translator::{SecretsInDump, XdsTranslator};
use serde_json::Value;

const CONFIG: &str = include_str!("config.yaml");
const OBJECTS: &str = include_str!("objects.yaml");

fn main() -> Result<(), Box<dyn Error>> {
    let config: EnvoyGateway = serde_saphyr::from_str(CONFIG)?;
    let settings = Settings::from_config(&config.defaulted());
    let decoder = Decoder::new().with_foreign_kinds(&settings.foreign);
    let mut objects = Vec::new();
    for mut document in serde_saphyr::from_multiple::<Value>(OBJECTS)? {
        schema::apply_defaults(&mut document);
        objects.push(decoder.decode(document)?);
    }
    let mut store = Store::new();
    store.apply(&SourceId::new("example"), Batch::Replace(objects));
    let features = Features::default().with_route_filter(vendor_filter::route_filter());
    let translation = Translator::with_features(settings, features).translate(&store.snapshot());

    // The limits say whether they are used, and so do the routes.
    assert_eq!(accepted(&translation, "small"), ("True", "Accepted"));
    assert_eq!(accepted(&translation, "broken"), ("False", "Invalid"));
    for (object, update) in
        translation.statuses.iter().filter(|(object, _)| object.kind == vendor_filter::KIND)
    {
        println!("{object}: {}", serde_json::to_string_pretty(&update.status)?);
    }

    let emitter = eg_xds_translator::Features::default().with_http(vendor_filter::http_feature());
    let fleet = translation.xds.get(&IrKey::new("shop/web")).ok_or("no fleet")?;
    let model = XdsTranslator::new(emitter).translate(fleet);
    assert_eq!(model.findings().count(), 0);
    let dump = model.to_json(SecretsInDump::Redacted)?;

    // The listener has the filter, off, before the router.
    let listener = find(&dump["listeners"], |listener| listener["name"] == "shop/web/http")?;
    let filters = &listener["default_filter_chain"]["filters"][0]["typed_config"]["http_filters"];
    assert_eq!(filters[0]["name"], "envoy.filters.http.buffer");
    assert_eq!(filters[0]["disabled"], true);
    assert_eq!(filters[1]["name"], "envoy.filters.http.router");

    // One route has it on, the one without a usable limit answers 500, and the third one knows nothing of it.
    let host = &dump["routes"][0]["virtual_hosts"][0];
    let route = |path: &str| find(&host["routes"], |route| route["match"]["path_separated_prefix"] == path);
    let limited = &route("/limited")?["typed_per_filter_config"]["envoy.filters.http.buffer"];
    assert_eq!(limited["buffer"]["max_request_bytes"], 1024);
    assert_eq!(route("/broken")?["direct_response"]["status"], 500);
    assert_eq!(route("/free")?["typed_per_filter_config"], Value::Null);
    println!("{limited:#}");
    Ok(())
}

/// Status and reason of the condition `Accepted` of a limit.
fn accepted<'t>(translation: &'t Translation, name: &str) -> (&'t str, &'t str) {
    use eg_gatewayapi_translator::resources::Status;
    let of_name =
        |(object, _): &(&eg_diag::ObjectRef, _)| object.kind == vendor_filter::KIND && *object.name == *name;
    let status = translation.statuses.iter().find(of_name).map(|(_, update)| &*update.status);
    let Some(Status::Policy(status)) = status else { return ("", "") };
    let conditions = status.ancestors.iter().flat_map(|ancestor| &ancestor.conditions);
    let accepted = conditions.into_iter().find(|condition| condition.r#type == "Accepted");
    accepted.map(|condition| (condition.status.as_str(), condition.reason.as_str())).unwrap_or_default()
}

fn find(list: &Value, is_it: impl Fn(&Value) -> bool) -> Result<&Value, Box<dyn Error>> {
    let found = list.as_array().and_then(|list| list.iter().find(|item| is_it(item)));
    found.ok_or_else(|| format!("not found in {list:#}").into())
}
