//! From split rows to the bytes of an artifact: fit, card and artifact, as the command and the Python
//! package learn a model.

use tenure::artifact::{Artifact, ArtifactError};
use tenure::card::ModelCard;
use tenure::decision::Policy;
use tenure::schema::Schema;

use crate::checks::{DataChecks, Finding, ModelQuality, too_good};
use crate::cohort::Cohort;
use crate::evaluation::CardSource;
use crate::fit::FitOptions;
use crate::history::History;
use crate::metrics::MetricsError;
use crate::split::{Split, SplitBy};
use crate::train::{OnEpoch, TrainError, TrainParams, Trained, TrainingRows, checked_bytes, train};

/// What a model is learned from, and how.
#[derive(Clone, Copy)]
pub struct Lesson<'a> {
    pub params: &'a TrainParams,
    pub cohort: &'a Cohort,
    /// As the person wrote it; the cohort's own may have fewer categories.
    pub schema: &'a Schema,
    /// The tiers of the artifact.
    pub policy: &'a Policy,
    /// How the rows were split.
    pub split_by: &'a SplitBy,
    pub split: &'a Split,
    /// Faults of the table; the card lists the warnings.
    pub checks: &'a DataChecks,
}

/// A trained network, measured on the test rows.
pub struct Learned<'a> {
    lesson: Lesson<'a>,
    pub trained: Trained,
    /// Without the errors of explanations and the reference, which are measured with the artifact.
    pub card: ModelCard,
    /// What says that the model is too good to be true; the card has it too.
    pub too_good: Option<Finding>,
}

/// Why nothing was learned.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

impl<'a> Lesson<'a> {
    /// Learns from the training rows and measures on the test rows. The same lesson gives the same
    /// network and card.
    ///
    /// # Errors
    ///
    /// The training fails or is stopped, or the test rows cannot be measured.
    pub fn learn(self, options: &FitOptions, on_epoch: &mut OnEpoch) -> Result<Learned<'a>, LearnError> {
        let Lesson { params, cohort, schema, split_by, split, checks, .. } = self;
        let rows = TrainingRows { fit: &split.train, validation: &split.validation, calibration: &split.calibration };
        let mut history = History::default();
        let trained = train(params, cohort, rows, options, &mut |stage, report| {
            history.epoch(stage, report);
            on_epoch(stage, report)
        })?;
        let split_words = split_by.words(&split.test);
        let source = CardSource { params, cohort, schema, split, split_words, checks, history: &history };
        let mut card = source.card(&trained)?;
        let quality = ModelQuality::new(card.metrics.roc_auc, card.metrics.log_loss, &cohort.labels_of(&split.test));
        let too_good = too_good(cohort, &quality, "test rows");
        card.data_warnings.extend(too_good.iter().map(Finding::card_entry));
        Ok(Learned { lesson: self, trained, card, too_good })
    }
}

impl Learned<'_> {
    /// The artifact and its bytes, which the reader has taken.
    ///
    /// # Errors
    ///
    /// The artifact would tell of too few customers, or is larger than may be read.
    pub fn artifact(&self) -> Result<(Artifact, Vec<u8>), LearnError> {
        let Lesson { params, cohort, policy, split, .. } = self.lesson;
        let artifact = self.trained.artifact(params, cohort, policy, &split.train, self.card.clone())?;
        let bytes = checked_bytes(&artifact)?;
        Ok((artifact, bytes))
    }
}

#[cfg(test)]
mod tests {
    use tempfile::NamedTempFile;
    use tenure::schema::Schema;
    use tenure_table::Source;

    use super::*;
    use crate::cohort::tests::SCHEMA;
    use crate::fit::{Control, FitConfig, FitError};
    use crate::schema_file::SchemaFile;
    use crate::train::{Model, Ship};

    const POLICY: &str = r#"
        [policy]
        tiers = [{ name = "calm", label = "Calm", from = 0 }, { name = "call", label = "Call today", from = 0.35 }]
    "#;

    /// The checks read the table again, so its file must stay.
    fn cohort(schema: &Schema) -> (NamedTempFile, Cohort) {
        let rows: String = (0..400)
            .map(|row| {
                let (tenure, contract) = (row * 7 % 72, if row % 3 == 0 { "Month" } else { "Year" });
                let churn = if (tenure * 31 + row) % 5 < 2 { "Yes" } else { "No" };
                format!("{tenure},{contract},{},{churn}\n", if row % 2 == 0 { "Yes" } else { "No" })
            })
            .collect();
        let table = crate::file::tests::file(format!("tenure,contract,partner,Churn\n{rows}"));
        let cohort = Cohort::read(Source::open(table.path()).unwrap(), schema).unwrap();
        (table, cohort)
    }

    #[test]
    fn a_lesson_gives_the_same_bytes_with_the_tiers_of_the_schema_and_can_be_stopped() {
        let file = SchemaFile::read(&format!("{SCHEMA}\n{POLICY}")).unwrap();
        let (_table, cohort) = cohort(&file.schema);
        let network = FitConfig { maximum_epochs: 2, ..FitConfig::default() };
        let mut params = TrainParams { network, ship: Ship::Teacher, ..TrainParams::default() };
        params.teacher.model = Some(Model::Linear);
        params.background_rows = Some(8);
        let (train, validation): (Vec<u32>, Vec<u32>) = (0..cohort.rows() as u32).partition(|row| row % 4 > 0);
        let split = Split { train, validation: validation.clone(), calibration: validation.clone(), test: validation };
        let lesson = Lesson {
            params: &params,
            cohort: &cohort,
            schema: &file.schema,
            policy: &file.policy,
            split_by: &SplitBy::Target,
            split: &split,
            checks: &DataChecks::run(&cohort, &file.schema, &[]).unwrap(),
        };
        let mut epochs = 0;
        let mut learn = |control| {
            let learned = lesson.learn(&FitOptions::default(), &mut |_, _| {
                epochs += 1;
                control
            })?;
            learned.artifact()
        };
        let (artifact, bytes) = learn(Control::Continue).unwrap();
        assert_eq!(artifact.document.policy, file.policy);
        assert!(!artifact.document.card().unwrap().curves.is_empty());
        assert!(bytes == learn(Control::Continue).unwrap().1);
        let stopped = learn(Control::Stop).unwrap_err();
        assert!(matches!(stopped, LearnError::Train(TrainError::Fit(FitError::Interrupted))), "{stopped}");
        assert!(epochs > 2);
    }
}
