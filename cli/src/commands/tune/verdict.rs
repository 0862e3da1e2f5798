//! The messages of a search: about a trial when it ends, about all trials, and whether the best is
//! better than the defaults.

use serde_json::json;
use tenure_training::tune::space::words;
use tenure_training::tune::{FOLDS, TrialFold, TrialSummary, Trials, gain, mean};

use crate::console::Console;

/// A line about a trial that ended; `best` is the lowest mean so far of those measured in full.
pub(super) fn of_trial(folds: &[&TrialFold], best: &mut Option<f64>) -> String {
    let (trial, mean) = (folds[0].trial, mean(folds));
    if folds.len() < FOLDS {
        return format!("trial {trial}: pruned after {} of {FOLDS} folds", folds.len());
    }
    let is_best = best.is_none_or(|best| mean < best);
    if is_best {
        *best = Some(mean);
    }
    format!("trial {trial}: log-loss {mean:.4} over {FOLDS} folds{}", if is_best { ", the best so far" } else { "" })
}

/// What was written, and how it compares with the defaults. The lowest of many means is optimistic,
/// so a gain within its error is called chance.
pub(super) fn of_search(best: &TrialSummary, trials: &Trials, count: usize) -> String {
    if best.trial == 0 {
        return match count {
            1 => "the defaults; nothing else was measured. A longer search continues from here".into(),
            _ => format!("the defaults; none of {} other trials is better", count - 1),
        };
    }
    let trial = words(&best.params);
    let Some((gain, error)) = gain(trials, best.trial) else {
        return format!("{trial}; the defaults gave no network");
    };
    let verdict = if gain < 2.0 * error {
        "that may be chance: compare by `tenure crossval`, with --config and without"
    } else {
        "the best of many looks better than it is: compare by `tenure crossval`, with --config and without"
    };
    format!(
        "{trial}\nlog-loss {:.4}, {gain:.4} lower than by the defaults (standard error {error:.4} over {FOLDS} folds); {verdict}",
        best.mean
    )
}

/// All trials, best first.
pub(super) fn print(json: bool, output: &Console, ranking: &[TrialSummary]) {
    if json {
        let trials = ranking.iter().map(|trial_summary| {
            let mean = trial_summary.mean.is_finite().then_some(trial_summary.mean);
            json!({ "trial": trial_summary.trial, "settings": trial_summary.params, "folds": trial_summary.folds, "log_loss": mean })
        });
        return output.print(json!({ "trials": trials.collect::<Vec<_>>() }));
    }
    output.print(format!("{:>5} {:>5} {:>9}  settings", "trial", "folds", "log-loss"));
    for TrialSummary { trial, params, folds, mean, .. } in ranking {
        output.print(format!("{trial:>5} {folds:>3}/{FOLDS} {mean:>9.4}  {}", words(params)));
    }
    let given_up = ranking.iter().filter(|trial_summary| trial_summary.given_up).count();
    let unfinished =
        ranking.iter().filter(|trial_summary| trial_summary.folds < FOLDS && !trial_summary.given_up).count();
    let unfinished = if unfinished > 0 { format!(", {unfinished} not finished") } else { String::new() };
    output.print(format!("{} trials, {given_up} of them pruned{unfinished}", ranking.len()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_training::checkpoint::RunIdentity;
    use tenure_training::hyperparameters::Hyperparameters;
    use tenure_training::tune::ranking;

    /// What is said of a search whose trials have these losses by fold.
    fn said(losses: &[&[f64]]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let run = RunIdentity::new("d", "s", serde_json::Value::Null);
        let mut trials = Trials::open(&folder.path().join("trials"), &run).unwrap();
        for (trial, losses) in losses.iter().enumerate() {
            let mut params = Hyperparameters::default();
            if trial > 0 {
                params.read("bins", &trial.to_string()).unwrap();
            }
            let fold = |(fold, loss): (usize, &f64)| TrialFold {
                trial,
                params: params.clone(),
                fold,
                log_loss: Some(*loss).filter(|loss| loss.is_finite()),
                seconds: 0.0,
            };
            trials.add(losses.iter().enumerate().map(fold).collect()).unwrap();
        }
        let ranking = ranking(&trials);
        of_search(&ranking[0], &trials, ranking.len())
    }

    #[test]
    fn a_gain_is_held_against_its_error_and_the_defaults_are_called_that() {
        let defaults = &[0.40, 0.42, 0.41, 0.43][..];
        assert!(said(&[defaults]).starts_with("the defaults; nothing else was measured"));
        assert!(said(&[defaults, &[0.5]]).contains("none of 1 other trials is better"));
        let clear = said(&[defaults, &[0.39, 0.41, 0.40, 0.422]]);
        assert!(clear.contains("bins 1\nlog-loss 0.4055, 0.0095 lower") && clear.contains("error 0.0005"), "{clear}");
        assert!(!clear.contains("may be chance"), "{clear}");
        let lucky = said(&[defaults, &[0.37, 0.43, 0.40, 0.44]]);
        assert!(lucky.contains("0.0050 lower") && lucky.contains("may be chance"), "{lucky}");
        assert!(said(&[&[f64::NAN; 4], defaults]).contains("the defaults gave no network"));
    }
}
