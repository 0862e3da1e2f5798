//! The cells of Arrow arrays: columns that hold one text, number, boolean, date or timestamp in
//! each row. Dates and timestamps become the ISO 8601 texts that a text file would have, times of day
//! and durations texts such as 14:30:00.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayAccessor, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use tenure::customer::Value;
use tenure::schema::date;

/// The largest integer up to which every integer is an f64.
const EXACT_INTEGER: i128 = 1 << 53;

/// Rows of a record batch.
#[derive(Clone, Debug)]
pub(super) struct ArrowCells {
    /// Row of the table that is the first one here, from 1.
    pub(super) first_row: u64,
    pub(super) record: RecordBatch,
    /// Column of the record for each column of the table that was read.
    pub(super) places: Arc<[Option<usize>]>,
}

impl ArrowCells {
    /// A column of the table; none where it was not read, or cannot be.
    pub(super) fn array(&self, column: usize) -> Option<&dyn Array> {
        let array = self.record.column(self.places[column]?);
        holds_one_value(array.data_type()).then_some(array.as_ref())
    }
}

/// Whether a column of this type holds one text, number or boolean in each row.
pub(super) fn holds_one_value(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => !matches!(**values, DataType::Dictionary(..)) && holds_one_value(values),
        DataType::Null | DataType::Boolean | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => true,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => true,
        DataType::Time32(_) | DataType::Time64(_) | DataType::Duration(_) => true,
        kind => kind.is_integer() || kind.is_floating(),
    }
}

