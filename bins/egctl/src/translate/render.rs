//! Results as JSON.

use eg_diag::Identity;
use eg_ir::IrKey;
use eg_runtime::{Core, Infrastructure, SecretsInDump, Settings};
use serde_json::{Map, Value, json};

use self::bootstrap::Place;
use super::{ResourceKind, To};
use crate::output::Error;

mod bootstrap;
mod config_dump;
mod infra;
mod resources;
mod secrets;

/// What the core computed, to be shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Render<'c> {
    /// The core after its step.
    pub(super) core: &'c Core,
    /// Its settings.
    pub(super) settings: &'c Settings,
}

impl Render<'_> {
    /// Objects by kind, dumps as Envoy prints them, and the IR.
    pub(super) fn for_people(self, to: &[To], kind: ResourceKind) -> Result<Value, Error> {
        let mut result = Map::new();
        if to.contains(&To::GatewayApi) || to.contains(&To::Ir) {
            result.append(&mut resources::by_kind(self.core)?);
        }
        if to.contains(&To::Xds) {
            let dump = |fleet: &IrKey| config_dump::dump(self, fleet, kind);
            result.insert("xds".to_owned(), self.by_fleet(dump)?);
        }
        if to.contains(&To::Ir) {
            result.insert("xdsIR".to_owned(), value_of(&self.core.translation().xds)?);
            result.insert("infraIR".to_owned(), infra::fleets(self.core)?);
        }
        Ok(result.into())
    }

    /// One field for each target.
    pub(super) fn plain(self, to: &[To]) -> Result<Value, Error> {
        let mut result = Map::new();
        for to in to {
            let (field, value) = match to {
                To::GatewayApi => ("resources", resources::by_kind(self.core)?.into()),
                To::Status => ("status", self.statuses()?),
                To::Xds => ("xds", self.by_fleet(|fleet| self.xds(fleet))?),
                To::Ir => ("ir", value_of(&self.core.translation().xds)?),
                To::Infra => ("infra", infra::fleets(self.core)?),
                To::Ratelimit => ("ratelimit", json!({})),
                To::Bootstrap => ("bootstrap", self.bootstraps()?),
            };
            result.insert(field.to_owned(), value);
        }
        Ok(result.into())
    }

    fn by_fleet(self, show: impl Fn(&IrKey) -> Result<Value, Error>) -> Result<Value, Error> {
        let mut fleets = Map::new();
        for fleet in self.core.translation().xds.keys() {
            fleets.insert(fleet.to_string(), show(fleet)?);
        }
        Ok(fleets.into())
    }

    fn xds(self, fleet: &IrKey) -> Result<Value, Error> {
        let Some(model) = self.core.model(fleet) else { return Ok(json!({})) };
        let mut resources =
            model.to_json(SecretsInDump::Shown).map_err(|error| Error::Format(error.to_string()))?;
        secrets::repeat(&mut resources, self.settings.flag("PerResourceSystemCASecret"));
        Ok(resources)
    }

    /// The bootstraps of proxies that run on Kubernetes; elsewhere they depend on the machine.
    fn bootstraps(self) -> Result<Value, Error> {
        match self.settings.infrastructure {
            Infrastructure::Kubernetes | Infrastructure::GatewayNamespace => {
                self.by_fleet(|fleet| bootstrap::bootstrap(self, fleet, Place::Cluster))
            }
            _ => Ok(json!({})),
        }
    }

    fn statuses(self) -> Result<Value, Error> {
        let mut list = Vec::new();
        for update in self.core.statuses() {
            let Identity { kind, namespace, name } = &*update.object;
            list.push(json!({
                "kind": kind.kind,
                "namespace": &**namespace,
                "name": &**name,
                "status": value_of(&update.status)?,
            }));
        }
        Ok(list.into())
    }
}

fn value_of(value: &impl serde::Serialize) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(|error| Error::Format(error.to_string()))
}
