//! A network that somebody else trained → an artifact.
//!
//! A description in JSON says which columns of which fields the network reads and which layers it has
//! ([`Description`]); a safetensors file has its weights ([`Weights`]). Layers without a ReLU between them are
//! one, batch norms are folded, and what is left is packed as a network of Tenure's own. A table gives what
//! the network lacks: knots, background, calibration, reference and card.
//!
//! The artifact keeps no more of its customers than any other. So a value beyond the ends of its field
//! ([`crate::ends`]) counts as the end, a category of too few customers as OTHER, and a fill of missing numbers
//! that is the value of a few customers is replaced by a statistic. [`Differences`] counts the rows for which
//! that makes a difference; on all others the packed network is compared with the description.

mod columns;
mod description;
mod differences;
mod error;
mod layers;
mod values;
mod weights;

pub use description::{Block, Columns, Description, Step};
pub use differences::{Difference, Differences};
pub use error::{ImportError, TOLERANCE};
pub use weights::Weights;

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tenure::artifact::{Artifact, Limits};
use tenure::calibration::{Calibration, sigmoid};
use tenure::card::{ImportedSummary, TrainingSummary};
use tenure::decision::Policy;
use tenure::encoding::{Encoder, EncoderParams, Scale};
use tenure::schema::Schema;

use crate::calibrate::{CalibrationParams, probabilities};
use crate::checks::{DataChecks, Finding, ModelQuality, too_good};
use crate::cohort::Cohort;
use crate::evaluation::{CardSource, Measured, calibration};
use crate::folded::FoldedNetwork;
use crate::history::History;
use crate::metrics::mean_log_loss;
use crate::split::Split;
use crate::train::{Assembly, Encoded, RowColumns, Table, TrainParams, checked_bytes};
use columns::{Bound, Value};
use values::{ends, known};

/// The table that gives what the network lacks.
pub struct ImportTable<'a> {
    /// Rare categories are folded into OTHER.
    pub cohort: &'a Cohort,
    /// As the person wrote it; the cohort's own may have fewer categories.
    pub schema: &'a Schema,
    pub policy: &'a Policy,
    pub split: &'a Split,
    /// How the rows were split, in words.
    pub split_words: String,
    pub checks: &'a DataChecks,
}

/// How to import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportParams {
    /// Leaves the model's own probabilities as they are, instead of fitting a calibration.
    pub keep_probabilities: bool,
    /// Rows of the background; by default as many as explanations need.
    pub background_rows: Option<usize>,
    /// Seed of the background and the intervals. The caller's split has the same.
    pub seed: u64,
}

/// An imported model.
#[derive(Debug)]
pub struct Imported {
    pub artifact: Artifact,
    /// The file, which the reader has taken.
    pub bytes: Vec<u8>,
    /// Where the artifact scores other than the model did.
    pub differences: Differences,
    /// The largest difference of a probability, before calibration, on all other rows.
    pub largest_difference: f64,
    /// Whether the model is too good to be true.
    pub too_good: Option<Finding>,
}

