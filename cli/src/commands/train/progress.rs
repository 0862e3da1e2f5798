//! The progress and the summary of `tenure train`.

use std::time::Instant;

use serde_json::json;
use tenure::card::ModelCard;
use tenure_training::fit::EpochReport;
use tenure_training::metrics::Metric;
use tenure_training::train::Trained;

use crate::card::{beyond_tolerance, penalty, skipped, teacher, with_interval};
use crate::console::Console;

/// The progress of epochs: a bar, lines, or JSON.
pub(super) struct EpochProgress {
    console: Console,
    bar: indicatif::ProgressBar,
    plain: bool,
    json: bool,
}

impl EpochProgress {
    pub(super) fn new(console: &Console, json: bool) -> EpochProgress {
        let bar = console.bar(0, "epoch {pos}/{len} {bar:24} {msg}  at most {eta} left");
        EpochProgress { console: *console, bar, plain: console.plain() && !console.quiet && !json, json }
    }

    pub(super) fn epoch(&mut self, stage: &str, report: &EpochReport) {
        let EpochReport { epoch, maximum_epochs, train_loss, validation_loss, best_epoch, .. } = *report;
        if self.json {
            self.console.print(
                json!({ "stage": stage, "epoch": epoch, "train_log_loss": train_loss, "validation_log_loss": validation_loss, "best_epoch": best_epoch }),
            );
        }
        let message = format!("{stage}: train {train_loss:.4}, validation {validation_loss:.4}, best at {best_epoch}");
        if self.plain && (epoch % 10 == 0 || epoch == 1) {
            eprintln!("epoch {epoch}: {message}");
        }
        self.bar.set_message(message);
        self.bar.set_length(maximum_epochs as u64);
        self.bar.set_position(epoch as u64);
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A summary of the model.
pub(super) fn summary(card: &ModelCard, trained: &Trained, started: Instant, console: &Console) {
    console.say(format!("trained in {:.1} s", started.elapsed().as_secs_f64()));
    let (small, large) = trained.multiply_adds();
    let tried: Vec<_> =
        trained.teacher.tried.iter().map(|(model, loss)| format!("{} {loss:.4}", model.name())).collect();
    console.say(format!("teachers tried, by validation log-loss: {}", tried.join(", ")));
    if let Some(penalty) = penalty(card) {
        console.say(format!("penalty of tabm: {penalty}"));
    }
    console.say(format!(
        "shipped: the {}, {small} multiply-adds a row; its teacher: {}, {} networks, {large} multiply-adds a row",
        trained.shipped.name(&trained.teacher),
        teacher(card).unwrap_or_default(),
        trained.teacher.members()
    ));
    if let Some(skipped) = skipped(card) {
        console.say(format!("not fitted: {skipped}"));
    }
    if let Some(words) = beyond_tolerance(card) {
        console.warn(format!("what ships is beyond its tolerance: {words}"));
    }
    if let Some(teacher) = &card.teacher {
        console.say(format!(
            "difference from the teacher on the test rows: ROC-AUC {:+.4}, log-loss {:+.4}",
            card.metrics.roc_auc - teacher.metrics.roc_auc,
            card.metrics.log_loss - teacher.metrics.log_loss
        ));
    }
    console.say(format!(
        "hidden units: {:?}; logits of the packed network and of burn differ by at most {:.1e}",
        trained.network.hidden(),
        trained.pack_error
    ));
    console.say(format!("on {} test rows, with 95% intervals:", card.rows.test));
    for metric in ["roc_auc", "pr_auc", "log_loss", "brier", "ece", "lift10"].map(Metric::of) {
        console.say(format!("  {:<16} {}", metric.words, with_interval(card, metric)));
    }
}
