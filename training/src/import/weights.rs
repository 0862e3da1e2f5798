//! The weights of a network, from a safetensors file.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, SafeTensors};

use super::error::ImportError;

/// Named tensors in f64.
#[derive(Clone, Debug)]
pub struct Weights {
    bytes: Vec<u8>,
    tensors: BTreeMap<String, Tensor>,
}

#[derive(Clone, Debug)]
struct Tensor {
    shape: Vec<usize>,
    /// `None` for types that no layer has, such as the counters of batch norms.
    values: Option<Vec<f64>>,
    kind: Dtype,
}

impl Weights {
    /// Reads a file: F32, F64 and BF16 become f64, and other types stand unread until a layer asks for them.
    pub fn read(bytes: Vec<u8>) -> Result<Weights, ImportError> {
        let refuse = |problem: String| ImportError::Problems(vec![problem]);
        let file = SafeTensors::deserialize(&bytes).map_err(|error| {
            refuse(format!(
                "weights: the file is no safetensors file ({error}); write the state dict with \
                 safetensors.torch.save_file"
            ))
        })?;
        let tensors = file.iter().map(|(name, view)| {
            let values = match view.dtype() {
                Dtype::F32 => Some(numbers(view.data(), |bytes| f64::from(f32::from_le_bytes(bytes)))),
                Dtype::F64 => Some(numbers(view.data(), f64::from_le_bytes)),
                Dtype::BF16 => Some(numbers(view.data(), |bytes: [u8; 2]| {
                    f64::from(f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16))
                })),
                _ => None,
            };
            (name.to_owned(), Tensor { shape: view.shape().to_vec(), values, kind: view.dtype() })
        });
        let tensors = tensors.collect();
        Ok(Weights { tensors, bytes })
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The shape of a tensor, if it is there.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(|tensor| &*tensor.shape)
    }

    /// The names of all tensors, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The values of a tensor, row after row, or what is wrong with it.
    pub fn values(&self, name: &str) -> Result<&[f64], String> {
        let Some(tensor) = self.tensors.get(name) else {
            let names: Vec<&str> = self.names().collect();
            return Err(format!("the weights have no tensor `{name}`; they have {}", names.join(", ")));
        };
        let Some(values) = &tensor.values else {
            return Err(format!("tensor `{name}` is of type {:?}; write it as F32 or F64", tensor.kind));
        };
        match values.iter().position(|value| !value.is_finite()) {
            Some(at) => {
                Err(format!("tensor `{name}` has a value that is not finite (position {at}, got {})", values[at]))
            }
            None => Ok(values),
        }
    }
}

/// The reader refuses data that are no whole number of values.
fn numbers<const N: usize>(data: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    data.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect()
}
