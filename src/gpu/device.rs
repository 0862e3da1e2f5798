//! The graphics device: requested, checked for what the kernels need, and set up by burn-wgpu as the
//! runtime that burn's tensors run on too.

use std::sync::{Arc, OnceLock};

use burn_wgpu::{RuntimeOptions, WgpuDevice, WgpuSetup, try_init_device, wgpu};
use cubecl::prelude::Client;

use super::buffer::Buffer;
use super::error::GpuError;
use super::shape::{Shape, numbers};
use super::sizes::{BUFFERS, INVOCATIONS, NUMBERS, SHARED_BYTES, WORKGROUPS};
use super::weights::weights;
use crate::encoding::Features;
use crate::network::Network;

/// What the adapter reports about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// The name; browsers may keep it to themselves.
    pub name: String,
    /// Whether it computes on the CPU (SwiftShader, lavapipe, WARP).
    pub software: bool,
}

/// A network on a graphics device.
pub struct Gpu {
    pub(super) client: Client,
    pub(super) adapter: Adapter,
    pub(super) device: wgpu::Device,
    /// The device as burn knows it.
    #[cfg_attr(not(feature = "burn-webgpu"), expect(dead_code, reason = "burn's tensors are not compiled"))]
    runtime: WgpuDevice,
    /// The first error that the device reported outside of a call, such as a lack of memory.
    failure: Arc<OnceLock<String>>,
    pub(super) shape: Shape,
    /// The numbers of the network, placed as its shape says.
    pub(super) network: Buffer,
    /// First-layer sums of the background rows, and the value of each,
    /// `[background rows, units + 1]`.
    pub(super) starts: Buffer,
    /// Shapley's weights.
    pub(super) weights: Buffer,
}

impl Gpu {
    /// Asks for the fastest adapter and puts a network and the background rows of its explanations
    /// on it.
    pub async fn open(network: &Network, background: &Features) -> Result<Gpu, GpuError> {
        let (shape, numbers) = numbers(network)?;
        if numbers.len() > NUMBERS {
            return Err(GpuError::Shape { what: "numbers", maximum: NUMBERS, found: numbers.len() });
        }
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: wgpu::Backends::VULKAN
                | wgpu::Backends::METAL
                | wgpu::Backends::DX12
                | wgpu::Backends::BROWSER_WEBGPU,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..wgpu::RequestAdapterOptions::default()
        };
        let adapter =
            instance.request_adapter(&options).await.map_err(|error| GpuError::NoAdapter(error.to_string()))?;
        check(&adapter.limits())?;
        let descriptor = wgpu::DeviceDescriptor { memory_hints: wgpu::MemoryHints::MemoryUsage, ..Default::default() };
        let device = adapter.request_device(&descriptor).await;
        let (device, queue) = device.map_err(|error| GpuError::NoDevice(error.to_string()))?;
        let info = adapter.get_info();
        let setup = WgpuSetup { instance, adapter, device: device.clone(), queue, backend: info.backend };
        let failed = |error: &dyn std::fmt::Display| GpuError::NoDevice(error.to_string());
        let options = RuntimeOptions::try_default().map_err(|error| failed(&error))?;
        let runtime = try_init_device(setup, options).map_err(|error| failed(&error))?;
        let client = cubecl::Device::from(runtime.clone()).client();
        // CubeCL's own handler panics. A result computed with a buffer that could not be made is
        // zeros and must not be used.
        let failure = Arc::new(OnceLock::new());
        let noted = Arc::clone(&failure);
        device.on_uncaptured_error(Arc::new(move |error| {
            let _ = noted.set(error.to_string());
        }));
        let software = info.device_type == wgpu::DeviceType::Cpu;
        Ok(Gpu {
            adapter: Adapter { name: info.name, software },
            network: Buffer::of(&client, &numbers),
            starts: Buffer::of(&client, &starts(network, background)),
            weights: Buffer::of(&client, &weights()),
            client,
            device,
            runtime,
            failure,
            shape,
        })
    }

    /// The adapter that the device belongs to.
    pub fn adapter(&self) -> &Adapter {
        &self.adapter
    }

    /// The device for burn's tensors: the very one that the kernels run on.
    #[cfg(feature = "burn-webgpu")]
    pub fn burn_device(&self) -> burn::tensor::Device {
        self.runtime.clone().into()
    }

    /// Reads a buffer back; fails too where the device failed on the way.
    pub(super) async fn read(&self, buffer: Buffer) -> Result<Vec<f32>, GpuError> {
        let numbers = buffer.read(&self.client).await?;
        self.failure.get().map_or(Ok(numbers), |reason| Err(GpuError::Failed(reason.clone())))
    }

    /// Releases the device at once. Every later call fails.
    pub fn destroy(&self) {
        self.device.destroy();
    }
}

/// First-layer sums of each background row, and its value without the direct shares.
fn starts(network: &Network, background: &Features) -> Vec<f32> {
    let inputs = background.rows.len() / background.capacity().max(1);
    let mut logits = vec![0.0; background.capacity()];
    network.logits(background, logits.len(), &mut network.scratch(), &mut logits);
    let mut starts = Vec::new();
    for (row, logit) in logits.into_iter().enumerate() {
        let mut sums = network.parts().bias.clone();
        let mut value = logit;
        for input in 0..inputs {
            let position = background.get(input, row);
            sums.iter_mut().zip(network.first_layer_at(position)).for_each(|(sum, share)| *sum += share);
            value -= network.direct_at(position);
        }
        starts.extend(sums);
        starts.push(value);
    }
    starts
}

/// Compares an adapter's limits with what the kernels need; WebGPU's defaults are enough.
fn check(limits: &wgpu::Limits) -> Result<(), GpuError> {
    let needs: [(&'static str, u64, u64); 5] = [
        ("invocations in a workgroup", INVOCATIONS.into(), limits.max_compute_invocations_per_workgroup.into()),
        ("workgroups in a dimension", WORKGROUPS.into(), limits.max_compute_workgroups_per_dimension.into()),
        ("storage buffers in a kernel", BUFFERS.into(), limits.max_storage_buffers_per_shader_stage.into()),
        ("bytes of shared memory", SHARED_BYTES as u64, limits.max_compute_workgroup_storage_size.into()),
        ("bytes in a buffer", (NUMBERS * 4) as u64, limits.max_storage_buffer_binding_size.min(limits.max_buffer_size)),
    ];
    match needs.into_iter().find(|(_, needed, found)| found < needed) {
        Some((what, needed, found)) => Err(GpuError::Limit { what, needed, found }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_of_webgpu_are_enough_and_less_is_named() {
        check(&wgpu::Limits::defaults()).unwrap();
        let small = wgpu::Limits { max_compute_invocations_per_workgroup: 128, ..wgpu::Limits::defaults() };
        let error = check(&small).unwrap_err();
        assert_eq!(error.to_string(), "the graphics device has 128 invocations in a workgroup, 256 are needed");
        assert_eq!(error.code(), "limits");
    }
}
