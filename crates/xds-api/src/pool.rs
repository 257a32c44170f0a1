//! The descriptors of every message, decoded when first needed.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MessageDescriptor};

/// The zlib-compressed `FileDescriptorSet` of everything, written by xds-codegen.
static COMPRESSED: &[u8] = include_bytes!("generated/descriptors.bin");

static POOL: LazyLock<DescriptorPool> = LazyLock::new(decode);

#[expect(clippy::expect_used, reason = "the bytes are part of the crate and every test decodes them")]
fn decode() -> DescriptorPool {
    let bytes =
        miniz_oxide::inflate::decompress_to_vec_zlib(COMPRESSED).expect("the descriptor set is valid zlib");
    DescriptorPool::decode(bytes.as_slice()).expect("the descriptor set is consistent")
}

/// Descriptors of every message type of the data plane API, also of those that have no generated Rust type.
///
/// The first call decompresses and decodes them, which takes some tens of milliseconds.
pub fn descriptor_pool() -> &'static DescriptorPool {
    &POOL
}

/// Whether messages of this type URL (or full name) can be mapped to JSON, re-encoded and validated.
pub fn knows_type(type_url: &str) -> bool {
    message(type_url).is_some()
}

/// The descriptor for a type URL or full name.
pub(crate) fn message(type_url: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(full_name(type_url))
}

/// The full name in a type URL: what follows the last slash.
pub(crate) fn full_name(type_url: &str) -> &str {
    type_url.rsplit('/').next().unwrap_or(type_url)
}