/// Makes an artifact of a network and a table.
pub fn import(
    description: &Description,
    weights: &Weights,
    table: &ImportTable,
    params: &ImportParams,
) -> Result<Imported, ImportError> {
    let ImportTable { cohort, split, .. } = *table;
    let mut problems = Vec::new();
    let encoder = encoder(cohort, &split.train, &mut problems)?;
    let bound = Bound::new(description, cohort, &encoder, &mut problems);
    let folded = layers::fold(&description.layers, weights, description.width(), &mut problems);
    let (Some(encoder), Some(bound), Some(folded), true) = (encoder, bound, folded, problems.is_empty()) else {
        return Err(ImportError::Problems(problems));
    };
    // What no artifact may hold is refused before the work.
    Limits::default().check_formulas(&encoder, params.background_rows.unwrap_or(1))?;
    let encoded = Encoded::with(encoder, cohort);
    let (folded, network) = pack(folded, &bound, &encoded, &split.train)?;

    let all: Vec<u32> = (0..cohort.rows() as u32).collect();
    let differences = bound.differences(cohort, encoded.encoder());
    let logits = encoded.logits(&network, &all);
    let largest_difference = verify(&folded, &bound, &encoded, cohort, &differences, &logits)?;

    let own = Calibration::Temperature { temperature: 1.0 };
    let of = |rows: &[u32]| rows.iter().map(|&row| logits[row as usize]).collect::<Vec<f64>>();
    let calibrated = if params.keep_probabilities {
        None
    } else {
        let calibration = CalibrationParams { seed: params.seed, ..CalibrationParams::default() };
        Some(calibration.fit(&of(&split.calibration), &cohort.labels_of(&split.calibration))?)
    };
    let fitted = calibrated.as_ref().map_or(&own, |calibrated| &calibrated.calibration);
    let (validation, outcomes) = (of(&split.validation), cohort.labels_of(&split.validation));
    let training = TrainingSummary {
        validation_log_loss: mean_log_loss(&probabilities(fitted, &validation), &outcomes),
        hyperparameters: Default::default(),
    };
    let source = CardSource {
        params: &TrainParams { seed: params.seed, ..TrainParams::default() },
        cohort,
        schema: table.schema,
        split,
        split_words: table.split_words.clone(),
        checks: table.checks,
        history: &History::default(),
    };
    let measured = Measured {
        encoded: &encoded,
        network: &network,
        calibration: fitted,
        direct: folded.layers.is_empty(),
        dense_columns: description.width(),
    };
    let mut card = source.measure(&measured, training)?;
    card.calibration = calibrated.as_ref().map(|calibrated| calibration(&calibrated.record));
    card.imported = Some(ImportedSummary {
        source: description.source.clone(),
        weights_sha256: hex::encode(Sha256::digest(weights.bytes())),
        layers: description.layers.iter().map(|step| step.words(weights)).collect(),
        largest_difference,
        recalibrated: calibrated.is_some(),
    });
    let quality = ModelQuality::new(card.metrics.roc_auc, card.metrics.log_loss, &cohort.labels_of(&split.test));
    let too_good = too_good(cohort, &quality, "test rows");
    card.data_warnings.extend(too_good.iter().map(Finding::card_entry));
    let assembly = Assembly {
        encoded: &encoded,
        network: &network,
        calibration: fitted,
        schema: &bounded(cohort, encoded.encoder()),
        background_rows: params.background_rows,
        seed: params.seed,
    };
    let artifact = assembly.artifact(cohort, table.policy, &split.train, card)?;
    let bytes = checked_bytes(&artifact)?;
    Ok(Imported { artifact, bytes, differences, largest_difference, too_good })
}

/// An encoder whose numbers have fitted knots, for curves and comparisons, and ends around them, so that
/// hardly any value is clipped.
fn encoder(cohort: &Cohort, fit_rows: &[u32], problems: &mut Vec<String>) -> Result<Option<Encoder>, ImportError> {
    let fitted = Encoded::fit(&EncoderParams::default(), cohort, fit_rows)?;
    let encoder = fitted.encoder();
    let mut documents = encoder.documents();
    for (input, document) in encoder.inputs().iter().zip(&mut documents) {
        let Scale::Number { knots } = &input.scale else { continue };
        let values = known(encoder, input, cohort);
        let Some([low, high]) = ends(cohort, input, &values).pair() else {
            problems.push(format!(
                "{}: too few rows have a value (got {}), so its ends are unknown; state its minimum and maximum in the \
                 schema, or list it under `ignored`",
                input.name,
                values.len()
            ));
            continue;
        };
        let inner = knots.iter().copied().filter(|&knot| low < knot && knot < high);
        document.knots = [low].into_iter().chain(inner).chain([high]).collect();
    }
    if problems.is_empty() { Ok(Some(Encoder::new(cohort.schema(), documents)?)) } else { Ok(None) }
}

