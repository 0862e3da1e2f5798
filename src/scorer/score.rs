//! Scores: customer → features → logit → probability → tier.

use std::sync::OnceLock;

#[cfg(feature = "write")]
use serde::Serialize;

use super::stop::Stop;
use crate::artifact::{self, Artifact, ArtifactError, Document};
use crate::customer::{Cell, Customer};
use crate::encoding::{Features, Lookups, Places};
use crate::network::{LookupTable, Scratch};
use crate::schema::Field;
use crate::sentence::Messages;

/// A model that is ready to score.
#[derive(Clone, Debug)]
pub struct Scorer {
    pub(super) artifact: Artifact,
    /// Made for the first explanation; a score does not need it.
    background: OnceLock<EncodedBackground>,
    /// Made for the first score.
    first_layer: OnceLock<FirstLayer>,
    /// The words for people; made on first use.
    messages: OnceLock<Messages>,
}

#[derive(Clone, Debug)]
pub(super) struct EncodedBackground {
    pub(super) rows: Features,
    /// Mean logit of the rows.
    pub(super) base: f64,
    /// Mean probability of the rows.
    pub(super) base_probability: f64,
}

/// The first layer, a lookup for neighbouring categories.
#[derive(Clone, Debug)]
pub(super) struct FirstLayer {
    pub(super) lookups: Lookups,
    pub(super) table: LookupTable,
}

/// Memory for scoring one customer after another.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub(super) places: Places,
    scratch: Scratch,
    pub(super) stop: Stop,
}

impl Workspace {
    /// Ends explanations and searches with this workspace once the flag is set.
    pub fn stop_by(&mut self, stop: Stop) {
        self.stop = stop;
    }
}

/// The score of one customer.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CoreScore"))]
pub struct Score {
    /// The network's output before calibration, in log-odds.
    pub logit: f64,
    /// Calibrated probability of leaving, 0 to 1.
    pub probability: f64,
    /// Position in `policy.tiers`.
    pub tier: usize,
}

impl Scorer {
    /// Reads an artifact and makes it ready.
    pub fn from_bytes(bytes: &[u8]) -> Result<Scorer, ArtifactError> {
        artifact::read(bytes).map(Scorer::new)
    }

    /// Makes an artifact ready.
    pub fn new(artifact: Artifact) -> Scorer {
        Scorer { artifact, background: OnceLock::new(), first_layer: OnceLock::new(), messages: OnceLock::new() }
    }

    pub(super) fn encoded_background(&self) -> &EncodedBackground {
        self.background.get_or_init(|| {
            let Artifact { encoder, network, background, .. } = &self.artifact;
            let FirstLayer { lookups, table } = self.first_layer();
            let mut rows = Features::new(encoder.inputs().len(), background.len());
            let mut places = lookups.places(background.len());
            for (at, customer) in background.iter().enumerate() {
                encoder.encode(customer, at, &mut rows);
                lookups.encode(encoder, customer.cells(), at, &mut places);
            }
            let mut logits = vec![0.0; background.len()];
            network.logits_by_lookup(table, &places, background.len(), &mut network.scratch(), &mut logits);
            let mean = |values: &[f32]| values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64;
            let base = mean(&logits);
            let whole = logits.len() / 4 * 4;
            self.artifact.document.calibration.apply(&mut logits[..whole]);
            self.artifact.document.calibration.apply(&mut logits[whole..]);
            let base_probability = mean(&logits);
            EncodedBackground { rows, base, base_probability }
        })
    }

    pub(super) fn first_layer(&self) -> &FirstLayer {
        self.first_layer.get_or_init(|| {
            let Artifact { encoder, network, .. } = &self.artifact;
            let lookups = Lookups::new(encoder, network.parts().units);
            let table = network.lookup_table(encoder.inputs(), &lookups);
            FirstLayer { lookups, table }
        })
    }

    /// What the artifact says: schema, calibration, policy, background, card.
    pub fn document(&self) -> &Document {
        &self.artifact.document
    }

    /// The artifact.
    pub fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// Memory for scoring one customer after another.
    pub fn workspace(&self) -> Workspace {
        let (places, scratch) = (self.first_layer().lookups.places(1), self.artifact.network.scratch());
        Workspace { places, scratch, stop: Stop::default() }
    }

    /// Scores one customer.
    pub fn score(&self, customer: &Customer, workspace: &mut Workspace) -> Score {
        let Workspace { places, scratch, .. } = workspace;
        let FirstLayer { lookups, table } = self.first_layer();
        let Artifact { encoder, network, .. } = &self.artifact;
        lookups.encode(encoder, customer.cells(), 0, places);
        let mut logit = [0.0];
        network.logits_by_lookup(table, places, 1, scratch, &mut logit);
        self.finish(logit[0])
    }

    /// The score of a logit. Not inlined: copies in its three callers would be a part of the download.
    #[inline(never)]
    pub(crate) fn finish(&self, logit: f32) -> Score {
        let logit = f64::from(logit);
        let probability = self.artifact.document.calibration.probability(logit);
        Score { logit, probability, tier: self.artifact.document.policy.tier(probability) }
    }

    /// Whether a value of a customer counts as another: as OTHER, or as the end of the fitted
    /// quantiles.
    pub fn has_warnings(&self, customer: &Customer) -> bool {
        let fields = &self.artifact.document.schema.fields;
        let other = |(cell, field): (&Cell, &Field)| *cell == Cell::Category(field.category_count() as u32);
        customer.cells().iter().zip(fields).any(other) || self.artifact.encoder.is_clipped(customer)
    }

    /// The words for people: English unless others are given.
    pub fn messages(&self) -> &Messages {
        self.messages.get_or_init(Messages::english)
    }

    /// Sets the reference of date fields; see
    /// [`Schema::set_reference`](crate::schema::Schema::set_reference).
    pub fn set_reference(&mut self, day: f64) -> bool {
        self.artifact.document.schema.set_reference(day)
    }

    /// Takes other words for people.
    pub fn set_messages(&mut self, messages: Messages) {
        self.messages = OnceLock::from(messages);
    }

    /// A cell in words, see [`Messages::value`].
    pub fn text(&self, field: usize, cell: Cell) -> String {
        self.messages().value(&self.artifact.document.schema.fields[field], cell)
    }
}
