//! An artifact as one ONNX graph: raw inputs → probability, logit and tier, in operators of ai.onnx.
//!
//! Each field is an input of `[batch, 1]`. A number or date is a double, NaN where it is missing: a date
//! as days before its reference, or what its format counts. A category or flag is a text, blank where it
//! is missing, in any spelling that the scorer takes. Texts of numbers and of dates have no operator that
//! reads them, so the caller does.
//!
//! A row that the scorer refuses has NaN for probability and logit, and the tier -1.

mod fields;
mod formulas;
mod graph;
mod network;
mod proto;

use prost::Message;
use tenure::artifact::Artifact;
use tenure::encoding::Source;
use tenure::schema::Formula;

use crate::error::ExportError;
use crate::texts::readings;
use graph::{Builder, PREFIX, Type};
use proto::{Entry, Model, OperatorSet};

/// The operators: the first version with regular expressions.
const OPERATORS: i64 = 20;
/// The version of the format that came with them.
const FORMAT: i64 = 9;
/// Regular expressions of all categories. Each is an operator.
const MOST_EXPRESSIONS: usize = 16_384;

/// The bytes of the model.
///
/// The metadata has the model card under `tenure_card` and the schema under `tenure_schema`, both as
/// JSON, and the names of the tiers, as a JSON list, under `tenure_tiers`.
///
/// # Errors
///
/// A field has the name of an output, or there are too many categories.
pub fn onnx(artifact: &Artifact) -> Result<Vec<u8>, ExportError> {
    let schema = &artifact.document.schema;
    let outputs = ["probability", "logit", "tier"];
    for field in &schema.fields {
        if outputs.contains(&field.name.as_str()) || field.name.starts_with(PREFIX) {
            return Err(ExportError::Field {
                field: field.name.clone(),
                rule:
                    "an input cannot have the name of an output, or one that begins with `tenure:`: rename the column"
                        .into(),
                value: field.name.clone(),
            });
        }
    }
    let expressions: usize =
        schema.fields.iter().filter(|field| !field.is_number()).map(|field| readings(field).len() + 1).sum();
    if expressions > MOST_EXPRESSIONS {
        return Err(ExportError::Size {
            target: "onnx",
            what: "regular expressions of categories",
            found: expressions,
            maximum: MOST_EXPRESSIONS,
        });
    }
    let mut builder = Builder::default();
    let known: Vec<fields::Known> = schema.fields.iter().map(|field| fields::field(&mut builder, field)).collect();
    // An artifact's formulas were parsed when it was read.
    let formulas: Vec<Formula> =
        schema.derived.iter().filter_map(|derived| Formula::parse(&derived.formula, schema).ok()).collect();
    let derived: Vec<String> =
        formulas.iter().map(|formula| formulas::derived(&mut builder, schema, &known, formula)).collect();
    let values: Vec<String> = artifact
        .encoder
        .inputs()
        .iter()
        .map(|input| match input.source {
            Source::Field(field) => known[field].value.clone(),
            Source::Derived(index) => derived[index].clone(),
        })
        .collect();
    let mut logit = network::logit(&mut builder, artifact, &values);
    let refused = known.iter().filter_map(|known| known.refused.clone());
    let refused = refused.reduce(|all, one| builder.op("Or", &[&all, &one]));
    if let Some(refused) = &refused {
        let nan = builder.number(f64::NAN);
        logit = builder.op("Where", &[refused, &nan, &logit]);
    }
    let probability = network::probability(&mut builder, &artifact.document.calibration, &logit);
    let tiers = &artifact.document.policy.tiers;
    let edges: Vec<f64> = tiers[1..].iter().map(|tier| tier.from).collect();
    let edges = builder.doubles(&edges);
    let mut tier = builder.count_at_or_below(&probability, &edges);
    if let Some(refused) = &refused {
        let none = builder.whole(-1);
        tier = builder.op("Where", &[refused, &none, &tier]);
    }
    builder.output(&probability, outputs[0], Type::Double, "calibrated, 0 to 1; NaN for a row that is refused");
    builder.output(&logit, outputs[1], Type::Double, "before calibration, in log-odds");
    builder.output(&tier, outputs[2], Type::Whole, "position in tenure_tiers; -1 for a row that is refused");
    let names: Vec<&str> = tiers.iter().map(|tier| tier.name.as_str()).collect();
    let entry = |key: &str, value: String| Entry { key: Some(key.into()), value: Some(value) };
    let model = Model {
        ir_version: Some(FORMAT),
        producer_name: Some("tenure".into()),
        producer_version: Some(env!("CARGO_PKG_VERSION").into()),
        doc_string: Some(format!("{}: {}", schema.name, schema.target.probability())),
        graph: Some(builder.finish("tenure")),
        opset_import: vec![OperatorSet { domain: Some(String::new()), version: Some(OPERATORS) }],
        metadata_props: vec![
            entry("tenure_card", artifact.document.card.clone()),
            entry("tenure_schema", serde_json::json!(schema).to_string()),
            entry("tenure_tiers", serde_json::json!(names).to_string()),
        ],
    };
    Ok(model.encode_to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact() -> Artifact {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/artifacts/v1.safetensors");
        tenure::artifact::read(&std::fs::read(path).unwrap()).unwrap()
    }

    #[test]
    fn the_graph_has_an_input_for_each_field_and_the_card() {
        let artifact = artifact();
        let bytes = onnx(&artifact).unwrap();
        assert_eq!(bytes, onnx(&artifact).unwrap());
        let Model { graph, metadata_props, .. } = Model::decode(&bytes[..]).unwrap();
        let names: Vec<String> = graph.unwrap().input.into_iter().filter_map(|input| input.name).collect();
        let fields: Vec<&String> = artifact.document.schema.fields.iter().map(|field| &field.name).collect();
        assert_eq!(names.iter().collect::<Vec<_>>(), fields);
        assert_eq!(metadata_props[0].value.as_ref(), Some(&artifact.document.card));
    }

    #[test]
    fn a_field_with_the_name_of_an_output_is_refused() {
        let mut artifact = artifact();
        artifact.document.schema.fields[0].name = "tier".into();
        let error = onnx(&artifact).unwrap_err().to_string();
        assert!(error.starts_with("tier: an input cannot have the name of an output"), "{error}");
    }

    #[test]
    fn too_many_categories_are_refused_with_their_number() {
        let mut artifact = artifact();
        let categories = |first: usize| (first..first + 4096).map(|number| format!("c{number}")).collect();
        for (at, field) in artifact.document.schema.fields.iter_mut().take(5).enumerate() {
            field.kind = tenure::schema::Kind::Category { categories: categories(at * 4096) };
        }
        let error = onnx(&artifact).unwrap_err().to_string();
        assert!(error.contains("regular expressions of categories, and onnx takes at most 16384"), "{error}");
    }
}
