//! Why a platform did not do what was asked.

use std::error::Error;

/// Why a back end failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProvisionError {
    /// The platform is unavailable or busy; worth retrying with back-off.
    #[error("the infrastructure is unavailable: {0}")]
    Transient(#[source] Box<dyn Error + Send + Sync>),
    /// The request cannot succeed until its input or the configuration changes.
    #[error("the infrastructure cannot do this: {0}")]
    Permanent(#[source] Box<dyn Error + Send + Sync>),
}

impl ProvisionError {
    /// Says whether trying again without any change can help.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Transient(_))
    }

    /// Wraps an error that only a change of the input can mend.
    pub fn permanent(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Permanent(error.into())
    }

    /// Wraps an error that may go away by itself.
    pub fn transient(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Transient(error.into())
    }
}
