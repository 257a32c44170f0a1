//! What the kinds of code that requests pass through have in common: filters that are off on listeners, one for each piece
//! of code, and that routes turn on.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, Name,
    route::{Processor, ProcessorSettings},
};
use prost::Name as Message;
use prost_types::Any;
use serde::de::DeserializeOwned;

use super::{FilterChain, RouteCx, ServerCx};
use crate::envoy::{any, route};

/// Adds the filters of one kind of code: by their place in their policies and then in the order of the routes that need them.
pub(super) fn filters<T: ProcessorSettings + DeserializeOwned, M: Message>(
    cx: ServerCx<'_>,
    (feature, filter): (&FeatureId, &str),
    chain: &mut FilterChain,
    emit: impl Fn(&T) -> M,
) -> Result<(), Diagnostic> {
    let mut needed = cx.needed::<T>(feature).collect::<Result<Vec<T>, _>>()?;
    needed.sort_by_key(ProcessorSettings::position);
    for settings in &needed {
        chain.add_disabled(&filter_name(filter, settings.name()), &emit(settings));
    }
    Ok(())
}

/// Turns the filters of one kind of code on, for a route that passes through some. What they are told there is `told`.
pub(super) fn turn_on(
    cx: RouteCx<'_>,
    (feature, filter): (&FeatureId, &str),
    route: &mut route::Route,
    told: impl Fn(&Processor) -> Option<Any>,
) {
    let all = cx.route.processors.iter().flat_map(|processors| processors.iter());
    for processor in all.filter(|processor| processor.feature == *feature) {
        let config = told(processor).unwrap_or_else(as_on_the_listener);
        route.typed_per_filter_config.insert(filter_name(filter, &processor.name), config);
    }
}

/// Turns a filter on as the listener has it.
pub(super) fn as_on_the_listener() -> Any {
    any(&route::FilterConfig { config: Some(Any::default()), ..route::FilterConfig::default() })
}

fn filter_name(filter: &str, name: &Name) -> String {
    format!("{filter}/{name}")
}
