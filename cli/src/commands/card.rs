//! `tenure card`: the model card of an artifact as Markdown.

use std::path::PathBuf;

use serde_json::Value;
use tenure_training::file::write_whole;

use crate::card::markdown;
use crate::failure::Failure;
use crate::inputs::{ArtifactFile, read_artifact};
use crate::output::{Output, refuse_overwrite};

/// Write the model card of an artifact as Markdown, with the front matter that Hugging Face reads
///
/// Intended use, data, figures with intervals, segments, limits, privacy: all from the artifact, so the card can be
/// written wherever the artifact is.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The artifact
    pub model: PathBuf,
    /// The file to write; `-` prints it
    #[arg(long, default_value = "MODEL_CARD.md")]
    pub out: PathBuf,
    /// An identifier of the model's licence, such as apache-2.0; none is claimed without it
    #[arg(long)]
    pub license: Option<String>,
    /// Print the card as the artifact has it, as JSON
    #[arg(long)]
    pub json: bool,
    /// Overwrite the file
    #[arg(long)]
    pub force: bool,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let prints = arguments.json || arguments.out.as_os_str() == "-";
    if !prints {
        refuse_overwrite(&arguments.out, arguments.force)?;
    }
    let ArtifactFile { artifact, sha256 } = read_artifact(&arguments.model, None)?;
    if arguments.json {
        let card: Value = serde_json::from_str(&artifact.document.card).map_err(Failure::data)?;
        output.print(format!("{card:#}"));
        return Ok(());
    }
    let text = markdown(&artifact.document, &artifact.document.card()?, &sha256, arguments.license.as_deref());
    if prints {
        output.print(text.trim_end());
    } else {
        write_whole(&arguments.out, text.as_bytes())?;
        output.say(arguments.out.display());
    }
    Ok(())
}
