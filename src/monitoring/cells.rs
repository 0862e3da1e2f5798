//! In which cells the values of a field are counted. Every row is in exactly one cell of a field.

use crate::customer::Cell;

/// The most cells of all fields together, so that a profile stays small.
pub const MAXIMUM_CELLS: usize = 1000;

/// The cells of one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Below the first edge; from each edge to the next; at the last edge; above it; missing;
    /// unreadable.
    Number {
        /// Ascending.
        edges: Vec<f32>,
    },
    /// One for each of these categories; one for all other categories; unseen; missing; unreadable.
    Category {
        /// Codes, ascending.
        codes: Vec<u16>,
        /// Number of categories of the field; its code stands for unseen ones.
        count: u16,
    },
    /// A field for which there is no room: it has no cells.
    None,
}

impl Cells {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Cells::Number { edges } => edges.len() + 4,
            Cells::Category { codes, .. } => codes.len() + 4,
            Cells::None => 0,
        }
    }

    /// Whether the field has no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell of values that are missing. A field without cells has none.
    pub fn missing(&self) -> usize {
        self.len().saturating_sub(2)
    }

    /// The cell of values that break a rule of their field.
    pub fn unreadable(&self) -> usize {
        self.len().saturating_sub(1)
    }

    /// The cells of values that the model takes for others: texts that are no category, or numbers
    /// outside the fitted ones.
    pub fn replaced(&self) -> Vec<usize> {
        match self {
            Cells::Number { edges } => vec![0, edges.len() + 1],
            Cells::Category { codes, .. } => vec![codes.len() + 1],
            Cells::None => Vec::new(),
        }
    }

    /// The cell of a value; `None` where the field has no cells, or the value is of another kind.
    pub fn of(&self, cell: Cell) -> Option<usize> {
        match (self, cell) {
            (Cells::None, _) => None,
            (_, Cell::Missing) => Some(self.missing()),
            (Cells::Number { edges }, Cell::Number(number)) => Some(Cells::of_number(edges, number)),
            (Cells::Category { codes, count }, Cell::Category(code)) if code <= u32::from(*count) => {
                Some(usize::from(Cells::of_codes(codes, *count)[code as usize]))
            }
            _ => None,
        }
    }

    /// The cell of a number; NaN is missing.
    #[inline(always)]
    pub(crate) fn of_number(edges: &[f32], number: f64) -> usize {
        let value = number as f32;
        if value.is_nan() {
            return edges.len() + 2;
        }
        // Counted without a branch: edges are few.
        let below: u32 = edges.iter().map(|&edge| u32::from(edge <= value)).sum();
        below as usize + usize::from(edges.last().is_some_and(|&last| value > last))
    }

    /// The cell of each code from 0 to the number of categories, which stands for unseen ones.
    pub(crate) fn of_codes(codes: &[u16], count: u16) -> Vec<u16> {
        let other = codes.len() as u16;
        let mut cells = vec![other; usize::from(count) + 1];
        codes.iter().enumerate().for_each(|(cell, &code)| cells[usize::from(code)] = cell as u16);
        cells[usize::from(count)] = other + 1;
        cells
    }

    /// Fewer cells, where there are more than `own` beside the four that every field has: every
    /// second edge, or the categories of most rows. `rows` counts them by code.
    pub fn within(self, own: usize, rows: &[u64]) -> Cells {
        match self {
            Cells::Number { mut edges } => {
                while edges.len() > own.max(1) {
                    let last = edges.len() - 1;
                    let mut at = 0;
                    // The ends stay: beyond them values are clipped.
                    edges.retain(|_| {
                        at += 1;
                        (at - 1) % 2 == 0 || at - 1 == last
                    });
                    if edges.len() == 2 {
                        break;
                    }
                }
                Cells::Number { edges }
            }
            Cells::Category { mut codes, count } => {
                if codes.len() > own {
                    let rows = |code: &u16| rows.get(usize::from(*code)).copied().unwrap_or(0);
                    codes.sort_by_key(|code| std::cmp::Reverse(rows(code)));
                    codes.truncate(own);
                    codes.sort_unstable();
                }
                Cells::Category { codes, count }
            }
            Cells::None => Cells::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_one_cell() {
        let edges = [1.0, 2.0, 4.0];
        let cells: Vec<usize> = [f64::NEG_INFINITY, 0.9, 1.0, 1.9, 2.0, 3.9, 4.0, 4.1, f64::INFINITY, f64::NAN]
            .into_iter()
            .map(|number| Cells::of_number(&edges, number))
            .collect();
        assert_eq!(cells, [0, 0, 1, 1, 2, 2, 3, 4, 4, 5]);
        let all = Cells::Number { edges: edges.to_vec() };
        assert_eq!((all.len(), all.missing(), all.unreadable(), all.replaced()), (7, 5, 6, vec![0, 4]));
    }

    #[test]
    fn every_code_has_one_cell() {
        let all = Cells::Category { codes: vec![1, 3], count: 5 };
        assert_eq!(Cells::of_codes(&[1, 3], 5), [2, 0, 2, 1, 2, 3]);
        assert_eq!((all.len(), all.missing(), all.unreadable(), all.replaced()), (6, 4, 5, vec![3]));
        let of = [Cell::Category(3), Cell::Category(5), Cell::Category(6), Cell::Missing, Cell::Number(1.0)];
        assert_eq!(of.map(|cell| all.of(cell)), [Some(1), Some(3), None, Some(4), None]);
    }

    #[test]
    fn cells_are_folded_where_there_is_no_room() {
        let edges: Vec<f32> = (0..17).map(|edge| edge as f32).collect();
        let folded = Cells::Number { edges }.within(9, &[]);
        assert_eq!(folded, Cells::Number { edges: vec![0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0] });
        assert_eq!(folded.within(1, &[]), Cells::Number { edges: vec![0.0, 16.0] });
        let codes = Cells::Category { codes: vec![0, 1, 2, 3], count: 4 };
        assert_eq!(codes.within(2, &[5, 90, 7, 30]), Cells::Category { codes: vec![1, 3], count: 4 });
    }
}
