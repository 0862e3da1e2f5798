//! Folds a trained dense network into table rows, and refuses a packed network that does not agree
//! with burn.

use crate::folded::FoldedNetwork;
use tenure::encoding::{Encoder, Features};
use tenure::network::{Layer, Network, NetworkError, NetworkParts};

use super::encoded::Encoded;
use crate::fit::DenseRows;

/// The packed network and the burn module agree to this on every validation row, relative to logits
/// above 1.
const TOLERANCE: f64 = 1e-5;

#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error(
        "the packed network and the burn module differ by {difference:e} on the logit {logit}, more than {TOLERANCE:e}"
    )]
    Disagree { difference: f64, logit: f64 },
}

/// A table row as a sum of columns of the network's input: each column and its value.
pub(crate) type RowColumns = Vec<(usize, f64)>;

/// Multiplies what every table row expands to with the first layer and the direct weights.
pub(super) fn pack(folded: &FoldedNetwork, encoded: &Encoded, fit_rows: &[u32]) -> Result<Network, PackError> {
    let (encoder, layout) = (encoded.encoder(), encoded.layout());
    let rows = |input: usize| -> Vec<RowColumns> {
        let (columns, rows) = layout.input_rows(encoder, input);
        let columns = |row: Vec<f32>| columns.clone().zip(row.into_iter().map(f64::from)).collect();
        rows.into_iter().map(columns).collect()
    };
    let mut table = Table::new(folded, encoder, rows);
    neutral_rows(&mut table.rows, table.width, encoder, &encoded.features(fit_rows), fit_rows.len());
    Ok(table.network(folded)?)
}

/// The table before it is narrowed to f32: the sums of the first layer, and the direct share as one more
/// unit.
pub(crate) struct Table {
    /// `[rows][width]`.
    pub(crate) rows: Vec<f64>,
    /// Units of the first layer, and one.
    pub(crate) width: usize,
}

impl Table {
    /// Multiplies the columns of every table row, which `rows` gives by input, with the weights.
    pub(crate) fn new(folded: &FoldedNetwork, encoder: &Encoder, columns: impl Fn(usize) -> Vec<RowColumns>) -> Table {
        let units = folded.layers.first().map_or(0, |layer| layer.outputs);
        let width = units + 1;
        let mut rows = Vec::with_capacity(encoder.row_count() * width);
        for input in 0..encoder.inputs().len() {
            for row in columns(input) {
                let mut sums = vec![0.0f64; width];
                for (column, value) in row {
                    if let Some(layer) = folded.layers.first() {
                        let weights = &layer.weight[column * units..(column + 1) * units];
                        sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
                    }
                    sums[units] += value * folded.direct[column];
                }
                rows.extend(sums);
            }
        }
        Table { rows, width }
    }

    /// The network with this table, and all that comes after the first sums as `folded` has it.
    pub(crate) fn network(&self, folded: &FoldedNetwork) -> Result<Network, NetworkError> {
        let units = self.width - 1;
        let rows = self.rows.chunks_exact(self.width);
        let narrow = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<_>>();
        let further = folded.layers.iter().skip(1);
        let parts = NetworkParts {
            units,
            table: rows.clone().flat_map(|row| narrow(&row[..units])).collect(),
            direct: rows.clone().map(|row| row[units] as f32).collect(),
            bias: folded.layers.first().map(|layer| narrow(&layer.bias)).unwrap_or_default(),
            layers: further
                .map(|layer| Layer { outputs: layer.outputs, weight: narrow(&layer.weight), bias: narrow(&layer.bias) })
                .collect(),
            output: narrow(&folded.output),
            output_bias: folded.output_bias as f32,
        };
        Network::new(rows.len(), parts)
    }
}

/// A table row that no training row used has learned nothing: its weights are still the initial
/// ones. It becomes the mean of its input's rows, weighted by the training rows, so that an unseen
/// category or a new missing value counts as average.
fn neutral_rows(table: &mut [f64], width: usize, encoder: &Encoder, features: &Features, customers: usize) {
    let weights = encoder.row_weights(features, customers);
    for input in encoder.inputs() {
        let first = input.first_row as usize;
        let rows = first..first + input.row_count();
        let mut mean = vec![0.0; width];
        for row in rows.clone() {
            let share = weights[row] / customers as f64;
            mean.iter_mut().zip(&table[row * width..]).for_each(|(mean, value)| *mean += share * value);
        }
        let categories = matches!(input.scale, tenure::encoding::Scale::Category { .. });
        // Between the knots of a number nothing is unseen; its row for missing may be.
        for row in rows.filter(|&row| weights[row] == 0.0 && (categories || row == input.missing_row() as usize)) {
            table[row * width..(row + 1) * width].copy_from_slice(&mean);
        }
    }
}

/// The largest difference between burn's logits and the packed network's on some rows; more than
/// the tolerance is an error.
///
/// Rows that use a table row without training (see [`neutral_rows`]) are left out: there the packed
/// network differs on purpose.
pub(super) fn verify(
    burn: &dyn Fn(&dyn DenseRows) -> Vec<f32>,
    packed: &Network,
    encoded: &Encoded,
    fit_rows: &[u32],
    validation: &[u32],
) -> Result<f64, PackError> {
    let weights = encoded.encoder().row_weights(&encoded.features(fit_rows), fit_rows.len());
    let features = encoded.features(validation);
    let learned = |at: usize| {
        (0..encoded.encoder().inputs().len()).all(|input| weights[features.get(input, at).0 as usize] > 0.0)
    };
    let rows: Vec<u32> = validation.iter().enumerate().filter(|(at, _)| learned(*at)).map(|(_, &row)| row).collect();
    let dense = burn(&encoded.subset(&rows));
    let mut largest: f64 = 0.0;
    for (dense, packed) in dense.into_iter().zip(encoded.logits(packed, &rows)) {
        let difference = (f64::from(dense) - packed).abs() / packed.abs().max(1.0);
        if difference.is_nan() || difference > TOLERANCE {
            return Err(PackError::Disagree { difference, logit: packed });
        }
        largest = largest.max(difference);
    }
    Ok(largest)
}
