//! What ships: the teacher if it is small enough, otherwise a student; and how large it may be.

use burn::tensor::Device;
use tenure::network::{MAXIMUM_LAYERS, MAXIMUM_UNITS};

use super::params::{Ship, Student, TrainParams};
use super::selection::SelectedTeacher;
use super::teacher::Networks;
use crate::fit::{DenseRows, DenseShape, FitConfig, Fitted, logits};
use crate::folded::FoldedNetwork;

/// Multiply-adds of a row beyond which nothing ships.
pub const MAXIMUM_MULTIPLY_ADDS: usize = 25_000;

/// Why the teacher cannot ship as asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ShipError {
    #[error(
        "the teacher is no average of equal networks ({models}), so one network cannot hold it; ship a student, or name \
         one of the models linear, mlp and tabm"
    )]
    Mixed { models: String },
    #[error("the teacher has {have} members, {wanted} cannot ship")]
    Members { wanted: usize, have: usize },
    #[error(
        "{what} would take {multiply_adds} multiply-adds a row in hidden layers of {hidden:?}, at most \
         {MAXIMUM_MULTIPLY_ADDS} in {MAXIMUM_LAYERS} layers of {MAXIMUM_UNITS} units may ship; \
         ship fewer members, or a student"
    )]
    Size { what: String, multiply_adds: usize, hidden: Vec<usize> },
}

/// The network that was packed.
#[derive(Debug)]
pub enum Shipped {
    Student(Box<Fitted>),
    /// This number of members of the teacher, the first ones.
    Members(usize),
}

impl Shipped {
    /// For people and the model card.
    pub fn name(&self, teacher: &SelectedTeacher) -> String {
        match self {
            Shipped::Student(_) => "student".into(),
            Shipped::Members(members) if *members == teacher.members() => "teacher".into(),
            Shipped::Members(members) => format!("members:{members}"),
        }
    }

    /// The configuration that the packed network was fitted with, or each member of it.
    pub fn config(&self, params: &TrainParams, teacher: &SelectedTeacher) -> FitConfig {
        match self {
            Shipped::Student(fitted) => {
                let fit = &params.distillation.fit;
                let layers = FoldedNetwork::from(&fitted.network).layers;
                let hidden = layers.iter().map(|layer| layer.outputs).collect();
                FitConfig { shape: DenseShape { hidden, ..fit.shape.clone() }, seed: params.seed, ..fit.clone() }
            }
            Shipped::Members(_) => {
                let config = teacher.parts[0].model.config(params);
                let penalty = teacher.penalty().map_or(config.penalty, |penalty| penalty.chosen);
                FitConfig { penalty, ..config }
            }
        }
    }

    pub(super) fn folded(&self, teacher: &SelectedTeacher) -> FoldedNetwork {
        match self {
            Shipped::Student(fitted) => FoldedNetwork::from(&fitted.network),
            Shipped::Members(members) => only(teacher).folded(*members),
        }
    }

    pub(super) fn logits(&self, teacher: &SelectedTeacher, rows: &dyn DenseRows, device: &Device) -> Vec<f32> {
        match self {
            Shipped::Student(fitted) => logits(&fitted.network, rows, device),
            Shipped::Members(members) => only(teacher).logits(*members, rows),
        }
    }
}

/// The one model that members are taken of: [`plan`] refuses to take them of several.
fn only(teacher: &SelectedTeacher) -> &dyn Networks {
    teacher.single().expect("members ship of one model alone")
}

/// The multiply-adds of this number of members; an error if the teacher has fewer, or if they are
/// too large to ship.
fn allowed(teacher: &SelectedTeacher, members: usize, inputs: usize) -> Result<usize, ShipError> {
    let Some(model) = teacher.single() else {
        return Err(ShipError::Mixed { models: teacher.name() });
    };
    let have = model.members();
    if members > have {
        return Err(ShipError::Members { wanted: members, have });
    }
    let multiply_adds = multiply_adds(inputs, &model.hidden(), members);
    let hidden: Vec<usize> = model.hidden().into_iter().map(|units| units * members).collect();
    let fits = multiply_adds <= MAXIMUM_MULTIPLY_ADDS && hidden.len() <= MAXIMUM_LAYERS;
    if fits && hidden.iter().all(|&units| units <= MAXIMUM_UNITS) {
        return Ok(multiply_adds);
    }
    let what = format!("{members} of {have} members of the teacher `{}`", teacher.name());
    Err(ShipError::Size { what, multiply_adds, hidden })
}