/// The schema whose changeable numbers move within what the table has, as those of a trained model do: the
/// ends of an imported number lie far beyond.
fn bounded(cohort: &Cohort, encoder: &Encoder) -> Schema {
    let mut schema = cohort.schema().clone();
    for input in encoder.inputs() {
        let (Some(field), Scale::Number { knots }) = (schema.field_index(&input.name), &input.scale) else { continue };
        let values = known(encoder, input, cohort);
        let ends = ends(cohort, input, &values);
        let inner = ends.inner(knots, &values);
        let field = &mut schema.fields[field];
        if let ([low, ..], [.., high], true) = (inner, inner, field.changeable) {
            let own = field.change.clone();
            let shortest = |knot: &f32| knot.to_string().parse().unwrap_or(f64::from(*knot));
            field.change.minimum.get_or_insert(shortest(low));
            field.change.maximum.get_or_insert(shortest(high));
            if field.change.minimum > field.change.maximum {
                // The author's own bound lies outside of what the table has.
                field.change = own;
            }
        }
    }
    schema
}

/// Packs the network. The rows of each input are moved so that their mean over the training rows is 0, and
/// the mean goes to the bias: a row tells no constant of the model's preparation, such as the smallest value
/// that a scaler saw, and a value for which the model has no answer counts as average.
fn pack(
    mut folded: FoldedNetwork,
    bound: &Bound,
    encoded: &Encoded,
    fit_rows: &[u32],
) -> Result<(FoldedNetwork, tenure::network::Network), ImportError> {
    let encoder = encoded.encoder();
    let columns = |input: usize| -> Vec<RowColumns> {
        bound.rows(input).iter().map(|row| row.clone().unwrap_or_default()).collect()
    };
    let mut table = Table::new(&folded, encoder, columns);
    let (width, weights) = (table.width, encoder.row_weights(&encoded.features(fit_rows), fit_rows.len()));
    let own = folded.clone();
    for (index, input) in encoder.inputs().iter().enumerate() {
        let first = input.first_row as usize;
        let answers: Vec<bool> = bound.rows(index).iter().map(Option::is_some).collect();
        let answered = || (first..).zip(&answers).filter(|(_, answered)| **answered).map(|(row, _)| row);
        let total: f64 = answered().map(|row| weights[row]).sum();
        let mut mean = vec![0.0; width];
        for row in answered().filter(|_| total > 0.0) {
            let share = weights[row] / total;
            mean.iter_mut().zip(&table.rows[row * width..]).for_each(|(mean, value)| *mean += share * value);
        }
        for (row, answered) in (first..).zip(&answers) {
            let row = &mut table.rows[row * width..(row + 1) * width];
            match answered {
                true => row.iter_mut().zip(&mean).for_each(|(value, mean)| *value -= mean),
                false => row.fill(0.0),
            }
        }
        if let Some(layer) = folded.layers.first_mut() {
            layer.bias.iter_mut().zip(&mean).for_each(|(bias, mean)| *bias += mean);
        }
        folded.output_bias += mean[width - 1];
    }
    Ok((own, table.network(&folded)?))
}

/// The largest difference of a probability on the rows without a difference that is known.
fn verify(
    folded: &FoldedNetwork,
    bound: &Bound,
    encoded: &Encoded,
    cohort: &Cohort,
    differences: &Differences,
    logits: &[f64],
) -> Result<f64, ImportError> {
    let encoder = encoded.encoder();
    let of_row = |row: usize| -> Option<(usize, f64, f64)> {
        if !differences.is_same(row) {
            return None;
        }
        let value = |input: usize| Value::of(encoder, input, cohort, row);
        let own = sigmoid(folded.logit_of(bound.features(value)?));
        Some((row, sigmoid(logits[row]), own))
    };
    let compared: Vec<(usize, f64, f64)> = (0..cohort.rows()).into_par_iter().filter_map(of_row).collect();
    let mut largest: f64 = 0.0;
    for (row, packed, own) in compared {
        let difference = (packed - own).abs();
        if difference.is_nan() || difference > TOLERANCE {
            return Err(ImportError::Disagree { row, packed, own });
        }
        largest = largest.max(difference);
    }
    Ok(largest)
}
