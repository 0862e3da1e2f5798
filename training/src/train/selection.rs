//! Which teacher sets the quality: a blend of models, of which the dear ones are fitted only where
//! the cheap ones say that there is something left to find.

use super::blend::{blended, weights};
use super::encoded::{Encoded, Subset};
use super::evidence::{CONFIDENCE_WORDS, Evidence};
use super::params::{Model, TrainParams};
use super::rows::{OnEpoch, TrainingRows};
use super::teacher::{Networks, PenaltyChoice, Skipped, Teacher};
use crate::fit::{DenseRows, EpochReport, FitError, FitOptions, log_loss};

/// The teacher that was chosen: one model, or several whose logits are averaged with weights.
#[derive(Debug)]
pub struct SelectedTeacher {
    pub(super) parts: Vec<Part>,
    /// The log-loss of every model that was tried, on the validation rows and before calibration.
    pub tried: Vec<(Model, f64)>,
    /// What was not fitted.
    pub skipped: Vec<Skipped>,
}

/// A model in the teacher.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) model: Model,
    /// Above 0; the weights of all parts sum to 1.
    pub(super) weight: f64,
    pub(super) teacher: Box<dyn Teacher>,
}

impl SelectedTeacher {
    /// For people and the model card, as in `linear + tabm`.
    pub fn name(&self) -> String {
        self.parts.iter().map(|part| part.model.name()).collect::<Vec<_>>().join(" + ")
    }

    /// The weight of each model in the mean of the logits; they sum to 1.
    pub fn weights(&self) -> impl Iterator<Item = (Model, f64)> {
        self.parts.iter().map(|part| (part.model, part.weight))
    }

    /// The teacher where it is one model of networks, whose members one network can hold.
    pub(super) fn single(&self) -> Option<&dyn Networks> {
        if let [part] = &self.parts[..] { part.teacher.networks() } else { None }
    }

    /// The models of networks in it.
    pub(super) fn networks(&self) -> impl Iterator<Item = &dyn Networks> {
        self.parts.iter().filter_map(|part| part.teacher.networks())
    }

    /// Networks in it; trees are none.
    pub fn members(&self) -> usize {
        self.networks().map(|networks| networks.members()).sum()
    }

    /// The penalty on the weights of the model in it that was fitted under several, if one is.
    pub fn penalty(&self) -> Option<&PenaltyChoice> {
        self.parts.iter().find_map(|part| part.teacher.penalty())
    }

    /// Logits before calibration, one for each row.
    pub fn logits(&self, rows: &dyn DenseRows) -> Vec<f64> {
        let logits: Vec<Vec<f64>> = self.parts.iter().map(|part| logits(&*part.teacher, rows)).collect();
        let logits: Vec<&[f64]> = logits.iter().map(|logits| &logits[..]).collect();
        blended(&logits, &self.parts.iter().map(|part| part.weight).collect::<Vec<_>>())
    }
}

/// Logits of a model's probabilities.
fn logits(teacher: &dyn Teacher, rows: &dyn DenseRows) -> Vec<f64> {
    // f32 rounds the surest probabilities to 0 and 1.
    let logit = |probability: f32| {
        let probability = f64::from(probability).clamp(1e-7, 1.0 - 1e-7);
        (probability / (1.0 - probability)).ln()
    };
    teacher.probabilities(rows).into_iter().map(logit).collect()
}

/// Fits the model asked for; by default those that the validation rows do not rule out, cheap ones
/// first, and weighs them by their log-loss on the validation rows.
pub(super) fn choose(
    params: &TrainParams,
    encoded: &Encoded,
    rows: TrainingRows,
    options: &FitOptions,
    on_epoch: &mut OnEpoch,
) -> Result<SelectedTeacher, FitError> {
    let (train, validation) = (encoded.subset(rows.fit), encoded.subset(rows.validation));
    let mut race = Race { params, train, validation, options, entrants: Vec::new(), skipped: Vec::new() };
    if let Some(model) = params.teacher.model {
        race.enter(model, on_epoch)?;
        return Ok(race.finish());
    }
    race.enter(Model::Linear, on_epoch)?;
    if params.network.gamma > 0.0 {
        race.skip(Model::Trees, "they have no focal loss".into());
    } else {
        race.enter(Model::Trees, on_epoch)?;
    }
    race.enter(Model::Mlp, on_epoch)?;
    // TabM's strength is how fields act together. Where trees and networks find nothing of that,
    // TabM does not either.
    let found = race.interactions();
    if found.is_confident() {
        race.enter(Model::Tabm, on_epoch)?;
    } else {
        let names = race.entrants.iter().map(|entrant| entrant.model.name()).collect::<Vec<_>>().join(" + ");
        race.skip(
            Model::Tabm,
            format!(
                "it learns how fields act together, and nothing shows that they do: {names} is better than linear \
                 alone by {found}, too little to be {CONFIDENCE_WORDS} sure"
            ),
        );
    }
    Ok(race.finish())
}

/// The models that are fitted so far.
struct Race<'a> {
    params: &'a TrainParams,
    train: Subset<'a>,
    validation: Subset<'a>,
    options: &'a FitOptions,
    entrants: Vec<Entrant>,
    skipped: Vec<Skipped>,
}

struct Entrant {
    model: Model,
    teacher: Box<dyn Teacher>,
    /// On the validation rows.
    logits: Vec<f64>,
}

impl Race<'_> {
    fn enter(&mut self, model: Model, on_epoch: &mut OnEpoch) -> Result<(), FitError> {
        let on_epoch = &mut |report: &EpochReport| on_epoch(model.name(), report);
        let rival = (!self.entrants.is_empty()).then(|| self.blend());
        let rival = rival.as_deref();
        let teacher = model.fit(self.params, &self.train, &self.validation, self.options, rival, on_epoch)?;
        self.skipped.extend(teacher.penalty().and_then(|penalty| penalty.skipped.clone()));
        let logits = logits(&*teacher, &self.validation);
        self.entrants.push(Entrant { model, teacher, logits });
        Ok(())
    }

    fn skip(&mut self, model: Model, why: String) {
        self.skipped.push(Skipped { what: model.name().into(), why });
    }

    fn logits(&self) -> Vec<&[f64]> {
        self.entrants.iter().map(|entrant| &entrant.logits[..]).collect()
    }

    /// The blend of all so far, on the validation rows.
    fn blend(&self) -> Vec<f64> {
        let logits = self.logits();
        blended(&logits, &weights(&logits, self.validation.labels()))
    }

    /// What the blend is better by than the first model, which is linear.
    fn interactions(&self) -> Evidence {
        Evidence::of(&self.blend(), &self.entrants[0].logits, self.validation.labels())
    }

    fn finish(self) -> SelectedTeacher {
        let labels = self.validation.labels();
        let weights = weights(&self.logits(), labels);
        let loss = |entrant: &Entrant| log_loss(entrant.logits.iter().copied(), labels, 1.0);
        let tried = self.entrants.iter().map(|entrant| (entrant.model, loss(entrant))).collect();
        let parts = self.entrants.into_iter().zip(weights).filter(|(_, weight)| *weight > 0.0);
        let part = |(Entrant { model, teacher, .. }, weight)| Part { model, weight, teacher };
        SelectedTeacher { parts: parts.map(part).collect(), tried, skipped: self.skipped }
    }
}
