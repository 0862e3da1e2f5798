//! Observing what is scored: blocks of columns and single customers into the counts of a profile.

use super::columns::{ColumnBlock, Flag};
use super::score::{FirstLayer, Score, Scorer, Workspace};
use crate::customer::{Cell, Customer, MISSING_CODE, cell_fits};
use crate::encoding::{Lookup, Scale, Source};
use crate::monitoring::{Cells, Observed, Reference};
use crate::schema::Field;

impl Scorer {
    /// What the model saw on the held-out rows of its training; `None` where it was trained by a
    /// Tenure that did not keep it.
    pub fn reference(&self) -> Option<&Reference> {
        self.artifact.reference.as_ref()
    }

    /// Counts of nothing yet; `None` where the model has no reference.
    pub fn observed(&self) -> Option<Observed> {
        let Reference { cells, score_edges, threshold, .. } = self.reference()?;
        let observed = Observed::new(cells, score_edges, *threshold, self.document().policy.offers.len());
        Some(self.with_places(observed))
    }

    /// Lets rows be counted by the rows of the lookups that score them.
    fn with_places(&self, observed: Observed) -> Observed {
        let FirstLayer { lookups, .. } = self.first_layer();
        let mut places = Vec::with_capacity(lookups.row_count);
        for lookup in &lookups.list {
            if !lookup.members.is_empty() {
                places.extend((0..lookup.row_count).map(|row| self.combination(&observed, lookup, row)));
                continue;
            }
            let input = &self.artifact.encoder.inputs()[lookup.first_input];
            let cells = match (input.source, &input.scale) {
                (Source::Field(field), Scale::Number { knots }) => number_cells(&observed.cells[field], knots, field),
                _ => None,
            };
            places.extend(cells.unwrap_or_else(|| vec![Vec::new(); lookup.row_count]));
        }
        observed.with_places(&places)
    }

    /// The cells of a combination of categories.
    fn combination(&self, observed: &Observed, lookup: &Lookup, row: usize) -> Vec<[u16; 2]> {
        let mut rest = row;
        let mut cells = Vec::new();
        for member in lookup.members.iter().rev() {
            // The rows of a category: its codes, OTHER, missing.
            let own = self.document().schema.fields[member.field].category_count() + 2;
            let code = if rest % own == own - 1 { MISSING_CODE } else { (rest % own) as u16 };
            cells.extend(observed.cell_of_code(member.field, code).map(|cell| [member.field as u16, cell as u16]));
            rest /= own;
        }
        cells
    }

    /// Counts the first `rows` rows of a block that was scored: as many as were scored, if the block is
    /// [watched](ColumnBlock::watch), which is several times as fast.
    pub fn observe(&self, observed: &mut Observed, block: &ColumnBlock, rows: usize) {
        let rows = rows.min(block.capacity());
        observed.add_rows(rows);
        let fields = &self.document().schema.fields;
        let flagged = flagged(&block.flags[..rows]);
        let errors: Vec<usize> = flagged.iter().copied().filter(|&row| block.flags[row] == Flag::Error as u8).collect();
        let mut by_column: Vec<usize> = (0..fields.len()).collect();
        if block.seen.as_ref().is_some_and(|seen| observed.add_places(seen)) {
            by_column = observed.others().to_vec();
            correct(fields, observed, block, (&flagged, &errors), &by_column);
        }
        for field in by_column {
            match block.numbers[field].get(..rows) {
                Some(numbers) if !numbers.is_empty() => observed.numbers(field, numbers),
                _ => observed.codes(field, block.codes[field].get(..rows).unwrap_or_default()),
            }
        }
        let mut first = 0;
        for end in errors.iter().copied().chain([rows]) {
            let scores = block.logits[first..end].iter().zip(&block.probabilities[first..end]);
            observed.scores(scores.map(|(logit, probability)| (*logit, *probability)));
            first = end + 1;
        }
        for row in errors {
            for (field, rules) in fields.iter().enumerate() {
                let cell = block.cell(field, row);
                if !cell_fits(rules, cell) {
                    observed.unread(field, cell);
                }
            }
        }
    }

