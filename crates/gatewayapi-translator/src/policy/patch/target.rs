//! The fleet that an EnvoyPatchPolicy is for.

use eg_api::{
    gateway::{GROUP, Gateway, GatewayClass, ParentReference},
    v1alpha1::EnvoyPatchPolicy,
};
use eg_diag::{Code, Diagnostic, FieldPath, Kind, ObjectRef};
use eg_ir::IrKey;
use eg_resources::Object;

use crate::{
    engine::{ReadCx, Unit},
    fanout::FleetMembers,
    gateway::{ClassOf, GatewayOf},
};

static DISABLED: Code = Code::error("envoy-patch-policy-disabled", "Accepted", "Disabled");
static WRONG_TARGET: Code = Code::error("envoy-patch-policy-target", "Accepted", "Invalid");

/// What a policy is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Target {
    /// The Gateway or GatewayClass, as the status shows it.
    pub(super) ancestor: ParentReference,
    /// The fleet whose resources are patched, or why none is.
    pub(super) fleet: Result<IrKey, Diagnostic>,
}

/// What a policy is for; `None` when that is none of ours.
pub(super) struct TargetOf;

impl Unit for TargetOf {
    type Key = ObjectRef;
    type Out = Option<Target>;
    const NAME: &'static str = "envoy_patch_policy_target";
    const RANK: u8 = 7;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let policy = cx.object::<EnvoyPatchPolicy>(key)?;
        let wanted = &policy.spec.target_ref;
        let name = wanted.name.as_str();
        let own = own_fleet(cx, &ObjectRef::new(Gateway::KIND, key.namespace.clone(), name));
        let shared = shared_fleet(cx, name);
        let by_class = wanted.kind == GatewayClass::KIND.kind && shared.is_some();
        let (kind, namespace, fleet) = match own {
            Some(fleet) if !by_class => (Gateway::KIND, Some(key.namespace.to_string()), Some(fleet)),
            _ if shared.is_some() || any_shares(cx) => (GatewayClass::KIND, None, shared),
            _ => return None,
        };
        let ancestor = ParentReference {
            group: Some(GROUP.to_owned()),
            kind: Some(kind.kind.to_owned()),
            namespace,
            name: name.to_owned(),
            ..ParentReference::default()
        };
        Some(Target { ancestor, fleet: check(cx, &policy, kind, fleet) })
    }
}

fn check(
    cx: &ReadCx<'_>,
    policy: &EnvoyPatchPolicy,
    kind: Kind,
    fleet: Option<IrKey>,
) -> Result<IrKey, Diagnostic> {
    let wanted = &policy.spec.target_ref;
    let path = FieldPath::spec().field("targetRef");
    let Some(fleet) = fleet else {
        let message =
            format!("there is no GatewayClass {} whose Gateways share one fleet of proxies", wanted.name);
        return Err(Diagnostic::new(&WRONG_TARGET, path.field("name"), message));
    };
    if !cx.env().settings.enable_envoy_patch_policy {
        let message = "EnvoyPatchPolicies are not enabled: extensionApis.enableEnvoyPatchPolicy of the \
                       EnvoyGateway configuration is not set";
        return Err(Diagnostic::new(&DISABLED, FieldPath::root(), message));
    }
    if wanted.group != kind.group || wanted.kind != kind.kind {
        let message = format!("expected {kind}, found kind {:?} of group {:?}", wanted.kind, wanted.group);
        return Err(Diagnostic::new(&WRONG_TARGET, path, message));
    }
    Ok(fleet)
}

/// The fleet of a Gateway of ours that shares it with no other.
fn own_fleet(cx: &ReadCx<'_>, gateway: &ObjectRef) -> Option<IrKey> {
    let state = cx.unit::<GatewayOf>(gateway);
    let state = state.as_ref().as_ref().filter(|state| !state.class.merged)?;
    Some(state.fleet.clone())
}

/// The fleet that the Gateways of a class share.
fn shared_fleet(cx: &ReadCx<'_>, class: &str) -> Option<IrKey> {
    let class = cx.unit::<ClassOf>(&class.into());
    let class = class.as_ref().as_ref().filter(|class| class.merged)?;
    let fleet = IrKey::new(class.name.clone());
    (cx.group_len::<FleetMembers>(&fleet) > 0).then_some(fleet)
}

/// Whether there is a class of ours whose Gateways share a fleet.
fn any_shares(cx: &ReadCx<'_>) -> bool {
    let shares = |class: ObjectRef| {
        let class = cx.unit::<ClassOf>(&class.name);
        class.as_ref().as_ref().is_some_and(|class| class.merged)
    };
    cx.list(GatewayClass::KIND).into_iter().any(shares)
}
