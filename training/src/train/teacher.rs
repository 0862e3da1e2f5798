//! The model that sets the quality. A student that ships learns from it, or it ships itself where it packs.

use std::fmt::Debug;

use crate::folded::FoldedNetwork;
use burn::tensor::Device;
use tenure::network::burn::tabm::TabmConfig;

use super::models::Model;
use super::{Encoded, OnEpoch, Rows, TrainParams};
use crate::fit::{DenseRows, EpochReport, FitConfig, FitError, Penalty, log_loss};

/// A fitted model whose opinion a student can learn. It has one member or more, each a network of its own.
pub trait Teacher: Debug + Send + Sync {
    /// Probabilities of the positive class, one for each row, before calibration.
    fn probabilities(&self, rows: &dyn DenseRows) -> Vec<f32>;

    /// Number of members.
    fn members(&self) -> usize;

    /// Units of the hidden layers of one member.
    fn hidden(&self) -> Vec<usize>;

    /// The first `count` members as one network, whose logit is the mean of theirs.
    fn folded(&self, count: usize) -> FoldedNetwork;

    /// The logits of that network as burn computes them, one for each row.
    fn logits(&self, count: usize, rows: &dyn DenseRows) -> Vec<f32>;

    /// The penalty on its weights, where the validation rows chose it.
    fn penalty(&self) -> Option<&PenaltyChoice> {
        None
    }
}

/// A penalty that the validation rows chose.
#[derive(Clone, Debug, PartialEq)]
pub struct PenaltyChoice {
    pub chosen: Penalty,
    /// The log-loss under each that was tried, on the validation rows and before calibration.
    pub tried: Vec<(Penalty, f64)>,
}

/// Which teachers are tried, and how large.
#[derive(Clone, Debug, PartialEq)]
pub struct TeacherParams {
    /// `None` tries all, and the validation rows choose.
    pub model: Option<Model>,
    /// Networks of the teacher `mlp`.
    pub networks: usize,
    /// The teacher `tabm`.
    pub tabm: FitConfig<TabmConfig>,
    /// A second penalty on its weights, tried on tables of at most [`BOTH_PENALTIES_UNTIL`] rows to fit; the validation
    /// rows choose.
    pub other_penalty: Option<Penalty>,
}

/// Beyond, the rows restrain the weights by themselves, and a second ensemble would take minutes.
pub(super) const BOTH_PENALTIES_UNTIL: usize = 20_000;

impl Default for TeacherParams {
    fn default() -> TeacherParams {
        // Measured on two folds of churn5000 with its preset: 32 members instead of 16 take .005 off the log-loss.
        let shape = TabmConfig { members: 32, ..TabmConfig::default() };
        let tabm = FitConfig { shape, ..FitConfig::default() };
        // As part of the loss a penalty pulls a weight the more, the rarer its column, and noise along with it: on
        // churn5000, whose `state` has 51 values, the ensemble's log-loss falls from .141 to .127. On tables whose
        // effects are faint it loses a little; on most it makes no difference.
        TeacherParams { model: None, networks: 4, tabm, other_penalty: Some(Penalty::Loss(0.4)) }
    }
}

/// The teacher that was chosen: one model, or several whose logits are averaged.
#[derive(Debug)]
pub struct Chosen {
    pub models: Vec<Model>,
    pub(super) parts: Vec<Box<dyn Teacher>>,
    /// The log-loss of every model that was tried, on the validation rows and before calibration.
    pub tried: Vec<(Model, f64)>,
}

impl Chosen {
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
        let opinions: Vec<Vec<f64>> = self.parts.iter().map(|part| opinion(&**part, rows)).collect();
        mean(&opinions.iter().collect::<Vec<_>>())
    }
}

/// Logits of a model's probabilities.
fn opinion(teacher: &dyn Teacher, rows: &dyn DenseRows) -> Vec<f64> {
    // f32 rounds the surest probabilities to 0 and 1.
    let logit = |probability: f32| {
        let probability = f64::from(probability).clamp(1e-7, 1.0 - 1e-7);
        (probability / (1.0 - probability)).ln()
    };
    teacher.probabilities(rows).into_iter().map(logit).collect()
}

fn mean(opinions: &[&Vec<f64>]) -> Vec<f64> {
    let rows = 0..opinions[0].len();
    rows.map(|row| opinions.iter().map(|opinion| opinion[row]).sum::<f64>() / opinions.len() as f64).collect()
}

/// Fits the models asked for, and takes the one, or the average of some, with the lowest log-loss on the validation rows
/// (ensemble selection; Caruana et al. 2004).
pub(super) fn choose(
    params: &TrainParams,
    encoded: &Encoded,
    rows: Rows,
    device: &Device,
    on_epoch: &mut OnEpoch,
) -> Result<Chosen, FitError> {
    let (train, validation) = (encoded.subset(rows.fit), encoded.subset(rows.validation));
    let models = params.teacher.model.map_or_else(|| Model::TRIED.to_vec(), |model| vec![model]);
    let mut fitted = Vec::with_capacity(models.len());
    for model in models {
        let on_epoch = &mut |report: &EpochReport| on_epoch(model.name(), report);
        let teacher = model.fit(params, &train, &validation, device, on_epoch)?;
        let opinion = opinion(&*teacher, &validation);
        fitted.push((model, teacher, opinion));
    }
    let loss = |opinions: &[&Vec<f64>]| log_loss(mean(opinions).into_iter(), validation.labels(), 1.0);
    let tried = fitted.iter().map(|(model, _, opinion)| (*model, loss(&[opinion]))).collect();
    // Every subset is a number whose bits say who is in it; smaller subsets first, so that they win a draw.
    let mut subsets: Vec<u32> = (1..1 << fitted.len()).collect();
    subsets.sort_by_key(|subset| subset.count_ones());
    let within = |subset: u32| {
        let opinions = fitted.iter().enumerate().filter(move |(at, _)| subset >> at & 1 == 1);
        loss(&opinions.map(|(_, (_, _, opinion))| opinion).collect::<Vec<_>>())
    };
    let best = subsets.into_iter().min_by(|&a, &b| within(a).total_cmp(&within(b))).expect("a model was tried");
    let (mut models, mut parts) = (Vec::new(), Vec::new());
    for (at, (model, teacher, _)) in fitted.into_iter().enumerate() {
        if best >> at & 1 == 1 {
            models.push(model);
            parts.push(teacher);
        }
    }
    Ok(Chosen { models, parts, tried })
}
