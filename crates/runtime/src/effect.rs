//! What must happen after a step.

use std::sync::Arc;

use eg_ir::{InfraIr, IrKey};
use eg_resources::{Rejected, StatusUpdate};
use eg_xds_translator::ModelDelta;

use crate::Difference;

/// Everything that the shell around a [`Core`](crate::Core) must do after a step.
#[derive(Debug, Default)]
pub struct Effects {
    /// What proxies must be told.
    pub publish: Vec<Publication>,
    /// Fleets that are gone.
    pub withdraw: Vec<IrKey>,
    /// Fleets whose infrastructure is new or differs.
    pub apply: Vec<(IrKey, Arc<InfraIr>)>,
    /// Fleets whose infrastructure must go.
    pub delete: Vec<IrKey>,
    /// Statuses that differ from those last asked for.
    pub statuses: Vec<StatusUpdate>,
    /// Objects that stay out because another source owns them.
    pub rejected: Vec<Rejected>,
    /// What sessions got wrong, where that is looked for.
    pub differences: Vec<Difference>,
    /// When the next [`Event::Tick`](crate::Event::Tick) is due although nothing changes, in seconds since 1970.
    pub wake_at: Option<i64>,
}

/// What the proxies of one fleet must be told.
#[derive(Debug)]
pub struct Publication {
    /// The fleet.
    pub fleet: IrKey,
    /// What differs from what they were told before.
    pub delta: ModelDelta,
}
