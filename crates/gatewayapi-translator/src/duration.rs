//! Lengths of time.

use eg_api::meta::Duration;

/// The duration in milliseconds, which is not shortened to 0, or why it is none.
pub(crate) fn millis(duration: &Duration) -> Result<u64, String> {
    let duration = duration.to_std().map_err(|error| error.to_string())?;
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Ok(if millis == 0 && !duration.is_zero() { 1 } else { millis })
}