/// Multiply-adds of a teacher's networks one after another; trees multiply nothing.
pub(super) fn teacher_multiply_adds(teacher: &SelectedTeacher, inputs: usize) -> usize {
    teacher.networks().map(|networks| networks.members() * multiply_adds(inputs, &networks.hidden(), 1)).sum()
}

/// As [`tenure::network::Network::multiply_adds`], of members side by side that are not packed yet.
fn multiply_adds(inputs: usize, hidden: &[usize], members: usize) -> usize {
    let further: usize = hidden.windows(2).map(|pair| pair[0] * pair[1]).sum();
    inputs + members * (inputs * hidden.first().unwrap_or(&0) + further + hidden.last().unwrap_or(&0))
}

/// What is tried, in order; at least one network.
pub(super) enum Plan {
    Members(usize),
    /// Students, smaller ones first. If all of them lose too much, this number of members of the
    /// teacher is tried too.
    Students(Vec<Student>, Option<usize>),
}

/// `inputs` is the number of the network's inputs: fields and derived features.
pub(super) fn plan(params: &TrainParams, teacher: &SelectedTeacher, inputs: usize) -> Result<Plan, ShipError> {
    let all = teacher.members();
    let students = &params.distillation.students;
    let smallest = multiply_adds(inputs, &students[0].hidden, 1);
    match params.ship {
        Ship::Teacher => allowed(teacher, all, inputs).map(|_| Plan::Members(all)),
        Ship::Members(members) => allowed(teacher, members, inputs).map(|_| Plan::Members(members)),
        Ship::Auto if allowed(teacher, all, inputs).is_ok_and(|size| size <= smallest) => Ok(Plan::Members(all)),
        Ship::Auto | Ship::Student => {
            let fits = |student: &&Student| multiply_adds(inputs, &student.hidden, 1) <= MAXIMUM_MULTIPLY_ADDS;
            let fitting: Vec<Student> = students.iter().filter(fits).cloned().collect();
            if fitting.is_empty() {
                let what = "a student".to_owned();
                return Err(ShipError::Size { what, multiply_adds: smallest, hidden: students[0].hidden.clone() });
            }
            let fit = |members: &usize| allowed(teacher, *members, inputs).is_ok();
            let members = if params.ship == Ship::Auto { (1..=all).take_while(fit).last() } else { None };
            Ok(Plan::Students(fitting, members))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiply_adds_are_those_of_the_packed_network() {
        use crate::folded::{FoldedLayer, FoldedNetwork};
        use tenure::network::{Layer, Network, NetworkParts};
        let member = |hidden: &[usize]| {
            let layer = |(&inputs, &outputs): (&usize, &usize)| FoldedLayer {
                inputs,
                outputs,
                weight: vec![1.0; inputs * outputs],
                bias: vec![0.0; outputs],
            };
            let layers: Vec<FoldedLayer> = [9].iter().chain(hidden).zip(hidden).map(layer).collect();
            let output = vec![1.0; hidden.last().copied().unwrap_or(0)];
            FoldedNetwork { direct: vec![1.0; 9], layers, output, output_bias: 0.0 }
        };
        for (hidden, members) in [(&[][..], 1), (&[6], 1), (&[6, 4, 3], 1), (&[6], 3), (&[6, 4, 3], 5), (&[16, 16], 4)]
        {
            let folded = FoldedNetwork::mean(vec![member(hidden); members]);
            let narrow = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<_>>();
            let layer = |layer: &FoldedLayer| Layer {
                outputs: layer.outputs,
                weight: narrow(&layer.weight),
                bias: narrow(&layer.bias),
            };
            let units = folded.layers.first().map_or(0, |layer| layer.outputs);
            let parts = NetworkParts {
                units,
                table: vec![0.0; 9 * units],
                direct: vec![0.0; 9],
                bias: vec![0.0; units],
                layers: folded.layers.iter().skip(1).map(layer).collect(),
                output: narrow(&folded.output),
                output_bias: 0.0,
            };
            let packed = Network::new(9, parts).unwrap().multiply_adds(5);
            assert_eq!(multiply_adds(5, hidden, members), packed, "{members} of {hidden:?}");
        }
    }
}
