//! Fitting the encoder: the knots of every number, near its quantiles. Parameters → `fit` → [`Encoder`].

use crate::customer::Cell;
use crate::schema::Schema;

use super::encoder::{Encoder, EncoderError, InputDocument, formula_value, source_name, sources};
use super::{Features, Scale, Source, Statistics};

/// Parameters of the encoder.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderParams {
    /// Bins of a number; knots are the [`Statistics`] at equal quantiles, equal ones folded into one.
    pub bins: usize,
    /// Share of the values beyond the first and the last knot: knots run from this quantile to one
    /// minus it, as far as [`Statistics`] reach.
    pub clip: f64,
}

impl Default for EncoderParams {
    fn default() -> EncoderParams {
        EncoderParams { bins: 16, clip: 0.001 }
    }
}

impl EncoderParams {
    /// Fits the encoder to `count` customers; `cell` gives a customer's checked cell by place and
    /// field. The places after them have `others`, to whom nothing is fitted: no knot is the value
    /// of a few of them either. An input that is missing in all of the `count` is an error. Holds
    /// the values of one input at a time.
    pub fn fit(
        &self,
        schema: &Schema,
        count: usize,
        others: usize,
        cell: &impl Fn(usize, usize) -> Cell,
    ) -> Result<Encoder, EncoderError> {
        // A first encoder with one knot everywhere evaluates the formulas.
        let document = |source, knots: Vec<f32>| InputDocument { name: source_name(schema, source).into(), knots };
        let is_number = |source| match source {
            Source::Field(field) => schema.fields[field].is_number(),
            Source::Derived(_) => true,
        };
        let blank = |source| document(source, if is_number(source) { vec![0.0] } else { Vec::new() });
        let encoder = Encoder::new(schema, sources(schema).into_iter().map(blank).collect())?;
        let mut documents = Vec::with_capacity(encoder.inputs.len());
        for input in &encoder.inputs {
            if !is_number(input.source) {
                documents.push(document(input.source, Vec::new()));
                continue;
            }
            let number = |at: usize| encoder.number(input.source, &|field| cell(at, field)).map(f64::from);
            let mut values: Vec<f64> = (0..count).filter_map(number).collect();
            if values.is_empty() {
                return Err(EncoderError::AllMissing { name: input.name.clone() });
            }
            let mut others: Vec<f64> = (count..count + others).filter_map(number).collect();
            documents.push(document(input.source, self.knots(&mut values, &mut others)));
        }
        Encoder::new(schema, documents)
    }

    /// Knots: the [`Statistics`] of `values` at equal quantiles, from `clip` to one minus `clip`. A
    /// single knot at 0 where there are too few values for one: then it only matters whether the
    /// number is known. Sorts both slices, which have no NaN.
    pub fn knots(&self, values: &mut [f64], others: &mut [f64]) -> Vec<f32> {
        values.sort_unstable_by(f64::total_cmp);
        others.sort_unstable_by(f64::total_cmp);
        let statistics = Statistics::of(values, others);
        let last = values.len().saturating_sub(1) as f64;
        let bins = self.bins.max(1);
        let rank = |share: f64| (share.clamp(self.clip, 1.0 - self.clip) * last).round() as usize;
        let quantile = |bin: usize| statistics.at_rank(rank(bin as f64 / bins as f64)).map(|number| number as f32);
        let mut knots: Vec<f32> = (0..=bins).filter_map(quantile).collect();
        // Where the line between two statistics cannot be followed, a knot may step back.
        knots.dedup_by(|next, knot| next <= knot);
        if knots.is_empty() {
            knots.push(0.0);
        }
        knots
    }
}

impl Encoder {
    /// The number an input sees for a customer, as f32; `None` when missing. `cell` gives the
    /// customer's cells by field.
    pub fn number(&self, source: Source, cell: &impl Fn(usize) -> Cell) -> Option<f32> {
        let number = match source {
            Source::Field(field) => match cell(field) {
                Cell::Number(number) => number,
                _ => return None,
            },
            Source::Derived(derived) => self.formulas[derived].evaluate(&|field| formula_value(cell(field)))?,
        };
        // The largest numbers of f64 are infinite in f32.
        Some((number as f32).clamp(-1e30, 1e30))
    }

    /// How often `features` uses each table row. A customer between two knots counts for both, by
    /// the fraction.
    pub fn row_weights(&self, features: &Features, customers: usize) -> Vec<f64> {
        let mut weights = vec![0.0; self.row_count];
        for (index, input) in self.inputs.iter().enumerate() {
            for customer in 0..customers {
                let (row, fraction) = features.get(index, customer);
                weights[row as usize] += 1.0 - f64::from(fraction);
                if fraction > 0.0 && matches!(input.scale, Scale::Number { .. }) {
                    weights[row as usize + 1] += f64::from(fraction);
                }
            }
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{customer, encoded_schema, small_encoder};
    use super::*;
    use crate::customer::Customer;

    fn customers() -> Vec<Customer> {
        let cells =
            |n: u32| [Cell::Number(f64::from(n % 100)), Cell::Number(7.0), Cell::Category(n % 2), Cell::Category(0)];
        (0..2000).map(|n| customer(cells(n))).collect()
    }

    #[test]
    fn knots_are_at_quantiles() {
        let schema = encoded_schema();
        let customers = customers();
        let cell = |at: usize, field: usize| customers[at].cells()[field];
        let encoder = EncoderParams { bins: 4, clip: 0.05 }.fit(&schema, customers.len(), 0, &cell).unwrap();
        let knots: Vec<_> = encoder.documents().into_iter().map(|document| document.knots).collect();
        // Twenty customers share each value.
        assert_eq!(knots[0], [5.0, 25.0, 50.0, 74.0, 94.0]);
        assert_eq!((knots[1].as_slice(), knots[2].len()), (&[7.0][..], 0));
        assert!(knots[4].len() == 5 && knots[4].windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn row_weights_sum_to_the_customers() {
        let encoder = small_encoder();
        let customers = customers();
        let mut features = Features::new(encoder.inputs().len(), customers.len());
        for (at, customer) in customers.iter().enumerate() {
            encoder.encode(customer, at, &mut features);
        }
        let weights = encoder.row_weights(&features, customers.len());
        for input in encoder.inputs() {
            let rows = input.first_row as usize..input.first_row as usize + input.row_count();
            assert!((weights[rows].iter().sum::<f64>() - 2000.0).abs() < 1e-6, "{}", input.name);
        }
    }

    #[test]
    fn no_knot_is_the_value_of_a_few_customers() {
        let params = EncoderParams { bins: 4, clip: 0.0 };
        let mut values: Vec<f64> = (0..400).map(|value| f64::from(value) + 0.25).collect();
        let knots = params.knots(&mut values, &mut []);
        assert_eq!(knots, [19.75, 99.75, 199.75, 299.75, 379.75]);
        // A customer to whom nothing is fitted has one of these values.
        assert_eq!(params.knots(&mut values, &mut [199.75])[2], 219.75);
        assert_eq!(params.knots(&mut values[..19], &mut []), [0.0]);
    }

    #[test]
    fn all_missing_is_an_error() {
        let cells = [Cell::Missing, Cell::Number(1.0), Cell::Category(0), Cell::Category(0)];
        let schema = encoded_schema();
        let error = EncoderParams::default().fit(&schema, 3, 0, &|_, field| cells[field]);
        assert_eq!(error.unwrap_err(), EncoderError::AllMissing { name: "tenure".into() });
    }
}
