//! Reading an artifact as if an enemy wrote it: limits before allocation, checked arithmetic, no trailing bytes.
//!
//! safetensors checks the layout (offsets that neither overlap nor leave gaps, shapes that fit their bytes, an end
//! that is the file's end); what is checked here comes before it, to bound its memory, and after it, to know that
//! the tensors are the ones of the format.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, Metadata, SafeTensorError, SafeTensors, TensorInfo};

use super::{Artifact, ArtifactError, DOCUMENT_KEY, Document, FORMAT_VERSION, MAXIMUM_BYTES, MAXIMUM_HEADER_BYTES};
use crate::network::{Layer, MAXIMUM_LAYERS, Network, NetworkParts};

/// Reads an artifact from the bytes of a file.
pub fn read(bytes: &[u8]) -> Result<Artifact, ArtifactError> {
    let data = &bytes[header_end(bytes)?..];
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| refuse(error, data.len()))?;
    let text = metadata.metadata().as_ref().and_then(|keys| keys.get(DOCUMENT_KEY));
    let document = document(text.ok_or(ArtifactError::NoDocument)?)?;
    let mut tensors = Tensors::new(&metadata, data)?;
    let (shape, table) = tensors.take::<2>("table")?;
    let (_, direct) = tensors.take::<1>("direct")?;
    let (_, bias) = tensors.take::<1>("bias")?;
    let mut layers = Vec::new();
    while layers.len() < MAXIMUM_LAYERS && tensors.has(&format!("layers.{}.weight", layers.len())) {
        let (shape, weight) = tensors.take::<2>(&format!("layers.{}.weight", layers.len()))?;
        let (_, bias) = tensors.take::<1>(&format!("layers.{}.bias", layers.len()))?;
        layers.push(Layer { outputs: shape[1], weight, bias });
    }
    let (_, output) = tensors.take::<1>("output")?;
    let (_, output_bias) = tensors.take::<1>("output_bias")?;
    tensors.finish()?;
    let [output_bias] = output_bias[..] else {
        let tensor = "output_bias".into();
        return Err(crate::network::NetworkError::Shape { tensor, expected: 1, found: output_bias.len() }.into());
    };
    let [rows, units] = shape;
    let network = Network::new(rows, NetworkParts { units, table, direct, bias, layers, output, output_bias })?;
    Artifact::new(document, network)
}

/// Where the header ends, within the limits.
fn header_end(bytes: &[u8]) -> Result<usize, ArtifactError> {
    if bytes.len() > MAXIMUM_BYTES {
        return Err(ArtifactError::TooLarge { found: bytes.len() });
    }
    let (claimed, rest) = bytes.split_first_chunk::<8>().ok_or(ArtifactError::NoHeader)?;
    let claimed = u64::from_le_bytes(*claimed);
    if claimed > MAXIMUM_HEADER_BYTES as u64 {
        return Err(ArtifactError::HeaderTooLarge { claimed });
    }
    let claimed = claimed as usize;
    if claimed > rest.len() {
        return Err(ArtifactError::HeaderTruncated { claimed, found: rest.len() });
    }
    Ok(8 + claimed)
}

fn refuse(error: SafeTensorError, found: usize) -> ArtifactError {
    match error {
        SafeTensorError::MetadataIncompleteBuffer => ArtifactError::Length { claimed: usize::MAX, found },
        SafeTensorError::InvalidOffset(name) => ArtifactError::Layout(name),
        SafeTensorError::TensorInvalidInfo | SafeTensorError::ValidationOverflow => ArtifactError::Layout("?".into()),
        SafeTensorError::InvalidHeader(_) => ArtifactError::Header("it is not UTF-8".into()),
        SafeTensorError::InvalidHeaderDeserialization(error) => ArtifactError::Header(error.to_string()),
        other => ArtifactError::Header(format!("{other:?}")),
    }
}

/// Parses the document, the version first: another version may have other keys.
fn document(text: &str) -> Result<Document, ArtifactError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format_version: u32,
    }
    let refuse = |error: serde_json::Error| ArtifactError::Document(error.to_string());
    let Version { format_version } = serde_json::from_str(text).map_err(refuse)?;
    if format_version != FORMAT_VERSION {
        return Err(ArtifactError::Version { found: format_version });
    }
    serde_json::from_str(text).map_err(refuse)
}

/// The tensors of a file, taken by name until none is left.
struct Tensors<'a> {
    infos: HashMap<String, &'a TensorInfo>,
    data: &'a [u8],
}

impl<'a> Tensors<'a> {
    fn new(metadata: &'a Metadata, data: &'a [u8]) -> Result<Tensors<'a>, ArtifactError> {
        Ok(Tensors { infos: metadata.tensors().into_iter().collect(), data })
    }

    fn has(&self, name: &str) -> bool {
        self.infos.contains_key(name)
    }

    /// Takes a tensor of N dimensions; the layout is checked, so its bytes are there.
    fn take<const N: usize>(&mut self, name: &str) -> Result<([usize; N], Vec<f32>), ArtifactError> {
        let info = self.infos.remove(name).ok_or_else(|| ArtifactError::TensorAbsent(name.into()))?;
        if info.dtype != Dtype::F32 {
            return Err(ArtifactError::TensorType { name: name.into(), found: format!("{:?}", info.dtype) });
        }
        let shape: [usize; N] = info.shape[..].try_into().map_err(|_| {
            ArtifactError::TensorRank { name: name.into(), expected: N, found: info.shape.len() }
        })?;
        let (start, end) = info.data_offsets;
        let bytes = self.data.get(start..end).ok_or_else(|| ArtifactError::Layout(name.into()))?;
        let values = bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        Ok((shape, values.collect()))
    }

    fn finish(self) -> Result<(), ArtifactError> {
        let unknown = self.infos.into_keys().min();
        unknown.map_or(Ok(()), |name| Err(ArtifactError::TensorUnknown(name)))
    }
}
