//! Counts while rows are scored. They are exact, so they stay in memory: what leaves it is a
//! [`Profile`].

use super::cells::Cells;
use super::profile::{Profile, RULES, Scores};
use super::reference::SCORE_BINS;
use crate::customer::{Cell, MISSING_CODE, Rule};
use crate::schema::MINIMUM_CUSTOMERS;

/// Sums of probabilities are whole numbers of millionths, so that adding them in any order gives the
/// same sum.
const MILLION: f64 = 1e6;
/// Added to a number below it, leaves the number's nearest whole number in the last bits. Conversions
/// are slower.
const TO_WHOLE: f64 = (1u64 << 52) as f64;
/// Rows of a bin of the scores, on average. Neighbouring bins are folded where there are fewer: if
/// bins were left out because few rows happen to be in them, the rest would look as if it had moved.
const ROWS_OF_A_BIN: u64 = 2 * MINIMUM_CUSTOMERS as u64;

/// What was seen in rows so far.
#[derive(Clone, Debug)]
pub struct Observed {
    pub(crate) cells: Vec<Cells>,
    /// The cell of each code, by field; empty for a number.
    tables: Vec<Vec<u16>>,
    /// Ascending; infinite beyond the last one.
    score_edges: [f32; SCORE_BINS],
    bins: usize,
    threshold: f64,
    rows: u64,
    scored: u64,
    fields: Vec<Vec<u64>>,
    rules: [u64; RULES.len()],
    /// By bin: rows, sum and sum of squares.
    scores: [[u64; 3]; SCORE_BINS],
    positive: [u64; 3],
    /// By offer, and last those without one.
    offers: Vec<u64>,
    places: Places,
    /// The fields that no place tells.
    others: Vec<usize>,
}

/// Places that rows are in, each of which stands for a cell of some fields. Counting a row in few places
/// is faster than in many cells.
#[derive(Clone, Debug, Default)]
struct Places {
    /// By place: the end of its own in `cells`.
    ends: Vec<u32>,
    /// Field and cell.
    cells: Vec<[u16; 2]>,
    /// Rows by place, which are not yet in the cells.
    seen: Vec<u64>,
}

impl Observed {
    /// Nothing yet. `cells`, `score_edges` and `threshold` are those of a
    /// [`Reference`](super::Reference), `offers` is the number of offers of the policy.
    pub fn new(cells: &[Cells], score_edges: &[f32], threshold: f64, offers: usize) -> Observed {
        let table = |cells: &Cells| match cells {
            Cells::Category { codes, count } => Cells::of_codes(codes, *count),
            _ => Vec::new(),
        };
        let edge = |at: usize| score_edges.get(at).copied().unwrap_or(f32::INFINITY);
        Observed {
            tables: cells.iter().map(table).collect(),
            fields: cells.iter().map(|cells| vec![0; cells.len()]).collect(),
            cells: cells.to_vec(),
            score_edges: std::array::from_fn(edge),
            bins: (score_edges.len() + 1).min(SCORE_BINS),
            threshold,
            rows: 0,
            scored: 0,
            rules: [0; RULES.len()],
            scores: [[0; 3]; SCORE_BINS],
            positive: [0; 3],
            offers: vec![0; offers + 1],
            places: Places::default(),
            others: (0..cells.len()).collect(),
        }
    }

    /// Counts rows by places, too: each stands for these cells, a field and its cell.
    pub(crate) fn with_places(mut self, places: &[Vec<[u16; 2]>]) -> Observed {
        let mut end = 0;
        let ends = places.iter().map(|own| {
            end += own.len() as u32;
            end
        });
        self.places = Places { ends: ends.collect(), cells: places.concat(), seen: vec![0; places.len()] };
        let told = &self.places.cells;
        self.others.retain(|field| !told.iter().any(|[own, _]| usize::from(*own) == *field));
        self
    }

    /// The fields that no place tells.
    pub(crate) fn others(&self) -> &[usize] {
        &self.others
    }

    /// Counts rows in each place; whether there are as many places.
    pub(crate) fn add_places(&mut self, rows: &[u32]) -> bool {
        let seen = &mut self.places.seen;
        let are_own = !seen.is_empty() && seen.len() == rows.len();
        if are_own {
            seen.iter_mut().zip(rows).for_each(|(sum, rows)| *sum += u64::from(*rows));
        }
        are_own
    }

