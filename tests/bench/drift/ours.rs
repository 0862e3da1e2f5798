//! `drift MODEL TABLE FOLDER`: how often drift is seen on samples of a real table that moved, or did
//! not. Writes figures.json into FOLDER, and samples.json for the peer.
//!
//! Every repetition divides the table by chance: 30% of its rows are the reference, as many as
//! training keeps, and samples are drawn from the rest. So reference and unshifted samples come from
//! one population, whatever the model was fitted to.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use tenure::customer::{Cell, Customer};
use tenure::monitoring::{Comparison, Concept, LabelledScore, Observed, Reference, Stakes, Verdict};
use tenure::scorer::{ColumnBlock, Score, Scorer};
use tenure_table::Source;
use tenure_training::cohort::{Cohort, Column};
use tenure_training::metrics::roc_auc;
use tenure_training::reference;

/// Rows of a sample.
const ROWS: usize = 2000;
/// Samples that did not move.
const UNSHIFTED: u64 = 200;
/// Samples of each shift.
const SHIFTED: u64 = 100;
/// What a covariate shift costs in ROC-AUC.
const COST: f64 = 0.02;
/// Points by which the share of leavers moves.
const PRIOR: f64 = 0.05;
/// Samples that the label-free ROC-AUC is compared on, of each covariate shift.
const COMPARED: u64 = 15;

struct World {
    scorer: Scorer,
    cohort: Cohort,
    customers: Vec<Customer>,
    scores: Vec<Score>,
    threshold: f64,
}

/// Which rows a covariate shift favours: more of those with a larger number.
struct Covariate {
    name: &'static str,
    of_row: Vec<f64>,
    strength: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, table, folder] = &arguments[..] else { return Err("MODEL TABLE FOLDER are needed".into()) };
    let world = World::read(Path::new(model), Path::new(table))?;
    let all = roc_auc(&world.probabilities(&world.all()), &world.labels(&world.all()))?;
    eprintln!("{} rows, ROC-AUC {all:.4}", world.cohort.rows());
    let mut alarms = 0u64;
    for seed in 0..UNSHIFTED {
        let (reference, pool, mut random) = world.divided(seed);
        let sample = drawn(&pool, ROWS, &mut random);
        alarms += u64::from(world.compare(&reference, &sample).verdict != Verdict::Fine);
    }
    let false_alarm = alarms as f64 / UNSHIFTED as f64;
    eprintln!("false alarms {false_alarm:.3}");
    let mut powers = serde_json::Map::new();
    let mut samples = Vec::new();
    for covariate in world.covariates(all) {
        let (mut seen, mut cost) = (0u64, 0.0);
        for seed in 0..SHIFTED {
            let (reference, pool, mut random) = world.divided(1_000 + seed);
            let sample = weighted(&pool, &covariate, ROWS, &mut random);
            let measured = roc_auc(&world.probabilities(&sample), &world.labels(&sample))?;
            cost += (all - measured) / SHIFTED as f64;
            let found = world.compare(&reference, &sample);
            seen += u64::from(found.verdict != Verdict::Fine);
            if seed < COMPARED {
                let estimate = found.expected[1].roc_auc.ok_or("no estimate")?.value;
                let rows = world.reference_rows(1_000 + seed);
                samples.push(json!({
                    "shift": covariate.name,
                    "measured": measured,
                    "estimate": estimate,
                    "reference": { "probabilities": world.probabilities(&rows), "left": world.labels(&rows) },
                    "probabilities": world.probabilities(&sample),
                }));
            }
        }
        let power = seen as f64 / SHIFTED as f64;
        eprintln!("covariate shift by {}: cost {cost:.4}, power {power:.3}", covariate.name);
        powers.insert(covariate.name.into(), json!({ "power": power, "cost": cost }));
    }
    let of = |powers: &serde_json::Map<String, Value>| {
        powers.values().filter_map(|one| one["power"].as_f64()).fold(1.0, f64::min)
    };
    let covariate_power = of(&powers);
    let mut prior = serde_json::Map::new();
    for points in [PRIOR, -PRIOR] {
        let mut seen = 0u64;
        for seed in 0..SHIFTED {
            let (reference, pool, mut random) = world.divided(2_000 + seed);
            let sample = world.with_rate(&pool, world.rate() + points, &mut random);
            seen += u64::from(world.compare(&reference, &sample).verdict != Verdict::Fine);
        }
        let power = seen as f64 / SHIFTED as f64;
        let best = world.best_power(points, world.reference_rows(0).len() as f64);
        let best_exact = world.best_power(points, f64::INFINITY);
        eprintln!(
            "prior shift by {points:+}: power {power:.3}, at most {best:.3} are possible beside this reference, and \
             {best_exact:.3} beside an exact one"
        );
        let figures = json!({ "power": power, "best_possible": best, "best_possible_exact_reference": best_exact });
        prior.insert(format!("{points:+}"), figures);
    }
    let (concept, concept_power, concept_false_alarm) = concept(&world, all);
    let error = |key: &str| {
        samples.iter().filter_map(|one| Some((one[key].as_f64()? - one["measured"].as_f64()?).abs())).sum::<f64>()
            / samples.len() as f64
    };
    let prior_power = of(&prior);
    let figures = json!({
        "false_alarm": false_alarm,
        "power": covariate_power.min(prior_power),
        "power_covariate": covariate_power,
        "power_prior": prior_power,
        "covariate_shifts": powers,
        "prior_shifts": prior,
        "concept_power": concept_power,
        "concept_false_alarm": concept_false_alarm,
        "concept": concept,
        "cbpe_error": error("estimate"),
        "profile_ratio": world.profile_ratio(),
        "rows": ROWS,
        "reference_rows": world.reference_rows(0).len(),
        "unshifted_samples": UNSHIFTED,
        "shifted_samples": SHIFTED,
    });
    let folder = Path::new(folder);
    std::fs::write(folder.join("figures.json"), serde_json::to_vec_pretty(&figures)?)?;
    std::fs::write(folder.join("samples.json"), serde_json::to_vec(&samples)?)?;
    Ok(())
}

