//! The bytes of a table: text of any encoding, gzip, Zstandard, Parquet or .xlsx. The first byte
//! says what becomes of broken lines.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure_fuzz::small_schema;
use tenure_table::{BrokenLines, Columns, ReadOptions, Source, is_guarded};

/// A few bytes can unpack to a table without end.
const ROWS: usize = 20_000;

/// libFuzzer ends at any panic. Those of a library that decodes files become errors.
fn let_guarded_panics_pass() {
    let end = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !is_guarded() {
            end(panic);
        }
    }));
}

fuzz_target!(init: let_guarded_panics_pass(), |input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    let broken_lines = [BrokenLines::Refuse, BrokenLines::Skip, BrokenLines::Keep][usize::from(choice % 3)];
    let options = ReadOptions { sheet: None, broken_lines };
    let Ok(mut source) = Source::from_bytes_with("table", bytes.to_vec(), &options) else { return };
    let schema = small_schema();
    let columns = source.columns().len();
    let places = Columns::find(&source, schema, false).map(|columns| columns.fields);
    let mut rows = 0;
    while let Some(batch) = source.next() {
        let Ok(batch) = batch else { break };
        for row in 0..batch.rows() {
            assert!(batch.line(row) > 0);
            for column in 0..columns {
                let text = batch.text(row, column);
                assert_eq!(text.trim(), text);
            }
        }
        if let Ok(places) = &places {
            let checked = batch.check(schema, places);
            assert_eq!(checked.columns.len(), schema.fields.len());
            assert!(checked.problems.iter().all(|(row, _)| *row < batch.rows()));
        }
        rows += batch.rows();
        if rows > ROWS {
            break;
        }
    }
    source.notices();
});