/// A text that stands in the array; none where the row holds nothing, or no text.
pub(super) fn text_at(array: &dyn Array, row: usize) -> Option<&str> {
    match array.data_type() {
        _ if array.is_null(row) => None,
        DataType::Utf8 => Some(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Some(array.as_string_view().value(row)),
        DataType::Dictionary(..) => {
            let (keys, values) = dictionary(array, row..row + 1)?;
            text_at(values, keys[0]?)
        }
        _ => None,
    }
}

/// The key of each row of a dictionary array, none for a null, and the values; none for other
/// arrays.
pub(super) fn dictionary(array: &dyn Array, rows: Range<usize>) -> Option<(Vec<Option<usize>>, &dyn Array)> {
    let dictionary = array.as_any_dictionary_opt()?;
    let keys = match dictionary.keys().as_primitive_opt::<Int32Type>() {
        // Readers of Parquet make these keys.
        Some(keys) => rows.map(|row| (!keys.is_null(row)).then(|| keys.value(row) as usize)).collect(),
        // Keys mean nothing where there are no values.
        None if dictionary.values().is_empty() => vec![None; rows.len()],
        None => {
            let keys = dictionary.normalized_keys();
            rows.map(|row| (!dictionary.keys().is_null(row)).then(|| keys[row])).collect()
        }
    };
    Some((keys, dictionary.values().as_ref()))
}

/// Calls `visit` with the cell of each row. The array must hold one value in each row.
pub(super) fn for_each_value<F: FnMut(Value)>(array: &dyn Array, rows: Range<usize>, visit: &mut F) {
    match array.data_type() {
        DataType::Boolean => each(array.as_boolean(), rows, |flag| visit(flag.map_or(Value::Missing, Value::Flag))),
        DataType::Utf8 => each(array.as_string::<i32>(), rows, |text| visit(text.map_or(Value::Missing, Value::Text))),
        DataType::LargeUtf8 => {
            each(array.as_string::<i64>(), rows, |text| visit(text.map_or(Value::Missing, Value::Text)));
        }
        DataType::Utf8View => {
            each(array.as_string_view(), rows, |text| visit(text.map_or(Value::Missing, Value::Text)))
        }
        DataType::Int8 => integers::<Int8Type, F>(array, rows, visit),
        DataType::Int16 => integers::<Int16Type, F>(array, rows, visit),
        DataType::Int32 => integers::<Int32Type, F>(array, rows, visit),
        DataType::Int64 => integers::<Int64Type, F>(array, rows, visit),
        DataType::UInt8 => integers::<UInt8Type, F>(array, rows, visit),
        DataType::UInt16 => integers::<UInt16Type, F>(array, rows, visit),
        DataType::UInt32 => integers::<UInt32Type, F>(array, rows, visit),
        DataType::UInt64 => integers::<UInt64Type, F>(array, rows, visit),
        DataType::Float16 => {
            each(array.as_primitive::<Float16Type>(), rows, |number| {
                float(number.map(|number| number.to_f64()), visit)
            });
        }
        DataType::Float32 => {
            each(array.as_primitive::<Float32Type>(), rows, |number| float(number.map(widened), visit));
        }
        DataType::Float64 => each(array.as_primitive::<Float64Type>(), rows, |number| float(number, visit)),
        DataType::Date32 => moments::<Date32Type, F>(array, 1, rows, visit),
        DataType::Date64 => moments::<Date64Type, F>(array, 86_400_000, rows, visit),
        DataType::Timestamp(TimeUnit::Second, _) => moments::<TimestampSecondType, F>(array, 86_400, rows, visit),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            moments::<TimestampMillisecondType, F>(array, 86_400_000, rows, visit);
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            moments::<TimestampMicrosecondType, F>(array, 86_400_000_000, rows, visit);
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            moments::<TimestampNanosecondType, F>(array, 86_400_000_000_000, rows, visit);
        }
        DataType::Time32(TimeUnit::Second) => times::<Time32SecondType, F>(array, 1, rows, visit),
        DataType::Time32(_) => times::<Time32MillisecondType, F>(array, 1000, rows, visit),
        DataType::Time64(TimeUnit::Microsecond) => times::<Time64MicrosecondType, F>(array, 1_000_000, rows, visit),
        DataType::Time64(_) => times::<Time64NanosecondType, F>(array, 1_000_000_000, rows, visit),
        DataType::Duration(TimeUnit::Second) => times::<DurationSecondType, F>(array, 1, rows, visit),
        DataType::Duration(TimeUnit::Millisecond) => times::<DurationMillisecondType, F>(array, 1000, rows, visit),
        DataType::Duration(TimeUnit::Microsecond) => times::<DurationMicrosecondType, F>(array, 1_000_000, rows, visit),
        DataType::Duration(TimeUnit::Nanosecond) => {
            times::<DurationNanosecondType, F>(array, 1_000_000_000, rows, visit);
        }
        DataType::Decimal32(..) => decimals::<Decimal32Type, F>(array, rows, visit),
        DataType::Decimal64(..) => decimals::<Decimal64Type, F>(array, rows, visit),
        DataType::Decimal128(..) => decimals::<Decimal128Type, F>(array, rows, visit),
        DataType::Decimal256(..) => decimals::<Decimal256Type, F>(array, rows, visit),
        DataType::Dictionary(..) => {
            let (keys, values) = dictionary(array, rows).expect("it is a dictionary");
            for key in keys {
                match key {
                    Some(key) => for_each_value(values, key..key + 1, visit),
                    None => visit(Value::Missing),
                }
            }
        }
        // The type Null: no other type holds one value.
        _ => rows.for_each(|_| visit(Value::Missing)),
    }
}

/// Calls `visit` with each entry, none for a null.
fn each<A: ArrayAccessor>(array: A, rows: Range<usize>, mut visit: impl FnMut(Option<A::Item>)) {
    for row in rows {
        visit(if array.is_null(row) { None } else { Some(array.value(row)) });
    }
}

/// Integers that an f64 cannot hold are texts, so that long identifiers stay apart.
fn integers<T: ArrowPrimitiveType<Native: Into<i128>>, F: FnMut(Value)>(
    array: &dyn Array,
    rows: Range<usize>,
    visit: &mut F,
) {
    each(array.as_primitive::<T>(), rows, |number| match number.map(Into::<i128>::into) {
        None => visit(Value::Missing),
        Some(number) if number.abs() <= EXACT_INTEGER => visit(Value::Number(number as f64)),
        Some(number) => visit(Value::Text(&number.to_string())),
    });
}