/// The share of concept shifts that labels show, by their number and by the loss of ROC-AUC: a share of
/// the labels is drawn anew, without regard to the customer.
fn concept(world: &World, all: f64) -> (Vec<Value>, f64, f64) {
    let (mut rows, mut at_the_bar) = (Vec::new(), 0.0);
    let power = |labels: usize, loss: f64| {
        let mut seen = 0u64;
        for seed in 0..SHIFTED {
            let (reference, pool, mut random) = world.divided(3_000 + seed);
            // The most labels are all rows beside the reference, which are somewhat fewer.
            let sample = drawn(&pool, labels.min(pool.len()), &mut random);
            let redrawn = loss / (all - 0.5);
            let labelled = sample.into_iter().map(|row| {
                let score = &world.scores[row as usize];
                let left = match random.random::<f64>() < redrawn {
                    true => random.random::<f64>() < world.rate(),
                    false => world.cohort.labels()[row as usize],
                };
                LabelledScore { logit: score.logit as f32, probability: score.probability, left }
            });
            let labelled: Vec<LabelledScore> = labelled.collect();
            seen += u64::from(Concept::of(&reference, &labelled).is_some_and(|found| found.drifted));
        }
        seen as f64 / SHIFTED as f64
    };
    for labels in [500, 1000, 2000, 5000] {
        for loss in [0.02, 0.03, 0.05] {
            let power = power(labels, loss);
            eprintln!("concept shift, {labels} labels, loss {loss}: power {power:.3}");
            if (labels, loss) == (5000, 0.05) {
                at_the_bar = power;
            }
            rows.push(json!({ "labels": labels, "loss": loss, "power": power }));
        }
    }
    let false_alarm = power(2000, 0.0);
    eprintln!("concept, 2000 labels that did not move: {false_alarm:.3}");
    (rows, at_the_bar, false_alarm)
}

