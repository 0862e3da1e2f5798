//! The student learns from the labels, from the teacher's opinion on the same rows, and from its opinion on many
//! synthetic customers (distillation; Hinton et al. 2015, with unlabelled rows as in Bucilă et al. 2006).

use burn::tensor::Device;
use tenure::calibration::sigmoid;
use tenure::encoding::Features;

use super::synthetic::customers;
use super::teacher::Chosen;
use super::{Encoded, Rows, Subset, TrainParams};
use crate::cohort::Cohort;
use crate::fit::{Control, DenseRows, DenseShape, EpochReport, FitConfig, FitError, Fitted, Penalty, Schedule};

/// How a student is taught.
#[derive(Clone, Debug, PartialEq)]
pub struct DistillationParams {
    /// Synthetic customers that the teacher labels.
    pub synthetic_rows: usize,
    /// The probability with which a field of a synthetic customer is another row's.
    pub swap: f64,
    /// How much a real row's target is its label; the rest is the teacher's probability.
    pub label_share: f64,
    /// Hidden layers of the students that are tried in turn, smaller ones first.
    pub hidden: Vec<Vec<usize>>,
    /// How a student is fitted; its hidden layers are those above.
    pub fit: FitConfig,
}

impl Default for DistillationParams {
    fn default() -> DistillationParams {
        DistillationParams {
            synthetic_rows: 120_000,
            swap: 0.3,
            label_share: 0.5,
            hidden: vec![vec![32], vec![64, 32], vec![128, 64]],
            fit: FitConfig {
                shape: DenseShape { dropout: 0.0, ..DenseShape::default() },
                penalty: Penalty::Loss(0.0),
                learning_rate: 6e-3,
                averaging: 0.99,
                schedule: Schedule::Cosine,
                maximum_epochs: 30,
                patience: 30,
                ..FitConfig::default()
            },
        }
    }
}

/// Fits a network of these hidden layers to what `teacher` says; early stopping by the labels of the validation rows.
#[expect(clippy::too_many_arguments, reason = "what a fit reads, and the one who is told about it")]
pub(super) fn distill(
    params: &TrainParams,
    hidden: &[usize],
    teacher: &Chosen,
    encoded: &Encoded,
    cohort: &Cohort,
    rows: Rows,
    device: &Device,
    on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
) -> Result<Fitted, FitError> {
    let DistillationParams { synthetic_rows, swap, label_share, ref fit, .. } = params.distillation;
    let features = customers(encoded, cohort, rows.fit, synthetic_rows, swap, params.seed);
    let mut lessons = Lessons::new(encoded.subset(rows.fit), encoded, features, synthetic_rows);
    // A teacher by focal loss is less sure than the labels; the student follows the teacher, and is calibrated later.
    let label_share = if params.network.focusing > 0.0 { 0.0 } else { label_share };
    lessons.ask(teacher, label_share);
    let shape = DenseShape { hidden: hidden.to_vec(), ..fit.shape.clone() };
    let config = FitConfig { shape, seed: params.seed, ..fit.clone() };
    crate::fit::fit(&config, &lessons, &encoded.subset(rows.validation), device, on_epoch)
}

/// The real rows, then the synthetic ones, with what the student is to say of each.
struct Lessons<'a> {
    real: Subset<'a>,
    encoded: &'a Encoded,
    features: Features,
    /// Labels of the real rows; of the synthetic ones, the class that the teacher thinks likelier.
    labels: Vec<bool>,
    targets: Vec<f32>,
}

impl<'a> Lessons<'a> {
    fn new(real: Subset<'a>, encoded: &'a Encoded, features: Features, synthetic: usize) -> Lessons<'a> {
        let rows = real.labels().len() + synthetic;
        let mut labels = real.labels().to_vec();
        labels.resize(rows, false);
        Lessons { real, encoded, features, labels, targets: vec![0.0; rows] }
    }

    fn ask(&mut self, teacher: &Chosen, label_share: f64) {
        let mut targets: Vec<f32> = teacher.logits(self).into_iter().map(|logit| sigmoid(logit) as f32).collect();
        let real = self.real.labels().len();
        for (target, &label) in targets[..real].iter_mut().zip(&self.labels) {
            let label = if label { label_share } else { 0.0 };
            *target = (label + (1.0 - label_share) * f64::from(*target)) as f32;
        }
        for (label, target) in self.labels.iter_mut().zip(&targets).skip(real) {
            *label = *target > 0.5;
        }
        self.targets = targets;
    }
}

