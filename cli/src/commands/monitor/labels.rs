//! Scored rows with what became of the customers.

use std::path::PathBuf;

use tenure::monitoring::{Concept, LabelledScore, Reference};
use tenure::schema::date;
use tenure_table::Source;

use crate::console::Console;
use crate::failure::Failure;
use crate::inputs::column;

/// The flags of that table.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct LabelArguments {
    /// Table that `tenure score` wrote, with a column that says who left: measures what came true
    #[arg(long, value_name = "FILE", requires = "left", requires = "positive")]
    pub labels: Option<PathBuf>,
    /// Column of --labels that says who left
    #[arg(long, value_name = "COLUMN", requires = "labels")]
    pub left: Option<String>,
    /// Value of --left that means "left"; can be given several times. Every other value means
    /// "stayed"; a blank is left out
    #[arg(long, value_name = "VALUE", requires = "labels")]
    pub positive: Vec<String>,
    /// Column of --labels with the day of each row, year first: the rows are ordered by it, to say when
    /// the change began. Without it they count as ordered
    #[arg(long, value_name = "COLUMN", requires = "labels")]
    pub label_date: Option<String>,
}

impl LabelArguments {
    /// Tests the labelled rows; `None` without labels.
    pub fn concept(&self, reference: &Reference, console: &Console) -> Result<Option<Concept>, Failure> {
        let (Some(path), Some(left)) = (&self.labels, &self.left) else { return Ok(None) };
        let source = Source::open(path)?;
        let written = |name: &str| column(&source, "--labels: a table that `tenure score` wrote is needed", name);
        let (logit, probability) = (written("logit")?, written("probability")?);
        let left = column(&source, "--left", left)?;
        let date = self.label_date.as_ref().map(|name| column(&source, "--label-date", name)).transpose()?;
        let mut rows: Vec<(f64, LabelledScore)> = Vec::new();
        let (mut left_out, mut first) = (0u64, String::new());
        let word = source.line_word();
        for batch in source {
            let batch = batch?;
            for row in 0..batch.rows() {
                let number =
                    |column: usize| batch.text(row, column).parse::<f64>().ok().filter(|number| number.is_finite());
                let answer = batch.text(row, left);
                let day = date.map(|date| date::read(&batch.text(row, date)));
                let probability = number(probability).filter(|probability| (0.0..=1.0).contains(probability));
                match (number(logit), probability, day) {
                    (Some(logit), Some(probability), Some(Some(_)) | None) if !answer.is_empty() => {
                        let left = self.positive.iter().any(|positive| *positive == answer);
                        let day = day.flatten().unwrap_or_default();
                        rows.push((day, LabelledScore { logit: logit as f32, probability, left }));
                    }
                    _ => {
                        if left_out == 0 {
                            first = format!("{word} {}", batch.line(row));
                        }
                        left_out += 1;
                    }
                }
            }
        }
        if left_out > 0 {
            console.warn(format!(
                "{left_out} rows of {} have no score, no label or no day, and are left out (the first is {first})",
                path.display()
            ));
        }
        if !rows.is_empty() && !rows.iter().any(|(_, row)| row.left) {
            return Err(Failure::usage(format!(
                "--positive: no row of {} is {}, so nobody would have left; name the value that means it",
                path.display(),
                self.positive.join(" or ")
            )));
        }
        // Stable, so that rows of one day keep their order.
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let scores: Vec<LabelledScore> = rows.iter().map(|(_, row)| *row).collect();
        let Some(concept) = Concept::of(reference, &scores) else {
            return Err(Failure::data(format!(
                "--labels: {} has no labelled row, or the model's reference has too few customers who left to compare with",
                path.display()
            )));
        };
        if let (Some(since), Some(_)) = (concept.since, date)
            && let Some((day, _)) = rows.get(since)
        {
            console.say(format!("the labels change most around {}", date::text(*day)));
        }
        Ok(Some(concept))
    }
}
