//! `tenure tune`: searches for hyperparameters within a budget, and writes the best as a
//! tenure.toml.

mod verdict;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde_json::json;
use tenure_training::checkpoint::RunIdentity;
use tenure_training::cohort::Cohort;
use tenure_training::evaluation::schema_sha256;
use tenure_training::file::{Existing, write};
use tenure_training::fit::{Control, FitError, FitOptions};
use tenure_training::hyperparameters::Hyperparameters;
use tenure_training::metrics::mean_log_loss;
use tenure_training::schema_file::SchemaFile;
use tenure_training::split::{Shares, stratified_parts};
use tenure_training::train::{TrainError, TrainingRows, train};
use tenure_training::tune::space::{SearchSpace, words};
use tenure_training::tune::{FOLDS, TrialFold, Trials, ranking, search};

use crate::configuration::ResolvedSettings;
use crate::console::{Console, interrupted, refuse_overwrite};
use crate::failure::{Failure, INTERRUPTED};
use crate::hyperparameters::NetworkArguments;
use crate::recorder::{RunStart, TrackingArguments};
use crate::table::{TableArguments, add_sheet};

/// Search for better hyperparameters within a budget
///
/// Trials are compared by the log-loss of the calibrated network that ships, on inner folds of the
/// rows that `tenure train` with the same seed does not test on. A trial that falls behind is
/// pruned. Hyperparameters given as flags are fixed; the others are searched. The same command
/// continues from the trials file.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub table: TableArguments,
    /// Where the best settings are written, as a tenure.toml for `tenure train --config`
    #[arg(long)]
    pub out: PathBuf,
    /// Overwrite it
    #[arg(long)]
    pub force: bool,
    /// The trials, one line a fold; only ever added to. A folder of this name with .checkpoints
    /// holds the trial that is being measured
    #[arg(long, default_value = "tune.jsonl", value_name = "FILE")]
    pub trials_file: PathBuf,
    /// Trials in all, those of the trials file included; 30 where no timeout is given either
    #[arg(long)]
    pub trials: Option<usize>,
    /// Stop after this time: seconds, or as in 90s, 10m, 2h; the same command continues within a
    /// fold
    #[arg(long, value_parser = time, value_name = "TIME")]
    pub timeout: Option<Duration>,
    /// Print the trials as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub network: NetworkArguments,
    // Last, because its heading would stand above all that follows.
    /// Every trial is a run of its own
    #[command(flatten)]
    pub tracking: TrackingArguments,
}

const DEFAULT_TRIALS: usize = 30;

/// A time above 0 with a unit, seconds without one.
fn time(text: &str) -> Result<Duration, String> {
    let in_seconds = text.parse::<f64>().is_ok().then(|| format!("{text}s"));
    let time = humantime::parse_duration(in_seconds.as_deref().unwrap_or(text))
        .map_err(|error| format!("{error}; write it as in 90s, 10m, 2h"))?;
    match time.as_secs_f64() {
        seconds if seconds > 0.0 && seconds <= 1e7 => Ok(time),
        _ => Err("must be above 0 and at most 115 days, as in 90s, 10m, 2h".into()),
    }
}

