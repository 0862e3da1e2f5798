//! From a cohort to an artifact: encoder, teacher, student, calibration, background, card.

mod assembly;
mod background;
mod blend;
mod encoded;
mod error;
mod evidence;
mod models;
mod pack;
mod params;
mod rows;
mod selection;
mod ship;
mod student;
mod synthetic;
mod target_encoding;
mod teacher;
mod trees;

pub use assembly::{Assembly, checked_bytes};
pub use background::BackgroundError;
pub use encoded::{Encoded, Subset};
pub use error::TrainError;
pub use pack::PackError;
pub(crate) use pack::{RowColumns, Table};
pub use params::{DistillationParams, Model, Ship, Student, TeacherParams, TrainParams};
pub use rows::{OnEpoch, TrainingRows};
pub use selection::SelectedTeacher;
pub use ship::{ShipError, Shipped};
pub use teacher::{Networks, PenaltyChoice, Skipped, Teacher};

use burn::tensor::Device;
use tenure::artifact::{Artifact, Limits};
use tenure::calibration::Calibration;
use tenure::card::ModelCard;
use tenure::decision::Policy;
use tenure::network::Network;

pub use crate::boosting::TreeParams;
use crate::calibrate::{CalibrateError, Calibrated, CalibrationParams, CalibrationRecord, probabilities};
use crate::cohort::Cohort;
use crate::fit::{DenseRows, FitOptions, log_loss};
use crate::metrics::mean_log_loss;
use student::{Answered, DistillationSet, distill};

/// The validation log-loss by which a student may be worse than its teacher before a larger student
/// is tried, both before calibration: a calibration of few rows moves it by more than that. An explanation evaluates the network many times, so a small network matters; and the
/// validation rows of a small table cannot measure a smaller difference.
pub const TOLERATED_LOSS: f64 = 0.003;

/// A trained network with its encoder and calibration, and a record of the training.
#[derive(Debug)]
pub struct Trained {
    pub encoded: Encoded,
    /// The packed network.
    pub network: Network,
    pub calibration: Calibration,
    pub calibration_record: CalibrationRecord,
    /// The network that was packed.
    pub shipped: Shipped,
    pub teacher: SelectedTeacher,
    pub teacher_calibration: Calibration,
    /// Log-loss of every student that was tried, calibrated, on the validation rows, with its
    /// hidden layers.
    pub students: Vec<(Vec<usize>, f64)>,
    /// Log-loss of the network that ships, calibrated, on the validation rows.
    pub validation_loss: f64,
    /// Log-loss of the teacher, calibrated, on the validation rows.
    pub teacher_validation_loss: f64,
    /// Log-loss of the network that ships less the teacher's, on the validation rows and before
    /// calibration; above [`TOLERATED_LOSS`] it has not learned all that the teacher knows.
    pub excess_loss: f64,
    /// Largest difference of a logit between burn and the packed network, over the validation rows.
    pub pack_error: f64,
}