    /// Counts a row in these places.
    #[inline]
    pub(crate) fn add_to_places(&mut self, places: &[u32]) {
        for &place in places {
            if let Some(rows) = self.places.seen.get_mut(place as usize) {
                *rows += 1;
            }
        }
    }

    /// Divides what was counted by places among the cells.
    fn settle(&mut self) {
        let Places { ends, cells, seen } = &mut self.places;
        let mut start = 0;
        for (&end, rows) in ends.iter().zip(seen) {
            let rows = std::mem::take(rows);
            if rows > 0 {
                for &[field, cell] in &cells[start as usize..end as usize] {
                    let count = &mut self.fields[usize::from(field)][usize::from(cell)];
                    // It may lack what was recounted before.
                    *count = count.wrapping_add(rows);
                }
            }
            start = end;
        }
    }

    /// The same, with nothing left in places.
    fn settled(&self) -> Observed {
        let mut settled = self.clone();
        settled.settle();
        settled
    }

    /// Rows that were seen.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Counts rows; their cells and scores are counted by the other methods.
    pub fn add_rows(&mut self, rows: usize) {
        self.rows += rows as u64;
    }

    /// Counts a column of numbers, NaN for missing.
    pub fn numbers(&mut self, field: usize, numbers: &[f64]) {
        let Cells::Number { edges } = &self.cells[field] else { return };
        let counts = &mut self.fields[field];
        numbers.iter().for_each(|&number| counts[Cells::of_number(edges, number)] += 1);
    }

    /// Counts a column of codes. A code that is none counts as unreadable.
    pub fn codes(&mut self, field: usize, codes: &[u16]) {
        for &code in codes {
            if let Some(cell) = self.cell_of_code(field, code) {
                self.fields[field][cell] += 1;
            }
        }
    }

    /// The cell of a code; `None` where the field has no cells.
    #[inline]
    pub(crate) fn cell_of_code(&self, field: usize, code: u16) -> Option<usize> {
        let cells = &self.cells[field];
        let otherwise = if code == MISSING_CODE { cells.missing() } else { cells.unreadable() };
        let cell = self.tables[field].get(usize::from(code)).map_or(otherwise, |&cell| usize::from(cell));
        (!cells.is_empty()).then_some(cell)
    }

    /// Counts a row in another cell than it was counted in.
    pub(crate) fn recount(&mut self, field: usize, from: usize, to: usize) {
        let counts = &mut self.fields[field];
        // The row may still be in a place.
        counts[from] = counts[from].wrapping_sub(1);
        counts[to] += 1;
    }

    /// Counts a cell of a record.
    pub fn cell(&mut self, field: usize, cell: Cell) {
        match (cell, &self.cells[field]) {
            (Cell::Missing, Cells::Number { .. }) => self.numbers(field, &[f64::NAN]),
            (Cell::Missing, _) => self.codes(field, &[MISSING_CODE]),
            (Cell::Number(number), _) => self.numbers(field, &[number]),
            (Cell::Category(code), _) => self.codes(field, &[code as u16]),
        }
    }

    /// Counts the score of a row.
    pub fn score(&mut self, logit: f32, probability: f32) {
        self.scores([(logit, probability)].into_iter());
    }

    /// Counts scores: logits that are numbers, and probabilities.
    pub fn scores(&mut self, scores: impl Iterator<Item = (f32, f32)>) {
        let (mut scored, mut positive) = (0, self.positive);
        let edges = &self.score_edges;
        // Searched without a branch: half of the bins are left after each step. Spelled out, as the sums
        // below: in wasm, which is optimised for size, a loop stays one.
        let step = |bin: usize, step: usize, logit: f32| {
            bin + step * usize::from(edges[(bin + step - 1) % SCORE_BINS] <= logit)
        };
        for (logit, probability) in scores {
            let bin = step(step(step(0, 32, logit), 16, logit), 8, logit);
            let bin = step(step(step(bin, 4, logit), 2, logit), 1, logit);
            let probability = f64::from(probability);
            let whole = |number: f64| u64::from((number + TO_WHOLE).to_bits() as u32);
            let (sum, square) = (whole(probability * MILLION), whole(probability * probability * MILLION));
            // All bits where the row is positive, else none.
            let is_positive = u64::from(probability >= self.threshold).wrapping_neg();
            let [rows, sums, squares] = &mut self.scores[bin % SCORE_BINS];
            *rows += 1;
            *sums += sum;
            *squares += square;
            positive[0] += 1 & is_positive;
            positive[1] += sum & is_positive;
            positive[2] += square & is_positive;
            scored += 1;
        }
        self.scored += scored;
        self.positive = positive;
    }

