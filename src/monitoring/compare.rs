//! A profile against the reference of its model.
//!
//! # When something has moved
//!
//! If nothing moved, an alarm comes in at most 5 of 100 comparisons, over all fields and the scores
//! together: 4 are spent, because the distributions below are those of many rows. Four fifths belong
//! to the mean probability, which is what a change of the share of leavers moves most, and little.
//! The rest is divided evenly among the fields and the histogram of the scores (Bonferroni), each tested by Pearson's chi-square statistic of two samples. The threshold
//! of every other distance is the value at which that distance, too, has this chance: the index of
//! population stability and eight times the Jensen-Shannon divergence are, for small changes, the
//! chi-square statistic times 1/n + 1/m, and the Wasserstein distance is about a gamma variable of
//! the mean and variance that follow from a Brownian bridge. So thresholds shrink as rows come in.

use super::cells::Cells;
use super::chance::{chi_square_quantile, gamma_quantile, normal_quantile, normal_tails};
use super::distances::{ChiSquare, chi_square, jensen_shannon, population_stability, wasserstein};
use super::expected::{Estimate, Expected, Stakes, bins};
use super::profile::{Count, Profile, RULES};
use super::reference::Reference;
use crate::decision::Policy;
use crate::json::{decimal, list, object, quoted};
use crate::schema::{MINIMUM_CUSTOMERS, Schema, date};

/// The chance of any alarm if nothing moved, for many rows.
pub const SIGNIFICANCE: f64 = 0.04;
/// The part of it that the mean probability has.
const OF_THE_MEAN: f64 = 0.8;
/// Rows that a cell must be expected to have: one that has fewer may be left out because few rows
/// happen to be in it, and then the rest would look as if it had moved.
const FEWEST_EXPECTED: f64 = 2.0 * MINIMUM_CUSTOMERS as f64;
/// Rows that the rest must be expected to have: below, the statistic is not yet a chi-square variable.
const FEWEST_OF_THE_REST: f64 = 5.0;
/// A share of rows that is larger by more than this breaks a field.
const BROKEN: f64 = 0.1;
/// Standard errors that it must also differ by.
const CHANCE: f64 = 3.0;

/// What the comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing moved by more than chance explains.
    Fine,
    /// A field or the scores have moved.
    Drift,
    /// The rows are not as the model reads them: a field is missing, unseen or unreadable in a tenth
    /// of the rows more than in the reference, as many rows have no score, or there is no row.
    Broken,
}

impl Verdict {
    /// The stable text.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Fine => "fine",
            Verdict::Drift => "drift",
            Verdict::Broken => "broken",
        }
    }
}

/// A distance with the value that it exceeds by chance as rarely as the comparison allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// The distance.
    pub value: f64,
    /// The threshold for this number of rows.
    pub threshold: f64,
}

/// The distances of two histograms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distances {
    /// Population stability index.
    pub population_stability: Distance,
    /// Jensen-Shannon distance, base 2.
    pub jensen_shannon: Distance,
    /// Pearson's chi-square statistic.
    pub chi_square: Distance,
    /// Its degrees of freedom.
    pub degrees: f64,
    /// Its p-value.
    pub p_value: f64,
    /// Wasserstein distance, in standard deviations of the reference; `None` for categories, and
    /// where the reference does not vary.
    pub wasserstein: Option<Distance>,
}

/// One field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldComparison {
    /// Position in the schema.
    pub field: usize,
    /// How far it has moved.
    pub distances: Distances,
    /// Shares of the rows by cell, of the reference and of the profile; `None` where a count is left
    /// out.
    pub cells: Vec<[Option<f64>; 2]>,
    /// Shares of the rows in which it is missing.
    pub missing: [Option<f64>; 2],
    /// Shares of the rows in which its value counts as another: unseen texts, or numbers outside the
    /// fitted ones.
    pub replaced: [Option<f64>; 2],
    /// Shares of the rows in which it cannot be read.
    pub unreadable: [Option<f64>; 2],
    /// Whether it has moved.
    pub drifted: bool,
    /// Whether it is not as the model reads it.
    pub broken: bool,
}

