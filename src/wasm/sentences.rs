//! Sentences for people, in the language of the table of messages.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::failure::failure;
use super::values::cell_from_number;
use crate::schema::Field;
use crate::scorer::NoCounterfactual;
use crate::sentence::{ChangeWords, Messages};

#[wasm_bindgen]
impl Engine {
    /// Takes another table of messages, as JSON. Throws with every problem of it.
    pub fn set_messages(&mut self, table: &str) -> Result<(), JsValue> {
        let messages = Messages::read(table).map_err(|problems| {
            let lines: Vec<_> =
                problems.iter().map(|problem| problem.place.clone() + ": " + &problem.message).collect();
            failure("argument_invalid", &("the messages cannot be used: ".to_string() + &lines.join("; ")), &[])
        })?;
        self.scorer.set_messages(messages);
        Ok(())
    }

    /// The words for a field.
    pub fn label(&self, field: usize) -> String {
        self.field(field).map_or_else(String::new, |field| self.scorer.messages().label(field).into())
    }

    /// A counterfactual; `changes` holds field, value before, value after and whether it follows,
    /// of each.
    pub fn counterfactual_sentence(&self, before: f64, after: f64, changes: &[f64]) -> String {
        let change = |&[field, from, to, follows]: &[f64; 4]| {
            let field = self.field(field as usize)?;
            let [from, to] = [from, to].map(|number| cell_from_number(field, number));
            Some(ChangeWords { field, from, to, follows: follows != 0.0 })
        };
        let changes: Vec<_> = changes.as_chunks().0.iter().filter_map(change).collect();
        self.scorer.messages().counterfactual(&changes, before, after)
    }

    /// Why there is no counterfactual, by the number of the reason.
    pub fn none_sentence(&self, reason: u8, before: f64, threshold: f64, lowest: f64, longest: usize) -> String {
        let reason = match reason {
            1 => NoCounterfactual::AlreadyUnder,
            2 => NoCounterfactual::NoChange,
            _ => NoCounterfactual::NotReached,
        };
        self.scorer.messages().none(reason.name(), before, threshold, lowest, longest)
    }
}

impl Engine {
    fn field(&self, index: usize) -> Option<&Field> {
        self.scorer.document().schema.fields.get(index)
    }
}
