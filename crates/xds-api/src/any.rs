//! Typed messages in and out of `google.protobuf.Any`.

use prost::Name;
use prost_types::Any;

use crate::pool;

/// Why an [`Any`] does not unpack to the wanted type.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The type URL names another message.
    #[error("expected a {expected}, found {found:?}")]
    WrongType {
        /// Full name of the wanted message.
        expected: String,
        /// The type URL as it is.
        found: String,
    },
    /// The payload is not an encoding of the message it claims to be.
    #[error("the payload is not a valid {type_name}")]
    Malformed {
        /// Full name of the wanted message.
        type_name: String,
        /// What the decoder ran into.
        source: prost::DecodeError,
    },
}

/// Wraps a message with its type URL; equal messages give equal bytes.
pub fn pack<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// Reads the message back; only the part of the type URL behind the last slash is compared.
pub fn unpack<M: Name + Default>(any: &Any) -> Result<M, UnpackError> {
    let expected = M::full_name();
    if pool::full_name(&any.type_url) != expected {
        return Err(UnpackError::WrongType { expected, found: any.type_url.clone() });
    }
    M::decode(any.value.as_slice()).map_err(|source| UnpackError::Malformed { type_name: expected, source })
}
