//! The metrics by name. `docs/metrics.md` lists them for users.

use std::sync::Arc;

use prometheus_client::{
    encoding::text::encode,
    metrics::histogram::Histogram,
    registry::{Metric, Registry},
};

use crate::family::{Buckets, Counters, Gauges, Histograms};

/// The kind of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A count that only grows; its name ends in `_total`.
    Counter,
    /// A number as it is now.
    Gauge,
    /// How long things took, in seconds.
    Histogram,
}

impl Type {
    /// The word for it on the page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// What a metric is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name as it is on the page.
    pub name: String,
    /// Its kind.
    pub r#type: Type,
    /// The names of its labels.
    pub labels: Vec<&'static str>,
    /// What it says.
    pub help: &'static str,
}

/// Everything that a control plane counts. Clones are the same metrics.
///
/// Names that begin with `eg_` are of this project; the others are those of Envoy Gateway v1.9, so that its dashboards and
/// alerts work.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Families>);

impl std::ops::Deref for Metrics {
    type Target = Families;

    fn deref(&self) -> &Families {
        &self.0
    }
}

macro_rules! families {
    ($($(#[doc = $doc:literal])+ $field:ident: $family:ident<$count:literal> = $kind:ident($name:literal, [$($label:literal),*] $(, $buckets:expr)?);)+) => {
        /// The metrics, each with the values of its labels in the order of their names.
        #[derive(Debug)]
        pub struct Families {
            registry: Registry,
            descriptions: Vec<Description>,
            $($(#[doc = $doc])+ pub $field: $family<$count>,)+
        }

        impl Families {
            fn new() -> Self {
                let mut register = Register::default();
                $(let $field = register.$kind($name, concat!($($doc),+).trim(), [$($label),*] $(, $buckets)?);)+
                let Register { registry, descriptions } = register;
                Self { registry, descriptions, $($field,)+ }
            }
        }
    };
}

families! {
    /// Changes that wait for translation.
    waiting: Gauges<2> = gauge("watchable_depth", ["runner", "message"]);
    /// Panics that were caught, by the kind of the unit that failed; each cost the object that the unit was about, and nothing else.
    panics: Counters<2> = counter("watchable_panics_recovered", ["runner", "message"]);
    /// Steps of the control plane: everything that waited is taken, translated and published as one.
    steps: Counters<4> = counter("watchable_subscribe", ["runner", "message", "status", "reason"]);
    /// Time that a step took.
    step_seconds: Histograms<2> = histogram("watchable_subscribe_duration_seconds", ["runner", "message"], || buckets(&STEP));
    /// Events that were taken, by their kind.
    events: Counters<2> = counter("watchable_event", ["runner", "event_type"]);
    /// Statuses that were written, or not, by the kind of their object.
    status_updates: Counters<3> = counter("status_update", ["kind", "status", "reason"]);
    /// Time until a status was written; those that are written together take the same time.
    status_seconds: Histograms<1> = histogram("status_update_duration_seconds", ["kind"], || buckets(&STEP));
    /// Fleets whose proxies were started or changed, or not.
    applies: Counters<5> = counter("resource_apply", ["kind", "name", "namespace", "status", "reason"]);
    /// Time that it took to start or change the proxies of a fleet.
    apply_seconds: Histograms<3> = histogram("resource_apply_duration_seconds", ["kind", "name", "namespace"], || buckets(&STEP));
    /// Fleets whose proxies were ended, or not.
    deletes: Counters<5> = counter("resource_delete", ["kind", "name", "namespace", "status", "reason"]);
    /// Time that it took to end the proxies of a fleet.
    delete_seconds: Histograms<3> = histogram("resource_delete_duration_seconds", ["kind", "name", "namespace"], || buckets(&STEP));
    /// Versions of a fleet's configuration that were made for its proxies.
    snapshots_created: Counters<2> = counter("xds_snapshot_create", ["status", "reason"]);
    /// Responses that were sent to a proxy; forgotten when its last stream ends.
    snapshots_sent: Counters<3> = counter("xds_snapshot_update", ["nodeID", "status", "reason"]);
    /// Time that a stream of a proxy lived.
    stream_seconds: Histograms<1> = histogram("xds_stream_duration_seconds", ["isDeltaStream"], || buckets(&STREAM));
    /// Responses that a proxy refused; forgotten when its last stream ends.
    nacks: Counters<2> = counter("xds_nack", ["nodeID", "typeURL"]);
    /// Streams of proxies that are open.
    streams: Gauges<1> = gauge("eg_xds_streams", ["isDeltaStream"]);
    /// Calls that were refused before they became streams.
    streams_refused: Counters<1> = counter("eg_xds_streams_refused", ["code"]);
    /// Resources that were made, changed or removed for the proxies of any fleet.
    resources_changed: Counters<2> = counter("eg_xds_resources_changed", ["typeURL", "change"]);
    /// Parts of a fleet's configuration that its proxies refused and that are replaced: routes, resources, and the patches of policies.
    quarantined: Gauges<1> = gauge("eg_quarantined_resources", ["fleet"]);
    /// Parts of a fleet's configuration that are not in force as written, because they cannot be emitted or were refused; their objects say why.
    findings: Gauges<1> = gauge("eg_findings", ["fleet"]);
    /// Units of translation that ran, by their kind.
    units: Counters<1> = counter("eg_units_run", ["unit"]);
    /// Objects that stay out because another source has one of the same name.
    rejected: Counters<1> = counter("eg_objects_rejected", ["source"]);
    /// Differences between sessions and starting over, which `--verify-incremental` looks for.
    differences: Counters<0> = counter("eg_verify_differences", []);
    /// Answers of extension servers.
    stage_answers: Counters<2> = counter("eg_extension_answers", ["name", "status"]);
    /// Documents that were fetched because an object names them.
    fetches: Counters<1> = counter("eg_fetches", ["status"]);
    /// Lines of the log that were left out because nobody took them in time.
    log_lines_lost: Counters<0> = counter("eg_log_lines_lost", []);
}

const STEP: [f64; 6] = [0.001, 0.01, 0.1, 1.0, 5.0, 10.0];
const STREAM: [f64; 6] = [0.1, 10.0, 50.0, 100.0, 1_000.0, 10_000.0];

fn buckets(bounds: &[f64]) -> Histogram {
    Histogram::new(bounds.iter().copied())
}

/// Collects metrics and their descriptions.
#[derive(Default)]
struct Register {
    registry: Registry,
    descriptions: Vec<Description>,
}

impl Register {
    fn add(
        &mut self,
        name: &str,
        r#type: Type,
        help: &'static str,
        labels: &[&'static str],
        metric: impl Metric,
    ) {
        let suffix = if r#type == Type::Counter { "_total" } else { "" };
        let name = name.to_owned();
        let description =
            Description { name: format!("{name}{suffix}"), r#type, labels: labels.to_vec(), help };
        self.descriptions.push(description);
        self.registry.register(name, help.trim_end_matches('.'), metric);
    }

    fn counter<const N: usize>(
        &mut self,
        name: &str,
        help: &'static str,
        labels: [&'static str; N],
    ) -> Counters<N> {
        let counters = Counters::new(labels);
        self.add(name, Type::Counter, help, &labels, counters.family.clone());
        counters
    }

    fn gauge<const N: usize>(
        &mut self,
        name: &str,
        help: &'static str,
        labels: [&'static str; N],
    ) -> Gauges<N> {
        let gauges = Gauges::new(labels);
        self.add(name, Type::Gauge, help, &labels, gauges.family.clone());
        gauges
    }

    fn histogram<const N: usize>(
        &mut self,
        name: &str,
        help: &'static str,
        labels: [&'static str; N],
        buckets: Buckets,
    ) -> Histograms<N> {
        let histograms = Histograms::new(labels, buckets);
        self.add(name, Type::Histogram, help, &labels, histograms.family.clone());
        histograms
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// The media type of [`Metrics::text`].
    pub const MEDIA_TYPE: &'static str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Metrics that have counted nothing.
    pub fn new() -> Self {
        Self(Arc::new(Families::new()))
    }

    /// What each metric is.
    pub fn descriptions(&self) -> &[Description] {
        &self.descriptions
    }

    /// The metrics as text for Prometheus. One that never counted is left out.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _written = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn names_are_those_that_are_described() {
        let metrics = Metrics::new();
        metrics.panics.count(["gateway-api", "route"]);
        metrics.nacks.add(["a\"b", "t"], 2);
        metrics.nacks.count(["gone", "t"]);
        metrics.nacks.forget(["gone", "t"]);
        metrics.streams.change(["true"], 1);
        metrics.log_lines_lost.count([]);
        metrics.step_seconds.observe(["r", "m"], Duration::from_millis(20));
        let text = metrics.text();
        for line in [
            "watchable_panics_recovered_total{runner=\"gateway-api\",message=\"route\"} 1",
            "xds_nack_total{nodeID=\"a\\\"b\",typeURL=\"t\"} 2",
            "eg_xds_streams{isDeltaStream=\"true\"} 1",
            "eg_log_lines_lost_total{} 1",
            "eg_verify_differences_total{} 0",
            "watchable_subscribe_duration_seconds_bucket{le=\"0.01\",runner=\"r\",message=\"m\"} 0",
            "watchable_subscribe_duration_seconds_bucket{le=\"0.1\",runner=\"r\",message=\"m\"} 1",
            "# EOF",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
        assert!(!text.contains("gone"), "{text}");
        let described = |name: &str| metrics.descriptions().iter().any(|one| one.name == name);
        assert!(described("xds_nack_total") && described("eg_xds_streams"));
    }
}
