//! Target statistics of categories with many values: how much likelier a category's customers left than all did, as one
//! number (Micci-Barreca 2001), in place of a column for each.
//!
//! A row that is learned from is told the number that other rows gave (out of fold; as in scikit-learn's `TargetEncoder`):
//! its own label would be in it, and a network would believe it too much.

use tenure::encoding::{CategoryValues, Encoder, EncoderParams, Features, Input, Scale};

use crate::split::stratified_folds;

/// A field of more categories has a statistic in place of a column for each. Columns say more while their weights are
/// learned from some rows each, for they meet the other fields; beyond, they slow every step down.
const MANY: usize = 256;

/// Parts of the rows to fit; each is told what the others gave.
const FOLDS: usize = 10;

/// Of the folds: whichever they are, they are not what `--seed` is asked about.
const SEED: u64 = 0;

/// A prior of so many rows is all that is left.
const MOST_STRENGTH: f64 = 1e9;

/// The statistics of every input, `None` where it has a column for each category, or is a number.
pub(super) struct Statistics {
    inputs: Vec<Option<Told>>,
    /// The fold of each row to fit.
    pub(super) fold_of: Vec<u32>,
}

/// The statistics of one input.
struct Told {
    knots: Vec<f32>,
    /// Of all rows to fit.
    all: Vec<f32>,
    /// Of the rows outside of each fold.
    outside: Vec<Vec<f32>>,
}

impl Statistics {
    /// Of the rows to fit; `features` and `labels` are of all rows. `None` where no category has many values, or either class too few rows for two folds.
    pub(super) fn fit(
        params: &EncoderParams,
        encoder: &Encoder,
        features: &Features,
        labels: &[bool],
        fit_rows: &[u32],
    ) -> Option<Statistics> {
        let many = |input: &Input| match input.scale {
            Scale::Category { count } => Some(count as usize).filter(|count| *count > MANY),
            Scale::Number { .. } => None,
        };
        if !encoder.inputs().iter().any(|input| many(input).is_some()) {
            return None;
        }
        let labels: Vec<bool> = fit_rows.iter().map(|&row| labels[row as usize]).collect();
        let positives = labels.iter().filter(|label| **label).count();
        let folds = FOLDS.min(positives).min(labels.len() - positives);
        let fold_of = stratified_folds(&labels, folds, SEED).ok()?;
        let told = |(index, input): (usize, &Input)| {
            let categories = many(input)?;
            let row = |at: usize| (features.get(index, fit_rows[at] as usize).0 - input.first_row) as usize;
            // Of each fold and category, OTHER and missing the last two.
            let mut counts = vec![vec![Count::default(); categories + 2]; folds];
            for (at, &label) in labels.iter().enumerate() {
                counts[fold_of[at] as usize][row(at)].add(label);
            }
            // Missing has a column of its own.
            counts.iter_mut().for_each(|counts| counts.truncate(categories + 1));
            let rows = (0..labels.len()).map(row).filter(|row| *row <= categories);
            Some(Told::of(params, &counts, rows, positives as f64 / labels.len() as f64))
        };
        Some(Statistics { inputs: encoder.inputs().iter().enumerate().map(told).collect(), fold_of })
    }

    /// What a row is told that is not learned from.
    pub(super) fn of_all(&self) -> Vec<Option<CategoryValues>> {
        self.values(|told| &told.all)
    }

    /// What the rows of each fold are told.
    pub(super) fn outside(&self) -> impl Iterator<Item = Vec<Option<CategoryValues>>> {
        let folds = self.inputs.iter().flatten().next().map_or(0, |told| told.outside.len());
        (0..folds).map(|fold| self.values(|told| &told.outside[fold]))
    }

    fn values(&self, of: impl Fn(&Told) -> &Vec<f32>) -> Vec<Option<CategoryValues>> {
        let values = |told: &Told| CategoryValues { knots: told.knots.clone(), values: of(told).clone() };
        self.inputs.iter().map(|told| told.as_ref().map(values)).collect()
    }
}

impl Told {
    /// `counts` by fold and category; `rows` is the category of every row that has one.
    fn of(params: &EncoderParams, counts: &[Vec<Count>], rows: impl Iterator<Item = usize>, prior: f64) -> Told {
        let sum = |left_out: Option<usize>| {
            let mut sum = vec![Count::default(); counts[0].len()];
            for (_, counts) in counts.iter().enumerate().filter(|(fold, _)| Some(*fold) != left_out) {
                sum.iter_mut().zip(counts).for_each(|(sum, count)| sum.join(*count));
            }
            sum
        };
        let strength = strength(&sum(None), prior);
        let values = |counts: Vec<Count>| counts.iter().map(|count| count.shrunk(prior, strength)).collect::<Vec<_>>();
        let all = values(sum(None));
        let mut told: Vec<f32> = rows.map(|row| all[row]).collect();
        // Of a field that is missing everywhere.
        if told.is_empty() {
            told.push(0.0);
        }
        let outside = (0..counts.len()).map(|fold| values(sum(Some(fold)))).collect();
        Told { knots: params.knots(&mut told), all, outside }
    }
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

    /// Log-odds of leaving beside those of all, as if `strength` more rows had left like all.
    fn shrunk(&self, prior: f64, strength: f64) -> f32 {
        let rate = (self.leavers + strength * prior) / (self.rows + strength);
        let logit = |rate: f64| (rate / (1.0 - rate)).ln();
        (logit(rate) - logit(prior)) as f32
    }
}

