use std::path::Path;

use super::*;
use crate::checkpoint::RunIdentity;
use crate::hyperparameters::ParamValue;

/// All but what only TabM and a student have.
fn space() -> SearchSpace {
    let mut given = Hyperparameters::default();
    given.read("model", "linear").unwrap();
    given.read("ship", "teacher").unwrap();
    SearchSpace::new(&given)
}

fn rate(params: &Hyperparameters) -> Option<f64> {
    params.get("learning-rate").map(|value| if let ParamValue::Number(rate) = value { *rate } else { panic!() })
}

fn open(path: &Path) -> Trials {
    Trials::open(path, &RunIdentity::new("d", "s", serde_json::Value::Null)).unwrap()
}

/// A loss with its minimum at a learning rate of 0.002, and folds that differ a little.
fn measured(trial: usize, params: &Hyperparameters, folds: Range<usize>) -> Vec<TrialFold> {
    let rate = rate(params).unwrap_or(0.01);
    let of_fold = |fold: usize| {
        let log_loss = 0.3 + (rate / 0.002).ln().powi(2) / 50.0 + 0.01 * fold as f64;
        let log_loss = Some((log_loss * 1e9).round() / 1e9);
        TrialFold { trial, params: params.clone(), fold, log_loss, seconds: 0.0 }
    };
    folds.map(of_fold).collect()
}

/// The process was killed.
struct Died;

impl From<CheckpointError> for Died {
    fn from(error: CheckpointError) -> Died {
        panic!("{error}")
    }
}

/// Searches `limit` trials, dying when `dies_after` folds were measured; also the folds measured,
/// and the trials that ended with theirs.
fn searched(path: &Path, limit: usize, dies_after: usize) -> (Vec<TrialSummary>, usize, Vec<(usize, usize)>) {
    let mut trials = open(path);
    let mut count = 0;
    let mut reported = Vec::new();
    let mut measure = |number: usize, params: &Hyperparameters, folds: Range<usize>| {
        if count >= dies_after {
            return Err(Died);
        }
        count += folds.len();
        Ok(measured(number, params, folds))
    };
    let mut ended = |folds: &[&TrialFold]| {
        reported.push((folds[0].trial, folds.len()));
        Ok(())
    };
    let _ = search(&space(), 5, &mut trials, &mut |number| number < limit, &mut measure, &mut ended);
    let ranking = ranking(&trials);
    (ranking, count, reported)
}

#[test]
fn losers_are_given_up_early_and_the_best_is_better_than_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let (ranking, count, reported) = searched(&folder.path().join("trials"), 40, usize::MAX);
    assert_eq!(ranking.len(), 40);
    let mut ended: Vec<_> = ranking.iter().map(|trial_summary| (trial_summary.trial, trial_summary.folds)).collect();
    ended.sort_unstable();
    assert_eq!(reported, ended);
    assert!(count < 40 * FOLDS * 4 / 5, "{count} folds were measured");
    assert_eq!(ranking[0].folds, FOLDS);
    let rate = rate(&ranking[0].params).unwrap();
    assert!((0.0015..0.0027).contains(&rate), "{rate}");
    let defaults = ranking.iter().find(|trial_summary| trial_summary.trial == 0).unwrap();
    assert!(defaults.folds == FOLDS && defaults.mean > ranking[0].mean);
    // Whoever was given up was behind the best on the same folds.
    assert!(
        ranking
            .iter()
            .filter(|trial_summary| trial_summary.folds < FOLDS)
            .all(|other| other.mean > ranking[0].mean - 0.02)
    );
}

#[test]
fn a_search_that_died_goes_on_to_the_same_end_without_measuring_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, folds, reported) = searched(&folder.path().join("whole"), 20, usize::MAX);
    let died = folder.path().join("died");
    let (cut, first, before) = searched(&died, 20, 5);
    // Dying is not being given up: three folds of the second trial were due.
    assert!(cut.iter().all(|trial| !trial.given_up) && cut.last().unwrap().folds < FOLDS, "{cut:?}");
    assert!(whole.iter().all(|trial| trial.given_up == (trial.folds < FOLDS)), "{whole:?}");
    let (_, second, between) = searched(&died, 20, 11);
    let (resumed, third, after) = searched(&died, 20, usize::MAX);
    assert_eq!(resumed, whole);
    assert_eq!(first + second + third, folds);
    assert_eq!([before, between, after].concat(), reported);
}

#[test]
fn a_trial_without_a_network_is_the_last_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut trials = open(&folder.path().join("trials"));
    let mut measure = |number: usize, params: &Hyperparameters, folds: Range<usize>| {
        let mut folds = measured(number, params, folds);
        folds.iter_mut().filter(|fold| fold.trial == 2).for_each(|fold| fold.log_loss = None);
        Ok(folds)
    };
    search(&space(), 5, &mut trials, &mut |number| number < 3, &mut measure, &mut |_| Ok::<_, CheckpointError>(()))
        .unwrap();
    let last = ranking(&trials).pop().unwrap();
    assert_eq!((last.trial, last.folds, last.mean), (2, 1, f64::INFINITY));
}