impl World {
    fn read(model: &Path, table: &Path) -> Result<World, Box<dyn Error>> {
        let scorer = Scorer::from_bytes(&std::fs::read(model)?)?;
        let cohort = Cohort::read(Source::open(table)?, &scorer.document().schema)?;
        let threshold = scorer.document().card()?.metrics.threshold;
        let customers: Vec<Customer> = (0..cohort.rows()).map(|row| cohort.customer(row)).collect();
        let mut workspace = scorer.workspace();
        let scores = customers.iter().map(|customer| scorer.score(customer, &mut workspace)).collect();
        Ok(World { scorer, cohort, customers, scores, threshold })
    }

    fn all(&self) -> Vec<u32> {
        (0..self.cohort.rows() as u32).collect()
    }

    fn rate(&self) -> f64 {
        self.cohort.positives() as f64 / self.cohort.rows() as f64
    }

    fn probabilities(&self, rows: &[u32]) -> Vec<f64> {
        rows.iter().map(|&row| self.scores[row as usize].probability).collect()
    }

    fn labels(&self, rows: &[u32]) -> Vec<bool> {
        self.cohort.labels_of(rows)
    }

    fn shuffled(&self, seed: u64) -> (Vec<u32>, ChaCha8Rng) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut rows = self.all();
        rows.shuffle(&mut random);
        (rows, random)
    }

    fn reference_rows(&self, seed: u64) -> Vec<u32> {
        let (rows, _) = self.shuffled(seed);
        rows[..rows.len() * 3 / 10].to_vec()
    }

    /// A reference, and the other rows.
    fn divided(&self, seed: u64) -> (Reference, Vec<u32>, ChaCha8Rng) {
        let (rows, random) = self.shuffled(seed);
        let (held_out, pool) = rows.split_at(rows.len() * 3 / 10);
        let reference = reference::measure(self.scorer.artifact(), &self.cohort, held_out, self.threshold);
        (reference, pool.to_vec(), random)
    }

    fn compare(&self, reference: &Reference, rows: &[u32]) -> Comparison {
        let mut observed = Observed::new(&reference.cells, &reference.score_edges, reference.threshold, 0);
        for &row in rows {
            self.scorer.observe_customer(&mut observed, &self.customers[row as usize], &self.scores[row as usize]);
        }
        Comparison::of(reference, &observed.profile(&"0".repeat(64), None), &Stakes::default())
    }

    /// What observing costs, as a share of scoring: the medians of 201 passes over one block each.
    fn profile_ratio(&self) -> f64 {
        let rows = self.cohort.rows().min(4096);
        let mut block = ColumnBlock::new(&self.scorer, rows);
        for field in 0..self.cohort.schema().fields.len() {
            match self.cohort.column(field) {
                Column::Numbers(numbers) => block.numbers[field].copy_from_slice(&numbers[..rows]),
                Column::Codes(codes) => block.codes[field].copy_from_slice(&codes[..rows]),
            }
        }
        let (reference, ..) = self.divided(0);
        let mut observed = Observed::new(&reference.cells, &reference.score_edges, reference.threshold, 0);
        let mut times: [Vec<f64>; 2] = Default::default();
        for _ in 0..201 {
            let started = Instant::now();
            block.score(&self.scorer, rows);
            times[0].push(started.elapsed().as_secs_f64());
            let started = Instant::now();
            self.scorer.observe(&mut observed, &block, rows);
            times[1].push(started.elapsed().as_secs_f64());
        }
        let [scoring, observing] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
        let nanoseconds = |seconds: f64| seconds * 1e9 / rows as f64;
        eprintln!("scoring {:.0} ns a row, observing {:.0} ns", nanoseconds(scoring), nanoseconds(observing));
        observing / scoring
    }

    /// Rows of which a share left.
    fn with_rate(&self, pool: &[u32], rate: f64, random: &mut ChaCha8Rng) -> Vec<u32> {
        let (left, stayed): (Vec<u32>, Vec<u32>) = pool.iter().partition(|&&row| self.cohort.labels()[row as usize]);
        let leavers = (rate * ROWS as f64).round() as usize;
        [drawn(&left, leavers, random), drawn(&stayed, ROWS - leavers, random)].concat()
    }

    /// The power that no test exceeds whose level is 5% on both sides: that of the efficient estimate of
    /// the share of leavers, beside the share in `reference` unshifted customers; infinitely many are
    /// known exactly.
    fn best_power(&self, points: f64, reference: f64) -> f64 {
        let probabilities = self.probabilities(&self.all());
        let mean = probabilities.iter().sum::<f64>() / probabilities.len() as f64;
        let square = probabilities.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / probabilities.len() as f64;
        let share = (1.0 / ROWS as f64 + 1.0 / reference).sqrt();
        let error = self.rate() * (1.0 - self.rate()) * share / square.sqrt();
        let beyond = |z: f64| 0.5 * libm::erfc(z / std::f64::consts::SQRT_2);
        beyond(1.96 - points.abs() / error) + beyond(1.96 + points.abs() / error)
    }

    /// Shifts that cost [`COST`] of ROC-AUC.
    fn covariates(&self, all: f64) -> Vec<Covariate> {
        let schema = &self.scorer.document().schema;
        let field = |name: &str| schema.fields.iter().position(|field| field.name == name);
        let code = |name: &str, of: &str| {
            let at = field(name)?;
            let tenure::schema::Kind::Category { categories } = &schema.fields[at].kind else { return None };
            let code = categories.iter().position(|category| category == of)? as u32;
            Some(
                self.customers.iter().map(|one| f64::from(u8::from(one.cells()[at] == Cell::Category(code)))).collect(),
            )
        };
        let number = |name: &str, scale: f64| {
            let at = field(name)?;
            let of = |one: &Customer| if let Cell::Number(number) = one.cells()[at] { number * scale } else { 0.0 };
            Some(self.customers.iter().map(of).collect())
        };
        let found: [(&'static str, Option<Vec<f64>>); 3] = [
            ("short tenure", number("tenure", -1.0 / 24.0)),
            ("month-to-month contracts", code("Contract", "Month-to-month")),
            ("high charges", number("MonthlyCharges", 1.0 / 30.0)),
        ];
        let found = found.into_iter().filter_map(|(name, of_row)| Some((name, of_row?)));
        let found = found.filter_map(|(name, of_row)| {
            let mut covariate = Covariate { name, of_row, strength: 0.0 };
            let cost = |covariate: &Covariate| {
                let area = |seed: u64| {
                    let (_, mut random) = self.shuffled(seed);
                    let sample = weighted(&self.all(), covariate, ROWS, &mut random);
                    roc_auc(&self.probabilities(&sample), &self.labels(&sample)).unwrap_or(all)
                };
                all - (0..10).map(|seed| area(9_000 + seed)).sum::<f64>() / 10.0
            };
            let (mut low, mut high) = (0.0, 8.0);
            covariate.strength = high;
            if cost(&covariate) < COST {
                return None;
            }
            for _ in 0..20 {
                covariate.strength = (low + high) / 2.0;
                if cost(&covariate) < COST { low = covariate.strength } else { high = covariate.strength }
            }
            Some(covariate)
        });
        found.collect()
    }
}

/// Rows drawn without replacement.
fn drawn(pool: &[u32], count: usize, random: &mut ChaCha8Rng) -> Vec<u32> {
    let mut rows = pool.to_vec();
    rows.shuffle(random);
    rows.truncate(count);
    rows
}

/// Rows drawn without replacement, with weights (Efraimidis and Spirakis 2006).
fn weighted(pool: &[u32], covariate: &Covariate, count: usize, random: &mut ChaCha8Rng) -> Vec<u32> {
    let mut keys: Vec<(f64, u32)> = pool
        .iter()
        .map(|&row| {
            let weight = (covariate.strength * covariate.of_row[row as usize]).exp();
            (random.random::<f64>().max(1e-300).ln() / weight, row)
        })
        .collect();
    keys.sort_by(|a, b| b.0.total_cmp(&a.0));
    keys.into_iter().take(count).map(|(_, row)| row).collect()
}
