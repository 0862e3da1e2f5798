//! The network as burn Module on the kernels' device, for the test that holds the two against each
//! other in a browser. No module that ships has it.

use std::rc::Rc;

use burn::tensor::Device as BurnDevice;
use js_sys::{Float32Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::engine::Engine;
use super::gpu::Device;
use crate::encoding::Features;
use crate::network::burn::packed;
use crate::scorer::Scorer;

#[wasm_bindgen]
impl Device {
    /// Scores what is staged with the Module: a promise of a `Float32Array` of logits.
    pub fn score_with_burn(&self, engine: &mut Engine) -> Promise {
        let staged = std::mem::take(&mut engine.staged);
        let (device, scorer) = (self.gpu.burn_device(), Rc::clone(&self.scorer));
        let features = staged.features.unwrap_or_else(|| Features::new(0, 0));
        future_to_promise(async move { logits(&scorer, &features, staged.rows, &device).await })
    }
}

async fn logits(
    scorer: &Scorer,
    features: &Features,
    customers: usize,
    device: &BurnDevice,
) -> Result<JsValue, JsValue> {
    let network = &scorer.artifact().network;
    let columns = packed::columns(network, features, customers, device);
    let logits = packed::module(network, device).forward(columns).into_data_async().await;
    let failed = |error: &dyn std::fmt::Display| JsValue::from(js_sys::Error::new(&error.to_string()));
    let logits: Vec<f32> =
        logits.map_err(|error| failed(&error))?.try_into_vec().map_err(|_| failed(&"burn's logits are not f32"))?;
    Ok(Float32Array::from(logits.as_slice()).into())
}
