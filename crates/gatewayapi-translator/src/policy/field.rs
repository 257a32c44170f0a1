//! Fields of policies, and how a policy is lowered with them.

use std::{fmt, marker::PhantomData, sync::Arc};

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::FeatureId;
use eg_resources::Object;
use serde_json::Value;

use super::{
    kind::{Attachable, Declared, PolicyKind},
    merge::{Applied, merged, says},
};
use crate::{
    Env,
    engine::{ReadCx, Unit},
    refs::RefCx,
};

static UNREADABLE: Code = Code::error("unreadable-policy", "Accepted", "Invalid");

/// One field of a kind of policy: what it becomes in the IR.
///
/// Implemented by a unit struct in the module of the feature, or by a vendor. The methods are pure and run for policies that
/// changed, once for each kind of place the policy applies to; other objects are read through [`FieldCx::refs`] only.
pub trait PolicyField<P: PolicyKind>: Send + Sync + 'static {
    /// The name that the feature has everywhere.
    fn id(&self) -> FeatureId;

    /// Whether the policy says anything about it. The other methods are called only if it does.
    fn is_set(&self, policy: &Declared<'_, P>) -> bool;

    /// Whether the field means anything at this place; elsewhere it is ignored.
    fn applies(&self, place: &P::Place) -> bool {
        let _ = place;
        true
    }

    /// What is accepted but deserves attention, such as deprecated fields.
    fn warn(&self, policy: &Declared<'_, P>, warnings: &mut Vec<Diagnostic>) {
        let _ = (policy, warnings);
    }

    /// What is wrong with the policy, looked at alone. Anything here makes what the policy is for fail closed.
    fn validate(&self, policy: &Declared<'_, P>, problems: &mut Vec<Diagnostic>) {
        let _ = (policy, problems);
    }

    /// Follows references and writes the field's own part of the slot, and only that. What [`PolicyField::validate`] refuses
    /// is left out, as something else has said so already.
    fn lower(&self, cx: &FieldCx<'_, '_, P>, slot: &mut P::Slot) -> Result<(), Diagnostic>;
}

/// What a field may look at while it is lowered.
pub struct FieldCx<'a, 'e, P: PolicyKind> {
    /// The policy, merged over the one of its parent if it wants to be.
    pub policy: &'a Declared<'a, P>,
    /// What it is lowered for.
    pub place: &'a P::Place,
    /// Follows references of the policy that says something about the field.
    pub refs: RefCx<'a, 'e>,
    /// What the policy says itself, and access on behalf of the one that it is merged over.
    merged: Option<(&'a Value, RefCx<'a, 'e>)>,
}

impl<'a, 'e, P: PolicyKind> FieldCx<'a, 'e, P> {
    /// What a field of a policy that is merged with no other may look at.
    pub(super) fn alone(policy: &'a Declared<'a, P>, place: &'a P::Place, refs: RefCx<'a, 'e>) -> Self {
        Self { policy, place, refs, merged: None }
    }

    /// Access on behalf of the policy that contributed what is at a path of fields below `spec`: references in a merged
    /// policy are those of whoever wrote them.
    pub fn refs_at(&self, path: &[&str]) -> RefCx<'a, 'e> {
        match self.merged {
            Some((own, parent)) if !says(own, path) => parent,
            _ => self.refs,
        }
    }
}

impl<P: PolicyKind> fmt::Debug for FieldCx<'_, '_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldCx").field("policy", self.refs.from()).field("place", self.place).finish()
    }
}

/// What a policy comes to at a kind of place.
pub(crate) struct LoweredPolicy<P>(PhantomData<P>);

/// What the fields of a policy wrote.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lowered<S> {
    pub(crate) slot: Arc<S>,
    /// What is wrong; what the policy is for fails closed unless this is empty.
    pub(crate) problems: Vec<Diagnostic>,
}

impl<S: Default> Default for Lowered<S> {
    /// What a policy is worth that could not be looked at: it fails closed.
    fn default() -> Self {
        let unreadable = Diagnostic::new(&UNREADABLE, FieldPath::root(), "the policy could not be read");
        Self { slot: Arc::default(), problems: vec![unreadable] }
    }
}

impl<P: Attachable> Unit for LoweredPolicy<P> {
    /// The policy, with what it is merged over, and the place.
    type Key = (Applied, P::Place);
    type Out = Lowered<P::Slot>;
    const NAME: &'static str = P::UNITS.lowered;
    const RANK: u8 = P::RANK;

    fn compute(cx: &ReadCx<'_>, (Applied { policy: key, over }, place): &Self::Key) -> Self::Out {
        let Some(object) = cx.object::<P::Object>(key) else { return Lowered::default() };
        let own = Declared { spec: P::spec(&object), meta: object.meta() };
        let merged = merged::<P>(cx, own.spec, over.as_ref());
        let policy =
            Declared { spec: merged.as_ref().map_or(own.spec, |merged| &merged.spec), meta: own.meta };
        let refs = RefCx::new(cx, key);
        let parent = over.as_ref().map(|over| RefCx::new(cx, over));
        let merged = merged.as_ref().zip(parent).map(|(merged, parent)| (&merged.own, parent));
        let mut slot = P::Slot::default();
        let mut problems = Vec::new();
        for field in fields::<P>(cx.env()) {
            if !field.is_set(&policy) || !field.applies(place) {
                continue;
            }
            let of_field = parent.filter(|_| !field.is_set(&own)).unwrap_or(refs);
            let field_cx = FieldCx { policy: &policy, place, refs: of_field, merged };
            field.validate(&policy, &mut problems);
            problems.extend(field.lower(&field_cx, &mut slot).err());
        }
        if !problems.is_empty() {
            P::close(&mut slot);
        }
        Lowered { slot: Arc::new(slot), problems }
    }
}

/// What the fields of a policy say that deserves attention.
pub(super) fn warnings<P: Attachable>(env: &Env, object: &P::Object) -> Vec<Diagnostic> {
    let policy = Declared { spec: P::spec(object), meta: object.meta() };
    let mut warnings = Vec::new();
    for field in fields::<P>(env).filter(|field| field.is_set(&policy)) {
        field.warn(&policy, &mut warnings);
    }
    warnings
}

/// All fields of a kind, the built-in ones first.
fn fields<P: Attachable>(env: &Env) -> impl Iterator<Item = &dyn PolicyField<P>> {
    let built_in = P::fields().iter().copied();
    built_in.chain(P::added(&env.features).iter().map(|field| &**field))
}
