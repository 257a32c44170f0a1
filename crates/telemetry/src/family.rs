//! Metrics of one name, told apart by the values of labels.

use prometheus_client::metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram};

/// Names and values of labels.
pub(crate) type Labels<const N: usize> = [(&'static str, String); N];

/// Makes a histogram with the buckets of its metric.
pub(crate) type Buckets = fn() -> Histogram;

fn labels<const N: usize>(names: [&'static str; N], values: [&str; N]) -> Labels<N> {
    std::array::from_fn(|at| (names[at], values[at].to_owned()))
}

/// Counts that only grow.
#[derive(Clone, Debug)]
pub struct Counters<const N: usize> {
    names: [&'static str; N],
    pub(crate) family: Family<Labels<N>, Counter>,
}

impl<const N: usize> Counters<N> {
    pub(crate) fn new(names: [&'static str; N]) -> Self {
        let family: Family<Labels<N>, Counter> = Family::default();
        if N == 0 {
            // There is only this one, so that it shows although it counts nothing.
            drop(family.get_or_create(&labels(names, [""; N])));
        }
        Self { names, family }
    }

    /// Counts so many more.
    pub fn add(&self, values: [&str; N], count: u64) {
        if count > 0 {
            self.family.get_or_create(&labels(self.names, values)).inc_by(count);
        }
    }

    /// Counts one more.
    pub fn count(&self, values: [&str; N]) {
        self.add(values, 1);
    }

    /// Forgets what is gone and does not count any more.
    pub fn forget(&self, values: [&str; N]) {
        self.family.remove(&labels(self.names, values));
    }

    /// The count now.
    pub fn value(&self, values: [&str; N]) -> u64 {
        self.family.get(&labels(self.names, values)).map_or(0, |counter| counter.get())
    }
}

/// Numbers as they are now.
#[derive(Clone, Debug)]
pub struct Gauges<const N: usize> {
    names: [&'static str; N],
    pub(crate) family: Family<Labels<N>, Gauge>,
}

impl<const N: usize> Gauges<N> {
    pub(crate) fn new(names: [&'static str; N]) -> Self {
        Self { names, family: Family::default() }
    }

    /// Says what the number is now.
    pub fn set(&self, values: [&str; N], number: usize) {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.family.get_or_create(&labels(self.names, values)).set(number);
    }

    /// Adds to the number, or takes from it.
    pub fn change(&self, values: [&str; N], by: i64) {
        self.family.get_or_create(&labels(self.names, values)).inc_by(by);
    }

    /// Forgets what is gone.
    pub fn forget(&self, values: [&str; N]) {
        self.family.remove(&labels(self.names, values));
    }
}

/// How long things took.
#[derive(Clone, Debug)]
pub struct Histograms<const N: usize> {
    names: [&'static str; N],
    pub(crate) family: Family<Labels<N>, Histogram, Buckets>,
}

impl<const N: usize> Histograms<N> {
    pub(crate) fn new(names: [&'static str; N], buckets: Buckets) -> Self {
        Self { names, family: Family::new_with_constructor(buckets) }
    }

    /// Says that something took so long.
    pub fn observe(&self, values: [&str; N], time: std::time::Duration) {
        self.family.get_or_create(&labels(self.names, values)).observe(time.as_secs_f64());
    }
}
