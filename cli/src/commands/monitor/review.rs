//! Customers for a person to look at: whose score is least certain, or whose record is least like those
//! of the training.

use std::path::PathBuf;

use sha2::{Digest, Sha256};
use tenure::decision::siphash;
use tenure::monitoring::{Cells, Reference};
use tenure::scorer::Scorer;
use tenure_table::{BrokenLines, Columns, ReadOptions, Source, listed};
use tenure_training::file::{Existing, write};

use crate::console::Console;
use crate::failure::Failure;
use crate::inputs::column;
use crate::rows::ScoredBatch;

/// The flags of the review.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ReviewArguments {
    /// Table to write (.csv): the customers of --data whose score is least certain or whose record is
    /// least like those of the training, by pseudonym
    #[arg(long, value_name = "FILE", requires = "data", requires = "pseudonym_key")]
    pub review: Option<PathBuf>,
    /// Table of customers for --review
    #[arg(long, value_name = "FILE", requires = "review")]
    pub data: Option<PathBuf>,
    /// Column of --data that identifies the customer; by default the first identifier of the schema
    #[arg(long, value_name = "COLUMN", requires = "review")]
    pub id: Option<String>,
    /// Secret of the pseudonyms: who knows it can tell whose each is, so keep it where the table is kept
    #[arg(long, value_name = "TEXT", requires = "review")]
    pub pseudonym_key: Option<String>,
    /// Customers of each kind
    #[arg(long, value_name = "NUMBER", default_value_t = 20, hide_default_value = true)]
    pub count: usize,
}

struct Candidate {
    pseudonym: String,
    probability: f64,
    /// Distance of the probability from the threshold.
    distance: f64,
    unlikeness: f64,
    field: String,
}

impl ReviewArguments {
    /// Writes the queue; returns the number of its rows.
    pub fn write(&self, scorer: &Scorer, force: bool, console: &Console) -> Result<usize, Failure> {
        let (Some(out), Some(data), Some(key), Some(reference)) =
            (&self.review, &self.data, &self.pseudonym_key, scorer.reference())
        else {
            return Ok(0);
        };
        if key.len() < 8 {
            return Err(Failure::usage("--pseudonym-key must have at least 8 characters, so that nobody guesses it"));
        }
        let options = ReadOptions { sheet: None, broken_lines: BrokenLines::Skip };
        let source = Source::open_with(data, &options)?;
        let schema = &scorer.document().schema;
        let id = match &self.id {
            Some(name) => column(&source, "--id", name)?,
            None => {
                let own = |name: &String| source.columns().iter().position(|column| column == name);
                schema.identifiers.iter().find_map(own).ok_or_else(|| {
                    Failure::usage(format!(
                        "name the column of the identifier with --id: {} has none of the schema's ({})",
                        data.display(),
                        listed(&schema.identifiers)
                    ))
                })?
            }
        };
        let places = Columns::find(&source, schema, false)?.fields;
        let key = pseudonym_key(key);
        let surprises = surprises(reference);
        let mut candidates = Vec::new();
        let mut not_scored = 0;
        for batch in source {
            let batch = batch?;
            let scored = ScoredBatch::new(scorer, &batch, &places, false);
            for row in 0..batch.rows() {
                let Some(customer) = scored.block.customer(scorer, row).filter(|_| scored.is_scored(row)) else {
                    not_scored += 1;
                    continue;
                };
                let probability = f64::from(scored.block.probabilities[row]);
                let parts = customer.cells().iter().enumerate().map(|(field, &cell)| {
                    let place = reference.cells[field].of(cell);
                    place.map_or(0.0, |place| surprises[field][place])
                });
                let parts: Vec<f64> = parts.collect();
                let strangest = (0..parts.len()).max_by(|&a, &b| parts[a].total_cmp(&parts[b])).unwrap_or(0);
                candidates.push(Candidate {
                    pseudonym: format!("{:016x}", siphash(key, batch.text(row, id).as_bytes())),
                    probability,
                    distance: (probability - reference.threshold).abs(),
                    unlikeness: parts.iter().sum(),
                    field: schema.fields[strangest].name.clone(),
                });
            }
        }
        if not_scored > 0 {
            console.warn(format!("{not_scored} rows of {} have no score and are not in the review", data.display()));
        }
        let mut text = String::from("pseudonym,why,probability,unlikeness,field\n");
        let mut rows = 0;
        let mut add = |why: &str, candidates: &[Candidate]| {
            for one in candidates.iter().take(self.count) {
                let field = if one.field.contains(['"', ',', '\n', '\r']) {
                    format!("\"{}\"", one.field.replace('"', "\"\""))
                } else {
                    one.field.clone()
                };
                text += &format!("{},{why},{:.4},{:.2},{field}\n", one.pseudonym, one.probability, one.unlikeness);
                rows += 1;
            }
        };
        candidates.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        add("uncertain", &candidates);
        candidates.sort_by(|a, b| b.unlikeness.total_cmp(&a.unlikeness));
        add("unlike", &candidates);
        write(out, text.as_bytes(), Existing::forced(force))?;
        Ok(rows)
    }
}

/// The key of the pseudonyms: half of the text's SHA-256.
fn pseudonym_key(text: &str) -> [u64; 2] {
    let digest = Sha256::digest(text.as_bytes());
    [0, 8].map(|from| digest.iter().skip(from).take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// By field and cell: how much rarer the cell is than the cells of the reference are on average, in
/// nats. Cells that the reference leaves out count as 10 rows.
fn surprises(reference: &Reference) -> Vec<Vec<f64>> {
    let rows = reference.profile.rows.max(1) as f64;
    let fields = reference.cells.iter().zip(&reference.profile.fields);
    fields
        .map(|(cells, counts): (&Cells, _)| {
            let share = |count: &Option<u64>| (count.unwrap_or(10) as f64).max(0.5) / rows;
            let mean: f64 = counts.iter().map(|count| -share(count) * share(count).ln()).sum();
            let surprise = |count: &Option<u64>| -share(count).ln() - mean;
            if cells.is_empty() { Vec::new() } else { counts.iter().map(surprise).collect() }
        })
        .collect()
}
