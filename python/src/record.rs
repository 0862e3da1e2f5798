//! A record of Python (a mapping) as values of the core.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyMapping, PyString};
use tenure::customer::{Customer, Problem, Value, check};
use tenure::schema::Schema;

use crate::failure::Failure;

/// The largest integer up to which every integer is an f64.
const EXACT_INTEGER: i64 = 1 << 53;

/// A value that belongs to us.
enum Given {
    Absent,
    Missing,
    Number(f64),
    Flag(bool),
    Text(String),
    Unfit(String),
}

/// Checks a record: its customer and warnings. Keys that the schema does not name are passed over,
/// as columns of a table are.
pub fn customer(schema: &Schema, record: &Bound<PyAny>) -> Result<(Customer, Vec<Problem>), Failure> {
    let mapping = record.cast::<PyMapping>().map_err(|_| {
        let kind = record.get_type().name().map_or_else(|_| "?".into(), |name| name.to_string());
        Failure::new("record_type", format!("a record must be a mapping of field names to values (got {kind})"))
    })?;
    let mut given = Vec::with_capacity(schema.fields.len());
    for field in &schema.fields {
        given.push(match mapping.contains(&field.name)? {
            true => self::given(&mapping.get_item(&field.name)?)?,
            false => Given::Absent,
        });
    }
    let values: Vec<Value> = given
        .iter()
        .map(|given| match given {
            Given::Absent => Value::Absent,
            Given::Missing => Value::Missing,
            Given::Number(number) => Value::Number(*number),
            Given::Flag(flag) => Value::Flag(*flag),
            Given::Text(text) => Value::Text(text),
            Given::Unfit(words) => Value::Unfit(words),
        })
        .collect();
    check(schema, &values).map_err(Failure::record)
}

/// None, NaN, NA and NaT are missing. Numbers that no f64 holds, decimals, days and moments are texts, as in a
/// table.
fn given(value: &Bound<PyAny>) -> PyResult<Given> {
    if value.is_none() {
        return Ok(Given::Missing);
    }
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(Given::Flag(flag.is_true()));
    }
    if value.is_instance_of::<PyFloat>() {
        let number: f64 = value.extract()?;
        return Ok(if number.is_nan() { Given::Missing } else { Given::Number(number) });
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Given::Text(text.to_cow()?.into_owned()));
    }
    if value.is_instance_of::<PyInt>() {
        return Ok(match value.extract::<i64>() {
            Ok(number) if number.abs() <= EXACT_INTEGER => Given::Number(number as f64),
            _ => Given::Text(value.str()?.to_cow()?.into_owned()),
        });
    }
    let kind = value.get_type().name()?.to_string();
    // A single is read as it is written: 0.1, not 0.10000000149011612.
    if matches!(kind.as_str(), "float32" | "float16" | "Decimal") {
        let text = value.str()?.to_cow()?.into_owned();
        return Ok(match text.as_str() {
            "nan" | "NaN" => Given::Missing,
            _ => text.parse().map_or(Given::Text(text), Given::Number),
        });
    }
    // Nothing else differs from itself, or knows no truth.
    if matches!(kind.as_str(), "NAType" | "NaTType") {
        return Ok(Given::Missing);
    }
    if value.hasattr("strftime")? {
        let moment = match value.getattr_opt("tzinfo")? {
            Some(zone) if !zone.is_none() => {
                let utc = value.py().import("datetime")?.getattr("timezone")?.getattr("utc")?;
                value.call_method1("astimezone", (utc,))?
            }
            _ => value.clone(),
        };
        let format = if moment.hasattr("hour")? { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%d" };
        let text: String = moment.call_method1("strftime", (format,))?.extract()?;
        return Ok(Given::Text(text.trim_end_matches("T00:00:00").to_owned()));
    }
    // Numbers and texts of numpy.
    if value.hasattr("dtype")? && value.hasattr("item")? {
        let item = value.call_method0("item")?;
        return if item.get_type().is(value.get_type()) { Ok(Given::Unfit(kind)) } else { given(&item) };
    }
    Ok(Given::Unfit(format!("of type {kind}")))
}