impl DenseRows for Lessons<'_> {
    fn labels(&self) -> &[bool] {
        &self.labels
    }

    fn target(&self, row: usize) -> f32 {
        self.targets[row]
    }

    fn columns(&self) -> usize {
        self.real.columns()
    }

    fn write(&self, indices: &[usize], out: &mut [f32]) {
        let real = self.real.labels().len();
        for (index, out) in indices.iter().zip(out.chunks_exact_mut(self.columns())) {
            match index.checked_sub(real) {
                None => self.real.write(&[*index], out),
                Some(synthetic) => self.encoded.expand(&self.features, synthetic, out),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::models::Model;
    use super::super::teacher::Teacher;
    use super::*;
    use crate::cohort::tests::{SCHEMA, cohort};
    use tenure::encoding::EncoderParams;
    use tenure::network::burn::FoldedNetwork;

    /// Knows that customers with a partner leave from one-year contracts, and those without from all others.
    #[derive(Debug)]
    struct Known {
        /// Dense columns of the contract "Year" and of having a partner.
        year: usize,
        partner: usize,
    }

    impl Teacher for Known {
        fn probabilities(&self, rows: &dyn DenseRows) -> Vec<f32> {
            let mut row = vec![0.0; rows.columns()];
            let leaves = |at: usize| {
                rows.write(&[at], &mut row);
                if (row[self.year] > 0.0) == (row[self.partner] > 0.0) { 0.9 } else { 0.1 }
            };
            (0..rows.labels().len()).map(leaves).collect()
        }

        fn members(&self) -> usize {
            1
        }

        fn hidden(&self) -> Vec<usize> {
            unreachable!("a student asks for probabilities")
        }

        fn folded(&self, _: usize) -> FoldedNetwork {
            unreachable!("a student asks for probabilities")
        }

        fn logits(&self, _: usize, _: &dyn DenseRows) -> Vec<f32> {
            unreachable!("a student asks for probabilities")
        }
    }

    #[test]
    fn a_student_learns_what_the_labels_do_not_say() {
        let schema = toml::from_str(SCHEMA).unwrap();
        // The labels of the rows to fit know nothing; those of the others, which stop the fit, follow the teacher.
        let row = |row: usize| {
            let (year, partner) = (row & 1 == 1, row & 2 == 0);
            let leaves = if row < 64 { row & 4 == 4 } else { year == partner };
            let text = |holds: bool, texts: [&'static str; 2]| texts[usize::from(holds)];
            let (contract, partner) = (text(year, ["Month", "Year"]), text(partner, ["No", "Yes"]));
            format!("{row},{contract},{partner},{}\n", text(leaves, ["No", "Yes"]))
        };
        let rows: String = (0..96).map(row).collect();
        let cohort = cohort(&format!("tenure,contract,partner,Churn\n{rows}"), &schema).unwrap();
        let (fit_rows, others): (Vec<u32>, Vec<u32>) = ((0..64).collect(), (64..96).collect());
        let encoded = Encoded::fit(&EncoderParams::default(), &cohort, &fit_rows).unwrap();
        let columns = |index: usize| encoded.layout().input_rows(encoded.encoder(), index).0.start;
        let known = || Known { year: columns(1) + 2, partner: columns(2) + 1 };
        let parts: Vec<Box<dyn Teacher>> = vec![Box::new(known())];
        let teacher = Chosen { models: vec![Model::Linear], parts, tried: Vec::new() };
        let fit = FitConfig { maximum_epochs: 30, learning_rate: 0.02, ..DistillationParams::default().fit };
        let distillation = DistillationParams { synthetic_rows: 4000, label_share: 0.0, fit, ..Default::default() };
        let params = TrainParams { distillation, ..TrainParams::default() };
        let rows = Rows { fit: &fit_rows, validation: &others, calibration: &others };
        let device = Device::flex();
        let student = distill(&params, &[8], &teacher, &encoded, &cohort, rows, &device, &mut |_| Control::Continue);
        let logits = crate::fit::logits(&student.unwrap().network, &encoded.subset(&others), &device);
        for (logit, probability) in logits.iter().zip(known().probabilities(&encoded.subset(&others))) {
            assert_eq!(*logit > 0.0, probability > 0.5, "{logit} for {probability}");
        }
    }
}
