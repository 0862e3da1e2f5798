//! Errors as JavaScript has them.

use js_sys::{Array, Error, Reflect};
use wasm_bindgen::prelude::*;

use super::values::problems_json;
use crate::customer::Problem;

/// A JavaScript `Error` with a stable `code` and a list of `problems`.
pub(super) fn failure(code: &str, message: &str, problems: &[Problem]) -> JsValue {
    let error = Error::new(message);
    let list = js_sys::JSON::parse(&problems_json(problems)).unwrap_or_else(|_| Array::new().into());
    for (key, value) in [("code", code.into()), ("problems", list)] {
        // Setting a property of a fresh object does not fail.
        let _ = Reflect::set(&error, &key.into(), &value);
    }
    error.into()
}
