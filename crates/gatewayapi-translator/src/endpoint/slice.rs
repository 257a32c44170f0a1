//! EndpointSlices.

use std::sync::Arc;

use eg_api::core::{EndpointConditions, EndpointSlice};
use eg_ir::{
    Name,
    cluster::{Endpoint, EndpointAddress},
};
use eg_resources::Object;

use crate::{
    engine::{ReadCx, Unit},
    fanout::SlicePort,
    refs::backend::{ServicePortOf, carries},
};

/// An endpoint and its zone; the zone is empty when it is not known.
type Zoned = (Endpoint, Name);

/// The endpoints of a port, sorted, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PortEndpoints {
    /// The endpoints.
    pub(crate) endpoints: Arc<[Endpoint]>,
    /// The zone of each, empty where it is not known; none when no zone is known.
    zones: Box<[Name]>,
}

impl PortEndpoints {
    fn of(mut found: Vec<Zoned>) -> Self {
        found.sort_unstable();
        // Two slices may list the same endpoint while one takes over from the other.
        found.dedup_by(|(later, _), (earlier, _)| later.address == earlier.address);
        let (endpoints, zones): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let known = zones.iter().any(|zone| !zone.is_empty());
        Self { endpoints: endpoints.into(), zones: zones.into_iter().filter(|_| known).collect() }
    }

    /// The endpoints with their zones; the zone is empty where it is not known.
    pub(crate) fn zoned(&self) -> impl Iterator<Item = (&Endpoint, &str)> {
        let zone = |at: usize| self.zones.get(at).map(|zone| &**zone).unwrap_or_default();
        self.endpoints.iter().enumerate().map(move |(at, endpoint)| (endpoint, zone(at)))
    }
}

/// The [`PortEndpoints`] of a port.
pub(crate) struct Endpoints;

impl Unit for Endpoints {
    type Key = SlicePort;
    type Out = PortEndpoints;
    const NAME: &'static str = "endpoints";
    const RANK: u8 = 5;

    fn compute(cx: &ReadCx<'_>, key: &SlicePort) -> Self::Out {
        let Some(port) = &*cx.unit::<ServicePortOf>(key) else {
            return PortEndpoints::default();
        };
        let mut endpoints = Vec::new();
        for slice in slices(cx, key) {
            let named = |name: Option<&str>| name.unwrap_or_default() == &*port.name;
            let numbers = slice
                .ports
                .iter()
                .filter(|port| {
                    named(port.name.as_deref()) && carries(port.protocol.as_deref(), key.transport)
                })
                .filter_map(|port| u16::try_from(port.port?).ok());
            for number in numbers {
                endpoints.extend(at_port(&slice, number));
            }
        }
        PortEndpoints::of(endpoints)
    }
}

fn slices(cx: &ReadCx<'_>, key: &SlicePort) -> Vec<Arc<EndpointSlice>> {
    let slices = cx.referrers(EndpointSlice::KIND, &key.service);
    slices.iter().filter_map(|slice| cx.object::<EndpointSlice>(slice)).collect()
}

fn at_port(slice: &EndpointSlice, port: u16) -> impl Iterator<Item = Zoned> {
    slice.endpoints.iter().flat_map(move |endpoint| {
        let draining = is_draining(&endpoint.conditions);
        let zone = endpoint.zone.as_deref().map_or_else(Name::default, Name::from);
        endpoint.addresses.iter().map(move |address| {
            let address = EndpointAddress::Socket { host: Arc::clone(address), port };
            (Endpoint { address, hostname: None, draining }, zone.clone())
        })
    })
}

/// Whether an endpoint gets no new requests: it goes, or cannot serve, or (where one of both is not known) is not ready.
fn is_draining(conditions: &EndpointConditions) -> bool {
    match (conditions.serving, conditions.terminating) {
        (Some(serving), Some(terminating)) => terminating || !serving,
        _ => conditions.ready == Some(false),
    }
}

/// What the addresses of a port's endpoints are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Addressing {
    /// There are none.
    #[default]
    Empty,
    /// IP addresses.
    Ip,
    /// Hostnames.
    Hostnames,
    /// Both, which no cluster can have.
    Mixed,
}

/// What routes need to know of a port's endpoints; most changes of endpoints stop here.
pub(crate) struct SliceSummary;

impl Unit for SliceSummary {
    type Key = SlicePort;
    type Out = Addressing;
    const NAME: &'static str = "slice_summary";
    const RANK: u8 = 6;

    fn compute(cx: &ReadCx<'_>, key: &SlicePort) -> Addressing {
        let slices = slices(cx, key);
        let of_hostnames = slices.iter().filter(|slice| &*slice.address_type == "FQDN").count();
        if of_hostnames != 0 && of_hostnames != slices.len() {
            Addressing::Mixed
        } else if cx.unit::<Endpoints>(key).endpoints.is_empty() {
            Addressing::Empty
        } else if of_hostnames == 0 {
            Addressing::Ip
        } else {
            Addressing::Hostnames
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_falls_back_to_readiness() {
        let draining =
            |ready, serving, terminating| is_draining(&EndpointConditions { ready, serving, terminating });
        assert!(!draining(None, None, None));
        assert!(!draining(Some(true), None, None));
        assert!(!draining(None, Some(true), None));
        assert!(draining(Some(false), None, None));
        assert!(draining(Some(false), Some(true), None));
        assert!(!draining(Some(false), Some(true), Some(false)));
        assert!(draining(Some(true), Some(true), Some(true)));
        assert!(draining(Some(true), Some(false), Some(false)));
    }
}
