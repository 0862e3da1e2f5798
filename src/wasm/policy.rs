//! Other policies at the boundary: checked, used, and written into an artifact. A policy is JSON.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::failure::failure;
use super::wire::{self, to_js};
use crate::artifact;
use crate::decision::Policy;

#[wasm_bindgen]
impl Engine {
    /// All problems of a policy for this model.
    pub fn check_policy(&self, policy: &str) -> JsValue {
        let read = Policy::of_text(policy, &self.scorer.document().schema);
        let problems = read.err().unwrap_or_default();
        let wire = |problem| {
            let crate::json::Problem { place, message } = problem;
            wire::PolicyProblem { place, message }
        };
        to_js(&problems.into_iter().map(wire).collect::<Vec<_>>())
    }

    /// Takes another policy. Throws if it has problems, and while profiles are counted: they are of the
    /// model as it was loaded.
    pub fn set_policy(&mut self, policy: &str) -> Result<(), JsValue> {
        if self.observed.get_mut().is_some() {
            let message =
                "a scorer that counts a profile keeps its policy: save the policy into the model, and load that";
            return Err(failure("argument_invalid", message, &[]));
        }
        let policy = Policy::of_text(policy, &self.scorer.document().schema).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            failure("policy_invalid", &lines.join("; "), &[])
        })?;
        self.scorer.set_policy(policy).map_err(|problems| failure("policy_invalid", &problems[0].to_string(), &[]))
    }

    /// The bytes of an artifact with another policy. Throws what reading the artifact, or the new one,
    /// throws.
    pub fn with_policy(&self, bytes: &[u8], policy: &str) -> Result<Vec<u8>, JsValue> {
        artifact::with_policy(bytes, policy).map_err(|error| failure(error.code(), &error.to_string(), &[]))
    }
}
