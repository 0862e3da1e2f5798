//! The header of a safetensors file: a JSON object with the metadata and, by name, the type, shape
//! and place of every tensor. The reader is stricter than the format: no key twice, no unknown key,
//! and tensors that fill the rest of the file without overlap, gap or remainder.

use super::error::{ArtifactError, sentence};
use super::limits::DOCUMENT_KEY;
use crate::json::{Member, ParseError, Problems, Reader, Value, members, shortened};

/// More entries than any network makes; the tensors are sorted by insertion.
const MAXIMUM_TENSORS: usize = 64;

/// What a header says, its layout checked.
pub(super) struct Header {
    /// The metadata under [`DOCUMENT_KEY`].
    pub document: Option<String>,
    /// By place.
    pub tensors: Vec<Tensor>,
}

pub(super) struct Tensor {
    pub name: String,
    pub kind: String,
    pub shape: Vec<u64>,
    /// First byte, and one past the last, in the data after the header.
    pub place: (u64, u64),
}

impl Header {
    /// Reads the header of a file that has `length` bytes of data after it.
    pub(super) fn read(bytes: &[u8], length: usize) -> Result<Header, ArtifactError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ArtifactError::Header("it is not UTF-8".into()))?;
        let refuse = |error: ParseError| ArtifactError::Header(error.to_string());
        let problems = Problems::default();
        let mut document = None;
        let mut tensors: Vec<Tensor> = Vec::new();
        let members = members(text, &[]).map_err(refuse)?;
        if members.len() > MAXIMUM_TENSORS {
            return Err(ArtifactError::Header(format!("it has more than {MAXIMUM_TENSORS} entries")));
        }
        for Member { key: name, value, .. } in members {
            if name == "__metadata__" {
                let mut metadata = Reader::new(&name, &value, &problems);
                for (key, value) in metadata.rest() {
                    match value.as_text() {
                        Some(text) if key == DOCUMENT_KEY => document = Some(text.into()),
                        Some(_) => {}
                        None => metadata.report(key, "must be a text"),
                    }
                }
            } else {
                let tensor = tensor(name, &value, &problems);
                // Few enough to insert each where it belongs.
                let at = tensors.partition_point(|other| other.place <= tensor.place);
                tensors.insert(at, tensor);
            }
        }
        problems.or(()).map_err(|problems| ArtifactError::Header(sentence(&problems)))?;
        let header = Header { document, tensors };
        header.check(length)?;
        Ok(header)
    }

    fn check(&self, length: usize) -> Result<(), ArtifactError> {
        let mut at = 0;
        for tensor in &self.tensors {
            let (start, end) = tensor.place;
            if start != at || end < start || tensor.bytes() != Some(end - start) {
                return Err(ArtifactError::Layout(tensor.name.clone()));
            }
            at = end;
        }
        if at == length as u64 {
            Ok(())
        } else {
            Err(ArtifactError::Length { claimed: usize::try_from(at).unwrap_or(usize::MAX), found: length })
        }
    }
}

fn tensor(name: String, value: &Value, problems: &Problems) -> Tensor {
    let mut reader = Reader::new(&name, value, problems);
    let kind = reader.text("dtype");
    let mut wholes = |key| {
        let list = reader.list(key);
        let whole = |(index, item): (usize, &Value)| {
            item.as_whole().unwrap_or_else(|| {
                reader.report_item(key, index, "must be a whole number");
                0
            })
        };
        list.iter().enumerate().map(whole).collect::<Vec<u64>>()
    };
    let (shape, place) = (wholes("shape"), wholes("data_offsets"));
    if place.len() != 2 {
        reader.report("data_offsets", "must be two numbers");
    }
    reader.end();
    let at = |index: usize| place.get(index).copied().unwrap_or(0);
    Tensor { name: shortened(name), kind: shortened(kind), shape, place: (at(0), at(1)) }
}

impl Tensor {
    /// Bytes of the shape; `None` on overflow. Types of other sizes than 4 and 8 bytes count as 4:
    /// they are refused later.
    fn bytes(&self) -> Option<u64> {
        let width = if self.kind.ends_with("64") { 8 } else { 4 };
        self.shape.iter().try_fold(width, |bytes: u64, &size| bytes.checked_mul(size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use safetensors::tensor::SafeTensors;

    /// A file with a header of these tensors: name, rows, columns, start and end.
    fn file(tensors: &[(u8, u64, u64, u64, u64)], data: usize) -> Vec<u8> {
        let entries: Vec<_> = tensors
            .iter()
            .map(|(name, rows, columns, start, end)| {
                format!(
                    "\"t{name}\":{{\"dtype\":\"F32\",\"shape\":[{rows},{columns}],\"data_offsets\":[{start},{end}]}}"
                )
            })
            .collect();
        let header = format!("{{{}}}", entries.join(","));
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; data]].concat()
    }

    fn ours(file: &[u8]) -> bool {
        let (length, rest) = file.split_first_chunk::<8>().unwrap();
        let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
        Header::read(header, data.len()).is_ok()
    }

    proptest! {
        /// Two tensors that are often laid out correctly. This reader and the safetensors crate
        /// agree.
        #[test]
        fn layouts_are_judged_as_the_safetensors_crate_judges_them(
            rows in 0u64..4, columns in 0u64..4, more in 0u64..3, shift in -1i64..2, spare in 0usize..2, swap: bool,
        ) {
            let middle = 4 * rows * columns;
            let start = middle.saturating_add_signed(4 * shift * i64::from(more == 1));
            let end = start + 4 * rows;
            let mut tensors = vec![(0, rows, columns, 0, middle), (1, rows, 1, start, end)];
            if swap {
                tensors.reverse();
            }
            let file = file(&tensors, end as usize + spare);
            prop_assert_eq!(ours(&file), SafeTensors::deserialize(&file).is_ok(), "{:?}", tensors);
        }
    }

    #[test]
    fn hostile_headers() {
        let refuse = |header: &str| Header::read(header.as_bytes(), 8).err().map(|error| error.code());
        let sound = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        assert_eq!(refuse(sound), None);
        let many: Vec<_> = (0..65)
            .map(|name| format!("\"{name}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"))
            .collect();
        assert_eq!(refuse(&format!("{{{}}}", many.join(","))), Some("artifact_header"));
        for (from, to, code) in [
            ("[2]", "[2,1e0]", "artifact_header"),
            ("[2]", "[-2]", "artifact_header"),
            ("[2]", "[4294967296,4294967296]", "artifact_layout"),
            ("[2]", "[18446744073709551615]", "artifact_layout"),
            ("[0,8]", "[0]", "artifact_header"),
            ("[0,8]", "[8,0]", "artifact_layout"),
            ("[0,8]", "[0,18446744073709551615]", "artifact_layout"),
            ("[2]", "[2],\"shape\":[2]", "artifact_header"),
            ("[2]", "[2],\"more\":1", "artifact_header"),
            ("{\"a\"", "{\"__metadata__\":{\"tenure\":1},\"a\"", "artifact_header"),
            ("{\"a\"", "{\"__metadata__\":{\"other\":1},\"a\"", "artifact_header"),
            ("}}", "},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}}", "artifact_header"),
            ("}}", "},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "artifact_layout"),
        ] {
            let header = sound.replacen(from, to, 1);
            assert_eq!(refuse(&header), Some(code), "{header}");
        }
    }
}