    /// Counts the customer that a workspace scored last, whose cells need no [`Flag`].
    pub fn observe_clean(&self, observed: &mut Observed, customer: &Customer, score: &Score, workspace: &Workspace) {
        observed.add_rows(1);
        observed.add_to_places(&workspace.places.rows);
        for at in 0..observed.others().len() {
            let field = observed.others()[at];
            observed.cell(field, customer.cells()[field]);
        }
        observed.score(score.logit as f32, score.probability as f32);
    }

    /// Counts one customer that was scored.
    pub fn observe_customer(&self, observed: &mut Observed, customer: &Customer, score: &Score) {
        observed.add_rows(1);
        customer.cells().iter().enumerate().for_each(|(field, &cell)| observed.cell(field, cell));
        observed.score(score.logit as f32, score.probability as f32);
    }

    /// Counts a record that cannot be scored, given the cells that can be read.
    pub fn observe_refused(&self, observed: &mut Observed, cells: impl Iterator<Item = Option<Cell>>) {
        observed.add_rows(1);
        for (field, cell) in cells.enumerate() {
            observed.cell(field, cell.unwrap_or(Cell::Missing));
            if cell.is_none() {
                observed.unread(field, Cell::Missing);
            }
        }
    }
}

/// The cell of each place among knots, and of missing; `None` where that does not follow: the edges must
/// be knots, the first and the last one among them.
fn number_cells(cells: &Cells, knots: &[f32], field: usize) -> Option<Vec<Vec<[u16; 2]>>> {
    let Cells::Number { edges } = cells else { return None };
    let are_knots = edges.iter().all(|edge| knots.contains(edge));
    if !are_knots || edges.first() != knots.first() || edges.last() != knots.last() {
        return None;
    }
    let of = |knot: &f32| edges.partition_point(|edge| edge <= knot);
    let own = knots.iter().map(of).chain([cells.missing()]);
    Some(own.map(|cell| vec![[field as u16, cell as u16]]).collect())
}

/// The rows with a flag. Most have none, so they are looked at by the hundred.
fn flagged(flags: &[u8]) -> Vec<usize> {
    const TOGETHER: usize = 128;
    let mut rows = Vec::new();
    for (at, flags) in flags.chunks(TOGETHER).enumerate() {
        if flags.iter().fold(0, |all, flag| all | flag) != Flag::Clean as u8 {
            let own = flags.iter().enumerate().filter(|(_, flag)| **flag != Flag::Clean as u8);
            rows.extend(own.map(|(row, _)| at * TOGETHER + row));
        }
    }
    rows
}