pub fn run(arguments: &Arguments, effective: &ResolvedSettings, output: &Console) -> Result<(), Failure> {
    let started = Instant::now();
    refuse_overwrite(&arguments.out, arguments.force)?;
    if arguments.trials == Some(0) {
        return Err(Failure::usage("--trials must be at least 1 (got 0)"));
    }
    let network = &arguments.network;
    let params = network.params();
    let space = SearchSpace::new(&network.given);
    if space.names().is_empty() {
        return Err(Failure::usage(
            "nothing to search: every hyperparameter that could be searched is fixed by a flag, the environment or tenure.toml",
        ));
    }
    let (SchemaFile { schema, .. }, cohort) = arguments.table.read(output)?;
    let split_by = arguments.table.split_by(&cohort)?;
    let split = split_by.split(cohort.labels(), &Shares::default(), params.seed)?;
    arguments.table.check(&cohort, &schema, &split, output)?;
    let mut pool = [split.train, split.validation, split.calibration].concat();
    pool.sort_unstable();
    let parts = stratified_parts(cohort.labels(), &pool, &[1.0 / FOLDS as f64; FOLDS], params.seed)?;

    let mut parameters = json!({
        "training": params.canonical(),
        "searched": space.names(),
        "folds": FOLDS,
        "split": split_by.words(&split.test),
    });
    add_sheet(&mut parameters, &cohort);
    let run = RunIdentity::new(&cohort.report().sha256, &schema_sha256(&schema), parameters);
    let mut trials = Trials::open(&arguments.trials_file, &run)?;
    let known = trials.by_trial().len();
    if known > 0 {
        output.say(format!("{known} trials are in {} already", arguments.trials_file.display()));
    }
    let checkpoints = checkpoints(&arguments.trials_file);
    let late = || arguments.timeout.is_some_and(|time| started.elapsed() >= time);
    let limit = arguments.trials.or(arguments.timeout.is_none().then_some(DEFAULT_TRIALS));
    let bar = match limit {
        Some(limit) => output.bar(limit as u64, "trial {pos}/{len} {bar:24} {elapsed} {msg}"),
        None => output.bar(0, "trial {pos} {elapsed} {msg}"),
    };
    let mut more = |number: usize| {
        bar.set_position(number as u64);
        limit.is_none_or(|limit| number < limit) && !late()
    };
    let mut measure = |trial: usize, params: &Hyperparameters, folds: std::ops::Range<usize>| {
        fs::create_dir_all(&checkpoints).map_err(|error| Failure::file(&checkpoints, error))?;
        let one = |fold: usize| measure_fold(network, &checkpoints, &cohort, &parts, trial, params, fold, &late);
        let measured = folds.into_par_iter().map(one).collect::<Result<Vec<_>, Failure>>()?;
        if output.plain() {
            for fold in &measured {
                let loss = fold.log_loss.map_or("no network".into(), |loss| format!("log-loss {loss:.4}"));
                output.say(format!("trial {trial}, fold {}: {loss} ({})", fold.fold, words(params)));
            }
        }
        Ok(measured)
    };
    let start = RunStart::new("tune", effective, &cohort, &schema, params.seed);
    let mut best = ranking(&trials).first().filter(|best| best.folds == FOLDS).map(|best| best.mean);
    let mut ended = |folds: &[&TrialFold]| {
        // Its folds are in the trials file.
        fs::remove_dir_all(&checkpoints).map_err(|error| Failure::file(&checkpoints, error))?;
        let said = verdict::of_trial(folds, &mut best);
        bar.set_message(best.map(|best| format!("best log-loss {best:.4}")).unwrap_or_default());
        if output.plain() {
            output.say(said);
        }
        track(&arguments.tracking, &start, folds, output)
    };
    let searched = search(&space, params.seed, &mut trials, &mut more, &mut measure, &mut ended);
    bar.finish_and_clear();
    let goes_on = format!("the same command continues from {}", arguments.trials_file.display());
    let is_cut = match searched {
        // The time ended within a fold; earlier folds count.
        Err(failure) if failure.exit_code == INTERRUPTED && !interrupted() => true,
        Err(failure) if failure.exit_code == INTERRUPTED => {
            return Err(Failure::new(failure.exit_code, format!("interrupted; {goes_on}")));
        }
        searched => searched.map(|()| false)?,
    };
    let ranking = ranking(&trials);
    let Some(best) = ranking.first().filter(|best| best.folds == FOLDS) else {
        let folds = ranking.first().map_or(0, |first| first.folds);
        return Err(Failure::usage(format!(
            "--timeout was over with {folds} of {FOLDS} folds of the first trial, the defaults, measured; {goes_on}"
        )));
    };
    if is_cut {
        output.say(format!("--timeout is over; {goes_on}"));
    }
    if !best.mean.is_finite() {
        return Err(Failure::data("no trial gave a network on every fold"));
    }
    verdict::print(arguments.json, output, &ranking);
    let toml = toml::to_string(&best.params).map_err(Failure::data)?;
    let head = format!(
        "# tenure tune: trial {} of {}, log-loss {:.4} over {FOLDS} inner folds, seed {}.\n",
        best.trial,
        ranking.len(),
        best.mean,
        params.seed
    );
    write(
        &arguments.out,
        format!("{head}[train]\n{toml}\n[crossval]\n{toml}").as_bytes(),
        Existing::forced(arguments.force),
    )?;
    output.say(format!("{}: {}", arguments.out.display(), verdict::of_search(best, &trials, ranking.len())));
    Ok(())
}

