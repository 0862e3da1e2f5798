//! Target encoding of categories (Micci-Barreca 2001): one number, the log-odds of churn in the
//! category less those of all rows. Trees read every field of more than two categories so, networks
//! those with many, instead of a column for each category.
//!
//! Of a field with many categories, both also read how many rows a category has (its logarithm): small
//! and large shops, places or devices differ, and a rate of few rows says less than one of many.
//!
//! Training rows use out-of-fold encodings; all other rows use the encoding fitted on the full
//! training set, as in scikit-learn's `TargetEncoder`. Otherwise the encoding of a training row
//! would contain its own label.

use tenure::encoding::{CategoryValues, Encoder, EncoderParams, Features, Input, Scale};

use crate::cohort::gather;
use crate::split::stratified_folds;

/// A field with more categories than this is target-encoded for networks. With fewer, a column for
/// each category is better: every column has enough rows, and it can interact with the other
/// fields. With more, columns slow down every step.
const MANY: u32 = 256;

/// Whether networks read an input by its target encoding.
pub(super) fn has_many_categories(input: &Input) -> bool {
    matches!(input.scale, Scale::Category { count } if count > MANY)
}

/// Folds of the training rows.
const FOLDS: usize = 10;

/// Seed of the folds. It is fixed, because `--seed` is not about them.
const SEED: u64 = 0;

/// The highest strength: the encoding is then the prior alone.
const MOST_STRENGTH: f64 = 1e9;

/// The encoding of every input; `None` for a number, and for a field of two categories, which any
/// question tells apart.
pub(super) struct TargetEncodings {
    inputs: Vec<Option<TargetEncoding>>,
    /// The fold of each training row.
    pub(super) fold_of: Vec<u32>,
}

/// The encoding of one input.
struct TargetEncoding {
    knots: Vec<f32>,
    /// By category, fitted on all training rows.
    full: Vec<f32>,
    /// By fold and category, fitted on the rows of the other folds.
    out_of_fold: Vec<Vec<f32>>,
    /// For a field with many categories.
    sizes: Option<CategoryValues>,
}

impl TargetEncodings {
    /// Fits to the training rows `fit_rows`; `features` and `labels` are of all rows. `None` if no
    /// field has more than two categories, or if a class has too few rows for two folds.
    pub(super) fn fit(
        params: &EncoderParams,
        encoder: &Encoder,
        features: &Features,
        labels: &[bool],
        fit_rows: &[u32],
    ) -> Option<TargetEncodings> {
        let several = |input: &Input| match input.scale {
            Scale::Category { count } => Some(count as usize).filter(|count| *count > 2),
            Scale::Number { .. } => None,
        };
        if !encoder.inputs().iter().any(|input| several(input).is_some()) {
            return None;
        }
        let labels = gather(labels, fit_rows);
        let positives = labels.iter().filter(|label| **label).count();
        let folds = FOLDS.min(positives).min(labels.len() - positives);
        let fold_of = stratified_folds(&labels, folds, SEED).ok()?;
        let encoding = |(index, input): (usize, &Input)| {
            let categories = several(input)?;
            let row = |at: usize| (features.get(index, fit_rows[at] as usize).0 - input.first_row) as usize;
            // By fold and category; the last two are OTHER and missing.
            let mut counts = vec![vec![Count::default(); categories + 2]; folds];
            for (at, &label) in labels.iter().enumerate() {
                counts[fold_of[at] as usize][row(at)].add(label);
            }
            // Missing has a column of its own.
            counts.iter_mut().for_each(|counts| counts.truncate(categories + 1));
            let rows: Vec<usize> = (0..labels.len()).map(row).filter(|row| *row <= categories).collect();
            let mut encoding = TargetEncoding::of(params, &counts, &rows, positives as f64 / labels.len() as f64);
            encoding.sizes = has_many_categories(input).then(|| sizes(params, &counts, &rows));
            Some(encoding)
        };
        Some(TargetEncodings { inputs: encoder.inputs().iter().enumerate().map(encoding).collect(), fold_of })
    }