/// The scores.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreComparison {
    /// The mean probability, of the reference and of the profile.
    pub mean: [Option<f64>; 2],
    /// The chance of a difference as large if nothing moved.
    pub mean_p_value: f64,
    /// The difference that is an alarm.
    pub mean_threshold: Option<f64>,
    /// How far the histogram has moved.
    pub distances: Distances,
    /// Shares of the scored rows by bin.
    pub bins: Vec<[Option<f64>; 2]>,
    /// Whether mean or histogram have moved.
    pub drifted: bool,
}

/// A profile beside the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What it says.
    pub verdict: Verdict,
    /// Rows of the reference and of the profile.
    pub rows: [u64; 2],
    /// Share of the rows without a score, of the reference and of the profile.
    pub not_scored: [f64; 2],
    /// First and last day of the profile.
    pub days: Option<[i32; 2]>,
    /// The fields that have cells.
    pub fields: Vec<FieldComparison>,
    /// The scores.
    pub scores: ScoreComparison,
    /// Expected figures of the reference and of the profile.
    pub expected: [Expected; 2],
    /// Values of the profile by rule, in the order of [`RULES`].
    pub rules: Vec<Count>,
    /// Decisions of the profile by offer, and last those without one.
    pub offers: Vec<Count>,
}

/// The cells that are known in both histograms and are not too empty, going by the reference, and one
/// for the rest.
fn pooled(reference: &[Count], current: &[Count], rows: [f64; 2]) -> [Vec<f64>; 2] {
    let [n, m] = rows;
    let mut kept: [Vec<f64>; 2] = Default::default();
    for (reference, current) in reference.iter().zip(current) {
        let Some((r, c)) = reference.zip(*current) else { continue };
        let (r, c) = (r as f64, c as f64);
        if r * f64::min(1.0, m / n) >= FEWEST_EXPECTED {
            kept[0].push(r);
            kept[1].push(c);
        }
    }
    let rest: [f64; 2] = std::array::from_fn(|side| (rows[side] - kept[side].iter().sum::<f64>()).max(0.0));
    if rest[0] + rest[1] > 0.0 {
        let is_enough = (rest[0] + rest[1]) * n.min(m) / (n + m) >= FEWEST_OF_THE_REST;
        let smallest = (0..kept[0].len()).min_by(|&a, &b| kept[0][a].total_cmp(&kept[0][b]));
        for side in 0..2 {
            match smallest.filter(|_| !is_enough) {
                Some(at) => kept[side][at] += rest[side],
                None => kept[side].push(rest[side]),
            }
        }
    }
    kept
}

/// Counts as numbers; what is left out is divided evenly among its cells.
fn filled(counts: &[Count], rows: f64) -> Vec<f64> {
    let known: f64 = counts.iter().flatten().map(|&rows| rows as f64).sum();
    let hidden = counts.iter().filter(|count| count.is_none()).count().max(1) as f64;
    counts.iter().map(|count| count.map_or((rows - known).max(0.0) / hidden, |rows| rows as f64)).collect()
}

fn distances(reference: &[Count], current: &[Count], rows: [f64; 2], level: f64, edges: Option<&[f64]>) -> Distances {
    let none = Distance { value: 0.0, threshold: 0.0 };
    let mut found = Distances {
        population_stability: none,
        jensen_shannon: none,
        chi_square: none,
        degrees: 0.0,
        p_value: 1.0,
        wasserstein: None,
    };
    if rows.contains(&0.0) {
        return found;
    }
    let [before, now] = pooled(reference, current, rows);
    let ChiSquare { statistic, degrees, p_value } = chi_square(&before, &now);
    let quantile = chi_square_quantile(degrees, level);
    let factor = 1.0 / rows[0] + 1.0 / rows[1];
    let of = |value: f64, threshold: f64| Distance { value, threshold };
    found.population_stability = of(population_stability(&before, &now), factor * quantile);
    let eighth = factor * quantile / (8.0 * std::f64::consts::LN_2);
    found.jensen_shannon = of(jensen_shannon(&before, &now), eighth.sqrt());
    found.chi_square = of(statistic, quantile);
    (found.degrees, found.p_value) = (degrees, p_value);
    found.wasserstein = edges.and_then(|edges| {
        // The last two cells are missing and unreadable ones.
        let known = |counts: &[Count], rows| {
            let mut filled = filled(counts, rows);
            filled.truncate(edges.len() + 2);
            filled
        };
        let (before, now) = (known(reference, rows[0]), known(current, rows[1]));
        let deviation = deviation(edges, &before)?;
        let threshold = bridge_quantile(edges, &before, &now, level)?;
        Some(of(wasserstein(edges, &before, &now) / deviation, threshold / deviation))
    });
    found
}

