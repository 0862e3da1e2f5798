//! What the fit loop asks of a network, and the two kinds there are: the dense network that ships,
//! and the TabM ensemble.

use std::fmt::Debug;

use burn::module::{Module, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenure::network::burn::tabm::{TabmConfig, TabmNetwork};
use tenure::network::burn::{DenseNetwork, NetworkConfig};

use crate::gradients::tabm::{Members, ensemble_logit};
use crate::gradients::{BatchView, dense};

/// The rows of one step.
#[derive(Clone, Debug)]
pub struct MiniBatch {
    /// Feature vectors, one after another.
    pub features: Vec<f32>,
    /// The probability of the positive class that each row's logit is fitted to; 0 or 1 for a
    /// label.
    pub targets: Vec<f32>,
    /// One for each row; 1 where there are none.
    pub weights: Option<Vec<f32>>,
}

impl MiniBatch {
    pub fn rows(&self) -> usize {
        self.targets.len()
    }

    fn view(&self) -> BatchView<'_> {
        BatchView { features: &self.features, targets: &self.targets, weights: self.weights.as_deref() }
    }
}

/// The shape of a network, from which a fit starts one.
pub trait NetworkShape: Clone + Debug + Sync {
    type Network: TrainableNetwork;

    /// Every reason why no network over `columns` dense columns can have this shape.
    fn problems(&self, columns: usize) -> Vec<String>;

    /// As in `FitConfig::canonical`.
    fn canonical(&self) -> Value;

    /// The fewest rows that a step makes sense with.
    fn smallest_batch(&self) -> usize;

    /// A network over inputs of the given numbers of dense columns, its output at `logit`, drawn
    /// from `uniform` (numbers in `[0, 1)`).
    fn init(&self, inputs: &[usize], logit: f32, uniform: &mut dyn FnMut() -> f32, device: &Device) -> Self::Network;
}

/// A network in training.
pub trait TrainableNetwork: Module {
    /// The mean loss of a batch, and its gradients. `random` draws the dropout masks.
    fn gradients(&self, batch: &MiniBatch, random: &mut ChaCha8Rng) -> (f64, GradientsParams);

    /// The logits of `rows` feature vectors that lie one after another, without dropout. Called on
    /// a network in evaluation mode.
    fn logits(&self, features: Vec<f32>, rows: usize, device: &Device) -> Vec<f32>;

    /// The same network with every logit (of every member) moved by `by`.
    fn shifted(self, by: f32) -> Self;

    /// The parameters that a penalty on large weights leaves alone.
    fn unpenalised(&self) -> Vec<ParamId>;
}

/// The shape of a dense network, without its inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DenseShape {
    /// Units of each hidden layer.
    pub hidden: Vec<usize>,
    /// The linear share of the logit beside the hidden layers.
    pub direct: bool,
    /// A batch norm before each ReLU.
    pub batch_norm: bool,
    /// A batch norm on the feature vector.
    pub input_batch_norm: bool,
    /// The probability with which a step leaves out a hidden unit.
    pub dropout: f64,
}

impl Default for DenseShape {
    fn default() -> DenseShape {
        DenseShape { hidden: vec![32], direct: true, batch_norm: false, input_batch_norm: false, dropout: 0.2 }
    }
}

impl DenseShape {
    fn network(&self, inputs: usize) -> NetworkConfig {
        NetworkConfig {
            inputs,
            hidden: self.hidden.clone(),
            dropout: self.dropout,
            batch_norm: self.batch_norm,
            input_batch_norm: self.input_batch_norm,
            direct: self.direct,
        }
    }
}

impl NetworkShape for DenseShape {
    type Network = DenseNetwork;

    fn problems(&self, columns: usize) -> Vec<String> {
        self.network(columns).problems()
    }

    fn canonical(&self) -> Value {
        let DenseShape { hidden, direct, batch_norm, input_batch_norm, dropout } = self;
        json!({
            "network": "dense",
            "hidden": hidden,
            "direct": direct,
            "batch_norm": batch_norm,
            "input_batch_norm": input_batch_norm,
            "dropout": dropout,
        })
    }