    /// The values of every row that is no training row.
    pub(super) fn full(&self) -> Vec<Vec<CategoryValues>> {
        self.values(|encoding| &encoding.full)
    }

    /// For each fold, the values of its rows.
    pub(super) fn out_of_fold(&self) -> impl Iterator<Item = Vec<Vec<CategoryValues>>> {
        let folds = self.inputs.iter().flatten().next().map_or(0, |encoding| encoding.out_of_fold.len());
        (0..folds).map(|fold| self.values(|encoding| &encoding.out_of_fold[fold]))
    }

    fn values(&self, of: impl Fn(&TargetEncoding) -> &Vec<f32>) -> Vec<Vec<CategoryValues>> {
        let values = |encoding: &TargetEncoding| {
            let target = CategoryValues { knots: encoding.knots.clone(), values: of(encoding).clone() };
            [target].into_iter().chain(encoding.sizes.clone()).collect()
        };
        self.inputs.iter().map(|encoding| encoding.as_ref().map_or_else(Vec::new, values)).collect()
    }
}

impl TargetEncoding {
    /// `counts` are by fold and category; `rows` has the category of every row that is not missing.
    fn of(params: &EncoderParams, counts: &[Vec<Count>], rows: &[usize], prior: f64) -> TargetEncoding {
        let sum = |left_out| sum(counts, left_out);
        let strength = strength(&sum(None), prior);
        let values = |counts: Vec<Count>| counts.iter().map(|count| count.shrunk(prior, strength)).collect::<Vec<_>>();
        let full = values(sum(None));
        let mut of_rows: Vec<f64> = rows.iter().map(|&row| full[row].into()).collect();
        let out_of_fold = (0..counts.len()).map(|fold| values(sum(Some(fold)))).collect();
        TargetEncoding { knots: params.knots(&mut of_rows, &mut []), full, out_of_fold, sizes: None }
    }
}

/// The counts by category, without those of a fold.
fn sum(counts: &[Vec<Count>], left_out: Option<usize>) -> Vec<Count> {
    let mut sum = vec![Count::default(); counts[0].len()];
    for (_, counts) in counts.iter().enumerate().filter(|(fold, _)| Some(*fold) != left_out) {
        sum.iter_mut().zip(counts).for_each(|(sum, count)| sum.join(*count));
    }
    sum
}

/// The logarithms of the categories' numbers of rows. They hold no label, so every row has the same.
/// OTHER is many categories, each of few rows: it is told as the smallest.
fn sizes(params: &EncoderParams, counts: &[Vec<Count>], rows: &[usize]) -> CategoryValues {
    let mut values: Vec<f32> = sum(counts, None).iter().map(|count| count.rows.ln_1p() as f32).collect();
    if let Some((other, categories)) = values.split_last_mut() {
        *other = categories.iter().copied().fold(*other, f32::min);
    }
    let mut of_rows: Vec<f64> = rows.iter().map(|&row| values[row].into()).collect();
    CategoryValues { knots: params.knots(&mut of_rows, &mut []), values }
}

#[derive(Clone, Copy, Default)]
struct Count {
    rows: f64,
    leavers: f64,
}

impl Count {
    fn add(&mut self, label: bool) {
        self.rows += 1.0;
        self.leavers += f64::from(u8::from(label));
    }

    fn join(&mut self, other: Count) {
        self.rows += other.rows;
        self.leavers += other.leavers;
    }

    /// The log-odds of leaving less those of all rows, with `strength` more rows at the rate of
    /// all.
    fn shrunk(&self, prior: f64, strength: f64) -> f32 {
        let rate = (self.leavers + strength * prior) / (self.rows + strength);
        let logit = |rate: f64| (rate / (1.0 - rate)).ln();
        (logit(rate) - logit(prior)) as f32
    }
}