/// Corrects what the rows of the lookups do not tell: numbers outside of the knots count there as the
/// nearer end, and codes that are none as the first one. Rows with either are flagged.
fn correct(
    fields: &[Field],
    observed: &mut Observed,
    block: &ColumnBlock,
    (flagged, errors): (&[usize], &[usize]),
    by_column: &[usize],
) {
    for field in (0..fields.len()).filter(|field| !by_column.contains(field)) {
        let Cells::Number { edges } = &observed.cells[field] else { continue };
        let edges = edges.clone();
        for &row in flagged {
            let cell = Cells::of_number(&edges, block.numbers[field][row]);
            let from = cell.clamp(1, edges.len());
            // The cells after those of numbers are right.
            if cell <= edges.len() + 1 && from != cell {
                observed.recount(field, from, cell);
            }
        }
    }
    for (field, codes) in block.codes.iter().enumerate() {
        let first = observed.cell_of_code(field, 0).filter(|_| !by_column.contains(&field) && !codes.is_empty());
        let Some(first) = first else { continue };
        let is_none =
            |row: &&usize| codes[**row] != MISSING_CODE && usize::from(codes[**row]) > fields[field].category_count();
        let unreadable = observed.cells[field].unreadable();
        errors.iter().filter(is_none).for_each(|_| observed.recount(field, first, unreadable));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::small_scorer;
    use super::*;

    /// The cells of every field. `every` second knot is an edge; 0 stands for edges that are no knots.
    fn cells(scorer: &Scorer, every: usize) -> Vec<Cells> {
        let of = |(at, field): (usize, &Field)| match scorer.artifact.encoder.knots(at) {
            Some(_) if every == 0 => Cells::Number { edges: vec![1.0, 2.5, 30.0] },
            Some(knots) => {
                let last = knots.len() - 1;
                let kept = (0..knots.len()).filter(|at| at % every == 0 || *at == last);
                Cells::Number { edges: kept.map(|at| knots[at]).collect() }
            }
            None => Cells::Category { codes: vec![0], count: field.category_count() as u16 },
        };
        scorer.document().schema.fields.iter().enumerate().map(of).collect()
    }

    fn numbers() -> impl Strategy<Value = f64> {
        let ends = prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e9, 0.0, 20.0]);
        prop_oneof![3 => -20.0..120.0, 2 => ends, 1 => (0u32..100).prop_map(f64::from)]
    }

    fn codes() -> impl Strategy<Value = u16> {
        prop_oneof![6 => 0u16..4, 1 => Just(MISSING_CODE), 1 => 4u16..9]
    }

    proptest! {
        #[test]
        fn a_watched_block_counts_what_its_columns_have(
            rows in prop::collection::vec(([numbers(), numbers()], [codes(), codes()]), 1..400),
            every in 0usize..3,
        ) {
            let scorer = small_scorer(&[6]);
            let cells = cells(&scorer, every);
            let mut block = ColumnBlock::new(&scorer, rows.len());
            let mut observed = [false, true].map(|is_watched| {
                for (row, (numbers, codes)) in rows.iter().enumerate() {
                    let columns = block.numbers.iter_mut().filter(|column| !column.is_empty());
                    columns.zip(numbers).for_each(|(column, number)| column[row] = *number);
                    let columns = block.codes.iter_mut().filter(|column| !column.is_empty());
                    columns.zip(codes).for_each(|(column, code)| column[row] = *code);
                }
                if is_watched {
                    block.watch(&scorer);
                }
                let mut observed = scorer.with_places(Observed::new(&cells, &[-1.0, 0.0, 0.5], 0.5, 2));
                // A block is scored again and again.
                for _ in 0..2 {
                    block.score(&scorer, rows.len());
                    scorer.observe(&mut observed, &block, rows.len());
                }
                observed
            });
            let counts = observed[0].counts();
            prop_assert_eq!(&counts, &observed[1].counts());
            prop_assert_eq!(observed[0].rows() as usize, 2 * rows.len());
            let mut alone = [false, true].map(|_| scorer.with_places(Observed::new(&cells, &[0.0], 0.5, 2)));
            let mut workspace = scorer.workspace();
            for (row, _) in block.flags.iter().enumerate().filter(|(_, flag)| **flag == Flag::Clean as u8) {
                let customer = block.customer(&scorer, row).unwrap();
                let score = scorer.score(&customer, &mut workspace);
                scorer.observe_customer(&mut alone[0], &customer, &score);
                scorer.observe_clean(&mut alone[1], &customer, &score, &workspace);
            }
            prop_assert_eq!(alone[0].counts(), alone[1].counts());
            // Counts pass between threads.
            let mut sum = Observed::new(&cells, &[-1.0, 0.0, 0.5], 0.5, 2);
            prop_assert!(sum.add_counts(&counts) && sum.add_counts(&counts) && !sum.add_counts(&counts[1..]));
            let [first, second] = &mut observed;
            first.add(second);
            prop_assert_eq!(sum.counts(), first.counts());
        }
    }
}
