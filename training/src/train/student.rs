//! The student learns from the teacher's probabilities of the training rows, mixed with their labels
//! if asked, and from its probabilities of many synthetic customers (distillation; Hinton et al.
//! 2015, with unlabelled rows as in Bucilă et al. 2006).

use tenure::calibration::sigmoid;
use tenure::encoding::Features;

use super::encoded::{Encoded, Subset};
use super::params::{DistillationParams, Student, TrainParams};
use super::selection::SelectedTeacher;
use super::synthetic::customers;
use crate::cohort::Cohort;
use crate::fit::{Control, DenseRows, DenseShape, EpochReport, FitConfig, FitError, FitOptions, Fitted};

/// Fits a student to `distillation_set`. It ends when it agrees with the teacher on the validation
/// rows; their labels choose the epoch.
pub(super) fn distill(
    params: &TrainParams,
    student: &Student,
    distillation_set: &mut DistillationSet,
    validation: &Answered,
    options: &FitOptions,
    on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
) -> Result<Fitted, FitError> {
    distillation_set.repeat_real(student.real_share);
    let fit = &params.distillation.fit;
    let shape = DenseShape { hidden: student.hidden.clone(), ..fit.shape.clone() };
    let config = FitConfig { shape, seed: params.seed, ..fit.clone() };
    crate::fit::fit(&config, distillation_set, validation, options, on_epoch)
}

/// Rows with the teacher's probabilities as targets.
pub(super) struct Answered<'a> {
    rows: Subset<'a>,
    probabilities: Vec<f32>,
}

impl<'a> Answered<'a> {
    pub(super) fn new(rows: Subset<'a>, teacher: &SelectedTeacher) -> Answered<'a> {
        let probabilities = teacher.logits(&rows).into_iter().map(|logit| sigmoid(logit) as f32).collect();
        Answered { rows, probabilities }
    }
}

impl DenseRows for Answered<'_> {
    fn labels(&self) -> &[bool] {
        self.rows.labels()
    }

    fn target(&self, row: usize) -> f32 {
        self.probabilities[row]
    }

    fn columns(&self) -> usize {
        self.rows.columns()
    }

    fn inputs(&self) -> Vec<usize> {
        self.rows.inputs()
    }

    fn write(&self, indices: &[usize], out: &mut [f32]) {
        self.rows.write(indices, out);
    }

    fn value_count(&self) -> usize {
        self.rows.value_count()
    }

    fn values(&self, row: usize, out: &mut [f32]) {
        self.rows.values(row, out);
    }
}

/// The real rows, the synthetic rows, then repeated real rows, each with the target of the student.
pub(super) struct DistillationSet<'a> {
    real: Subset<'a>,
    encoded: &'a Encoded,
    features: Features,
    /// Number of synthetic rows.
    synthetic: usize,
    /// Labels of the real rows, and the likelier class by the teacher for the synthetic rows.
    labels: Vec<bool>,
    targets: Vec<f32>,
}

impl<'a> DistillationSet<'a> {
    /// Draws the synthetic rows, and predicts all rows with `teacher`.
    pub(super) fn new(
        params: &TrainParams,
        teacher: &SelectedTeacher,
        encoded: &'a Encoded,
        cohort: &Cohort,
        fit_rows: &'a [u32],
    ) -> DistillationSet<'a> {
        let DistillationParams { synthetic_rows: synthetic, swap, label_share, .. } = params.distillation;
        let features = customers(encoded, cohort, fit_rows, synthetic, swap, params.seed);
        let real = encoded.subset(fit_rows);
        let mut labels = real.labels().to_vec();
        labels.resize(labels.len() + synthetic, false);
        let mut distillation_set = DistillationSet { real, encoded, features, synthetic, labels, targets: Vec::new() };
        // A teacher with focal loss is less certain than the labels. The student follows it, and is
        // calibrated later.
        distillation_set.ask(teacher, if params.network.gamma > 0.0 { 0.0 } else { label_share });
        distillation_set
    }

    fn ask(&mut self, teacher: &SelectedTeacher, label_share: f64) {
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

    /// Repeats the real rows until they are at least `share` of all rows.
    fn repeat_real(&mut self, share: f64) {
        let real = self.real.labels().len();
        self.labels.truncate(real + self.synthetic);
        self.targets.truncate(real + self.synthetic);
        let wanted = share / (1.0 - share) * self.synthetic as f64;
        for _ in 1..(wanted / real as f64).ceil() as usize {
            self.labels.extend_from_within(..real);
            self.targets.extend_from_within(..real);
        }
    }
}

