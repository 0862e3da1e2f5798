//! Numbers and dates that stand for "not known" or "never": found by how many rows have them and
//! by how far they are from the rest.

use super::levels::Level;

/// With fewer rows, a number that lies apart means nothing.
const LEAST_ROWS: u64 = 20;
/// Interquartile ranges beyond the quartiles of the rest. Tukey's "far out" is 3 (Exploratory Data
/// Analysis, 1977).
const FAR: f64 = 10.0;
/// How many times the mean step of the tail, on a logarithmic scale, a number must be beyond its
/// neighbour. The largest of numbers with a tail like 1/x^a is that far out once in a thousand tables
/// (Hill, "A simple general approach to inference about the tail of a distribution", 1975).
const TAIL_STEPS: f64 = 7.0;
/// Different numbers at one end that can be placeholders together.
const MOST_AT_AN_END: usize = 8;
/// A number in a larger share of the rows may be a peak of its own: zeros among amounts.
const PEAK: f64 = 0.2;

/// 1850-01-01 and 2200-01-01: no customer has a date before or after them.
const LONG_AGO: f64 = -43_829.0;
const FAR_FUTURE: f64 = 84_006.0;
/// 2090-01-01: from here on, known placeholders are placeholders at once.
const LATE: f64 = 43_830.0;
/// Days that programs write for "none": the first days of calendars and counters, and the last ones.
/// 1899-12-30, 1899-12-31, 1900-01-01, 1900-01-02, 1901-01-01, 1904-01-01, 1960-01-01,
/// 1969-12-31, 1970-01-01, 1980-01-01, 2038-01-19, 2049-12-31, 2050-12-31, 2079-06-06, 2099-01-01,
/// 2099-12-31, 2100-01-01, 2100-12-31.
const KNOWN_DAYS: [f64; 18] = [
    -25_569.0, -25_568.0, -25_567.0, -25_566.0, -25_202.0, -24_107.0, -3653.0, -1.0, 0.0, 3652.0, 24_855.0, 29_219.0,
    29_584.0, 39_968.0, 47_117.0, 47_481.0, 47_482.0, 47_846.0,
];

/// The positions of the levels that lie apart from the rest. The levels are ascending.
pub(crate) fn apart(levels: &[Level]) -> Vec<usize> {
    let (mut first, mut last) = (0, levels.len());
    let mut found = Vec::new();
    // What lies apart at one end hides nothing at the other once it is left out.
    for _ in 0..2 {
        let below = run(&levels[first..last], true);
        found.extend(first..first + below);
        first += below;
        let above = run(&levels[first..last], false);
        found.extend(last - above..last);
        last -= above;
    }
    found.sort_unstable();
    found
}

/// The number of levels at an end that lie apart from the rest.
fn run(levels: &[Level], low: bool) -> usize {
    let most = MOST_AT_AN_END.min(levels.len().saturating_sub(2));
    let sign = if low { -1.0 } else { 1.0 };
    let rows: u64 = levels.iter().map(|level| level.rows).sum();
    // Outwards from the end, as if it were the upper one.
    let lies_apart = |count: usize| {
        let (rest, end) = if low {
            (&levels[count..], &levels[..count])
        } else {
            (&levels[..levels.len() - count], &levels[levels.len() - count..])
        };
        let at_end: u64 = end.iter().map(|level| level.rows).sum();
        let nearest = if low { end[end.len() - 1].value } else { end[0].value };
        // Several numbers that many rows have are a part of the distribution.
        let rare = count == 1 || at_end * 20 <= rows;
        rare && (is_far(rest, sign, sign * nearest) || is_sentinel(rest, end, low))
    };
    (1..=most).rev().find(|&count| lies_apart(count)).unwrap_or(0)
}

