//! Single coalitions of a game, two at a time with their complements, and the slopes of the value
//! there.
//!
//! The complement's sums need no additions of their own: with the coalition's they make those of
//! none and of all players.

use wide::f32x4;

use super::super::{LANES, Network, PackedLayer, Scratch, relu, splat};
use super::Walk;

impl Walk<'_> {
    /// The values of two coalitions, given by their members, each followed by the value of its
    /// complement. With `learn`, their slopes are noted.
    pub fn pairs(&mut self, members: [&[u16]; 2], learn: bool) -> [f32; 4] {
        let stride = self.stride;
        for vector in 0..stride {
            let difference = |player: usize| self.differences[player * stride + vector];
            let ends = self.ends[vector];
            let mut quad = [f32x4::ZERO; LANES];
            for (half, members) in members.iter().enumerate() {
                let sum = members.iter().fold(self.start[vector], |sum, &player| sum + difference(player as usize));
                (quad[2 * half], quad[2 * half + 1]) = (sum, ends - sum);
                for coupling in &self.couplings {
                    let joined = coupling.players.iter().map(|&player| members.contains(&(player as u16)));
                    let subset = joined.rev().fold(0, |subset, joined| subset << 1 | usize::from(joined));
                    let mirror = coupling.sums.len() / stride - 1 - subset;
                    quad[2 * half] += coupling.sums[subset * stride + vector];
                    quad[2 * half + 1] += coupling.sums[mirror * stride + vector];
                }
            }
            self.scratch.first[vector * LANES..(vector + 1) * LANES].copy_from_slice(&f32x4::transpose(quad));
        }
        if learn {
            self.slopes.resize(stride * LANES, f32x4::ZERO);
            self.network.add_slopes(&self.scratch, &mut self.slopes);
            self.noted += LANES;
        }
        self.network.hidden_part(&mut self.scratch).to_array()
    }

    /// Players of each coupling.
    pub fn coupled_players(&self) -> impl Iterator<Item = &[usize]> {
        self.couplings.iter().map(|coupling| coupling.players.as_slice())
    }

    /// What each player adds to the value at the mean of the slopes noted; and for each coupling,
    /// what each subset of its players makes there. Nothing where no slope was noted.
    pub fn linear(&self) -> (Vec<f32>, Vec<Vec<f32>>) {
        let noted = self.noted.max(1) as f32;
        let slopes: Vec<f32> = self.slopes.iter().map(|lanes| total(*lanes) / noted).collect();
        let slopes: Vec<f32x4> = slopes.as_chunks::<LANES>().0.iter().map(|&lanes| f32x4::new(lanes)).collect();
        let along = |sums: &[f32x4]| sums.iter().zip(&slopes).map(|(sum, slope)| total(*sum * *slope)).sum();
        let stride = self.stride.max(1);
        let coupled = self.couplings.iter().map(|coupling| coupling.sums.chunks_exact(stride).map(along).collect());
        let coupled = coupled.collect();
        (self.differences.chunks_exact(stride).map(along).collect(), coupled)
    }
}

impl Network {
    /// Adds the slopes of the hidden part in the first layer's sums, by unit, in lanes.
    fn add_slopes(&self, scratch: &Scratch, slopes: &mut [f32x4]) {
        let mut inputs = vec![scratch.first.clone()];
        for layer in &self.layers {
            let mut sums = vec![f32x4::ZERO; layer.outputs];
            layer.forward(&inputs[inputs.len() - 1], &mut sums);
            inputs.push(sums);
        }
        let mut back: Vec<f32x4> = self.output.iter().map(|&weight| splat(weight)).collect();
        for (input, layer) in inputs.iter().rev().zip(self.layers.iter().rev()) {
            gate(&mut back, input);
            back = layer.backward(&back);
        }
        gate(&mut back, &inputs[0]);
        slopes.iter_mut().zip(&back).for_each(|(slope, back)| *slope += *back);
    }
}

impl PackedLayer {
    /// Slopes in the layer's inputs from those in its outputs.
    fn backward(&self, back: &[f32x4]) -> Vec<f32x4> {
        let rows = self.weight.chunks_exact(self.outputs).take(self.inputs);
        let along = |weights: &[f32]| {
            weights.iter().zip(back).fold(f32x4::ZERO, |sum, (&weight, back)| sum + *back * splat(weight))
        };
        rows.map(along).collect()
    }
}

/// The sum over the lanes, in one order on every machine.
fn total(lanes: f32x4) -> f32 {
    lanes.to_array().into_iter().sum()
}

/// Takes away the slopes where a unit is off.
fn gate(back: &mut [f32x4], sums: &[f32x4]) {
    for (back, sum) in back.iter_mut().zip(sums) {
        let on = relu(*sum).to_array().map(|value| if value > 0.0 { 1.0 } else { 0.0 });
        *back *= f32x4::new(on);
    }
}