    /// Counts a value that breaks a rule. Where it cannot be scored, its cell was counted as missing
    /// and is unreadable instead. `field` is a position in the schema.
    pub fn problem(&mut self, field: usize, rule: Rule) {
        self.rule(rule, 1);
        self.settle();
        let (cells, counts) = (&self.cells[field], &mut self.fields[field]);
        if rule.is_error() && !cells.is_empty() && counts[cells.missing()] > 0 {
            counts[cells.missing()] -= 1;
            counts[cells.unreadable()] += 1;
        }
    }

    /// Counts rows with a value that breaks a rule, and whose cells are counted as they are.
    pub fn rule(&mut self, rule: Rule, rows: u64) {
        if let Some(at) = RULES.iter().position(|other| *other == rule) {
            self.rules[at] += rows;
        }
    }

    /// Counts a cell that was counted as it stands, and breaks a rule, as unreadable instead.
    pub(crate) fn unread(&mut self, field: usize, cell: Cell) {
        let cells = &self.cells[field];
        let counted = match (cell, cells) {
            (_, Cells::None) => return,
            (Cell::Number(number), Cells::Number { edges }) => Cells::of_number(edges, number),
            (Cell::Missing, _) => cells.missing(),
            // A code that is none, or a cell of another kind, was counted as unreadable or not at all.
            _ => return,
        };
        self.recount(field, counted, cells.unreadable());
    }

    /// Counts a decision: the offer that is made, if one is.
    pub fn decision(&mut self, offer: Option<usize>) {
        let last = self.offers.len() - 1;
        self.offers[offer.unwrap_or(last).min(last)] += 1;
    }

    /// All counts, for another thread: the sums of two lists are the counts of both. They say
    /// something of single rows, so they stay in memory.
    pub fn counts(&self) -> Vec<f64> {
        let Observed { rows, scored, fields, rules, scores, positive, offers, .. } = &self.settled();
        let counts = [rows, scored].into_iter().chain(fields.iter().flatten()).chain(rules);
        counts.chain(scores.as_flattened()).chain(positive).chain(offers).map(|&count| count as f64).collect()
    }

    /// Adds [`Observed::counts`] of the same reference and as many offers; whether it is a list of them.
    pub fn add_counts(&mut self, list: &[f64]) -> bool {
        let Observed { rows, scored, fields, rules, scores, positive, offers, .. } = self;
        let counts = [rows, scored].into_iter().chain(fields.iter_mut().flatten()).chain(rules);
        let counts = counts.chain(scores.as_flattened_mut()).chain(positive).chain(offers);
        let counts: Vec<&mut u64> = counts.collect();
        let is_whole = counts.len() == list.len();
        if is_whole {
            counts.into_iter().zip(list).for_each(|(sum, &count)| *sum += count as u64);
        }
        is_whole
    }

    /// Adds what another one of the same reference has seen.
    pub fn add(&mut self, other: &Observed) {
        let other = &other.settled();
        self.settle();
        let add = |sums: &mut [u64], counts: &[u64]| sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        self.rows += other.rows;
        self.scored += other.scored;
        self.fields.iter_mut().zip(&other.fields).for_each(|(sums, counts)| add(sums, counts));
        add(self.scores.as_flattened_mut(), other.scores.as_flattened());
        add(&mut self.rules, &other.rules);
        add(&mut self.positive, &other.positive);
        add(&mut self.offers, &other.offers);
    }

    /// What a [`Reference`](super::Reference) holds: its bins are never folded.
    pub fn reference_profile(&self) -> Profile {
        Profile { offers: Vec::new(), ..self.told("", None, &self.lists()) }
    }