/// Whether a number lies far above all of `rest`, whose values are multiplied by `sign`.
fn is_far(rest: &[Level], sign: f64, value: f64) -> bool {
    let mut rest: Vec<(f64, u64)> = rest.iter().map(|level| (sign * level.value, level.rows)).collect();
    if sign < 0.0 {
        rest.reverse();
    }
    let total = |rest: &[(f64, u64)]| rest.iter().map(|(_, rows)| rows).sum::<u64>();
    let next = rest[rest.len() - 1].0;
    // A peak narrows the quartiles to itself.
    if let Some(peak) = (0..rest.len()).max_by_key(|&at| rest[at].1) {
        let (all, at_peak) = (total(&rest), rest[peak].1);
        if at_peak as f64 > PEAK * all as f64 && all - at_peak >= LEAST_ROWS && rest.len() > 2 {
            rest.remove(peak);
        }
    }
    let rows = total(&rest);
    if rows < LEAST_ROWS {
        return false;
    }
    let quantile = |share: f64| {
        let mut left = (rows - 1) as f64 * share;
        let at = rest.iter().find(|(_, rows)| {
            left -= *rows as f64;
            left < 0.0
        });
        at.unwrap_or(&rest[rest.len() - 1]).0
    };
    let [lower, median, upper] = [0.25, 0.5, 0.75].map(quantile);
    if upper <= lower || value <= upper + FAR * (upper - lower) {
        return false;
    }
    // The tail: how far its rows are beyond the one where it begins, on a logarithmic scale.
    let distance = |value: f64| (value - median).max(f64::MIN_POSITIVE);
    let tail = (rows / 10).max(10).min(rows / 2);
    let (mut left, mut sum, mut begin) = (tail, 0.0, upper);
    for &(value, rows) in rest.iter().rev() {
        begin = value;
        if left == 0 {
            break;
        }
        let taken = rows.min(left);
        sum += taken as f64 * distance(value).ln();
        left -= taken;
    }
    let step = (sum / tail as f64 - distance(begin).ln()).max(0.0);
    let beyond = (distance(value) / distance(next.max(upper))).ln();
    beyond > (TAIL_STEPS * step).max(3f64.ln())
}

/// Whether a number at an end is one that programs write for "none", and stands apart: -1, -9, -99
/// where nothing else is below 0, or 999, 9999 at twice the next number or more.
fn is_sentinel(rest: &[Level], end: &[Level], low: bool) -> bool {
    let [Level { value, rows, .. }] = end else { return false };
    let next = if low { &rest[0] } else { &rest[rest.len() - 1] };
    let nines =
        |value: f64| [9.0, 99.0, 999.0, 9999.0, 99_999.0, 999_999.0, 9_999_999.0, 99_999_999.0].contains(&value);
    let all: u64 = rest.iter().map(|level| level.rows).sum();
    if *rows < 3 || rest.len() < 4 || all < LEAST_ROWS {
        return false;
    }
    if low {
        let peak = rows / 5 >= next.rows;
        (*value == -1.0 || nines(-value)) && next.value >= 0.0 && (next.value > 0.0 || peak)
    } else {
        *value >= 99.0 && nines(*value) && next.value > 0.0 && *value >= 2.0 * next.value && *rows > next.rows
    }
}

