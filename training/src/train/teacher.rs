//! The model that sets the quality. A student that ships learns from it, or it ships itself where it packs.

use std::fmt::Debug;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use tenure::network::burn::tabm::{TabmConfig, TabmNetwork};
use tenure::network::burn::{DenseNetwork, FoldedNetwork};

use super::{Encoded, OnEpoch, Rows, TrainParams};
use crate::fit::{
    Control, DenseRows, DenseShape, EpochReport, FitConfig, FitError, Penalty, features, fit, log_loss, logits,
    member_logits,
};

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
}

/// What a teacher can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Logistic regression on the encoded fields: a curve for every number, a weight for every category.
    Linear,
    /// Networks of the shape that ships, from different seeds, averaged.
    Mlp,
    /// TabM: one network whose members share all but their adapters.
    Tabm,
    /// TabM with one adapter, on the input.
    TabmMini,
}

impl Model {
    /// Those tried where none is asked for, simpler ones first.
    pub const TRIED: [Model; 3] = [Model::Linear, Model::Mlp, Model::Tabm];

    /// The name on the command line and in the model card.
    pub fn name(self) -> &'static str {
        match self {
            Model::Linear => "linear",
            Model::Mlp => "mlp",
            Model::Tabm => "tabm",
            Model::TabmMini => "tabm-mini",
        }
    }
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
const BOTH_PENALTIES_UNTIL: usize = 20_000;

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

impl Model {
    fn fit(
        self,
        params: &TrainParams,
        train: &dyn DenseRows,
        validation: &dyn DenseRows,
        device: &Device,
        on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
    ) -> Result<Box<dyn Teacher>, FitError> {
        let config = FitConfig { seed: params.seed, ..params.network.clone() };
        let (config, count) = match self {
            Model::Linear => {
                (FitConfig { shape: DenseShape { hidden: Vec::new(), direct: true, ..config.shape }, ..config }, 1)
            }
            Model::Mlp => (config, params.teacher.networks),
            Model::Tabm | Model::TabmMini => {
                let tabm = params.teacher.tabm.clone();
                let shape = TabmConfig { mini: self == Model::TabmMini, ..tabm.shape };
                let FitConfig { class_weights, positive_weight, focusing, .. } = config;
                let config = FitConfig { shape, seed: params.seed, class_weights, positive_weight, focusing, ..tabm };
                let mut best = fit(&config, train, validation, device, on_epoch)?;
                let small = train.labels().len() <= BOTH_PENALTIES_UNTIL;
                if let Some(penalty) = params.teacher.other_penalty.filter(|_| small) {
                    // A penalty leaves the members less to average out: half as many do.
                    let shape = TabmConfig { members: config.shape.members.div_ceil(2), ..config.shape.clone() };
                    let config = FitConfig { penalty, shape, ..config };
                    let other = fit(&config, train, validation, device, on_epoch)?;
                    if other.validation_loss < best.validation_loss {
                        best = other;
                    }
                }
                return Ok(Box::new(Ensemble { network: best.network, device: device.clone() }));
            }
        };
        Ok(Box::new(Bag::fit(&config, count, train, validation, device, on_epoch)?))
    }
}

/// Dense networks from different seeds, averaged on the logit.
#[derive(Debug)]
pub struct Bag {
    networks: Vec<DenseNetwork>,
    device: Device,
}

impl Bag {
    /// Fits `count` networks one after another, each with a seed of its own and the same validation rows.
    pub(super) fn fit(
        config: &FitConfig,
        count: usize,
        train: &dyn DenseRows,
        validation: &dyn DenseRows,
        device: &Device,
        on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
    ) -> Result<Bag, FitError> {
        let mut networks = Vec::with_capacity(count);
        for member in 0..count as u64 {
            let config = FitConfig { seed: config.seed.wrapping_add(member), ..config.clone() };
            networks.push(fit(&config, train, validation, device, on_epoch)?.network);
        }
        Ok(Bag { networks, device: device.clone() })
    }
}

impl Teacher for Bag {
    fn probabilities(&self, rows: &dyn DenseRows) -> Vec<f32> {
        self.logits(self.networks.len(), rows).into_iter().map(sigmoid).collect()
    }

    fn members(&self) -> usize {
        self.networks.len()
    }

    fn hidden(&self) -> Vec<usize> {
        self.networks[0].folded().layers.iter().map(|layer| layer.outputs).collect()
    }

    fn folded(&self, count: usize) -> FoldedNetwork {
        FoldedNetwork::mean(self.networks[..count].iter().map(DenseNetwork::folded).collect())
    }

    fn logits(&self, count: usize, rows: &dyn DenseRows) -> Vec<f32> {
        let mut mean = vec![0.0; rows.labels().len()];
        for network in &self.networks[..count] {
            let logits = logits(network, rows, &self.device);
            mean.iter_mut().zip(logits).for_each(|(sum, logit)| *sum += logit / count as f32);
        }
        mean
    }
}

/// A TabM network; its opinion is the mean of its members' probabilities.
#[derive(Debug)]
pub struct Ensemble {
    network: TabmNetwork,
    device: Device,
}

impl Teacher for Ensemble {
    fn probabilities(&self, rows: &dyn DenseRows) -> Vec<f32> {
        logits(&self.network, rows, &self.device).into_iter().map(sigmoid).collect()
    }

    fn members(&self) -> usize {
        self.network.members().count()
    }

    fn hidden(&self) -> Vec<usize> {
        self.network.members().member(0).folded().layers.iter().map(|layer| layer.outputs).collect()
    }

    fn folded(&self, count: usize) -> FoldedNetwork {
        let members = self.network.members();
        FoldedNetwork::mean((0..count).map(|member| members.member(member).folded()).collect())
    }

    fn logits(&self, count: usize, rows: &dyn DenseRows) -> Vec<f32> {
        let indices: Vec<usize> = (0..rows.labels().len()).collect();
        let members = member_logits(&self.network, &features(rows, &indices), indices.len());
        indices
            .iter()
            .map(|&row| members[..count].iter().map(|member| member[row]).sum::<f32>() / count as f32)
            .collect()
    }
}

fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}
