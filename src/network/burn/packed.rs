//! A packed network as the burn Module again, to hold the two against each other on any backend.
//!
//! The Module's feature vector has a column for each table row: a customer has the weight of each
//! row that they read, and 0 elsewhere. So the first layer's weights are the table.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};

use super::{DenseNetwork, HiddenLayer};
use crate::encoding::Features;
use crate::network::Network;

/// The Module of a packed network on a device.
pub fn module(network: &Network, device: &Device) -> DenseNetwork {
    let parts = network.parts();
    let linear = |weight: &[f32], outputs: usize, bias: Option<&[f32]>| Linear {
        weight: Param::from_data(TensorData::new(weight.to_vec(), [weight.len() / outputs, outputs]), device),
        bias: bias.map(|bias| Param::from_data(TensorData::new(bias.to_vec(), [outputs]), device)),
    };
    let first = (parts.units > 0).then(|| linear(&parts.table, parts.units, Some(&parts.bias)));
    let further = parts.layers.iter().map(|layer| linear(&layer.weight, layer.outputs, Some(&layer.bias)));
    let layers: Vec<_> = first.into_iter().chain(further).map(|linear| HiddenLayer { linear, norm: None }).collect();
    DenseNetwork {
        input_norm: None,
        output: (!layers.is_empty()).then(|| linear(&parts.output, 1, None)),
        layers,
        direct: Some(linear(&parts.direct, 1, None)),
        bias: Param::from_data(TensorData::from([parts.output_bias]), device),
        dropout: 0.0,
    }
}

/// The Module's feature vectors of the first `customers` customers, `[customers, table rows]`.
pub fn columns(network: &Network, features: &Features, customers: usize, device: &Device) -> Tensor<2> {
    let inputs = features.rows.len() / features.capacity().max(1);
    let mut columns = vec![0.0; customers * network.row_count()];
    for (customer, columns) in columns.chunks_exact_mut(network.row_count()).enumerate() {
        for input in 0..inputs {
            let (row, fraction) = features.get(input, customer);
            columns[row as usize] += 1.0 - fraction;
            if fraction > 0.0 {
                columns[row as usize + 1] += fraction;
            }
        }
    }
    Tensor::from_data(TensorData::new(columns, [customers, network.row_count()]), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::tests::{features, parts};

    #[test]
    fn the_module_has_the_logits_of_the_packed_network() {
        for hidden in [&[][..], &[3], &[16, 8], &[7, 5, 3]] {
            // A fraction reaches into the next row, so the last row is none that a customer starts from.
            let network = Network::new(31, parts(31, hidden)).unwrap();
            let features = features(6, 30, 50);
            let mut expected = vec![0.0; 50];
            network.logits(&features, 50, &mut network.scratch(), &mut expected);
            let device = Device::flex();
            let logits = module(&network, &device).forward(columns(&network, &features, 50, &device));
            let logits: Vec<f32> = logits.into_data().try_into_vec().unwrap();
            for (logit, expected) in logits.into_iter().zip(expected) {
                assert!((f64::from(logit) - f64::from(expected)).abs() < 1e-5, "{hidden:?}: {logit} {expected}");
            }
        }
    }
}