/// The dates that stand for "never" or "not known", and those that lie apart from the rest but may be
/// dates: positions of the levels, which are days since 1970-01-01.
pub(crate) fn dates_apart(levels: &[Level]) -> (Vec<usize>, Vec<usize>) {
    let is_beyond = |value: f64| !(LONG_AGO..FAR_FUTURE).contains(&value);
    let is_known = |value: f64| KNOWN_DAYS.contains(&value.floor()) || is_beyond(value);
    let mut never: Vec<usize> = (0..levels.len()).filter(|&at| is_beyond(levels[at].value)).collect();
    let rows: u64 = levels.iter().map(|level| level.rows).sum();
    for at in 0..levels.len() {
        let Level { value, rows: here, .. } = levels[at];
        if !is_known(value) || is_beyond(value) {
            continue;
        }
        let others = || levels.iter().enumerate().filter(|(other, level)| *other != at && !is_known(level.value));
        // The nearest date on either side that is no known placeholder.
        let before = others().filter(|(_, level)| level.value < value).map(|(_, level)| level.value).next_back();
        let after = others().map(|(_, level)| level.value).find(|&other| other > value);
        let gap = match (before, after) {
            (None, Some(after)) => after - value,
            (Some(before), None) => value - before,
            _ => 0.0,
        };
        let usual = others().map(|(_, level)| level.rows).max().unwrap_or(0);
        let in_bulk = here >= 3 && here * 100 >= rows && here >= 10 * usual;
        let at_an_end = gap >= 3653.0 || gap >= 365.0 && here >= 2 || gap > 0.0 && value >= LATE;
        if others().next().is_some() && (in_bulk || at_an_end) {
            never.push(at);
        }
    }
    never.sort_unstable();
    let rest: Vec<usize> = (0..levels.len()).filter(|at| never.binary_search(at).is_err()).collect();
    let kept: Vec<Level> = rest.iter().map(|&at| levels[at].clone()).collect();
    let far = apart(&kept).into_iter().map(|at| rest[at]).collect();
    (never, far)
}

#[cfg(test)]
mod tests {
    use tenure::schema::date;

    use super::super::levels::levels;
    use super::*;

    fn of(values: impl IntoIterator<Item = f64>) -> Vec<Level> {
        levels(values.into_iter().map(|value| Level { value, rows: 1, text: String::new() }).collect())
    }

    fn found(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
        let levels = of(values);
        apart(&levels).into_iter().map(|at| levels[at].value).collect()
    }