/// Rows that the prior counts as: the rows within a category against the differences between categories, each as the
/// method of moments finds them (empirical Bayes). Categories that differ no more than chance would have them are told
/// nothing.
fn strength(counts: &[Count], prior: f64) -> f64 {
    let seen: Vec<&Count> = counts.iter().filter(|count| count.rows > 0.0).collect();
    let within = prior * (1.0 - prior);
    let rows: f64 = seen.iter().map(|count| count.rows).sum();
    let squares: f64 = seen.iter().map(|count| count.rows * count.rows).sum();
    let spread: f64 = seen.iter().map(|count| count.rows * (count.leavers / count.rows - prior).powi(2)).sum();
    let between = (spread - (seen.len() as f64 - 1.0) * within) / (rows - squares / rows);
    // Written so that no category, one category and no difference between them all give the most.
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

    /// 20 customers of each of 300 shops, of whom `leaves` says who leaves, and some of an unknown one.
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

    fn statistics(cohort: &Cohort, encoded: &Encoded, rows: &[u32]) -> Statistics {
        let features = encoded.features(rows);
        Statistics::fit(&EncoderParams::default(), encoded.encoder(), &features, cohort.labels(), rows).unwrap()
    }

    #[test]
    fn a_row_is_told_what_other_rows_gave() {
        // A third of the shops lose 16 of their 20 customers, the others 2.
        let cohort = shops(|shop, customer| customer < if shop % 3 == 0 { 16 } else { 2 });
        let rows: Vec<u32> = (0..cohort.rows() as u32).collect();
        let encoded = Encoded::fit(&EncoderParams::default(), &cohort, &rows).unwrap();
        let statistics = statistics(&cohort, &encoded, &rows);
        let told = statistics.inputs[0].as_ref().unwrap();
        assert_eq!((told.all.len(), told.outside.len()), (CATEGORIES + 1, FOLDS));
        assert!(told.all[..CATEGORIES].iter().enumerate().all(|(shop, value)| (*value > 0.0) == (shop % 3 == 0)));
        assert_eq!(told.all[CATEGORIES], 0.0, "nobody counts as OTHER");
        // Counted again, row by row, with the strength that the statistic of shop 0 tells.
        let prior = cohort.labels().iter().filter(|left| **left).count() as f64 / rows.len() as f64;
        let odds = (f64::from(told.all[0]) + (prior / (1.0 - prior)).ln()).exp();
        let rate = odds / (1.0 + odds);
        let strength = (16.0 - 20.0 * rate) / (rate - prior);
        for (fold, shop) in [(0, 0), (3, 1), (9, 299)] {
            let outside = (0..20).map(|customer| customer * CATEGORIES + shop);
            let outside: Vec<usize> = outside.filter(|&row| statistics.fold_of[row] != fold).collect();
            let leavers = outside.iter().filter(|&&row| cohort.labels()[row]).count() as f64;
            let expected = Count { rows: outside.len() as f64, leavers }.shrunk(prior, strength);
            assert!((told.outside[fold as usize][shop] - expected).abs() < 1e-4, "fold {fold}, shop {shop}");
        }
        // The dense columns say the same: bins and standardised value of a number, and one for missing.
        assert_eq!(encoded.layout().size(), told.knots.len() + 1);
        let mut dense = vec![0.0; encoded.layout().size() * 2];
        encoded.subset(&rows).write(&[0, rows.len() - 1], &mut dense);
        let (first, last) = dense.split_at(encoded.layout().size());
        assert_eq!(last.iter().rev().copied().collect::<Vec<_>>()[..2], [1.0, 0.0]);
        let whole = &encoded.layout().input_rows(encoded.encoder(), 0).1[0];
        assert!(first != &whole[..] && (first[first.len() - 2] - whole[first.len() - 2]).abs() < 1.0, "{first:?}");
    }

    #[test]
    fn what_chance_would_give_is_told_as_nothing() {
        let hash = |shop: usize, customer: usize| (shop * 7919 + customer * 104_729) % 1009;
        let cohort = shops(|shop, customer| hash(shop, customer) % 4 == 0);
        let rows: Vec<u32> = (0..cohort.rows() as u32).collect();
        let encoded = Encoded::fit(&EncoderParams::default(), &cohort, &rows).unwrap();
        let statistics = statistics(&cohort, &encoded, &rows);
        let told = statistics.inputs[0].as_ref().unwrap();
        assert!(told.all.iter().all(|value| value.abs() < 0.1), "{:?}", told.all);
    }

    #[test]
    fn few_categories_keep_their_columns() {
        let schema = toml::from_str(crate::cohort::tests::SCHEMA).unwrap();
        let row = |row: usize| format!("{row},{},Yes,{}\n", ["Month", "Year"][row % 2], ["Yes", "No"][row % 3 / 2]);
        let text: String = (0..60).map(row).collect();
        let cohort = cohort(&format!("tenure,contract,partner,Churn\n{text}"), &schema).unwrap();
        let rows: Vec<u32> = (0..60).collect();
        let encoded = Encoded::fit(&EncoderParams::default(), &cohort, &rows).unwrap();
        let features = encoded.features(&rows);
        let params = EncoderParams::default();
        assert!(Statistics::fit(&params, encoded.encoder(), &features, cohort.labels(), &rows).is_none());
        assert_eq!(encoded.layout().input_rows(encoded.encoder(), 1).0.len(), 5);
    }
}