/// Where the values of each cell lie.
fn middles(edges: &[f64]) -> impl Iterator<Item = f64> {
    let last = edges.last().copied().unwrap_or(0.0);
    let first = edges.first().copied();
    first.into_iter().chain(edges.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0)).chain([last, last])
}

/// Standard deviation of a binned distribution; `None` where it does not vary.
fn deviation(edges: &[f64], counts: &[f64]) -> Option<f64> {
    let sum: f64 = counts.iter().sum();
    let mean = middles(edges).zip(counts).map(|(middle, count)| middle * count).sum::<f64>() / sum;
    let square = middles(edges).zip(counts).map(|(middle, count)| (middle - mean).powi(2) * count).sum::<f64>() / sum;
    (square > 0.0).then(|| square.sqrt())
}

/// The Wasserstein distance of two samples of one distribution that chance exceeds at this level: a
/// gamma variable with the mean and the variance of the area under a Brownian bridge.
fn bridge_quantile(edges: &[f64], before: &[f64], now: &[f64], level: f64) -> Option<f64> {
    let [n, m] = [before.iter().sum::<f64>(), now.iter().sum::<f64>()];
    if n <= 0.0 || m <= 0.0 {
        return None;
    }
    let factor = 1.0 / n + 1.0 / m;
    let mut below = 0.0;
    // Of each edge: the distribution function, and the width that it stands for.
    let points: Vec<(f64, f64)> = (0..edges.len())
        .map(|at| {
            below += (before[at] + now[at]) / (n + m);
            let left = if at > 0 { edges[at] - edges[at - 1] } else { 0.0 };
            let right = if at + 1 < edges.len() { edges[at + 1] - edges[at] } else { 0.0 };
            (below, (left + right) / 2.0)
        })
        .filter(|(below, _)| *below > 0.0 && *below < 1.0)
        .collect();
    let two_over_pi = 2.0 / std::f64::consts::PI;
    let deviations: Vec<f64> = points.iter().map(|(f, width)| width * (factor * f * (1.0 - f)).sqrt()).collect();
    let mean = two_over_pi.sqrt() * deviations.iter().sum::<f64>();
    let mut square = 0.0;
    for (i, (f, _)) in points.iter().enumerate() {
        for (j, (g, _)) in points.iter().enumerate() {
            let (low, high) = if f < g { (f, g) } else { (g, f) };
            let correlation = (low * (1.0 - high) / (high * (1.0 - low))).sqrt().min(1.0);
            let product = (1.0 - correlation * correlation).sqrt() + correlation * libm::asin(correlation);
            square += two_over_pi * product * deviations[i] * deviations[j];
        }
    }
    let variance = square - mean * mean;
    if mean <= 0.0 || variance <= 0.0 {
        return None;
    }
    Some(gamma_quantile(mean * mean / variance, level) * variance / mean)
}

fn share(count: Count, rows: u64) -> Option<f64> {
    count.filter(|_| rows > 0).map(|count| count as f64 / rows as f64)
}

/// Shares of the rows in some cells together; `None` where one is left out.
fn shares(cells: &[usize], sides: [(&[Count], u64); 2]) -> [Option<f64>; 2] {
    sides.map(|(counts, rows)| {
        let sum = cells.iter().try_fold(0u64, |sum, &cell| Some(sum + counts.get(cell).copied().flatten()?));
        share(sum, rows)
    })
}

/// Whether a share is larger by more than a tenth, and by more than chance explains. A share of the
/// reference that is left out is of fewer than 20 rows, or of not many more.
fn is_broken([before, now]: [Option<f64>; 2], rows: [u64; 2]) -> bool {
    let few = f64::from(MINIMUM_CUSTOMERS) / (rows[0].max(1) as f64);
    let (Some(now), before) = (now, before.unwrap_or(few).min(1.0)) else { return false };
    let all = rows[1] as f64;
    now - before > BROKEN && (now - before) * all > CHANCE * (all * before * (1.0 - before)).sqrt()
}

