//! Compression of responses.
//!
//! API: `BackendTrafficPolicy.spec.compressor`, or the deprecated `spec.compression`. IR: [`Compressor`]. An entry of `compressor`
//! without settings for its algorithm is off.
//!
//! Precedence: the first entry, unless it is off, is used where a client likes several as well; `compressor` goes before
//! `compression`. The routes of a listener share a filter for each algorithm, with the `minContentLength` of the first of them.
//!
//! Fail mode: closed; an algorithm that nobody knows, or a size below 30 bytes, makes routes answer 500.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, Compression};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{CompressionAlgorithm, Compressor},
};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::{
    reading::{ReadField, Reading},
    status::deprecated,
};

static INVALID: Code = Code::error("invalid-compressor", "Accepted", "Invalid");

/// The smallest size that Envoy compresses, in bytes.
const SMALLEST: u32 = 30;

const ALGORITHMS: &[(&str, CompressionAlgorithm)] = &[
    ("Brotli", CompressionAlgorithm::Brotli),
    ("Gzip", CompressionAlgorithm::Gzip),
    ("Zstd", CompressionAlgorithm::Zstd),
];

/// Compression of responses.
pub(super) struct CompressorField;

/// The same under its deprecated name.
pub(super) struct CompressionField;

impl ReadField<BackendTraffic> for CompressorField {
    const ID: FeatureId = features::COMPRESSOR;
    const NAME: &'static str = "compressor";
    const INVALID: &'static Code = &INVALID;
    type Written = [Compression];

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&[Compression]> {
        Some(spec.compressor.as_slice()).filter(|written| !written.is_empty())
    }

    fn read(
        written: &[Compression],
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        reading: Reading<'_>,
    ) {
        compress(slot, compressors(written, reading, is_on));
    }
}

impl ReadField<BackendTraffic> for CompressionField {
    const ID: FeatureId = features::COMPRESSOR;
    const NAME: &'static str = "compression";
    const INVALID: &'static Code = &INVALID;
    type Written = [Compression];

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&[Compression]> {
        Some(spec.compression.as_slice()).filter(|written| !written.is_empty())
    }

    fn attention(_: &[Compression], at: &FieldPath, warnings: &mut Vec<Diagnostic>) {
        warnings.push(deprecated(at.clone(), &FieldPath::spec().field("compressor")));
    }

    fn read(
        written: &[Compression],
        spec: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        reading: Reading<'_>,
    ) {
        if spec.compressor.is_empty() {
            compress(slot, compressors(written, reading, |_| true));
        }
    }
}

fn compress(slot: &mut BackendTrafficSlot, compressors: Vec<Compressor>) {
    for compressor in &compressors {
        slot.need(features::COMPRESSOR, compressor.algorithm.name(), compressor);
    }
    slot.route_mut().compressors = compressors;
}

/// Whether there are settings for the algorithm.
fn is_on(Compression { brotli, gzip, min_content_length: _, r#type, zstd }: &Compression) -> bool {
    match r#type.as_str() {
        "Brotli" => brotli.is_some(),
        "Gzip" => gzip.is_some(),
        "Zstd" => zstd.is_some(),
        _ => true,
    }
}

fn compressors(
    written: &[Compression],
    mut reading: Reading<'_>,
    is_on: fn(&Compression) -> bool,
) -> Vec<Compressor> {
    let mut read = Vec::new();
    for (position, written) in written.iter().enumerate().filter(|(_, written)| is_on(written)) {
        let mut at = reading.nth(position);
        let size = written.min_content_length.as_ref();
        let min_bytes = at.bytes("minContentLength", size, SMALLEST..=u32::MAX);
        if let Some(algorithm) = at.at("type").word(&written.r#type, ALGORITHMS) {
            read.push(Compressor { algorithm, min_bytes, preferred: position == 0 });
        }
    }
    read
}
