//! Numbers and dates that lie apart from the rest of their field.

use serde::Serialize;
use tenure::schema::{Field, Kind, date};

use crate::profile::{apart, dates_apart, levels_of};

/// A number or date that lies apart from the rest, and likely stands for "not known".
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Placeholder {
    /// As the table has it, once the table was read for it.
    pub text: String,
    pub rows: usize,
    /// The cell.
    #[serde(skip)]
    pub(super) value: f64,
}

/// The placeholders of a field whose cells are `sorted`, and the lowest and the highest other cell.
pub(super) fn find(field: &Field, sorted: &[f64]) -> (Vec<Placeholder>, [f64; 2]) {
    let reference = if let Kind::Date { reference, .. } = field.kind { Some(reference) } else { None };
    // Dates are told apart by their day: the latest has the lowest cell.
    let ascending: Vec<f64> = match reference {
        Some(reference) => sorted.iter().rev().map(|days| reference - days).collect(),
        None => sorted.to_vec(),
    };
    let levels = levels_of(&ascending);
    let mut found = match reference {
        Some(_) => {
            let (never, far) = dates_apart(&levels);
            [never, far].concat()
        }
        None => apart(&levels),
    };
    found.sort_unstable();
    let kept: Vec<f64> = (0..levels.len()).filter(|at| !found.contains(at)).map(|at| levels[at].value).collect();
    let usual = [kept.first(), kept.last()].map(|end| end.copied().unwrap_or(f64::NAN));
    let placeholder = |at: usize| {
        let level = &levels[at];
        let (text, value) = match reference {
            Some(reference) => (date::text(level.value), reference - level.value),
            None => (level.value.to_string(), level.value),
        };
        Placeholder { text, rows: level.rows as usize, value }
    };
    (found.into_iter().map(placeholder).collect(), usual)
}

impl Placeholder {
    /// Whether a cell is this one.
    pub(super) fn is(&self, value: f64) -> bool {
        self.value == value
    }
}
