//! The encoded rows of a cohort: 8 bytes per input and row, spread out as dense columns one
//! mini-batch at a time.

use tenure::customer::Cell;
use tenure::encoding::{CategoryValues, DenseLayout, Encoder, EncoderError, EncoderParams, Features};
use tenure::network::Network;

use super::target_encoding::{TargetEncodings, has_many_categories};
use crate::cohort::{Cohort, gather};
use crate::fit::DenseRows;

/// A fitted encoder and every row of a cohort, encoded by it.
#[derive(Clone, Debug)]
pub struct Encoded {
    encoder: Encoder,
    /// Numbers of categories by input, the target encoding first: those of every customer, then those
    /// of each fold of the training rows, which are out-of-fold.
    encodings: Vec<Vec<Vec<CategoryValues>>>,
    /// The layout of every customer, then, if a field has many categories, one for each fold of the
    /// training rows. All have the same columns.
    layouts: Vec<DenseLayout>,
    /// The place of each row's encodings in `encodings`, and of its layout in `layouts`.
    fold_of: Vec<u32>,
    features: Features,
    labels: Vec<bool>,
}

/// Some rows of [`Encoded`], for the fit loop.
pub struct Subset<'a> {
    encoded: &'a Encoded,
    rows: &'a [u32],
    labels: Vec<bool>,
}

impl Encoded {
    /// Fits the encoder to `fit_rows` and encodes the whole cohort. Nothing is learned of the other
    /// rows, but no knot is the value of a few of them.
    pub fn fit(params: &EncoderParams, cohort: &Cohort, fit_rows: &[u32]) -> Result<Encoded, EncoderError> {
        let others = cohort.others(fit_rows);
        let row = |at: usize| fit_rows.get(at).unwrap_or_else(|| &others[at - fit_rows.len()]);
        let cell = |at: usize, field: usize| cohort.column(field).cell(*row(at) as usize);
        let encoder = params.fit(cohort.schema(), fit_rows.len(), others.len(), &cell)?;
        let features = encode(&encoder, cohort.rows(), &|field, row| cohort.column(field).cell(row));
        let (mut encodings, mut fold_of) = (vec![vec![Vec::new(); encoder.inputs().len()]], vec![0; cohort.rows()]);
        if let Some(fitted) = TargetEncodings::fit(params, &encoder, &features, cohort.labels(), fit_rows) {
            encodings = [fitted.full()].into_iter().chain(fitted.out_of_fold()).collect();
            fit_rows.iter().zip(fitted.fold_of).for_each(|(&row, fold)| fold_of[row as usize] = fold + 1);
        }
        let layout = |encodings: &Vec<Vec<CategoryValues>>| {
            let values = encoder.inputs().iter().zip(encodings);
            let values = values.map(|(input, values)| if has_many_categories(input) { values.clone() } else { vec![] });
            DenseLayout::with_values(&encoder, &values.collect::<Vec<_>>())
        };
        let layouts = if encoder.inputs().iter().any(has_many_categories) { encodings.len() } else { 1 };
        let layouts = encodings[..layouts].iter().map(layout).collect();
        Ok(Encoded { encodings, layouts, fold_of, features, labels: cohort.labels().to_vec(), encoder })
    }

    /// Encodes the whole cohort with an encoder that was not fitted here. Every category has a dense column
    /// of its own.
    pub fn with(encoder: Encoder, cohort: &Cohort) -> Encoded {
        let features = encode(&encoder, cohort.rows(), &|field, row| cohort.column(field).cell(row));
        Encoded {
            encodings: vec![vec![Vec::new(); encoder.inputs().len()]],
            layouts: vec![DenseLayout::new(&encoder)],
            fold_of: vec![0; cohort.rows()],
            features,
            labels: cohort.labels().to_vec(),
            encoder,
        }
    }

    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    pub fn layout(&self) -> &DenseLayout {
        &self.layouts[0]
    }

    /// The features of `count` customers that need not be of the cohort; `cell` gives a customer's
    /// cell by field and place.
    pub fn encode(&self, count: usize, cell: &impl Fn(usize, usize) -> Cell) -> Features {
        encode(&self.encoder, count, cell)
    }

