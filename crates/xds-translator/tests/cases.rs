//! IR in, Envoy resources out: one directory a case, in `cases/<area>/<feature>/<case>`.

use std::path::Path;

use eg_ir::XdsIr;
use eg_testkit::cases::Case;
use eg_xds_translator::{ResourceType, SecretsInDump, XdsModel, XdsTranslator};
use serde_json::{Value, json};

fn case(input: &Path) -> datatest_stable::Result<()> {
    let case = Case::new(input);
    let text = case.input()?;
    let ir: XdsIr = serde_saphyr::from_str(&text)?;
    let model = XdsTranslator::default().translate(&ir);
    let dump = model.to_json(SecretsInDump::Redacted)?;
    for name in ["listeners", "routes", "clusters", "endpoints", "secrets"] {
        case.snapshot(name, &yaml(&dump[name])?);
    }
    case.snapshot("diagnostics", &yaml(&findings(&model))?);
    every_resource_is_valid(&model);
    Ok(())
}

fn yaml(value: &Value) -> Result<String, serde_saphyr::ser::Error> {
    if value.as_array().is_some_and(Vec::is_empty) {
        return Ok(String::new());
    }
    serde_saphyr::to_string(value)
}

fn findings(model: &XdsModel) -> Value {
    let finding = |finding: &eg_xds_translator::Finding| {
        json!({
            "node": [finding.node.resource, finding.node.domain, finding.node.route],
            "origin": finding.origin.object.to_string(),
            "diagnostic": finding.diagnostic.to_string(),
        })
    };
    let patched = |report: &eg_xds_translator::PatchReport| {
        json!({
            "policy": report.origin.object.to_string(),
            "problems": report.problems.iter().map(|p| (p.code.reason, p.to_string())).collect::<Vec<_>>(),
        })
    };
    model.findings().map(finding).chain(model.patched().map(patched)).collect()
}

fn every_resource_is_valid(model: &XdsModel) {
    for resource_type in ResourceType::ALL {
        for (name, packed) in model.resources(resource_type) {
            let valid = xds_api::validate_encoded(resource_type.type_url(), &packed.body);
            assert_eq!(valid, Ok(()), "{resource_type:?} {name}");
        }
    }
}

datatest_stable::harness! {
    { test = case, root = "cases", pattern = r".*/in\.yaml$" },
}
