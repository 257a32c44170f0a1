//! Whether there are policies of a kind at all, so that routes look for theirs only then.

use std::marker::PhantomData;

use eg_resources::Object;

use super::kind::Targeting;
use crate::engine::{ReadCx, Unit};

/// Whether there are policies of a kind.
pub(crate) struct InUse<P>(PhantomData<P>);

impl<P: Targeting> Unit for InUse<P> {
    type Key = ();
    type Out = bool;
    const NAME: &'static str = P::TARGETING.in_use;
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, (): &()) -> bool {
        !cx.list(P::Object::KIND).is_empty()
    }
}
