//! Which teacher sets the quality: one model, or an average of several.

use super::encoded::Encoded;
use super::params::{Model, TrainParams};
use super::rows::{OnEpoch, TrainingRows};
use super::teacher::{PenaltyChoice, Teacher};
use crate::fit::{DenseRows, EpochReport, FitError, FitOptions, log_loss};

/// The teacher that was chosen: one model, or several whose logits are averaged.
#[derive(Debug)]
pub struct SelectedTeacher {
    pub models: Vec<Model>,
    pub(super) parts: Vec<Box<dyn Teacher>>,
    /// The log-loss of every model that was tried, on the validation rows and before calibration.
    pub tried: Vec<(Model, f64)>,
}

impl SelectedTeacher {
    /// For people and the model card, as in `linear + tabm`.
    pub fn name(&self) -> String {
        self.models.iter().map(|model| model.name()).collect::<Vec<_>>().join(" + ")
    }

    /// The teacher where it is one model, whose members one network can hold.
    pub(super) fn single(&self) -> Option<&dyn Teacher> {
        if let [part] = &self.parts[..] { Some(&**part) } else { None }
    }

    /// Networks in it.
    pub fn members(&self) -> usize {
        self.parts.iter().map(|part| part.members()).sum()
    }

    /// The penalty on the weights of the model in it that was fitted under several, if one is.
    pub fn penalty(&self) -> Option<&PenaltyChoice> {
        self.parts.iter().find_map(|part| part.penalty())
    }

    /// Logits before calibration, one for each row.
    pub fn logits(&self, rows: &dyn DenseRows) -> Vec<f64> {
        let logits: Vec<Vec<f64>> = self.parts.iter().map(|part| logits(&**part, rows)).collect();
        mean(&logits.iter().collect::<Vec<_>>())
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

/// The mean logit of each row.
fn mean(logits: &[&Vec<f64>]) -> Vec<f64> {
    let rows = 0..logits[0].len();
    rows.map(|row| logits.iter().map(|logits| logits[row]).sum::<f64>() / logits.len() as f64).collect()
}

/// Fits the models asked for, and takes the one, or the average of some, with the lowest log-loss
/// on the validation rows (ensemble selection; Caruana et al. 2004).
pub(super) fn choose(
    params: &TrainParams,
    encoded: &Encoded,
    rows: TrainingRows,
    options: &FitOptions,
    on_epoch: &mut OnEpoch,
) -> Result<SelectedTeacher, FitError> {
    let (train, validation) = (encoded.subset(rows.fit), encoded.subset(rows.validation));
    let models = params.teacher.model.map_or_else(|| Model::TRIED.to_vec(), |model| vec![model]);
    let mut fitted = Vec::with_capacity(models.len());
    for model in models {
        let on_epoch = &mut |report: &EpochReport| on_epoch(model.name(), report);
        let teacher = model.fit(params, &train, &validation, options, on_epoch)?;
        let logits = logits(&*teacher, &validation);
        fitted.push((model, teacher, logits));
    }
    let loss = |logits: &[&Vec<f64>]| log_loss(mean(logits).into_iter(), validation.labels(), 1.0);
    let tried = fitted.iter().map(|(model, _, logits)| (*model, loss(&[logits]))).collect();
    // A subset is a number whose bits are its models. Smaller subsets come first, so that they win
    // a tie.
    let mut subsets: Vec<u32> = (1..1 << fitted.len()).collect();
    subsets.sort_by_key(|subset| subset.count_ones());
    let within = |subset: u32| {
        let members = fitted.iter().enumerate().filter(move |(at, _)| subset >> at & 1 == 1);
        loss(&members.map(|(_, (_, _, logits))| logits).collect::<Vec<_>>())
    };
    let best = subsets.into_iter().min_by(|&a, &b| within(a).total_cmp(&within(b))).expect("a model was tried");
    let (mut models, mut parts) = (Vec::new(), Vec::new());
    for (at, (model, teacher, _)) in fitted.into_iter().enumerate() {
        if best >> at & 1 == 1 {
            models.push(model);
            parts.push(teacher);
        }
    }
    Ok(SelectedTeacher { models, parts, tried })
}
