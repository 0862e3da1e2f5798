//! The module `tenure._native`: the surface of the core, the table room and the trainer for Python.
//!
//! It decodes, calls and encodes, and holds no rule of its own. The package's sources in Python
//! (`python/tenure`) wrap it in names and types for people.

mod arrow;
mod columns;
mod explain;
mod failure;
mod model;
mod record;
mod rows;
mod schema;
mod training;
mod work;

use pyo3::prelude::*;

/// Functions and classes that the package's own sources call.
#[pymodule]
fn _native(module: &Bound<PyModule>) -> PyResult<()> {
    work::silence_guarded_panics();
    module.add_class::<arrow::Table>()?;
    module.add_class::<model::Model>()?;
    module.add_class::<training::TrainingTable>()?;
    module.add_function(wrap_pyfunction!(columns::table_of_columns, module)?)?;
    module.add_function(wrap_pyfunction!(schema::read_schema, module)?)?;
    module.add_function(wrap_pyfunction!(schema::target_outcomes, module)?)?;
    module.add_function(wrap_pyfunction!(training::check_description, module)?)?;
    module.add_function(wrap_pyfunction!(training::hyperparameters, module)?)?;
    module.add_function(wrap_pyfunction!(work::panic_for_test, module)?)?;
    module.add("VERSION", env!("CARGO_PKG_VERSION"))?;
    Ok(())
}
