//! The graphics device at the boundary: what the second module exports in addition to the first.
//!
//! Work is staged from the column buffers, block by block, and then given to the device whole; a
//! promise returns the result, so that the engine is free meanwhile.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Error, Float32Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::engine::Engine;
use super::explanation::options;
use super::failure::failure;
use super::staged::Staged;
use crate::encoding::Features;
use crate::gpu::{Explanations, Gpu, GpuError};
use crate::scorer::Scorer;

/// A graphics device with the network of one engine on it.
#[wasm_bindgen]
pub struct Device {
    pub(super) gpu: Rc<Gpu>,
    pub(super) scorer: Rc<Scorer>,
}

#[wasm_bindgen]
impl Engine {
    /// Asks for a device: a promise of a [`Device`]. Rejects with an `Error` whose `code` is the
    /// reason.
    pub fn open_device(&self) -> Promise {
        let scorer = self.scorer.clone();
        future_to_promise(async move {
            let gpu = Gpu::open(&scorer.artifact().network, scorer.background()).await.map_err(reason)?;
            Ok(Device { gpu: Rc::new(gpu), scorer: Rc::new(scorer) }.into())
        })
    }

    /// Makes room for a batch of `rows` rows, and drops what was staged.
    pub fn stage(&mut self, rows: usize) {
        let inputs = self.scorer.artifact().encoder.inputs().len();
        self.staged = Staged { features: Some(Features::new(inputs, rows)), rows: 0, explanations: None };
    }

    /// Checks the first rows of the column buffers and puts them behind those that are staged;
    /// returns how many have errors.
    pub fn stage_block(&mut self, rows: usize) -> usize {
        self.block();
        let Engine { scorer, block, staged, .. } = self;
        let (Some(block), Some(features)) = (block, &mut staged.features) else { return 0 };
        let rows = rows.min(features.capacity() - staged.rows);
        let errors = block.stage(scorer, rows, features, staged.rows);
        staged.rows += rows;
        errors
    }

    /// Probabilities and tiers of the first rows of the column buffers, whose logits and flags were
    /// written into them.
    pub fn finish_block(&mut self, rows: usize) {
        self.block();
        let Engine { scorer, block, .. } = self;
        if let Some(block) = block {
            block.finish(scorer, rows);
        }
    }

    /// Stages the explanation of one row of the column buffers; returns how often it evaluates the
    /// network at most. Options as in `explain_row`. Throws if the row cannot be scored, or the
    /// kernels do not support its games.
    pub fn stage_explanation(&mut self, row: usize, budget: f64, tolerance: f64, seed: f64) -> Result<f64, JsValue> {
        self.block();
        let Engine { scorer, block, customer, staged, .. } = self;
        if !block.as_ref().is_some_and(|block| block.take(scorer, row, customer)) {
            return Err(failure("record_invalid", "the row cannot be scored", &[]));
        }
        let explanations = staged.explanations.get_or_insert_with(|| Explanations::new(scorer));
        let options = options(budget, tolerance, seed);
        let evaluations = explanations.push(scorer, customer, &options).map_err(reason)?;
        Ok(evaluations as f64)
    }
}

#[wasm_bindgen]
impl Device {
    /// The adapter's name; browsers may keep it to themselves.
    pub fn name(&self) -> String {
        self.gpu.adapter().name.clone()
    }

    /// Whether the adapter computes on the CPU.
    pub fn is_software(&self) -> bool {
        self.gpu.adapter().software
    }

    /// Scores what is staged: a promise of a `Float32Array` of logits.
    pub fn score(&self, engine: &mut Engine) -> Promise {
        let Staged { features, rows, .. } = std::mem::take(&mut engine.staged);
        let gpu = Rc::clone(&self.gpu);
        future_to_promise(async move {
            let features = features.unwrap_or_else(|| Features::new(0, 0));
            let logits = gpu.logits(&features, rows).await.map_err(reason)?;
            Ok(Float32Array::from(logits.as_slice()).into())
        })
    }

    /// Explains what is staged: a promise of a `Float32Array`, `[customers, fields + 1]`:
    /// contributions on the logit, and the largest standard error of each customer's.
    pub fn explain(&self, engine: &mut Engine) -> Promise {
        let explanations = engine.staged.explanations.take();
        let (gpu, scorer) = (Rc::clone(&self.gpu), Rc::clone(&self.scorer));
        future_to_promise(async move {
            let Some(explanations) = explanations else { return Ok(Float32Array::new_with_length(0).into()) };
            let mut numbers = Vec::new();
            for explained in explanations.explain(&scorer, &gpu).await.map_err(reason)? {
                numbers.extend(explained.shares.iter().map(|&contribution| contribution as f32));
                numbers.push(explained.standard_error() as f32);
            }
            Ok(Float32Array::from(numbers.as_slice()).into())
        })
    }

    /// Releases the device. Work under way fails.
    pub fn destroy(&self) {
        self.gpu.destroy();
    }
}

thread_local! {
    static ON_PANIC: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Calls `callback` with a message on a panic. The module cannot be used after that, and its
/// promises are never settled.
#[wasm_bindgen]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions alone")]
pub fn on_panic(callback: Function) {
    ON_PANIC.set(Some(callback));
    std::panic::set_hook(Box::new(|panic| {
        ON_PANIC.with_borrow(|callback| {
            if let Some(callback) = callback {
                // The callback's own failure has nowhere to go.
                let _ = callback.call1(&JsValue::NULL, &panic.to_string().into());
            }
        });
    }));
}

/// A JavaScript `Error` whose `code` is the reason.
fn reason(error: GpuError) -> JsValue {
    let thrown = Error::new(&error.to_string());
    // Setting a property of a fresh object does not fail.
    let _ = Reflect::set(&thrown, &"code".into(), &error.code().into());
    thrown.into()
}