impl DenseRows for DistillationSet<'_> {
    fn labels(&self) -> &[bool] {
        &self.labels
    }

    fn target(&self, row: usize) -> f32 {
        self.targets[row]
    }

    fn columns(&self) -> usize {
        self.real.columns()
    }

    fn inputs(&self) -> Vec<usize> {
        self.real.inputs()
    }

    fn write(&self, indices: &[usize], out: &mut [f32]) {
        let (real, synthetic) = (self.real.labels().len(), self.synthetic);
        for (&index, out) in indices.iter().zip(out.chunks_exact_mut(self.columns())) {
            match index {
                _ if index < real => self.real.write(&[index], out),
                _ if index < real + synthetic => self.encoded.expand(&self.features, index - real, out),
                _ => self.real.write(&[(index - real - synthetic) % real], out),
            }
        }
    }

    fn value_count(&self) -> usize {
        self.real.value_count()
    }

    fn values(&self, row: usize, out: &mut [f32]) {
        match row.checked_sub(self.real.labels().len()) {
            Some(synthetic) if synthetic < self.synthetic => self.encoded.values(&self.features, synthetic, out),
            Some(again) => self.real.values((again - self.synthetic) % self.real.labels().len(), out),
            None => self.real.values(row, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::params::Model;
    use super::super::selection::Part;
    use super::super::teacher::{Networks, Teacher};
    use super::*;
    use crate::cohort::tests::{SCHEMA, cohort};
    use burn::tensor::Device;
    use tenure::encoding::EncoderParams;

    /// Knows that customers with a partner leave from one-year contracts, and those without from
    /// all others.
    #[derive(Debug)]
    struct Known {
        /// Dense columns of the contract "Year" and of having a partner.
        year: usize,
        partner: usize,
    }

    impl Teacher for Known {
        fn networks(&self) -> Option<&dyn Networks> {
            None
        }

        fn probabilities(&self, rows: &dyn DenseRows) -> Vec<f32> {
            let mut row = vec![0.0; rows.columns()];
            let leaves = |at: usize| {
                rows.write(&[at], &mut row);
                if (row[self.year] > 0.0) == (row[self.partner] > 0.0) { 0.9 } else { 0.1 }
            };
            (0..rows.labels().len()).map(leaves).collect()
        }
    }

    fn selected(known: Known) -> SelectedTeacher {
        let parts = vec![Part { model: Model::Linear, weight: 1.0, teacher: Box::new(known) }];
        SelectedTeacher { parts, tried: Vec::new(), skipped: Vec::new() }
    }

    #[test]
    fn a_student_learns_what_the_labels_do_not_say() {
        let schema = toml::from_str(SCHEMA).unwrap();
        // The labels of the rows to fit know nothing; those of the others, which stop the fit,
        // follow the teacher.
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
        let teacher = selected(known());
        let fit = FitConfig { maximum_epochs: 30, learning_rate: 0.02, ..DistillationParams::default().fit };
        let distillation = DistillationParams { synthetic_rows: 4000, label_share: 0.0, fit, ..Default::default() };
        let params = TrainParams { distillation, ..TrainParams::default() };
        let mut distillation_set = DistillationSet::new(&params, &teacher, &encoded, &cohort, &fit_rows);
        let validation = Answered::new(encoded.subset(&others), &teacher);
        let student = distill(
            &params,
            &Student::new(&[8]),
            &mut distillation_set,
            &validation,
            &FitOptions::default(),
            &mut |_| Control::Continue,
        );
        let logits = crate::fit::logits(&student.unwrap().network, &encoded.subset(&others), &Device::flex());
        for (logit, probability) in logits.iter().zip(known().probabilities(&encoded.subset(&others))) {
            assert_eq!(*logit > 0.0, probability > 0.5, "{logit} for {probability}");
        }
    }

    #[test]
    fn real_rows_come_again_until_they_are_the_share_asked_for() {
        let row = |row: usize| format!("{row},Month,Yes,{}\n", if row.is_multiple_of(3) { "Yes" } else { "No" });
        let text = format!("tenure,contract,partner,Churn\n{}", (0..60).map(row).collect::<String>());
        let cohort = cohort(&text, &toml::from_str(SCHEMA).unwrap()).unwrap();
        let rows: Vec<u32> = (0..60).collect();
        let encoded = Encoded::fit(&EncoderParams::default(), &cohort, &rows).unwrap();
        let params = DistillationParams { synthetic_rows: 100, label_share: 1.0, ..Default::default() };
        let params = TrainParams { distillation: params, ..TrainParams::default() };
        let teacher = selected(Known { year: 0, partner: 1 });
        let mut again = DistillationSet::new(&params, &teacher, &encoded, &cohort, &rows);
        // Distinct targets identify the rows.
        again.targets = (0..160).map(|row| row as f32).collect();
        let mut lengths = [0.5, 0.4, 0.2, 0.0].map(|share| {
            again.repeat_real(share);
            again.labels().len()
        });
        lengths.reverse();
        assert_eq!(lengths, [160, 160, 220, 220]);
        again.repeat_real(0.6);
        assert_eq!(again.labels().len(), 100 + 3 * 60);
        let written = |index: usize| {
            let mut out = vec![0.0; again.columns()];
            again.write(&[index], &mut out);
            out
        };
        for row in 0..60 {
            for copy in [160 + row, 220 + row] {
                assert_eq!((again.labels()[copy], again.target(copy)), (again.labels()[row], row as f32));
                assert_eq!(written(copy), written(row));
            }
        }
        assert_ne!(written(0), written(59));
    }
}
