//! A packed and calibrated network → an artifact: the background, the reference, and the check of what
//! is kept.

use tenure::artifact::{
    Artifact, ArtifactError, Background, Document, EncoderDocument, FORMAT_VERSION, MAXIMUM_BACKGROUND_ROWS,
    MINIMUM_MEMBERS, read, write,
};
use tenure::calibration::Calibration;
use tenure::card::ModelCard;
use tenure::decision::Policy;
use tenure::monitoring::Reference;
use tenure::network::Network;
use tenure::schema::Schema;

use super::background::{self, BackgroundCandidates, Fidelity};
use super::encoded::Encoded;
use super::error::TrainError;
use crate::cohort::Cohort;
use crate::{reference, stored};

/// The bytes of an artifact, which the reader has taken: it refuses more than the writer does.
pub fn checked_bytes(artifact: &Artifact) -> Result<Vec<u8>, ArtifactError> {
    let bytes = write(artifact)?;
    read(&bytes)?;
    Ok(bytes)
}

/// What becomes an artifact, whoever trained it.
pub struct Assembly<'a> {
    pub encoded: &'a Encoded,
    pub network: &'a Network,
    pub calibration: &'a Calibration,
    /// The schema of the artifact. It has the fields of the cohort's.
    pub schema: &'a Schema,
    /// Rows of the background; by default as many as explanations need.
    pub background_rows: Option<usize>,
    pub seed: u64,
}

impl Assembly<'_> {
    /// The artifact, with the tiers of `policy` and a background from `fit_rows`; `explanation` of
    /// the card says how far its explanations are from those against these rows, beside
    /// backgrounds of other sizes, and `reference` what it sees in all other rows. Refuses an artifact that
    /// says something of too few customers.
    pub fn artifact(
        &self,
        cohort: &Cohort,
        policy: &Policy,
        fit_rows: &[u32],
        mut card: ModelCard,
    ) -> Result<Artifact, TrainError> {
        let candidates = BackgroundCandidates::draw(cohort, self.encoded, self.network, fit_rows, self.seed)?;
        let artifact = |count: usize| {
            let encoder = self.encoded.encoder();
            let document = Document {
                format_version: FORMAT_VERSION,
                schema: self.schema.clone(),
                encoder: EncoderDocument { inputs: encoder.documents() },
                calibration: self.calibration.clone(),
                policy: policy.clone(),
                background: Background { k: MINIMUM_MEMBERS, rows: candidates.choose(count) },
                card: card.write(),
            };
            Artifact::new(document, self.network.clone())
        };
        let counts: Vec<usize> = match self.background_rows {
            Some(count) => vec![count, count.div_ceil(2), count * 2],
            None => background::ROWS.step_by(background::STEP).collect(),
        };
        let mut fidelity = None;
        // The first that is near enough; else the last, or the one that was asked for.
        let mut chosen: Option<Artifact> = None;
        let mut is_settled = false;
        for count in counts.into_iter().filter(|&count| count <= MAXIMUM_BACKGROUND_ROWS) {
            let artifact = match artifact(count) {
                // More rows than explanations can afford.
                Err(ArtifactError::Price { .. }) if chosen.is_some() => continue,
                artifact => artifact?,
            };
            let fidelity = match &mut fidelity {
                Some(fidelity) => fidelity,
                empty => empty.insert(Fidelity::new(&artifact, cohort, fit_rows)?),
            };
            let is_near = fidelity.measure(artifact.background.clone());
            if !is_settled {
                chosen = Some(artifact);
            }
            is_settled |= is_near || self.background_rows.is_some();
        }
        let mut artifact = chosen.expect("there is a number of rows to try");
        card.explanation = fidelity.map(|fidelity| fidelity.errors(artifact.background.len()));
        let threshold = card.metrics.threshold;
        let reference = reference::measure(&artifact, cohort, &cohort.others(fit_rows), threshold);
        card.reference = Some(serde_json::from_str(&reference.write()).expect("a reference is JSON"));
        artifact.document.card = card.write();
        artifact.reference =
            Reference::of_card(&artifact.document.card, cohort.schema()).map_err(ArtifactError::from)?;
        stored::check(&artifact, cohort)?;
        Ok(artifact)
    }
}
