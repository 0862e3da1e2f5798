//! Counts while rows are scored. They are exact, so they stay in memory: what leaves it is a
//! [`Profile`].

use super::cells::Cells;
use super::profile::{Profile, RULES, Scores};
use crate::customer::{Cell, MISSING_CODE, Rule};
use crate::schema::MINIMUM_CUSTOMERS;

/// Sums of probabilities are whole numbers of millionths, so that adding them in any order gives the
/// same sum.
const MILLION: f64 = 1e6;
/// Fields with fewer codes are counted by code.
const FEW_CODES: usize = 32;
/// Rows of a bin of the scores, on average. Neighbouring bins are folded where there are fewer: if
/// bins were left out because few rows happen to be in them, the rest would look as if it had moved.
const ROWS_OF_A_BIN: u64 = 2 * MINIMUM_CUSTOMERS as u64;

/// What was seen in rows so far.
#[derive(Clone, Debug)]
pub struct Observed {
    cells: Vec<Cells>,
    /// The cell of each code, by field; empty for a number.
    tables: Vec<Vec<u16>>,
    score_edges: Vec<f32>,
    threshold: f64,
    rows: u64,
    scored: u64,
    fields: Vec<Vec<u64>>,
    rules: [u64; RULES.len()],
    scores: [Vec<u64>; 3],
    positive: [u64; 3],
    /// By offer, and last those without one.
    offers: Vec<u64>,
}

impl Observed {
    /// Nothing yet. `cells`, `score_edges` and `threshold` are those of a
    /// [`Reference`](super::Reference), `offers` is the number of offers of the policy.
    pub fn new(cells: &[Cells], score_edges: &[f32], threshold: f64, offers: usize) -> Observed {
        let table = |cells: &Cells| match cells {
            Cells::Category { codes, count } => Cells::of_codes(codes, *count),
            _ => Vec::new(),
        };
        let bins = score_edges.len() + 1;
        Observed {
            tables: cells.iter().map(table).collect(),
            fields: cells.iter().map(|cells| vec![0; cells.len()]).collect(),
            cells: cells.to_vec(),
            score_edges: score_edges.to_vec(),
            threshold,
            rows: 0,
            scored: 0,
            rules: [0; RULES.len()],
            scores: [vec![0; bins], vec![0; bins], vec![0; bins]],
            positive: [0; 3],
            offers: vec![0; offers + 1],
        }
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
        let (cells, table, counts) = (&self.cells[field], &self.tables[field], &mut self.fields[field]);
        if cells.is_empty() {
            return;
        }
        let (missing, unreadable) = (cells.missing(), cells.unreadable());
        let cell = |code: u16| {
            let otherwise = if code == MISSING_CODE { missing } else { unreadable };
            table.get(usize::from(code)).map_or(otherwise, |&cell| usize::from(cell))
        };
        if table.len() >= FEW_CODES {
            return codes.iter().for_each(|&code| counts[cell(code)] += 1);
        }
        // By code first, the codes that are none last. Four tallies side by side, so that no count
        // waits for the one before.
        let mut tallies = [[0u32; FEW_CODES]; 4];
        let (fours, rest) = codes.as_chunks::<4>();
        for four in fours {
            (0..4).for_each(|lane| tallies[lane][usize::from(four[lane]).min(FEW_CODES - 1)] += 1);
        }
        rest.iter().for_each(|&code| tallies[0][usize::from(code).min(FEW_CODES - 1)] += 1);
        for code in 0..FEW_CODES - 1 {
            let rows: u32 = tallies.iter().map(|tally| tally[code]).sum();
            counts[cell(code as u16)] += u64::from(rows);
        }
        if tallies.iter().any(|tally| tally[FEW_CODES - 1] > 0) {
            codes.iter().filter(|&&code| usize::from(code) >= FEW_CODES - 1).for_each(|&code| counts[cell(code)] += 1);
        }
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
    #[inline]
    pub fn score(&mut self, logit: f32, probability: f32) {
        let bin = self.score_edges.partition_point(|&edge| edge <= logit);
        let probability = f64::from(probability);
        // Rounded by hand: without SSE 4.1 `round` is a call.
        let millionths = (probability * MILLION + 0.5) as u64;
        let squared = (probability * probability * MILLION + 0.5) as u64;
        self.scored += 1;
        let [rows, sums, squares] = &mut self.scores;
        rows[bin] += 1;
        sums[bin] += millionths;
        squares[bin] += squared;
        if probability >= self.threshold {
            let [rows, sum, square] = &mut self.positive;
            *rows += 1;
            *sum += millionths;
            *square += squared;
        }
    }

    /// Counts a value that breaks a rule. Where it cannot be scored, its cell was counted as missing
    /// and is unreadable instead. `field` is a position in the schema.
    pub fn problem(&mut self, field: usize, rule: Rule) {
        if let Some(at) = RULES.iter().position(|other| *other == rule) {
            self.rules[at] += 1;
        }
        let (cells, counts) = (&self.cells[field], &mut self.fields[field]);
        if rule.is_error() && !cells.is_empty() && counts[cells.missing()] > 0 {
            counts[cells.missing()] -= 1;
            counts[cells.unreadable()] += 1;
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
        self.fields[field][counted] -= 1;
        self.fields[field][cells.unreadable()] += 1;
    }

    /// Counts a decision: the offer that is made, if one is.
    pub fn decision(&mut self, offer: Option<usize>) {
        let last = self.offers.len() - 1;
        self.offers[offer.unwrap_or(last).min(last)] += 1;
    }

    /// Adds what another one of the same reference has seen.
    pub fn add(&mut self, other: &Observed) {
        let add = |sums: &mut [u64], counts: &[u64]| sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        self.rows += other.rows;
        self.scored += other.scored;
        self.fields.iter_mut().zip(&other.fields).for_each(|(sums, counts)| add(sums, counts));
        self.scores.iter_mut().zip(&other.scores).for_each(|(sums, counts)| add(sums, counts));
        add(&mut self.rules, &other.rules);
        add(&mut self.positive, &other.positive);
        add(&mut self.offers, &other.offers);
    }

    /// What a [`Reference`](super::Reference) holds: its bins are never folded.
    pub fn reference_profile(&self) -> Profile {
        Profile { offers: Vec::new(), ..self.told("", None, &self.scores) }
    }

    /// What may be told: no count of fewer than 20 rows. `model` is the SHA-256 of the model's file
    /// in hexadecimal, `days` the first and the last day in days since 1970-01-01. The profile has no
    /// identity yet, see [`Profile::identify`].
    pub fn profile(&self, model: &str, days: Option<[i32; 2]>) -> Profile {
        let mut scores = self.scores.clone();
        while scores[0].len() > 1 && self.scored < ROWS_OF_A_BIN * scores[0].len() as u64 {
            scores = scores.map(|counts| counts.chunks(2).map(|pair| pair.iter().sum()).collect());
        }
        self.told(model, days, &scores)
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
            fields: self.fields.iter().map(|counts| self::told(counts, least)).collect(),
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
