//! An artifact whose parts are checked against each other.

use super::document::{Background, BackgroundRow, Document};
use super::error::ArtifactError;
use super::limits::{FORMAT_VERSION, MAXIMUM_BACKGROUND_ROWS, MINIMUM_MEMBERS};
use super::price::Limits;
use crate::customer::Customer;
#[cfg(feature = "decide")]
use crate::decision::Offers;
use crate::encoding::{Encoder, Input, joined};
#[cfg(feature = "decide")]
use crate::monitoring::Reference;
use crate::network::Network;

/// An artifact whose parts agree with each other.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// What the file says.
    pub document: Document,
    /// Turns a customer into features.
    pub encoder: Encoder,
    /// The packed network.
    pub network: Network,
    /// The background rows as customers.
    pub background: Vec<Customer>,
    /// The offers of the policy.
    #[cfg(feature = "decide")]
    pub offers: Offers,
    /// What the model saw on the held-out rows of its training, where the card has it.
    #[cfg(feature = "decide")]
    pub reference: Option<Reference>,
}

impl Artifact {
    /// Puts an artifact together and checks that its parts agree, within the default [`Limits`].
    pub fn new(document: Document, network: Network) -> Result<Artifact, ArtifactError> {
        Artifact::within(document, network, Limits::default())
    }

    /// Puts an artifact together and checks that its parts agree, and what it costs.
    pub fn within(document: Document, mut network: Network, limits: Limits) -> Result<Artifact, ArtifactError> {
        if document.format_version != FORMAT_VERSION {
            return Err(ArtifactError::Version { found: document.format_version });
        }
        let encoder = Encoder::new(&document.schema, document.encoder.inputs.clone())?;
        if network.row_count() != encoder.row_count() {
            return Err(ArtifactError::Rows { network: network.row_count(), encoder: encoder.row_count() });
        }
        let rows = |input: &Input| input.first_row as usize..input.first_row as usize + input.row_count();
        network.parts().check_sums(&encoder.inputs().iter().map(rows).collect::<Vec<_>>())?;
        network.join(joined(encoder.inputs(), network.parts().units));
        document.calibration.validate()?;
        #[cfg(feature = "decide")]
        let offers = document.policy.ready(&document.schema).map_err(|mut problems| problems.swap_remove(0))?;
        #[cfg(not(feature = "decide"))]
        if let Some(problem) = document.policy.tier_problems().into_iter().next() {
            return Err(problem.into());
        }
        #[cfg(feature = "decide")]
        let reference = Reference::of_card(&document.card, &document.schema)?;
        let background = customers(&document)?;
        limits.check_formulas(&encoder, background.len())?;
        limits.check_network(&network, background.len())?;
        Ok(Artifact {
            document,
            encoder,
            network,
            background,
            #[cfg(feature = "decide")]
            offers,
            #[cfg(feature = "decide")]
            reference,
        })
    }
}

/// The background rows as customers. Refuses rows that stand for too few customers.
fn customers(document: &Document) -> Result<Vec<Customer>, ArtifactError> {
    let Background { k, rows } = &document.background;
    if rows.is_empty() || rows.len() > MAXIMUM_BACKGROUND_ROWS {
        return Err(ArtifactError::BackgroundRows { found: rows.len() });
    }
    let fewest = rows.iter().map(|row| row.members).min().unwrap_or(0).min(*k);
    if fewest < MINIMUM_MEMBERS {
        return Err(ArtifactError::Privacy { members: fewest });
    }
    let customer = |(row, BackgroundRow { cells, .. }): (usize, &BackgroundRow)| {
        Customer::from_cells(&document.schema, cells).map_err(|mut problems| match problems.is_empty() {
            // A row of too many cells.
            true => ArtifactError::BackgroundCells { row, found: cells.len() },
            false => ArtifactError::BackgroundValue { row, problem: problems.swap_remove(0) },
        })
    };
    rows.iter().enumerate().map(customer).collect()
}