    /// What may be told: no count of fewer than 20 rows. `model` is the SHA-256 of the model's file
    /// in hexadecimal, `days` the first and the last day in days since 1970-01-01. The profile has no
    /// identity yet, see [`Profile::identify`].
    pub fn profile(&self, model: &str, days: Option<[i32; 2]>) -> Profile {
        let mut scores = self.lists();
        while scores[0].len() > 1 && self.scored < ROWS_OF_A_BIN * scores[0].len() as u64 {
            scores = scores.map(|counts| counts.chunks(2).map(|pair| pair.iter().sum()).collect());
        }
        self.told(model, days, &scores)
    }

    /// The scores as lists by bin: rows, sums, sums of squares.
    fn lists(&self) -> [Vec<u64>; 3] {
        std::array::from_fn(|at| self.scores[..self.bins].iter().map(|bin| bin[at]).collect())
    }

    fn told(&self, model: &str, days: Option<[i32; 2]>, scores: &[Vec<u64>; 3]) -> Profile {
        let least = u64::from(MINIMUM_CUSTOMERS);
        let [rows, sums, squares] = scores;
        let told = told(rows, least);
        let of =
            |numbers: &[u64]| numbers.iter().zip(&told).map(|(number, told)| told.map(|_| *number)).collect::<Vec<_>>();
        // Those below the threshold are the rest of the scored.
        let is_told = |part: u64, all: u64| [part, all - part].iter().all(|rows| *rows == 0 || *rows >= least);
        let positive = is_told(self.positive[0], self.scored);
        let total = self.scored == 0 || self.scored >= least;
        let sum = |numbers: &[u64]| total.then(|| numbers.iter().sum());
        Profile {
            model: model.into(),
            parts: Vec::new(),
            days,
            rows: self.rows,
            scored: self.scored,
            rules: self.rules.iter().map(|&rows| (rows == 0 || rows >= least).then_some(rows)).collect(),
            scores: Scores {
                total: [sum(sums), sum(squares)],
                positive: self.positive.map(|number| positive.then_some(number)),
                sums: of(sums),
                squares: of(squares),
                rows: told,
            },
            fields: self.settled().fields.iter().map(|counts| self::told(counts, least)).collect(),
            offers: self::told(&self.offers, least),
        }
    }
}

/// The counts of cells that together hold all rows, without those of fewer than `least` rows. What is
/// left out is of at least `least` rows together, so that no count follows from the others.
fn told(counts: &[u64], least: u64) -> Vec<Option<u64>> {
    let mut told: Vec<Option<u64>> = counts.iter().map(|&rows| (rows == 0 || rows >= least).then_some(rows)).collect();
    let hidden = |told: &[Option<u64>]| {
        let counts = counts.iter().zip(told).filter(|(_, told)| told.is_none());
        counts.map(|(rows, _)| *rows).sum::<u64>()
    };
    while (1..least).contains(&hidden(&told)) {
        // The next cell, not the smallest one: which one it is must not depend on its rows.
        let first = told.iter().position(Option::is_none).unwrap_or(0);
        let around = (first..told.len()).chain(0..first);
        let Some(next) = around.into_iter().find(|&at| told[at].is_some_and(|rows| rows > 0)) else { break };
        told[next] = None;
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_out_does_not_follow_from_the_rest() {
        assert_eq!(told(&[0, 19, 20, 500], 20), [Some(0), None, None, Some(500)]);
        assert_eq!(told(&[12, 9, 20, 500], 20), [None, None, Some(20), Some(500)]);
        assert_eq!(told(&[90, 80, 0, 3], 20), [None, Some(80), Some(0), None]);
        assert_eq!(told(&[7, 0], 20), [None, Some(0)]);
        assert_eq!(told(&[], 20), []);
    }

    proptest! {
        #[test]
        fn no_count_of_few_rows_is_told(counts in prop::collection::vec(0u64..80, 0..12)) {
            let told = told(&counts, 20);
            let hidden: u64 = counts.iter().zip(&told).filter(|(_, told)| told.is_none()).map(|(rows, _)| rows).sum();
            prop_assert!(told.iter().zip(&counts).all(|(told, rows)| told.is_none_or(|told| told == *rows)));
            prop_assert!(told.iter().flatten().all(|&rows| rows == 0 || rows >= 20));
            let all: u64 = counts.iter().sum();
            prop_assert!(hidden == 0 || hidden >= 20 || (all < 20 && hidden == all), "{counts:?} {told:?}");
        }
    }
}