/// Days or moments since 1970-01-01 UTC, `a_day` of them a day, to the second. The time of day is
/// left out where it is midnight.
fn moments<T: ArrowPrimitiveType<Native: Into<i64>>, F: FnMut(Value)>(
    array: &dyn Array,
    a_day: i64,
    rows: Range<usize>,
    visit: &mut F,
) {
    each(array.as_primitive::<T>(), rows, |moment| {
        let Some(moment) = moment.map(Into::<i64>::into) else { return visit(Value::Missing) };
        let (day, seconds) =
            (moment.div_euclid(a_day), (i128::from(moment.rem_euclid(a_day)) * 86_400 / i128::from(a_day)));
        let mut text = date::text(day as f64);
        if seconds > 0 {
            text += &format!("T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        }
        visit(Value::Text(&text));
    });
}

/// Times of day and durations, `a_second` of them a second, as hours, minutes and seconds.
fn times<T: ArrowPrimitiveType<Native: Into<i64>>, F: FnMut(Value)>(
    array: &dyn Array,
    a_second: u64,
    rows: Range<usize>,
    visit: &mut F,
) {
    each(array.as_primitive::<T>(), rows, |time| {
        let Some(time) = time.map(Into::<i64>::into) else { return visit(Value::Missing) };
        let (seconds, rest) = (time.unsigned_abs() / a_second, time.unsigned_abs() % a_second);
        let sign = if time < 0 { "-" } else { "" };
        let mut text = format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if rest > 0 {
            text += &format!(".{:09}", rest * (1_000_000_000 / a_second));
            text.truncate(text.trim_end_matches('0').len());
        }
        visit(Value::Text(&text));
    });
}

/// NaN is a text, so that a schema can declare it a missing token for text files and Parquet alike.
fn float(number: Option<f64>, visit: &mut impl FnMut(Value)) {
    visit(match number {
        None => Value::Missing,
        Some(number) if number.is_nan() => Value::Text("NaN"),
        Some(number) => Value::Number(number),
    });
}

/// The f64 nearest to the shortest decimal of a single: 0.1 as a text file has it, not
/// 0.10000000149011612.
fn widened(number: f32) -> f64 {
    let wide = f64::from(number);
    // Singles beyond are further apart than whole numbers.
    if wide.fract() == 0.0 && wide.abs() <= 16_777_216.0 || !wide.is_finite() {
        return wide;
    }
    let mut power = 1.0;
    for _ in 0..9 {
        power *= 10.0;
        let decimal = (wide * power).round() / power;
        if decimal as f32 == number && wide.abs() < 16_777_216.0 {
            return decimal;
        }
    }
    number.to_string().parse().unwrap_or(wide)
}

/// Decimals are the texts that a text file would have: a category "2.50" keeps its zero.
fn decimals<T: DecimalType, F: FnMut(Value)>(array: &dyn Array, rows: Range<usize>, visit: &mut F) {
    let array = array.as_primitive::<T>();
    for row in rows {
        if array.is_null(row) {
            visit(Value::Missing);
        } else {
            visit(Value::Text(&array.value_as_string(row)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::widened;

    #[test]
    fn singles_become_the_decimals_that_a_text_file_has() {
        let bits = (0..200_000u32).map(|step| step.wrapping_mul(2_654_435_761));
        let short = (0..20_000).map(|step| (step as f32 / 100.0).to_bits());
        for number in bits.chain(short).map(f32::from_bits).filter(|number| number.is_finite()) {
            let expected: f64 = number.to_string().parse().unwrap();
            assert_eq!(widened(number).to_bits(), expected.to_bits(), "{number}");
        }
        assert!(widened(f32::NAN).is_nan() && widened(f32::INFINITY) == f64::INFINITY);
    }
}
