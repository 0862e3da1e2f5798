//! Numbers on the device, with their count: what a kernel's argument is made of.

use bytemuck::Pod;
use cubecl::prelude::*;
use cubecl::server::Handle;
use cubecl::zspace::{Shape, Strides, Tiling};

use super::error::GpuError;

/// A buffer of `length` numbers of four bytes.
#[derive(Clone)]
pub(super) struct Buffer {
    handle: Handle,
    length: usize,
}

impl Buffer {
    /// A copy of `values` on the device. Kernels take no empty buffer, so an empty one gets a zero.
    pub(super) fn of<T: Pod + Default>(client: &Client, values: &[T]) -> Buffer {
        let one = [T::default()];
        let values = if values.is_empty() { &one[..] } else { values };
        Buffer { handle: client.create_from_slice(bytemuck::cast_slice(values)), length: values.len() }
    }

    /// Room for `length` numbers, which a kernel fills.
    pub(super) fn empty(client: &Client, length: usize) -> Buffer {
        let length = length.max(1);
        Buffer { handle: client.empty(length * size_of::<f32>()), length }
    }

    /// The argument of a kernel. Through a tensor, whose length the buffer's own count gives: the
    /// direct way is unsafe, because it believes any length.
    pub(super) fn argument(&self) -> BufferArg {
        let binding = TensorBinding {
            handle: self.handle.clone().binding(),
            strides: Strides::new(&[1]),
            shape: Shape::from([self.length]),
            tiling: Tiling::UNTILED,
        };
        binding.into_buffer_arg()
    }

    /// Reads the numbers back once the device has written them.
    pub(super) async fn read(self, client: &Client) -> Result<Vec<f32>, GpuError> {
        let length = self.length;
        let failed = |error: cubecl::server::ServerError| GpuError::Failed(error.to_string());
        let bytes = client.read_async(vec![self.handle]).await.map_err(failed)?;
        let numbers: Vec<f32> = bytes.first().map(|bytes| bytemuck::pod_collect_to_vec(bytes)).unwrap_or_default();
        if numbers.len() < length {
            return Err(GpuError::Failed(format!("{} of {length} numbers came back", numbers.len())));
        }
        Ok(numbers)
    }
}