/// The number of rows that the prior counts as: the variance within a category over the variance
/// between categories, both by the method of moments (empirical Bayes). Categories that differ no
/// more than by chance get the prior alone.
fn strength(counts: &[Count], prior: f64) -> f64 {
    let seen: Vec<&Count> = counts.iter().filter(|count| count.rows > 0.0).collect();
    let within = prior * (1.0 - prior);
    let rows: f64 = seen.iter().map(|count| count.rows).sum();
    let squares: f64 = seen.iter().map(|count| count.rows * count.rows).sum();
    let spread: f64 = seen.iter().map(|count| count.rows * (count.leavers / count.rows - prior).powi(2)).sum();
    let between = (spread - (seen.len() as f64 - 1.0) * within) / (rows - squares / rows);
    // In this form no category, one category, and no difference between categories all give the
    // highest strength.
    if between > 0.0 { (within / between - 1.0).clamp(1.0, MOST_STRENGTH) } else { MOST_STRENGTH }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::Cohort;
    use crate::cohort::tests::cohort;
    use crate::fit::DenseRows;
    use crate::train::Encoded;

    const CATEGORIES: usize = 300;

    /// 20 customers of each of 300 shops, and some without a shop; `leaves` decides who leaves.
    fn shops(leaves: impl Fn(usize, usize) -> bool) -> Cohort {
        let names: Vec<String> = (0..CATEGORIES).map(|shop| format!("\"s{shop}\"")).collect();
        let schema = format!(
            "schema_version = 1\nname = \"Shops\"\nidentifiers = []\nignored = []\n\
             target = {{ field = \"left\", positive = \"1\" }}\n\
             fields = [{{ name = \"shop\", kind = \"category\", categories = [{}] }}]\n",
            names.join(", ")
        );
        let line = |row: usize| {
            let shop = row % CATEGORIES;
            let name = if row >= 20 * CATEGORIES { String::new() } else { format!("s{shop}") };
            format!("{name},{}\n", u8::from(leaves(shop, row / CATEGORIES)))
        };
        let text: String = (0..20 * CATEGORIES + 7).map(line).collect();
        cohort(&format!("shop,left\n{text}"), &toml::from_str(&schema).unwrap()).unwrap()
    }

    fn encodings(cohort: &Cohort, encoded: &Encoded, rows: &[u32]) -> TargetEncodings {
        let features = encoded.features(rows);
        TargetEncodings::fit(&EncoderParams::default(), encoded.encoder(), &features, cohort.labels(), rows).unwrap()
    }

    #[test]
    fn a_training_row_has_the_encoding_of_other_rows() {
        // A third of the shops lose 16 of their 20 customers, the others 2.
        let cohort = shops(|shop, customer| customer < if shop % 3 == 0 { 16 } else { 2 });
        let rows: Vec<u32> = (0..cohort.rows() as u32).collect();
        let encoded = Encoded::fit(&EncoderParams::default(), &cohort, &rows).unwrap();
        let encodings = encodings(&cohort, &encoded, &rows);
        let encoding = encodings.inputs[0].as_ref().unwrap();
        assert_eq!((encoding.full.len(), encoding.out_of_fold.len()), (CATEGORIES + 1, FOLDS));
        assert!(encoding.full[..CATEGORIES].iter().enumerate().all(|(shop, value)| (*value > 0.0) == (shop % 3 == 0)));
        assert_eq!(encoding.full[CATEGORIES], 0.0, "nobody counts as OTHER");
        // Counted again, row by row, with the strength that follows from the encoding of shop 0.
        let prior = cohort.labels().iter().filter(|left| **left).count() as f64 / rows.len() as f64;
        let odds = (f64::from(encoding.full[0]) + (prior / (1.0 - prior)).ln()).exp();
        let rate = odds / (1.0 + odds);
        let strength = (16.0 - 20.0 * rate) / (rate - prior);
        for (fold, shop) in [(0, 0), (3, 1), (9, 299)] {
            let outside = (0..20).map(|customer| customer * CATEGORIES + shop);
            let outside: Vec<usize> = outside.filter(|&row| encodings.fold_of[row] != fold).collect();
            let leavers = outside.iter().filter(|&&row| cohort.labels()[row]).count() as f64;
            let expected = Count { rows: outside.len() as f64, leavers }.shrunk(prior, strength);
            assert!((encoding.out_of_fold[fold as usize][shop] - expected).abs() < 1e-4, "fold {fold}, shop {shop}");
        }
        // All shops are equally large.
        let sizes = encoding.sizes.as_ref().unwrap();
        assert!(sizes.values[..CATEGORIES].iter().all(|size| *size == 21f32.ln()), "{sizes:?}");
        assert!(sizes.knots.len() == 1 && sizes.values[CATEGORIES] == 0.0, "nobody counts as OTHER: {sizes:?}");
        // The dense columns say the same: bins and standardised value of two numbers, and one for
        // missing.
        assert_eq!(encoded.layout().size(), encoding.knots.len() + 2);
        let mut dense = vec![0.0; encoded.layout().size() * 2];
        encoded.subset(&rows).write(&[0, rows.len() - 1], &mut dense);
        let (first, last) = dense.split_at(encoded.layout().size());
        assert_eq!(last.iter().rev().copied().collect::<Vec<_>>()[..2], [1.0, 0.0]);
        let whole = &encoded.layout().input_rows(encoded.encoder(), 0).1[0];
        let target = encoding.knots.len() - 1;
        assert!(first != &whole[..] && (first[target] - whole[target]).abs() < 1.0, "{first:?}");
        // Trees read the target encoding and, behind all inputs, the size; of missing neither.
        let (subset, mut read) = (encoded.subset(&rows), [0.0; 2]);
        assert_eq!(subset.value_count(), 2);
        subset.values(0, &mut read);
        assert_eq!(read, [encoding.out_of_fold[encodings.fold_of[0] as usize][0], 21f32.ln()]);
        subset.values(rows.len() - 1, &mut read);
        assert!(read.iter().all(|value| value.is_nan()), "{read:?}");
    }

    #[test]
    fn differences_by_chance_are_encoded_as_nothing() {
        let hash = |shop: usize, customer: usize| (shop * 7919 + customer * 104_729) % 1009;
        let cohort = shops(|shop, customer| hash(shop, customer) % 4 == 0);
        let rows: Vec<u32> = (0..cohort.rows() as u32).collect();
        let encoded = Encoded::fit(&EncoderParams::default(), &cohort, &rows).unwrap();
        let encodings = encodings(&cohort, &encoded, &rows);
        let encoding = encodings.inputs[0].as_ref().unwrap();
        assert!(encoding.full.iter().all(|value| value.abs() < 0.1), "{:?}", encoding.full);
    }

    #[test]
    fn few_categories_keep_their_columns() {
        let schema = toml::from_str(crate::cohort::tests::SCHEMA).unwrap();
        let row = |row: usize| format!("{row},{},Yes,{}\n", ["Month", "Year"][row % 2], ["Yes", "No"][row % 3 / 2]);
        let text: String = (0..60).map(row).collect();
        let cohort = cohort(&format!("tenure,contract,partner,Churn\n{text}"), &schema).unwrap();
        let rows: Vec<u32> = (0..60).collect();
        let encoded = Encoded::fit(&EncoderParams::default(), &cohort, &rows).unwrap();
        let encodings = encodings(&cohort, &encoded, &rows);
        // Of tenure, contract and partner, trees read the contract by its encoding.
        assert_eq!(encodings.inputs.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, false]);
        let (subset, mut values) = (encoded.subset(&rows), [0.0; 3]);
        subset.values(7, &mut values);
        let contract = encodings.inputs[1].as_ref().unwrap();
        let features = encoded.features(&rows);
        let place = (features.get(1, 7).0 - encoded.encoder().inputs()[1].first_row) as usize;
        assert_eq!(values[1], contract.out_of_fold[encodings.fold_of[7] as usize][place]);
        let of_row = values;
        encoded.values(&features, 7, &mut values);
        assert_eq!(values, [of_row[0], contract.full[place], of_row[2]]);
        assert_eq!(encoded.layout().input_rows(encoded.encoder(), 1).0.len(), 5);
    }
}
