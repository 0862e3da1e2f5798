//! Different numbers of a column with their rows, in bounded memory: the ends exactly, and all of
//! them where they are few.

/// Different numbers that are kept at each end.
const ENDS: usize = 8;
/// Of more different numbers than this, a sample stands for those between the ends.
const MANY: usize = 4096;

/// A number, how many rows have it, and how it is written first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Level {
    pub(crate) value: f64,
    pub(crate) rows: u64,
    pub(crate) text: String,
}

/// The lowest and the highest numbers of a column, with their rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ends {
    /// From the lowest on.
    pub(crate) lowest: Vec<Level>,
    /// From the highest on.
    pub(crate) highest: Vec<Level>,
}

impl Ends {
    pub(super) fn observe(&mut self, value: f64, text: &str) {
        insert(&mut self.lowest, value, text, |a, b| a < b);
        insert(&mut self.highest, value, text, |a, b| a > b);
    }

    /// Adds the numbers of other rows.
    pub(super) fn merge(&mut self, other: &Ends) {
        for (levels, more, ascending) in
            [(&mut self.lowest, &other.lowest, true), (&mut self.highest, &other.highest, false)]
        {
            levels.extend(more.iter().cloned());
            *levels = self::levels(std::mem::take(levels));
            if !ascending {
                levels.reverse();
            }
            levels.truncate(ENDS);
        }
    }
}

/// A number that left the list never comes back, so the rows of those in it are exact.
fn insert(levels: &mut Vec<Level>, value: f64, text: &str, before: fn(f64, f64) -> bool) {
    if levels.len() == ENDS && before(levels[ENDS - 1].value, value) {
        return;
    }
    let at = levels.iter().position(|level| !before(level.value, value)).unwrap_or(levels.len());
    match levels.get_mut(at) {
        Some(level) if level.value == value => level.rows += 1,
        _ => {
            levels.truncate(ENDS - 1);
            levels.insert(at, Level { value, rows: 1, text: text.chars().take(64).collect() });
        }
    }
}

/// The levels of weighted numbers, in ascending order, each once.
pub(crate) fn levels(mut found: Vec<Level>) -> Vec<Level> {
    found.sort_by(|a, b| a.value.total_cmp(&b.value));
    found.dedup_by(|next, first| {
        let same = next.value == first.value;
        first.rows += if same { next.rows } else { 0 };
        same
    });
    found
}

/// The levels of all numbers of a column, in ascending order. Of very many different ones, those
/// between the ends are a sample.
pub(crate) fn levels_of(sorted: &[f64]) -> Vec<Level> {
    let level = |run: &[f64]| Level { value: run[0], rows: run.len() as u64, text: String::new() };
    let same = |a: &f64, b: &f64| a == b;
    if sorted.chunk_by(same).nth(MANY).is_none() {
        return sorted.chunk_by(same).map(level).collect();
    }
    let lowest = sorted.chunk_by(same).take(ENDS).map(level).collect();
    let highest = sorted.chunk_by(same).rev().take(ENDS).map(level).collect();
    let every = sorted.len() / MANY;
    let sample = sorted.iter().step_by(every.max(1)).map(|value| level(&[*value])).collect();
    estimated(&Ends { lowest, highest }, sample, sorted.len() as u64)
}

/// The levels of a column of which only the ends and a sample are known: the sample stands for the
/// rows that are not at the ends.
pub(crate) fn estimated(ends: &Ends, sample: Vec<Level>, rows: u64) -> Vec<Level> {
    let mut found = ends.lowest.clone();
    // Few different numbers are at both ends.
    found.extend(ends.highest.iter().filter(|level| !has(&ends.lowest, level)).cloned());
    let rest = rows.saturating_sub(found.iter().map(|level| level.rows).sum());
    let middle: Vec<Level> = sample.into_iter().filter(|level| !has(&found, level)).collect();
    let weight = rest / middle.len().max(1) as u64;
    found.extend(middle.into_iter().map(|level| Level { rows: weight.max(1), ..level }));
    levels(found)
}

fn has(levels: &[Level], level: &Level) -> bool {
    levels.iter().any(|other| other.value == level.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_exact() {
        let mut ends = Ends::default();
        for row in 0..10_000 {
            let number = (row * 7919 % 1000) as f64;
            ends.observe(number, &number.to_string());
        }
        (0..3).for_each(|_| ends.observe(-7000.0, "-7000"));
        let lowest: Vec<_> = ends.lowest.iter().map(|level| (level.value, level.rows)).collect();
        assert_eq!(lowest[..3], [(-7000.0, 3), (0.0, 10), (1.0, 10)]);
        assert_eq!((lowest.len(), ends.highest.len()), (8, 8));
        assert_eq!((ends.highest[0].value, ends.highest[7].value, ends.highest[7].rows), (999.0, 992.0, 10));
        assert_eq!(ends.lowest[0].text, "-7000");
        let sample = [500.0, 500.0, 0.0, 600.0].map(|value| Level { value, rows: 1, text: String::new() });
        let levels = estimated(&ends, sample.to_vec(), 10_003);
        assert_eq!(levels.len(), 18);
        let rows = |value: f64| levels.iter().find(|level| level.value == value).unwrap().rows;
        assert_eq!((rows(0.0), rows(500.0), rows(600.0)), (10, 6566, 3283));
    }

    #[test]
    fn few_numbers_are_counted_once() {
        let mut ends = Ends::default();
        (0..9).for_each(|row| ends.observe(f64::from(row % 3), ""));
        let levels = estimated(&ends, Vec::new(), 9);
        assert_eq!(levels.iter().map(|level| level.rows).collect::<Vec<_>>(), [3, 3, 3]);
    }
}
