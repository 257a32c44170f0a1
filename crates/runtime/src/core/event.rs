//! What happens outside, as far as the core has to know.

use eg_gatewayapi_translator::Settings;
use eg_ir::IrKey;
use eg_resources::{AnyObject, Batch, Demand, SourceId};
use eg_xds_translator::{Answer, QuestionKey};

use super::Judgement;

/// Something that happened outside.
#[derive(Debug)]
pub enum Event {
    /// A source sent a batch.
    Batch {
        /// Which source.
        source: SourceId,
        /// What it sent.
        batch: Batch,
    },
    /// A platform looked at a fleet; `None` when nothing of it is left.
    Observed {
        /// Which fleet.
        fleet: IrKey,
        /// Addresses, and how many proxies are ready.
        observed: Option<(Vec<String>, u32)>,
    },
    /// A platform chose the port at which the proxies of a fleet say whether they are ready.
    ReadyPort {
        /// Which fleet.
        fleet: IrKey,
        /// The port.
        port: u16,
    },
    /// A stage answered, or failed to.
    Staged {
        /// The fleet about which it was asked.
        fleet: IrKey,
        /// What it was asked.
        question: QuestionKey,
        /// The answer, or why there is none.
        answer: Result<Answer, String>,
    },
    /// A demand was answered by this fact, or is not.
    Answered {
        /// The demand.
        demand: Demand,
        /// The fact, or why there is none.
        answer: Result<AnyObject, String>,
    },
    /// What the first state needs to be complete was waited for long enough.
    StopWaiting,
    /// It is this time, in seconds since 1970.
    Tick(i64),
    /// A proxy accepted or refused something.
    Judged(Judgement),
    /// The configuration changed.
    Configure(Box<Settings>),
}

impl Event {
    /// The kind of the event in one word, for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Batch { .. } => "batch",
            Self::Observed { .. } => "observed",
            Self::ReadyPort { .. } => "ready-port",
            Self::Staged { .. } => "staged",
            Self::Answered { .. } => "answered",
            Self::StopWaiting => "stop-waiting",
            Self::Tick(_) => "tick",
            Self::Judged(_) => "judged",
            Self::Configure(_) => "configure",
        }
    }
}
