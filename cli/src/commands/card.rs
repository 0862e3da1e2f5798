//! `tenure card`: the model card of an artifact as Markdown.

use std::path::PathBuf;

use serde_json::Value;
use tenure_training::file::{Existing, write};

use crate::card::markdown;
use crate::console::{Console, refuse_overwrite};
use crate::failure::Failure;
use crate::inputs::{ArtifactFile, TrustArguments, read_artifact};

/// Write the model card of an artifact as Markdown for Hugging Face
///
/// The card has intended use, data, figures with intervals, segments, limits and privacy. The
/// artifact is all it needs.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Artifact
    pub model: PathBuf,
    #[command(flatten)]
    pub trust: TrustArguments,
    /// File to write; `-` prints the card
    #[arg(long, default_value = "MODEL_CARD.md")]
    pub out: PathBuf,
    /// Licence of the model, such as apache-2.0; without it the card claims none
    #[arg(long)]
    pub license: Option<String>,
    /// Print the card of the artifact as JSON
    #[arg(long)]
    pub json: bool,
    /// Overwrite the file
    #[arg(long)]
    pub force: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let prints = arguments.json || arguments.out.as_os_str() == "-";
    if !prints {
        refuse_overwrite(&arguments.out, arguments.force)?;
    }
    let ArtifactFile { artifact, sha256 } = read_artifact(&arguments.model, None, &arguments.trust)?;
    if arguments.json {
        let card: Value = serde_json::from_str(&artifact.document.card).map_err(Failure::data)?;
        console.print(format!("{card:#}"));
        return Ok(());
    }
    let text = markdown(&artifact.document, &artifact.document.card()?, &sha256, arguments.license.as_deref());
    if prints {
        console.print(text.trim_end());
    } else {
        write(&arguments.out, text.as_bytes(), Existing::forced(arguments.force))?;
        console.say(arguments.out.display());
    }
    Ok(())
}
