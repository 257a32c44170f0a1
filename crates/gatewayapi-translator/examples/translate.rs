//! Translates the objects of a YAML file and prints statuses and IR as JSON, without an async runtime:
//!
//! ```sh
//! cargo run --example translate -- objects.yaml [envoy-gateway.yaml]
//! ```

use std::{error::Error, fs, io::Write};

use eg_api::{config::EnvoyGateway, schema};
use eg_gatewayapi_translator::{
    Settings, Translator,
    resources::{Batch, Decoder, SourceId, Store},
};
use serde_json::{Value, json};

#[expect(clippy::disallowed_methods, reason = "an example is not the pure crate")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let input = arguments.next().ok_or("usage: translate OBJECTS [CONFIG]")?;
    let settings = match arguments.next() {
        Some(config) => {
            let config: EnvoyGateway = serde_saphyr::from_str(&fs::read_to_string(config)?)?;
            Settings::from_config(&config)
        }
        None => Settings::default(),
    };

    let documents: Vec<Value> = serde_saphyr::from_multiple(&fs::read_to_string(input)?)?;
    let mut objects = Vec::new();
    for mut document in documents.into_iter().filter(|document| !document.is_null()) {
        schema::apply_defaults(&mut document);
        match Decoder::new().decode(document) {
            Ok(object) => objects.push(object),
            // An object that cannot be read takes nothing else with it.
            Err(error) => writeln!(std::io::stderr(), "left out: {error}")?,
        }
    }

    let mut store = Store::new();
    store.apply(&SourceId::new("file"), Batch::Replace(objects));
    let translation = Translator::new(settings).translate(&store.snapshot());

    let statuses = translation.statuses.values().map(|update| {
        json!({
            "kind": update.object.kind.kind,
            "namespace": update.object.namespace,
            "name": update.object.name,
            "status": update.status,
        })
    });
    let output = json!({
        "status": statuses.collect::<Vec<_>>(),
        "xds": translation.xds,
        "infra": translation.infra,
    });
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &output)?;
    writeln!(out)?;
    Ok(())
}