impl Comparison {
    /// Compares a profile, which [`Profile::check`] has passed, with the reference of its model.
    pub fn of(reference: &Reference, profile: &Profile, stakes: &Stakes) -> Comparison {
        let before = &reference.profile;
        let rows = [before.rows, profile.rows];
        let watched = reference.cells.iter().filter(|cells| !cells.is_empty()).count();
        let level = SIGNIFICANCE * (1.0 - OF_THE_MEAN) / (watched + 1) as f64;
        let fields = reference.cells.iter().enumerate().filter(|(_, cells)| !cells.is_empty());
        let fields: Vec<FieldComparison> = fields
            .map(|(field, cells)| {
                let sides = [(before.fields[field].as_slice(), rows[0]), (profile.fields[field].as_slice(), rows[1])];
                let edges: Option<Vec<f64>> = match cells {
                    Cells::Number { edges } if edges.len() > 1 => {
                        Some(edges.iter().map(|&edge| f64::from(edge)).collect())
                    }
                    _ => None,
                };
                let [reference, current] = sides.map(|(counts, _)| counts);
                let distances = distances(reference, current, rows.map(|rows| rows as f64), level, edges.as_deref());
                let missing = shares(&[cells.missing()], sides);
                let replaced = shares(&cells.replaced(), sides);
                let unreadable = shares(&[cells.unreadable()], sides);
                let is_category = matches!(cells, Cells::Category { .. });
                FieldComparison {
                    field,
                    cells: (0..cells.len()).map(|cell| shares(&[cell], sides)).collect(),
                    drifted: distances.p_value < level,
                    broken: is_broken(missing, rows)
                        || is_broken(unreadable, rows)
                        || (is_category && is_broken(replaced, rows)),
                    missing,
                    replaced,
                    unreadable,
                    distances,
                }
            })
            .collect();
        let scores = score_comparison(reference, profile, level);
        let not_scored = [before, profile].map(|profile| {
            if profile.rows == 0 { 0.0 } else { (profile.rows - profile.scored) as f64 / profile.rows as f64 }
        });
        let is_broken =
            profile.rows == 0 || fields.iter().any(|field| field.broken) || is_broken(not_scored.map(Some), rows);
        let is_drift = scores.drifted || fields.iter().any(|field| field.drifted);
        Comparison {
            verdict: match (is_broken, is_drift) {
                (true, _) => Verdict::Broken,
                (_, true) => Verdict::Drift,
                _ => Verdict::Fine,
            },
            rows,
            not_scored,
            days: profile.days,
            fields,
            scores,
            expected: [before, profile].map(|profile| Expected::of(&profile.scores, profile.scored, reference, stakes)),
            rules: profile.rules.clone(),
            offers: profile.offers.clone(),
        }
    }

    /// The comparison as JSON, as the npm package and `tenure monitor` give it.
    pub fn json(&self, schema: &Schema, policy: &Policy) -> String {
        let fields = self.fields.iter().map(|field| {
            let name = &schema.fields[field.field].name;
            object(&[
                ("field", &quoted(name)),
                ("drifted", flag(field.drifted)),
                ("broken", flag(field.broken)),
                ("missing", &pair(field.missing)),
                ("replaced", &pair(field.replaced)),
                ("unreadable", &pair(field.unreadable)),
                ("distances", &distances_json(&field.distances)),
                ("cells", &list(&field.cells.iter().map(|cell| pair(*cell)).collect::<Vec<_>>())),
            ])
        });
        let scores = &self.scores;
        let bins: Vec<String> = scores.bins.iter().map(|bin| pair(*bin)).collect();
        let scores = object(&[
            ("drifted", flag(scores.drifted)),
            ("mean", &pair(scores.mean)),
            ("meanPValue", &decimal::text(scores.mean_p_value)),
            ("meanThreshold", &number(scores.mean_threshold)),
            ("distances", &distances_json(&scores.distances)),
            ("bins", &list(&bins)),
        ]);
        let rules: Vec<(&str, String)> =
            RULES.iter().zip(&self.rules).map(|(rule, count)| (rule.name(), whole(*count))).collect();
        let rules: Vec<(&str, &str)> = rules.iter().map(|(rule, count)| (*rule, count.as_str())).collect();
        let offers = self.offers.iter().enumerate().map(|(at, count)| {
            let name = policy.offers.get(at).map_or_else(|| "null".into(), |offer| quoted(&offer.name));
            object(&[("offer", &name), ("decisions", &whole(*count))])
        });
        let days = match self.days {
            Some(days) => list(&days.map(|day| quoted(&date::text(f64::from(day))))),
            None => "null".into(),
        };
        object(&[
            ("verdict", &quoted(self.verdict.name())),
            ("rows", &list(&self.rows.map(|rows| rows.to_string()))),
            ("notScored", &list(&self.not_scored.map(decimal::text))),
            ("days", &days),
            ("fields", &list(&fields.collect::<Vec<_>>())),
            ("scores", &scores),
            ("expected", &list(&self.expected.map(|expected| expected_json(&expected)))),
            ("rules", &object(&rules)),
            ("offers", &list(&offers.collect::<Vec<_>>())),
        ])
    }
}

