//! `tenure runs`: lists runs, or compares some of them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::console::Console;
use crate::failure::Failure;
use crate::runs::{FOLDER, Run, RunStore, Status};

/// List recorded runs, or compare some of them
///
/// `tenure train --runs runs` records a run; so do `runs = "runs"` in tenure.toml and --track. With
/// ids, parameters and figures are shown side by side, and differences are marked with `*`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Ids of runs to compare; the first letters of an id are enough
    pub ids: Vec<String>,
    /// Folder of the runs
    #[arg(long, value_name = "FOLDER", default_value = FOLDER)]
    pub runs: PathBuf,
    /// Figure to sort by, the best first; by default the latest run comes first
    #[arg(long, value_name = "FIGURE")]
    pub sort: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let store = RunStore::new(&arguments.runs);
    let ids = store.ids()?;
    let chosen = choose(&ids, &arguments.ids)?;
    let mut runs: Vec<Run> = chosen.into_iter().map(|id| store.read(id)).collect::<Result<_, _>>()?;
    if arguments.ids.is_empty() {
        runs.reverse();
    }
    if let Some(figure) = &arguments.sort {
        sort(&mut runs, figure)?;
    }
    if arguments.json {
        console.print(format!("{:#}", Value::from_iter(runs.iter().map(|run| document(&store, run)))));
    } else if arguments.ids.is_empty() {
        console.print(list(&store, &runs, &arguments.runs));
    } else {
        console.print(side_by_side(&store, &runs));
    }
    Ok(())
}

/// All ids, or for each beginning the one id that it begins.
fn choose<'a>(ids: &'a [String], beginnings: &[String]) -> Result<Vec<&'a String>, Failure> {
    if beginnings.is_empty() {
        return Ok(ids.iter().collect());
    }
    let mut problems = Vec::new();
    let mut chosen = Vec::new();
    for beginning in beginnings {
        match &ids.iter().filter(|id| id.starts_with(beginning.as_str())).collect::<Vec<_>>()[..] {
            [id] => chosen.push(*id),
            [] => problems.push(format!("no id of a run begins with {beginning:?}; `tenure runs` lists them")),
            several => {
                problems.push(format!("the ids of {} runs begin with {beginning:?}; give more letters", several.len()))
            }
        }
    }
    if problems.is_empty() { Ok(chosen) } else { Err(Failure::usage(problems.join("\n"))) }
}

fn sort(runs: &mut [Run], figure: &str) -> Result<(), Failure> {
    let of = |run: &Run| figure_of(run, figure);
    if runs.iter().all(|run| of(run).is_none()) {
        let known: BTreeSet<&str> = runs.iter().flat_map(|run| run.metrics().into_keys()).collect();
        let known: Vec<&str> = known.into_iter().collect();
        return Err(Failure::usage(format!("no run has the figure `{figure}`; choose one of {}", known.join(", "))));
    }
    let least_first = ["log_loss", "brier", "ece", "seconds"].iter().any(|word| figure.contains(word));
    let key = |run: &Run| of(run).map_or(f64::INFINITY, |value| if least_first { value } else { -value });
    runs.sort_by(|a, b| key(a).total_cmp(&key(b)));
    Ok(())
}

/// A figure of the test rows by its short name, or any by its whole one.
fn figure_of(run: &Run, figure: &str) -> Option<f64> {
    let metrics = run.metrics();
    metrics.get(figure).or_else(|| metrics.get(format!("test.{figure}").as_str())).copied()
}

fn state(store: &RunStore, run: &Run) -> &'static str {
    match run.end() {
        Some((Status::Finished, _)) => "finished",
        Some((Status::Failed, _)) => "failed",
        Some((Status::Interrupted, _)) => "interrupted",
        None if store.is_open(&run.id) => "running",
        None => "killed",
    }
}

fn document(store: &RunStore, run: &Run) -> Value {
    let (command, name, time) = run.start().unwrap_or_default();
    json!({
        "id": run.id,
        "command": command,
        "name": name,
        "time": time,
        "status": state(store, run),
        "seconds": run.end().map(|(_, seconds)| seconds),
        "params": run.params(),
        "tags": run.tags(),
        "metrics": run.metrics(),
    })
}

fn list(store: &RunStore, runs: &[Run], folder: &std::path::Path) -> String {
    if runs.is_empty() {
        return format!("no runs in {}; `tenure train --runs {0}` records one", folder.display());
    }
    let figure = |run: &Run, key: &str| figure_of(run, key).map_or("–".into(), |value| format!("{value:.4}"));
    let mut rows =
        vec![["run", "command", "model", "status", "seconds", "ROC-AUC", "log-loss", "ECE"].map(String::from).to_vec()];
    rows.extend(runs.iter().map(|run| {
        let (command, name, _) = run.start().unwrap_or_default();
        let seconds = run.end().map_or("–".into(), |(_, seconds)| format!("{seconds:.1}"));
        let [area, loss, error] = ["roc_auc", "log_loss", "ece"].map(|key| figure(run, key));
        vec![run.id.clone(), command.into(), name.into(), state(store, run).into(), seconds, area, loss, error]
    }));
    aligned(&rows, 4)
}

/// Parameters, tags and figures of all runs; lines with differences begin with `*`.
fn side_by_side(store: &RunStore, runs: &[Run]) -> String {
    let mut rows =
        vec![std::iter::once(String::new()).chain(runs.iter().map(|run| run.id.clone())).collect::<Vec<_>>()];
    let mut line = |name: &str, values: Vec<String>| {
        let differs = values.windows(2).any(|pair| pair[0] != pair[1]);
        let name = format!("{} {name}", if differs { '*' } else { ' ' });
        rows.push(std::iter::once(name).chain(values).collect());
    };
    line("status", runs.iter().map(|run| state(store, run).to_owned()).collect());
    let texts = |of: fn(&Run) -> std::collections::BTreeMap<&str, &str>, line: &mut dyn FnMut(&str, Vec<String>)| {
        let keys: BTreeSet<&str> = runs.iter().flat_map(|run| of(run).into_keys()).collect();
        for key in keys {
            let values = runs.iter().map(|run| of(run).get(key).map_or("–", |value| value).chars().take(24).collect());
            line(key, values.collect());
        }
    };
    texts(Run::params, &mut line);
    texts(Run::tags, &mut line);
    let keys: BTreeSet<&str> = runs.iter().flat_map(|run| run.metrics().into_keys()).collect();
    for key in keys {
        let value = |run: &Run| run.metrics().get(key).map_or("–".into(), |value| format!("{value:.4}"));
        line(key, runs.iter().map(value).collect());
    }
    aligned(&rows, 1)
}

/// A table of aligned columns: those from `right` on to the right, the others to the left.
fn aligned(rows: &[Vec<String>], right: usize) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let text = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column < right { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(text).collect::<Vec<_>>().join("\n")
}
