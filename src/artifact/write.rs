//! Writes an artifact. The same artifact always gives the same bytes.

use safetensors::tensor::{Dtype, TensorView, serialize};

use super::checked::Artifact;
use super::checksum;
use super::error::ArtifactError;
use super::limits::DOCUMENT_KEY;

/// The bytes of the file.
pub fn write(artifact: &Artifact) -> Result<Vec<u8>, ArtifactError> {
    let parts = artifact.network.parts();
    let rows = artifact.network.row_count();
    let mut tensors = vec![
        ("table".to_owned(), vec![rows, parts.units], bytes(&parts.table)),
        ("direct".to_owned(), vec![rows], bytes(&parts.direct)),
        ("bias".to_owned(), vec![parts.units], bytes(&parts.bias)),
        ("output".to_owned(), vec![parts.output.len()], bytes(&parts.output)),
        ("output_bias".to_owned(), vec![1], bytes(&[parts.output_bias])),
    ];
    for (index, layer) in parts.layers.iter().enumerate() {
        let inputs = layer.weight.len() / layer.outputs;
        tensors.push((format!("layers.{index}.weight"), vec![inputs, layer.outputs], bytes(&layer.weight)));
        tensors.push((format!("layers.{index}.bias"), vec![layer.outputs], bytes(&layer.bias)));
    }
    let refuse = |error: &dyn std::fmt::Display| ArtifactError::Document(error.to_string());
    let document = serde_json::to_string(&artifact.document).map_err(|error| refuse(&error))?;
    let views = tensors.iter().map(|(name, shape, bytes)| {
        TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name.as_str(), view))
    });
    let views = views.collect::<Result<Vec<_>, _>>().map_err(|error| refuse(&format!("{error:?}")))?;
    let metadata = [(DOCUMENT_KEY.to_owned(), checksum::with_room(&document))].into_iter().collect();
    let mut bytes = serialize(views, Some(metadata)).map_err(|error| refuse(&format!("{error:?}")))?;
    checksum::fill(&mut bytes);
    Ok(bytes)
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