    /// Writes the dense columns of customer `at` of `features`.
    pub fn expand(&self, features: &Features, at: usize, out: &mut [f32]) {
        self.layout().expand(&self.encoder, features, at, out);
    }

    /// Writes the dense columns of a row of the cohort.
    fn expand_row(&self, row: usize, out: &mut [f32]) {
        let layout = self.layouts.get(self.fold_of[row] as usize).unwrap_or(self.layout());
        layout.expand(&self.encoder, &self.features, row, out);
    }

    /// The numbers of a customer as trees read it.
    pub fn value_count(&self) -> usize {
        self.encodings[0].iter().map(|encodings| encodings.len().max(1)).sum()
    }

    /// Writes customer `at` of `features` as trees read it: numbers by their place among the knots,
    /// categories by their target encoding, NaN where one is missing; then what else is known of
    /// categories.
    pub fn values(&self, features: &Features, at: usize, out: &mut [f32]) {
        self.write_values(0, features, at, out);
    }

    fn write_values(&self, fold: usize, features: &Features, at: usize, out: &mut [f32]) {
        let (own, mut more) = out.split_at_mut(self.encoder.inputs().len());
        let inputs = self.encoder.inputs().iter().zip(&self.encodings[fold]);
        for ((index, (input, encodings)), out) in inputs.enumerate().zip(own) {
            let (row, fraction) = features.get(index, at);
            let place = row - input.first_row;
            let value = |encoding: &CategoryValues| encoding.values.get(place as usize).copied().unwrap_or(f32::NAN);
            *out = match &encodings[..] {
                [target, others @ ..] => {
                    others.iter().zip(more.iter_mut()).for_each(|(other, out)| *out = value(other));
                    more = &mut more[others.len()..];
                    value(target)
                }
                [] if row == input.missing_row() => f32::NAN,
                [] => place as f32 + fraction,
            };
        }
    }

    /// The features of some rows, in their order.
    pub fn features(&self, rows: &[u32]) -> Features {
        let inputs = self.encoder.inputs().len();
        let mut features = Features::new(inputs, rows.len());
        for input in 0..inputs {
            for (at, &row) in rows.iter().enumerate() {
                features.set(input, at, self.features.get(input, row as usize));
            }
        }
        features
    }

    pub fn subset<'a>(&'a self, rows: &'a [u32]) -> Subset<'a> {
        Subset { encoded: self, rows, labels: gather(&self.labels, rows) }
    }

    /// Logits of some rows by the packed network.
    pub fn logits(&self, network: &Network, rows: &[u32]) -> Vec<f64> {
        let mut scratch = network.scratch();
        let mut logits = vec![0.0; rows.len()];
        for (rows, logits) in rows.chunks(1024).zip(logits.chunks_mut(1024)) {
            network.logits(&self.features(rows), rows.len(), &mut scratch, logits);
        }
        logits.into_iter().map(f64::from).collect()
    }
}

fn encode(encoder: &Encoder, count: usize, cell: &impl Fn(usize, usize) -> Cell) -> Features {
    let mut features = Features::new(encoder.inputs().len(), count);
    for input in 0..encoder.inputs().len() {
        encoder.encode_cells(input, count, cell, &mut features, 0);
    }
    features
}

impl DenseRows for Subset<'_> {
    fn labels(&self) -> &[bool] {
        &self.labels
    }

    fn columns(&self) -> usize {
        self.encoded.layout().size()
    }

    fn inputs(&self) -> Vec<usize> {
        self.encoded.layout().widths()
    }

    fn write(&self, indices: &[usize], out: &mut [f32]) {
        for (&index, out) in indices.iter().zip(out.chunks_exact_mut(self.columns())) {
            self.encoded.expand_row(self.rows[index] as usize, out);
        }
    }

    fn value_count(&self) -> usize {
        self.encoded.value_count()
    }

    fn values(&self, row: usize, out: &mut [f32]) {
        let row = self.rows[row] as usize;
        self.encoded.write_values(self.encoded.fold_of[row] as usize, &self.encoded.features, row, out);
    }
}