/// Learns from `rows.fit`: chooses a teacher, and teaches a student where the teacher itself is too
/// large to ship.
pub fn train(
    params: &TrainParams,
    cohort: &Cohort,
    rows: TrainingRows,
    options: &FitOptions,
    on_epoch: &mut OnEpoch,
) -> Result<Trained, TrainError> {
    let encoded = Encoded::fit(&params.encoder, cohort, rows.fit)?;
    // What no artifact may hold is refused before hours of work.
    let background_rows = params.background_rows.unwrap_or(*background::ROWS.start());
    Limits::default().check_formulas(encoded.encoder(), background_rows)?;
    let mut teacher = selection::choose(params, &encoded, rows, options, on_epoch)?;
    let labels = cohort.labels_of(rows.calibration);
    let outcomes = cohort.labels_of(rows.validation);
    let calibrate = |logits: &[f64]| -> Result<Calibrated, CalibrateError> {
        CalibrationParams { seed: params.seed, ..CalibrationParams::default() }.fit(logits, &labels)
    };
    let loss = |calibration: &Calibration, logits: Vec<f64>| -> f64 {
        mean_log_loss(&probabilities(calibration, &logits), &outcomes)
    };
    let teacher_calibration = calibrate(&teacher.logits(&encoded.subset(rows.calibration)))?.calibration;
    let teacher_logits = teacher.logits(&encoded.subset(rows.validation));
    let plain_loss = |logits: &[f64]| log_loss(logits.iter().copied(), &outcomes, 1.0);
    let plain_teacher_loss = plain_loss(&teacher_logits);
    let teacher_loss = loss(&teacher_calibration, teacher_logits);

    // Packs, verifies and calibrates what may ship.
    let finish = |shipped: Shipped| -> Result<Candidate, TrainError> {
        let network = pack::pack(&shipped.folded(&teacher), &encoded, rows.fit)?;
        let burn = |rows: &dyn DenseRows| shipped.logits(&teacher, rows, &options.device);
        let pack_error = pack::verify(&burn, &network, &encoded, rows.fit, rows.validation)?;
        let calibrated = calibrate(&encoded.logits(&network, rows.calibration))?;
        let logits = encoded.logits(&network, rows.validation);
        let excess = plain_loss(&logits) - plain_teacher_loss;
        let loss = loss(&calibrated.calibration, logits);
        Ok(Candidate { shipped, network, pack_error, calibrated, loss, excess })
    };
    let mut students = Vec::new();
    let mut not_tried = None;
    let best_candidate = match ship::plan(params, &teacher, encoded.encoder().inputs().len())? {
        ship::Plan::Members(members) => finish(Shipped::Members(members))?,
        ship::Plan::Students(tried, members) => {
            let mut best: Option<Candidate> = None;
            let mut distillation_set = DistillationSet::new(params, &teacher, &encoded, cohort, rows.fit);
            let validation = Answered::new(encoded.subset(rows.validation), &teacher);
            for student in &tried {
                let on_epoch = &mut |report: &_| on_epoch("student", report);
                let fitted = distill(params, student, &mut distillation_set, &validation, options, on_epoch)?;
                let taught = finish(Shipped::Student(Box::new(fitted)))?;
                students.push((student.hidden.clone(), taught.loss));
                let is_enough = taught.excess <= TOLERATED_LOSS;
                if best.as_ref().is_none_or(|best| taught.excess < best.excess) {
                    best = Some(taught);
                }
                if is_enough {
                    break;
                }
            }
            let mut best = best.expect("a plan has a student");
            if let Some(next) = tried.get(students.len()) {
                let units: Vec<String> = next.hidden.iter().map(usize::to_string).collect();
                not_tried = Some(Skipped {
                    what: format!("students of {} units and more", units.join(", ")),
                    why: format!(
                        "the validation log-loss of a smaller one differs from its teacher's by {:+.4}, and {TOLERATED_LOSS} \
                         more are tolerated",
                        best.excess
                    ),
                });
            }
            if let Some(members) = members.filter(|_| best.excess > TOLERATED_LOSS) {
                let pruned = finish(Shipped::Members(members))?;
                if pruned.excess < best.excess {
                    best = pruned;
                }
            }
            best
        }
    };
    teacher.skipped.extend(not_tried);
    Ok(Trained {
        network: best_candidate.network,
        calibration: best_candidate.calibrated.calibration,
        calibration_record: best_candidate.calibrated.record,
        shipped: best_candidate.shipped,
        teacher,
        teacher_calibration,
        students,
        validation_loss: best_candidate.loss,
        teacher_validation_loss: teacher_loss,
        excess_loss: best_candidate.excess,
        pack_error: best_candidate.pack_error,
        encoded,
    })
}

/// A packed and calibrated network that may ship.
struct Candidate {
    shipped: Shipped,
    network: Network,
    pack_error: f64,
    calibrated: Calibrated,
    /// Mean log-loss on the validation rows.
    loss: f64,
    /// As in [`Trained::excess_loss`].
    excess: f64,
}

impl Trained {
    /// Calibrated probabilities of some rows of the cohort.
    pub fn probabilities(&self, rows: &[u32]) -> Vec<f64> {
        probabilities(&self.calibration, &self.encoded.logits(&self.network, rows))
    }

    /// The teacher's calibrated probabilities of some rows of the cohort.
    pub fn teacher_probabilities(&self, rows: &[u32]) -> Vec<f64> {
        probabilities(&self.teacher_calibration, &self.teacher.logits(&self.encoded.subset(rows)))
    }

    /// Multiply-adds of a row: of the network that ships, and of the teacher's members one after
    /// another.
    pub fn multiply_adds(&self) -> (usize, usize) {
        let inputs = self.encoded.encoder().inputs().len();
        (self.network.multiply_adds(inputs), ship::teacher_multiply_adds(&self.teacher, inputs))
    }

    /// The logits of the network that ships as burn computes them, before it was packed.
    pub fn burn_logits(&self, rows: &dyn DenseRows) -> Vec<f32> {
        self.shipped.logits(&self.teacher, rows, &Device::flex())
    }

    /// The artifact, with the tiers of `policy` and a background from `fit_rows`; `explanation` of
    /// the card says how far its explanations are from those against the training set, beside
    /// backgrounds of other sizes, and `reference` what it sees in all rows but `fit_rows`. Refuses an artifact that says something of too few customers.
    pub fn artifact(
        &self,
        params: &TrainParams,
        cohort: &Cohort,
        policy: &Policy,
        fit_rows: &[u32],
        card: ModelCard,
    ) -> Result<Artifact, TrainError> {
        let assembly = Assembly {
            encoded: &self.encoded,
            network: &self.network,
            calibration: &self.calibration,
            schema: cohort.schema(),
            background_rows: params.background_rows,
            seed: params.seed,
        };
        assembly.artifact(cohort, policy, fit_rows, card)
    }
}
