//! Reading an encoding field by field, without knowing the message.

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// An encoded value as the wire shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Fixed32([u8; 4]),
    Bytes(&'a [u8]),
}

/// The bytes do not follow the wire format, or not the one of the field's type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Takes the next field off `bytes`; groups, which these protos do not use, are skipped.
pub(super) fn next<'a>(bytes: &mut &'a [u8]) -> Result<Option<(u32, Wire<'a>)>, Malformed> {
    while !bytes.is_empty() {
        let (wire_type, number) =
            decode_key(bytes).map(|(number, kind)| (kind, number)).map_err(|_| Malformed)?;
        if let Some(wire) = value(wire_type, number, bytes)? {
            return Ok(Some((number, wire)));
        }
    }
    Ok(None)
}

fn value<'a>(wire_type: WireType, number: u32, bytes: &mut &'a [u8]) -> Result<Option<Wire<'a>>, Malformed> {
    Ok(Some(match wire_type {
        WireType::Varint => Wire::Varint(decode_varint(bytes).map_err(|_| Malformed)?),
        WireType::SixtyFourBit => Wire::Fixed64(*take_array(bytes)?),
        WireType::ThirtyTwoBit => Wire::Fixed32(*take_array(bytes)?),
        WireType::LengthDelimited => {
            let length = decode_varint(bytes).map_err(|_| Malformed)?;
            Wire::Bytes(take(bytes, usize::try_from(length).map_err(|_| Malformed)?)?)
        }
        WireType::StartGroup => {
            skip_field(wire_type, number, bytes, DecodeContext::default()).map_err(|_| Malformed)?;
            return Ok(None);
        }
        WireType::EndGroup => return Err(Malformed),
    }))
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], Malformed> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or(Malformed)?;
    *bytes = rest;
    Ok(taken)
}

fn take_array<'a, const N: usize>(bytes: &mut &'a [u8]) -> Result<&'a [u8; N], Malformed> {
    let (taken, rest) = bytes.split_first_chunk().ok_or(Malformed)?;
    *bytes = rest;
    Ok(taken)
}

/// The last value of one field of a small message.
pub(super) fn single(mut bytes: &[u8], wanted: u32) -> Result<Option<Wire<'_>>, Malformed> {
    let mut found = None;
    while let Some((number, wire)) = next(&mut bytes)? {
        if number == wanted {
            found = Some(wire);
        }
    }
    Ok(found)
}

/// Key and value of a map entry.
pub(super) fn entry(wire: Wire<'_>) -> Result<(Option<Wire<'_>>, Option<Wire<'_>>), Malformed> {
    let Wire::Bytes(bytes) = wire else { return Err(Malformed) };
    Ok((single(bytes, 1)?, single(bytes, 2)?))
}

/// Type URL and payload of an `Any`.
pub(super) fn any(bytes: &[u8]) -> Result<(&str, &[u8]), Malformed> {
    let part = |number| match single(bytes, number)? {
        None => Ok(&[] as &[u8]),
        Some(Wire::Bytes(part)) => Ok(part),
        Some(_) => Err(Malformed),
    };
    let type_url = std::str::from_utf8(part(1)?).map_err(|_| Malformed)?;
    Ok((type_url, part(2)?))
}

/// How a scalar type is written, which decides what its wire value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repr {
    Int,
    Uint,
    Sint,
    Fixed32,
    Sfixed32,
    Fixed64,
    Sfixed64,
    Float,
    Double,
    /// Strings, bytes and messages.
    Length,
}

impl Repr {
    /// The integer of a wire value; `i128` holds every integer type.
    #[expect(clippy::cast_possible_wrap, reason = "the wire format defines the cast")]
    pub(super) fn integer(self, wire: Wire<'_>) -> Result<i128, Malformed> {
        match (self, wire) {
            (Self::Int, Wire::Varint(v)) => Ok(i128::from(v as i64)),
            (Self::Uint, Wire::Varint(v)) => Ok(i128::from(v)),
            (Self::Sint, Wire::Varint(v)) => Ok(i128::from((v >> 1) as i64 ^ -((v & 1) as i64))),
            (Self::Fixed32, Wire::Fixed32(v)) => Ok(i128::from(u32::from_le_bytes(v))),
            (Self::Sfixed32, Wire::Fixed32(v)) => Ok(i128::from(i32::from_le_bytes(v))),
            (Self::Fixed64, Wire::Fixed64(v)) => Ok(i128::from(u64::from_le_bytes(v))),
            (Self::Sfixed64, Wire::Fixed64(v)) => Ok(i128::from(i64::from_le_bytes(v))),
            _ => Err(Malformed),
        }
    }

    /// The floating point number of a wire value.
    pub(super) fn float(self, wire: Wire<'_>) -> Result<f64, Malformed> {
        match (self, wire) {
            (Self::Float, Wire::Fixed32(v)) => Ok(f64::from(f32::from_le_bytes(v))),
            (Self::Double, Wire::Fixed64(v)) => Ok(f64::from_le_bytes(v)),
            _ => Err(Malformed),
        }
    }

    /// What an absent field of this type stands for.
    pub(super) fn default_wire(self) -> Wire<'static> {
        match self {
            Self::Int | Self::Uint | Self::Sint => Wire::Varint(0),
            Self::Fixed32 | Self::Sfixed32 | Self::Float => Wire::Fixed32([0; 4]),
            Self::Fixed64 | Self::Sfixed64 | Self::Double => Wire::Fixed64([0; 8]),
            Self::Length => Wire::Bytes(&[]),
        }
    }

    /// Appends the elements of one occurrence of a repeated field, which may be packed.
    pub(super) fn unpack<'a>(self, wire: Wire<'a>, items: &mut Vec<Wire<'a>>) -> Result<(), Malformed> {
        let wire_type = match self.default_wire() {
            Wire::Varint(_) => WireType::Varint,
            Wire::Fixed32(_) => WireType::ThirtyTwoBit,
            Wire::Fixed64(_) => WireType::SixtyFourBit,
            Wire::Bytes(_) => WireType::LengthDelimited,
        };
        match wire {
            Wire::Bytes(mut packed) if wire_type != WireType::LengthDelimited => {
                while !packed.is_empty() {
                    items.extend(value(wire_type, 0, &mut packed)?);
                }
            }
            single => items.push(single),
        }
        Ok(())
    }
}