/// Where the states of the fits of the trial that is being measured lie.
fn checkpoints(trials_file: &Path) -> PathBuf {
    let mut name = trials_file.as_os_str().to_owned();
    name.push(".checkpoints");
    name.into()
}

/// A trial as a run: its settings are parameters, its folds steps.
fn track(
    tracking: &TrackingArguments,
    start: &RunStart,
    folds: &[&TrialFold],
    output: &Console,
) -> Result<(), Failure> {
    let TrialFold { trial, params, .. } = folds[0];
    let mut start = start.clone();
    start.params.extend(params.iter().map(|(name, value)| (name.replace('-', "_"), value.to_string())));
    start.tags.insert("tenure.trial".into(), trial.to_string());
    let mut recorder = tracking.begin(start, output)?;
    for TrialFold { fold, log_loss, seconds, .. } in folds {
        let figures = log_loss.map(|loss| ("log_loss".to_owned(), loss));
        recorder.step("fold", *fold as u64 + 1, figures.into_iter().chain([("seconds".into(), *seconds)]).collect());
    }
    let losses: Option<Vec<f64>> = folds.iter().map(|fold| fold.log_loss).collect();
    let mean = losses.map(|losses| ("inner.log_loss".to_owned(), losses.iter().sum::<f64>() / losses.len() as f64));
    recorder.metrics(mean.into_iter().chain([("inner.folds".into(), folds.len() as f64)]).collect());
    recorder.end(&Ok(()));
    Ok(())
}

/// One fold of a trial: another part validates and calibrates, the rest is fitted. An interruption
/// where it gets late; the next call continues from `checkpoints`.
#[expect(clippy::too_many_arguments, reason = "what is measured, on what, and until when")]
fn measure_fold(
    network: &NetworkArguments,
    checkpoints: &Path,
    cohort: &Cohort,
    parts: &[Vec<u32>],
    trial: usize,
    params: &Hyperparameters,
    fold: usize,
    late: &(dyn Fn() -> bool + Sync),
) -> Result<TrialFold, Failure> {
    let started = Instant::now();
    let with = network.given.overlaid(params).params();
    let options = FitOptions { checkpoints: Some(checkpoints.to_owned()), ..FitOptions::default() };
    let validation = &parts[(fold + 1) % parts.len()];
    let fitted = (0..parts.len()).filter(|&part| part != fold && part != (fold + 1) % parts.len());
    let mut fit: Vec<u32> = fitted.flat_map(|part| parts[part].iter().copied()).collect();
    fit.sort_unstable();
    let rows = TrainingRows { fit: &fit, validation, calibration: validation };
    let stop = &mut |_: &str, _: &_| if interrupted() || late() { Control::Stop } else { Control::Continue };
    let log_loss = match train(&with, cohort, rows, &options, stop) {
        Ok(trained) => {
            let loss = mean_log_loss(&trained.probabilities(&parts[fold]), &cohort.labels_of(&parts[fold]));
            // To nine digits, which every JSON reader gives back to the bit.
            Some((loss * 1e9).round() / 1e9)
        }
        // A learning rate that is too high is a result: the trial is ranked last.
        Err(TrainError::Fit(FitError::Diverged { .. })) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(TrialFold { trial, params: params.clone(), fold, log_loss, seconds: started.elapsed().as_secs_f64() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(time("90"), Ok(Duration::from_secs(90)));
        assert_eq!(time("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(time("2h"), Ok(Duration::from_secs(7200)));
        for wrong in ["", "0s", "-3m", "200d", "m", "1e9h", "nan"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
