//! Errors as JavaScript has them.

use js_sys::{Error, Reflect};
use wasm_bindgen::prelude::*;

use super::wire::problems_to_js;
use crate::customer::Problem;

/// A JavaScript `Error` with a stable `code` and a list of `problems`.
pub(super) fn failure(code: &str, message: &str, problems: &[Problem]) -> JsValue {
    let error = Error::new(message);
    for (key, value) in [("code", code.into()), ("problems", problems_to_js(problems))] {
        // Setting a property of a fresh object does not fail.
        let _ = Reflect::set(&error, &key.into(), &value);
    }
    error.into()
}
