//! The models that a teacher can be made of, and how each is fitted.

use burn::tensor::Device;
use tenure::network::burn::DenseNetwork;
use tenure::network::burn::tabm::{TabmConfig, TabmNetwork};

use super::evidence::{CONFIDENCE_WORDS, Evidence};
use super::params::{Model, TrainParams};
use super::teacher::{Networks, PenaltyChoice, Skipped, Teacher};
use super::trees::Trees;
use crate::fit::{
    Control, DenseRows, DenseShape, EpochReport, FitConfig, FitError, FitOptions, features, fit, logits, member_logits,
};
use crate::folded::FoldedNetwork;
use crate::gradients::tabm::Members;
use crate::logistic::sigmoid_f32;

/// With more training rows, one penalty is enough, and a second ensemble would take minutes.
const BOTH_PENALTIES_UNTIL: usize = 20_000;

impl Model {
    /// The configuration of each of its networks; that of TabM as a dense network of its members'
    /// shape would have it.
    pub(super) fn config(self, params: &TrainParams) -> FitConfig {
        let config = FitConfig { seed: params.seed, ..params.network.clone() };
        match self {
            Model::Linear => {
                FitConfig { shape: DenseShape { hidden: Vec::new(), direct: true, ..config.shape }, ..config }
            }
            // Nothing of trees ships, so nobody asks for theirs.
            Model::Mlp | Model::Trees => config,
            Model::Tabm | Model::TabmMini => {
                let tabm = params.teacher.tabm.clone();
                let TabmConfig { width, blocks, dropout, .. } = tabm.shape;
                let hidden = vec![width; blocks];
                FitConfig {
                    shape: DenseShape { hidden, direct: false, batch_norm: false, input_batch_norm: false, dropout },
                    learning_rate: tabm.learning_rate,
                    schedule: tabm.schedule,
                    penalty: tabm.penalty,
                    averaging: tabm.averaging,
                    batch_size: tabm.batch_size,
                    maximum_epochs: tabm.maximum_epochs,
                    patience: tabm.patience,
                    minimum_gain: tabm.minimum_gain,
                    ..config
                }
            }
        }
    }

    /// Fits it. `rival` has the logits of what it must beat, on the validation rows.
    pub(super) fn fit(
        self,
        params: &TrainParams,
        train: &dyn DenseRows,
        validation: &dyn DenseRows,
        options: &FitOptions,
        rival: Option<&[f64]>,
        on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
    ) -> Result<Box<dyn Teacher>, FitError> {
        let config = self.config(params);
        let count = match self {
            Model::Linear => 1,
            Model::Trees => {
                return Ok(Box::new(Trees::fit(&params.teacher.trees, params.seed, train, validation, on_epoch)?));
            }
            Model::Mlp => params.teacher.networks,
            Model::Tabm | Model::TabmMini => {
                let tabm = params.teacher.tabm.clone();
                let shape = TabmConfig { mini: self == Model::TabmMini, ..tabm.shape };
                let FitConfig { seed, class_weights, positive_weight, gamma, .. } = config;
                let config = FitConfig { shape, seed, class_weights, positive_weight, gamma, ..tabm };
                return Ok(Box::new(TabmTeacher::fit(config, params, train, validation, options, rival, on_epoch)?));
            }
        };
        Ok(Box::new(SeedEnsemble::fit(&config, count, train, validation, options, on_epoch)?))
    }
}

/// Dense networks from different seeds, averaged on the logit.
#[derive(Debug)]
struct SeedEnsemble {
    networks: Vec<DenseNetwork>,
    device: Device,
}

impl SeedEnsemble {
    /// Fits `count` networks one after another, each with a seed of its own and the same validation
    /// rows.
    fn fit(
        config: &FitConfig,
        count: usize,
        train: &dyn DenseRows,
        validation: &dyn DenseRows,
        options: &FitOptions,
        on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
    ) -> Result<SeedEnsemble, FitError> {
        let mut networks = Vec::with_capacity(count);
        for member in 0..count as u64 {
            let config = FitConfig { seed: config.seed.wrapping_add(member), ..config.clone() };
            networks.push(fit(&config, train, validation, options, on_epoch)?.network);
        }
        Ok(SeedEnsemble { networks, device: options.device.clone() })
    }
}

impl Teacher for SeedEnsemble {
    fn probabilities(&self, rows: &dyn DenseRows) -> Vec<f32> {
        self.logits(self.networks.len(), rows).into_iter().map(sigmoid_f32).collect()
    }

    fn networks(&self) -> Option<&dyn Networks> {
        Some(self)
    }
}

impl Networks for SeedEnsemble {
    fn members(&self) -> usize {
        self.networks.len()
    }

    fn hidden(&self) -> Vec<usize> {
        FoldedNetwork::from(&self.networks[0]).layers.iter().map(|layer| layer.outputs).collect()
    }