fn score_comparison(reference: &Reference, profile: &Profile, level: f64) -> ScoreComparison {
    let before = &reference.profile;
    let scored = [before.scored, profile.scored];
    let rows = scored.map(|rows| rows as f64);
    let moments = [before, profile].map(|profile| {
        let bins = bins(&profile.scores, profile.scored, &before.scores).filter(|_| profile.scored > 0)?;
        let rows = profile.scored as f64;
        let [sum, square] = [1, 2].map(|at| bins.iter().map(|bin| bin[at]).sum::<f64>() / rows);
        Some((sum, (square - sum * sum).max(0.0) / rows))
    });
    let (mean_p_value, mean_threshold) = match moments {
        [Some((a, v)), Some((b, w))] if v + w > 0.0 => {
            let deviation = (v + w).sqrt();
            (normal_tails((a - b) / deviation), Some(deviation * normal_quantile(SIGNIFICANCE * OF_THE_MEAN)))
        }
        _ => (1.0, None),
    };
    // Bins that have enough rows in both.
    let mut count = profile.scores.rows.len();
    while count > 1 && (before.scored as f64) < 1.5 * FEWEST_EXPECTED * count as f64 {
        count = count.div_ceil(2);
    }
    let folded = [before, profile].map(|profile| profile.scores.coarsened(count).map(|scores| scores.rows));
    let [coarse, now] = folded.map(Option::unwrap_or_default);
    let sides = [(coarse.as_slice(), before.scored), (now.as_slice(), profile.scored)];
    let distances = distances(sides[0].0, sides[1].0, rows, level, None);
    ScoreComparison {
        mean: moments.map(|moment| moment.map(|(mean, _)| mean)),
        drifted: mean_p_value < SIGNIFICANCE * OF_THE_MEAN || distances.p_value < level,
        mean_p_value,
        mean_threshold,
        distances,
        bins: (0..sides[0].0.len()).map(|bin| shares(&[bin], sides)).collect(),
    }
}

fn flag(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

pub(super) fn number(number: Option<f64>) -> String {
    number.filter(|number| number.is_finite()).map_or_else(|| "null".into(), decimal::text)
}

fn whole(count: Count) -> String {
    count.map_or_else(|| "null".into(), |count| count.to_string())
}

fn pair(pair: [Option<f64>; 2]) -> String {
    list(&pair.map(number))
}

fn distance(distance: Distance) -> String {
    object(&[("value", &number(Some(distance.value))), ("threshold", &number(Some(distance.threshold)))])
}

fn distances_json(distances: &Distances) -> String {
    object(&[
        ("populationStability", &distance(distances.population_stability)),
        ("jensenShannon", &distance(distances.jensen_shannon)),
        ("chiSquare", &distance(distances.chi_square)),
        ("degrees", &number(Some(distances.degrees))),
        ("pValue", &number(Some(distances.p_value))),
        ("wasserstein", &distances.wasserstein.map_or_else(|| "null".into(), distance)),
    ])
}

pub(super) fn estimate(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(
        || "null".into(),
        |Estimate { value, low, high }| {
            object(&[("value", &number(Some(value))), ("low", &number(Some(low))), ("high", &number(Some(high)))])
        },
    )
}

fn expected_json(expected: &Expected) -> String {
    object(&[
        ("rows", &expected.rows.to_string()),
        ("rate", &estimate(expected.rate)),
        ("rocAuc", &estimate(expected.roc_auc)),
        ("precision", &estimate(expected.precision)),
        ("recall", &estimate(expected.recall)),
        ("logLoss", &estimate(expected.log_loss)),
        ("profit", &estimate(expected.profit)),
    ])
}
