//! The losses of training, epoch by epoch, for the card, the page and the tracker.

use serde::Serialize;
use serde_json::{Value, json};

use crate::fit::EpochReport;

/// Points of a curve in the card, which every reader of the artifact downloads.
const CARD_POINTS: usize = 24;

/// All stages that were fitted, in the order they began.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct History {
    pub stages: Vec<Stage>,
}

/// One network's losses, from epoch 1 on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stage {
    pub stage: String,
    pub train: Vec<f64>,
    pub validation: Vec<f64>,
    pub best_epoch: usize,
}

impl History {
    /// Adds an epoch. Epoch 1 or another name starts a new stage.
    pub fn epoch(&mut self, stage: &str, report: &EpochReport) {
        if report.epoch == 1 || self.stages.last().is_none_or(|last| last.stage != stage) {
            let stage = stage.to_owned();
            self.stages.push(Stage { stage, train: Vec::new(), validation: Vec::new(), best_epoch: 1 });
        }
        if let Some(last) = self.stages.last_mut() {
            last.train.push(report.train_loss);
            last.validation.push(report.validation_loss);
            last.best_epoch = report.best_epoch;
        }
    }

    /// The curves of the card: about 24 epochs of a stage, with the best and the last among them.
    pub fn card(&self) -> Value {
        self.stages.iter().map(Stage::card).collect()
    }
}

impl Stage {
    fn card(&self) -> Value {
        let count = self.train.len();
        let step = count.div_ceil(CARD_POINTS).max(1);
        let kept = |epoch: &usize| (epoch - 1).is_multiple_of(step) || *epoch == self.best_epoch || *epoch == count;
        let epochs: Vec<usize> = (1..=count).filter(kept).collect();
        let losses = |of: &[f64]| -> Vec<f64> {
            epochs.iter().filter_map(|epoch| format!("{:.4}", of[epoch - 1]).parse().ok()).collect()
        };
        json!({
            "stage": self.stage,
            "epoch": epochs,
            "train": losses(&self.train),
            "validation": losses(&self.validation),
            "best_epoch": self.best_epoch,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(epoch: usize, best_epoch: usize) -> EpochReport {
        let loss = 1.0 / epoch as f64;
        EpochReport {
            epoch,
            maximum_epochs: 300,
            train_loss: loss,
            validation_loss: loss + 0.1,
            best_epoch,
            best_validation_loss: 0.2,
        }
    }

    #[test]
    fn stages_are_kept_apart_and_thinned_in_the_card() {
        let mut history = History::default();
        (1..=200).for_each(|epoch| history.epoch("teacher", &report(epoch, epoch.min(150))));
        (1..=3).for_each(|epoch| history.epoch("student", &report(epoch, epoch)));
        (1..=2).for_each(|epoch| history.epoch("student", &report(epoch, epoch)));
        let lengths: Vec<usize> = history.stages.iter().map(|stage| stage.train.len()).collect();
        assert_eq!(lengths, [200, 3, 2]);
        let card = history.card();
        let epochs: Vec<u64> = card[0]["epoch"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        assert!(epochs.len() <= 26 && epochs.contains(&150) && epochs.contains(&200) && epochs[0] == 1);
        assert_eq!(card[0]["train"].as_array().unwrap().len(), epochs.len());
        assert_eq!(card[1]["validation"], json!([1.1, 0.6, 0.4333]));
    }
}