    fn folded(&self, count: usize) -> FoldedNetwork {
        FoldedNetwork::mean(self.networks[..count].iter().map(FoldedNetwork::from).collect())
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

/// A TabM network; it predicts the mean of its members' probabilities.
#[derive(Debug)]
struct TabmTeacher {
    network: TabmNetwork,
    penalty: PenaltyChoice,
    device: Device,
}

impl TabmTeacher {
    /// Fits one under the penalty of `config`; on small tables, if it is worse than its rival, one
    /// under the other penalty too, and takes the better.
    fn fit(
        config: FitConfig<TabmConfig>,
        params: &TrainParams,
        train: &dyn DenseRows,
        validation: &dyn DenseRows,
        options: &FitOptions,
        rival: Option<&[f64]>,
        on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
    ) -> Result<TabmTeacher, FitError> {
        let mut best = fit(&config, train, validation, options, on_epoch)?;
        let tried = vec![(config.penalty, best.validation_loss)];
        let mut penalty = PenaltyChoice { chosen: config.penalty, tried, skipped: None };
        let small = train.labels().len() <= BOTH_PENALTIES_UNTIL;
        if let Some(other_penalty) = params.teacher.other_penalty.filter(|_| small) {
            if let Some(rival) = rival {
                let own: Vec<f64> =
                    logits(&best.network, validation, &options.device).into_iter().map(f64::from).collect();
                let better = Evidence::of(rival, &own, validation.labels());
                if !better.is_confident() {
                    let why = format!(
                        "under {} it is no worse than the other models: they are better by {better}, too little to be \
                         {CONFIDENCE_WORDS} sure",
                        config.penalty
                    );
                    penalty.skipped = Some(Skipped { what: format!("tabm under {other_penalty}"), why });
                    return Ok(TabmTeacher { network: best.network, penalty, device: options.device.clone() });
                }
            }
            let other = FitConfig { penalty: other_penalty, ..config };
            let other = fit(&other, train, validation, options, on_epoch)?;
            penalty.tried.push((other_penalty, other.validation_loss));
            if other.validation_loss < best.validation_loss {
                penalty.chosen = other_penalty;
                best = other;
            }
        }
        Ok(TabmTeacher { network: best.network, penalty, device: options.device.clone() })
    }
}

impl Teacher for TabmTeacher {
    fn probabilities(&self, rows: &dyn DenseRows) -> Vec<f32> {
        logits(&self.network, rows, &self.device).into_iter().map(sigmoid_f32).collect()
    }

    fn networks(&self) -> Option<&dyn Networks> {
        Some(self)
    }

    fn penalty(&self) -> Option<&PenaltyChoice> {
        Some(&self.penalty)
    }
}

impl Networks for TabmTeacher {
    fn members(&self) -> usize {
        Members::from(&self.network).count()
    }

    fn hidden(&self) -> Vec<usize> {
        FoldedNetwork::from(&Members::from(&self.network).member(0)).layers.iter().map(|layer| layer.outputs).collect()
    }

    fn folded(&self, count: usize) -> FoldedNetwork {
        let members = Members::from(&self.network);
        FoldedNetwork::mean((0..count).map(|member| FoldedNetwork::from(&members.member(member))).collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::tests::{SCHEMA, cohort};
    use crate::fit::Penalty;
    use crate::train::{Encoded, TeacherParams};

    /// The penalty that is chosen for TabM from these two, on a small table whose numbers determine
    /// who leaves.
    fn choice(penalty: Penalty, other_penalty: Option<Penalty>) -> PenaltyChoice {
        let row = |row: usize| format!("{row},Month,Yes,{}\n", if row % 40 < 20 { "Yes" } else { "No" });
        let text = format!("tenure,contract,partner,Churn\n{}", (0..80).map(row).collect::<String>());
        let cohort = cohort(&text, &toml::from_str(SCHEMA).unwrap()).unwrap();
        let (train, validation): (Vec<u32>, Vec<u32>) = (0..80).partition(|row| row % 4 != 0);
        let encoded = Encoded::fit(&Default::default(), &cohort, &train).unwrap();
        let shape = TabmConfig { members: 4, width: 8, ..TabmConfig::default() };
        let tabm = FitConfig { shape, penalty, learning_rate: 0.02, maximum_epochs: 20, ..FitConfig::default() };
        let teacher = TeacherParams { tabm, other_penalty, ..TeacherParams::default() };
        let params = TrainParams { teacher, ..TrainParams::default() };
        let (train, validation) = (encoded.subset(&train), encoded.subset(&validation));
        let go_on = &mut |_: &EpochReport| Control::Continue;
        let teacher = Model::Tabm.fit(&params, &train, &validation, &FitOptions::default(), None, go_on).unwrap();
        teacher.penalty().unwrap().clone()
    }

    #[test]
    fn tabm_has_a_configuration_of_its_own() {
        let mut params = TrainParams { seed: 7, ..TrainParams::default() };
        params.network.gamma = 2.0;
        let (tabm, network) = (&params.teacher.tabm, &params.network);
        let seen = Model::Tabm.config(&params);
        assert_eq!((seen.learning_rate, seen.penalty), (tabm.learning_rate, tabm.penalty));
        assert!(seen.learning_rate != network.learning_rate && seen.penalty != network.penalty);
        assert_eq!((&seen.shape.hidden[..], seen.shape.direct), (&[tabm.shape.width; 2][..], false));
        // The loss and the seed are those of every model.
        assert_eq!((seen.gamma, seen.seed), (2.0, 7));
        assert_eq!(Model::Mlp.config(&params), FitConfig { seed: 7, ..network.clone() });
        assert!(Model::Linear.config(&params).shape.hidden.is_empty());
    }

    #[test]
    fn the_validation_rows_choose_the_penalty() {
        let decay = Penalty::Decoupled(3e-4);
        let alone = choice(decay, None);
        assert!(alone.chosen == decay && alone.tried[0].0 == decay && alone.tried.len() == 1);
        // Either penalty loses if it is so strong that every weight stays near 0.
        for (first, other, better) in
            [(decay, Penalty::Loss(1e5), 0), (Penalty::Decoupled(40.0), Penalty::Loss(0.01), 1)]
        {
            let choice = choice(first, Some(other));
            assert_eq!(choice.tried.iter().map(|(penalty, _)| *penalty).collect::<Vec<_>>(), [first, other]);
            assert_eq!(choice.chosen, choice.tried[better].0);
            assert!(choice.tried[better].1 < choice.tried[1 - better].1, "{choice:?}");
        }
    }
}