    /// Numbers that look random, from 0 to 1.
    fn uniform(rows: usize, seed: u64) -> impl Iterator<Item = f64> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        (0..rows).map(move |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 53) as f64
        })
    }

    fn ages(rows: usize) -> impl Iterator<Item = f64> {
        uniform(rows, 7).map(|share| (18.0 + 45.0 * share).floor())
    }

    #[test]
    fn impossible_numbers_are_found_beside_zeros() {
        let zeros = |count| std::iter::repeat_n(0.0, count);
        for count in [0, 100, 319, 900] {
            assert_eq!(
                found(ages(280).chain(zeros(count)).chain([-7000.0, 1050.0])),
                [-7000.0, 1050.0],
                "{count} zeros"
            );
        }
        assert_eq!(found(ages(280).chain([2000.0, 2000.0, 1050.0])), [1050.0, 2000.0]);
    }

    #[test]
    fn codes_for_none_are_found_by_mass_and_distance() {
        let many = |value, count| std::iter::repeat_n(value, count);
        assert_eq!(found(ages(300).chain(many(999.0, 90))), [999.0]);
        // Days since a contact, which most customers never had.
        assert_eq!(found(uniform(200, 3).map(|share| (share * 28.0).floor()).chain(many(999.0, 4000))), [999.0]);
        assert_eq!(found(uniform(300, 3).map(|share| (1.0 + share * 800.0).floor()).chain(many(-1.0, 900))), [-1.0]);
        assert_eq!(found(ages(300).chain(many(-1.0, 5)).chain(many(9999.0, 5))), [-1.0, 9999.0]);
        // A cap that is twice the highest amount.
        assert_eq!(found(uniform(300, 9).map(|share| (share * 41_000.0).floor()).chain(many(99_999.0, 9))), [99_999.0]);
        assert_eq!(found(ages(300).chain(many(99.0, 5))), [] as [f64; 0]);
        assert_eq!(found((0..300).map(|row| f64::from(row % 9 - 1))), [] as [f64; 0]);
        assert_eq!(found((0..300).map(|row| f64::from(row % 2 * 2 - 1))), [] as [f64; 0]);
    }

    #[test]
    fn long_tails_are_no_placeholders() {
        for seed in 1..50 {
            for rows in [60, 600, 6000] {
                type Tail = (&'static str, fn(f64) -> f64);
                let tails: [Tail; 4] = [
                    ("exponential", |share| -(1.0 - share).ln()),
                    ("log-uniform", |share| (9.0 * share).exp()),
                    ("squared exponential", |share| (1.0 - share).ln().powi(2)),
                    ("1/x^2", |share| (1.0 - share).powf(-0.5)),
                ];
                for (name, tail) in tails {
                    let amounts = uniform(rows, seed).map(tail).map(|amount| (amount * 100.0).round());
                    let zeros = std::iter::repeat_n(0.0, if seed % 2 == 0 { rows } else { 0 });
                    assert_eq!(found(amounts.chain(zeros)), [] as [f64; 0], "{name} {rows} {seed}");
                }
            }
        }
        // Coupons, of which most customers use one or two and one used 16; powers in kW up to 320.
        let coupons = uniform(5000, 3).map(|share| (1.0 - (1.0 - share).ln() * 1.4).floor().min(10.0)).chain([16.0]);
        assert_eq!(found(coupons), [] as [f64; 0]);
        let powers = uniform(14_000, 4).map(|share| (12.0 + (1.0 - share).powf(-0.4) * 4.0).min(170.0).round());
        assert_eq!(found(powers.chain([173.0, 250.0, 320.0])), [] as [f64; 0]);
        // Counts of calls, and products of which a few customers have many.
        assert_eq!(found((0..900).map(|row| f64::from(row * row % 97 % 10))), [] as [f64; 0]);
        assert_eq!(found((0..900).map(|row| if row % 50 == 0 { 4.0 } else { f64::from(1 + row % 2) })), [] as [f64; 0]);
    }

    #[test]
    fn days_that_mean_never() {
        let day = |text: &str| date::read(text).unwrap();
        let dates = |rows: usize, from: &str, to: &str| {
            let (from, to) = (day(from), day(to));
            uniform(rows, 5).map(move |share| (from + share * (to - from)).floor()).collect::<Vec<_>>()
        };
        let found = |values: Vec<f64>| {
            let levels = of(values);
            let text = |at: usize| date::text(levels[at].value);
            let (never, far) = dates_apart(&levels);
            (never.into_iter().map(text).collect::<Vec<_>>(), far.into_iter().map(text).collect::<Vec<_>>())
        };
        let recent = || dates(300, "2019-01-01", "2024-05-01");
        for (never, count) in [
            ("0001-01-01", 1),
            ("1753-01-01", 1),
            ("1900-01-01", 25),
            ("1900-01-01", 1),
            ("1970-01-01", 120),
            ("2099-12-31", 1),
            ("9999-12-31", 200),
        ] {
            let values = recent().into_iter().chain(std::iter::repeat_n(day(never), count)).collect();
            assert_eq!(found(values), (vec![never.to_owned()], vec![]), "{never}");
        }
        let both = recent().into_iter().chain([day("1970-01-01"), day("1900-01-01"), day("9999-12-31")]).collect();
        assert_eq!(found(both).0, ["1900-01-01", "1970-01-01", "9999-12-31"]);
        // Birthdays: a day of 1970 in bulk, and one customer born then.
        let births = || dates(2000, "1930-01-01", "2006-01-01");
        let bulk = births().into_iter().chain(std::iter::repeat_n(0.0, 60)).collect();
        assert_eq!(found(bulk).0, ["1970-01-01"]);
        assert_eq!(found(births().into_iter().chain([0.0]).collect()), (vec![], vec![]));
        assert_eq!(found(births().into_iter().chain([day("1900-01-01"); 3]).collect()).0, ["1900-01-01"]);
        // A typing error is no placeholder, and no reference either.
        let close =
            dates(300, "2023-08-01", "2024-05-01").into_iter().chain([day("2203-05-05"), day("2042-01-01")]).collect();
        assert_eq!(found(close), (vec!["2203-05-05".into()], vec!["2042-01-01".into()]));
        assert_eq!(found(recent()), (vec![], vec![]));
        assert_eq!(found(vec![0.0; 50]), (vec![], vec![]));
    }
}
