//! Which other values a field could take, and how far each is.

use crate::customer::Cell;
use crate::encoding::{Scale, Source, locate};
use crate::json::decimal;
use crate::schema::{Change, Direction, Field};
use crate::scorer::score::Scorer;

/// A number with a step is tried at every step if its range has at most this number of steps.
/// Otherwise it is tried at the first step past each knot.
const STEPS: f64 = 64.0;

impl Scorer {
    /// Other values of a field and what each costs.
    pub(super) fn options(&self, index: usize, now: Cell) -> Vec<(Cell, f64)> {
        let field = &self.artifact.document.schema.fields[index];
        let moves = match now {
            Cell::Missing => Vec::new(),
            Cell::Category(code) => categories(field, code),
            Cell::Number(number) => {
                let inputs = self.artifact.encoder.inputs();
                let own = inputs.iter().find(|input| input.source == Source::Field(index));
                match own.map(|input| &input.scale) {
                    Some(Scale::Number { knots }) => numbers(field, number, knots),
                    _ => Vec::new(),
                }
            }
        };
        let cost = field.change.cost.unwrap_or(1.0);
        moves.into_iter().map(|(cell, distance)| (cell, cost * (1.0 + distance))).collect()
    }
}

/// Other categories and how far each is.
fn categories(field: &Field, now: u32) -> Vec<(Cell, f64)> {
    let Change { direction, forbidden, .. } = &field.change;
    let categories = field.categories();
    let count = categories.len() as u32;
    let name = |code: u32| categories.get(code as usize).copied().unwrap_or_default();
    let mut moves = Vec::new();
    for to in (0..count).filter(|&to| to != now) {
        let along = match direction {
            Direction::Any => true,
            // OTHER, the code after the last, has no place in the list.
            Direction::Increase => to > now,
            Direction::Decrease => to < now && now < count,
        };
        if !along || forbidden.iter().any(|[a, b]| a == name(now) && b == name(to)) {
            continue;
        }
        let ordered = *direction != Direction::Any;
        let distance = if ordered { f64::from(to.abs_diff(now)) / f64::from(count - 1) } else { 1.0 };
        moves.push((Cell::Category(to), distance));
    }
    moves
}

/// Other numbers and how far each is, in shares of the knots. Values beyond the knots are not
/// tried, because training saw none.
fn numbers(field: &Field, now: f64, knots: &[f32]) -> Vec<(Cell, f64)> {
    let Change { direction, step, minimum, maximum, .. } = &field.change;
    let (Some((least, most)), [first, .., last]) = (field.bounds(), knots) else { return Vec::new() };
    let mut low = decimal_of(*first).max(minimum.unwrap_or(f64::MIN)).max(least);
    let mut high = decimal_of(*last).min(maximum.unwrap_or(f64::MAX)).min(most);
    match direction {
        Direction::Any => {}
        Direction::Increase => low = low.max(now),
        Direction::Decrease => high = high.min(now),
    }
    let mut moves: Vec<(Cell, f64)> = Vec::new();
    let mut propose = |value: f64| {
        let cell = Cell::Number(value);
        if value != now && value >= low && value <= high && moves.iter().all(|(other, _)| *other != cell) {
            moves.push((cell, (place(knots, value) - place(knots, now)).abs()));
        }
    };
    match *step {
        Some(step) if (high - low) / step <= STEPS => {
            let first = ((low - now) / step).ceil() as i32;
            let last = ((high - now) / step).floor() as i32;
            (first..=last).for_each(|steps| propose(tidy(now + f64::from(steps) * step)));
        }
        step => {
            for target in knots.iter().map(|&knot| decimal_of(knot)).chain([low, high]) {
                let Some(step) = step else {
                    propose(target);
                    continue;
                };
                let steps = (target - now) / step;
                let past = tidy(now + step * if steps < 0.0 { steps.floor() } else { steps.ceil() });
                // Values past the ends are not tried: the last step within them is taken instead.
                propose(if past < low || past > high { tidy(now + step * steps.trunc()) } else { past });
            }
        }
    }
    moves
}

/// The number that a knot was read from: its shortest decimal, which is the same f32.
fn decimal_of(knot: f32) -> f64 {
    decimal::parse(&decimal::text_f32(knot)).unwrap_or(f64::from(knot))
}

/// Where a value lies among the knots, 0 to 1.
fn place(knots: &[f32], value: f64) -> f64 {
    let (knot, fraction) = locate(knots, value as f32);
    (f64::from(knot) + f64::from(fraction)) / (knots.len() - 1) as f64
}

/// Without the noise of sums such as 0.1 + 0.2.
pub(super) fn tidy(number: f64) -> f64 {
    if number.abs() < 1e6 { libm::round(number * 1e9) / 1e9 } else { number }
}