    fn smallest_batch(&self) -> usize {
        // A batch norm of one row sees no spread at all.
        if self.batch_norm || self.input_batch_norm { 2 } else { 1 }
    }

    fn init(&self, inputs: &[usize], logit: f32, uniform: &mut dyn FnMut() -> f32, device: &Device) -> DenseNetwork {
        self.network(inputs.iter().sum()).init(logit, uniform, device)
    }
}

impl TrainableNetwork for DenseNetwork {
    fn gradients(&self, batch: &MiniBatch, random: &mut ChaCha8Rng) -> (f64, GradientsParams) {
        dense::gradients(self, batch.view(), random.random())
    }

    fn logits(&self, features: Vec<f32>, rows: usize, device: &Device) -> Vec<f32> {
        let columns = features.len() / rows;
        let logits = self.forward(Tensor::from_data(TensorData::new(features, [rows, columns]), device));
        logits.into_data().try_into_vec().expect("logits are f32")
    }

    fn shifted(mut self, by: f32) -> DenseNetwork {
        self.bias = self.bias.map(|bias| bias.add_scalar(by));
        self
    }

    /// Biases, and scales and shifts of batch norms.
    fn unpenalised(&self) -> Vec<ParamId> {
        let norms = self.input_norm.iter().chain(self.layers.iter().filter_map(|layer| layer.norm.as_ref()));
        let biases = self.layers.iter().filter_map(|layer| layer.linear.bias.as_ref()).chain([&self.bias]);
        norms.flat_map(|norm| [norm.gamma.id, norm.beta.id]).chain(biases.map(|bias| bias.id)).collect()
    }
}

impl NetworkShape for TabmConfig {
    type Network = TabmNetwork;

    fn problems(&self, columns: usize) -> Vec<String> {
        let mut problems = TabmConfig::problems(self);
        if columns == 0 {
            problems.push("inputs must be at least 1, is 0".to_owned());
        }
        problems
    }

    fn canonical(&self) -> Value {
        let TabmConfig { members, width, blocks, dropout, mini } = self;
        json!({
            "network": "tabm",
            "members": members,
            "width": width,
            "blocks": blocks,
            "dropout": dropout,
            "mini": mini,
        })
    }

    fn smallest_batch(&self) -> usize {
        1
    }

    fn init(&self, inputs: &[usize], logit: f32, uniform: &mut dyn FnMut() -> f32, device: &Device) -> TabmNetwork {
        TabmConfig::init(self, inputs, logit, uniform, device)
    }
}

impl TrainableNetwork for TabmNetwork {
    fn gradients(&self, batch: &MiniBatch, random: &mut ChaCha8Rng) -> (f64, GradientsParams) {
        let members = Members::from(self);
        let seeds: Vec<u64> = (0..members.count()).map(|_| random.random()).collect();
        let parts = seeds.par_iter().enumerate();
        let parts = parts.map(|(member, &seed)| members.member_gradients(member, batch.view(), seed)).collect();
        members.gradients(self, parts)
    }

    /// The logit of the members' mean probability.
    fn logits(&self, features: Vec<f32>, rows: usize, _: &Device) -> Vec<f32> {
        let logits = member_logits(self, &features, rows);
        (0..rows).map(|row| ensemble_logit(logits.iter().map(|member| member[row])) as f32).collect()
    }

    fn shifted(mut self, by: f32) -> TabmNetwork {
        self.output_bias = self.output_bias.map(|bias| bias.add_scalar(by));
        self
    }

    /// Biases.
    fn unpenalised(&self) -> Vec<ParamId> {
        self.layers.iter().map(|layer| layer.bias.id).chain([self.output_bias.id]).collect()
    }
}

/// The logits of every member, one vector each, for `rows` feature vectors that lie one after
/// another.
pub fn member_logits(network: &TabmNetwork, features: &[f32], rows: usize) -> Vec<Vec<f32>> {
    let members = Members::from(network);
    (0..members.count()).into_par_iter().map(|member| members.member(member).logits(features, rows)).collect()
}
