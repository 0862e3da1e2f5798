//! Reads an artifact as hostile input: limits before allocation, checked arithmetic, no trailing
//! bytes.
//!
//! [`Header`] checks the layout (offsets that neither overlap nor leave gaps, shapes that fit their
//! bytes, an end that is the file's end); this file checks sizes before that, to bound its memory,
//! and afterwards that the tensors are those of the format.

use super::checked::Artifact;
use super::checksum;
use super::document;
use super::error::ArtifactError;
use super::header::{Header, Tensor};
use super::limits::{MAXIMUM_BYTES, MAXIMUM_HEADER_BYTES};
use super::price::Limits;
use crate::network::{Layer, MAXIMUM_LAYERS, Network, NetworkError, NetworkParts};

/// Reads an artifact from the bytes of a file.
pub fn read(bytes: &[u8]) -> Result<Artifact, ArtifactError> {
    read_within(bytes, Limits::default())
}

/// Reads an artifact that may cost what `limits` allow.
pub fn read_within(bytes: &[u8], limits: Limits) -> Result<Artifact, ArtifactError> {
    read_parts(bytes, limits).map(|(artifact, _)| artifact)
}

/// Reads an artifact, and what it says about itself as JSON: `format_version`, `schema`,
/// `calibration`, `policy` and `card` as in the file, and `background_rows`.
pub fn read_with_summary(bytes: &[u8]) -> Result<(Artifact, String), ArtifactError> {
    read_parts(bytes, Limits::default())
}

/// As [`read_with_summary`], of an artifact that may cost what `limits` allow.
#[cfg(feature = "decide")]
pub fn read_with_summary_within(bytes: &[u8], limits: Limits) -> Result<(Artifact, String), ArtifactError> {
    read_parts(bytes, limits)
}

fn read_parts(bytes: &[u8], limits: Limits) -> Result<(Artifact, String), ArtifactError> {
    let (header, data) = split(bytes).map_err(|error| other_file(bytes).unwrap_or(error))?;
    let (document, summary, claimed) = document::read(&header.document.ok_or(ArtifactError::NoDocument)?)?;
    let mut tensors = Tensors { tensors: header.tensors, data };
    let (shape, table) = tensors.take::<2>("table")?;
    let (_, direct) = tensors.take::<1>("direct")?;
    let (_, bias) = tensors.take::<1>("bias")?;
    let mut layers = Vec::new();
    while layers.len() < MAXIMUM_LAYERS && tensors.position(&layer_tensor(layers.len(), "weight")).is_some() {
        let (shape, weight) = tensors.take::<2>(&layer_tensor(layers.len(), "weight"))?;
        let (_, bias) = tensors.take::<1>(&layer_tensor(layers.len(), "bias"))?;
        layers.push(Layer { outputs: shape[1], weight, bias });
    }
    let (_, output) = tensors.take::<1>("output")?;
    let (_, output_bias) = tensors.take::<1>("output_bias")?;
    tensors.finish()?;
    let [output_bias] = output_bias[..] else {
        let tensor = "output_bias".into();
        return Err(NetworkError::Shape { tensor, expected: 1, found: output_bias.len() }.into());
    };
    let [rows, units] = shape;
    let network = Network::new(rows, NetworkParts { units, table, direct, bias, layers, output, output_bias })?;
    let artifact = Artifact::within(document, network, limits)?;
    // Checked last, because an error that names the fault says more than the checksum.
    claimed.map_or(Ok(()), |claimed| checksum::verify(bytes, &claimed))?;
    Ok((artifact, summary))
}

fn layer_tensor(layer: usize, part: &str) -> String {
    format!("layers.{layer}.{part}")
}

/// The header, and the data that follows it.
fn split(bytes: &[u8]) -> Result<(Header, &[u8]), ArtifactError> {
    let end = header_end(bytes)?;
    let (header, data) = bytes.split_at(end);
    Ok((Header::read(&header[8..], data.len())?, data))
}

/// How files begin that often stand in an artifact's place.
const OTHER_FILES: [(&[u8], &str); 6] = [
    (b"<", "a web page or XML (check the address: servers send a page for a missing file)"),
    (b"version https://git-lfs", "a pointer of Git LFS (fetch it with `git lfs pull`)"),
    (b"{", "JSON"),
    (b"PK\x03\x04", "a ZIP archive (unpack it first)"),
    (b"\x1f\x8b", "compressed with gzip (unpack it first)"),
    (b"PAR1", "a Parquet table"),
];

/// A better reason why a file with a bad header is refused, if the file is known to be another.
fn other_file(bytes: &[u8]) -> Option<ArtifactError> {
    let start = bytes.trim_ascii_start();
    // The length of an artifact's header ends in zeros, and a text has none.
    let is_text = bytes.get(4..8).is_some_and(|length| length != [0; 4]);
    let known = |(begins, _): &&(&[u8], _)| start.starts_with(begins) && (is_text || !begins[0].is_ascii_punctuation());
    let is_plain = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let plain =
        || bytes.get(..8).filter(|start| start.iter().all(is_plain)).map(|_| &"a text, such as a table or a schema");
    OTHER_FILES.iter().find(known).map(|(_, what)| what).or_else(plain).map(|what| ArtifactError::OtherFile(what))
}

/// Where the header ends, within the limits.
pub(super) fn header_end(bytes: &[u8]) -> Result<usize, ArtifactError> {
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

/// The tensors of a file, taken by name until none is left.
struct Tensors<'a> {
    tensors: Vec<Tensor>,
    data: &'a [u8],
}

impl Tensors<'_> {
    fn position(&self, name: &str) -> Option<usize> {
        self.tensors.iter().position(|tensor| tensor.name == name)
    }

    /// Takes a tensor of N dimensions; the layout is checked, so its bytes are there.
    fn take<const N: usize>(&mut self, name: &str) -> Result<([usize; N], Vec<f32>), ArtifactError> {
        let mut shape = [0; N];
        let values = self.take_into(name, &mut shape)?;
        Ok((shape, values))
    }

    fn take_into(&mut self, name: &str, shape: &mut [usize]) -> Result<Vec<f32>, ArtifactError> {
        let position = self.position(name).ok_or_else(|| ArtifactError::TensorAbsent(name.into()))?;
        let tensor = self.tensors.swap_remove(position);
        if tensor.kind != "F32" {
            return Err(ArtifactError::TensorType { name: tensor.name, found: tensor.kind });
        }
        if tensor.shape.len() != shape.len() {
            let (name, expected, found) = (tensor.name, shape.len(), tensor.shape.len());
            return Err(ArtifactError::TensorRank { name, expected, found });
        }
        // A dimension larger than the file occurs only with another of 0; the network refuses its
        // size.
        shape
            .iter_mut()
            .zip(&tensor.shape)
            .for_each(|(size, &found)| *size = usize::try_from(found).unwrap_or(usize::MAX));
        let bytes = self.data.get(tensor.place.0 as usize..tensor.place.1 as usize);
        let bytes = bytes.ok_or(ArtifactError::Layout(tensor.name))?;
        let values = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        Ok(values.collect())
    }

    fn finish(self) -> Result<(), ArtifactError> {
        let unknown = self.tensors.into_iter().map(|tensor| tensor.name).min();
        unknown.map_or(Ok(()), |name| Err(ArtifactError::TensorUnknown(name)))
    }
}
