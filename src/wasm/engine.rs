//! A model in wasm memory: scores of one row and of columns.

#[cfg(feature = "decide")]
use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::failure::failure;
#[cfg(feature = "webgpu")]
use super::staged::Staged;
use super::values::{cell_from_number, number_from_cell, value};
use super::wire::problems_to_js;
use crate::artifact::{self, ArtifactError};
use crate::customer::{Cell, Customer, Spellings, check_value_spelled, keeps_numbers};
#[cfg(feature = "decide")]
use crate::monitoring::Observed;
use crate::schema::date;
use crate::scorer::{ColumnBlock, Flag, Score, Scorer, Workspace};

/// Rows that the column buffers hold.
const BLOCK_ROWS: usize = 4096;

/// A model in wasm memory, with a buffer for one row and buffers for columns.
#[wasm_bindgen]
pub struct Engine {
    pub(super) scorer: Scorer,
    /// What the artifact says about itself, as JSON.
    document: String,
    /// One per field.
    pub(super) spellings: Vec<Spellings>,
    pub(super) workspace: Workspace,
    /// One cell per field as a number: NaN is missing, a category is its code.
    pub(super) row: Vec<f64>,
    pub(super) customer: Customer,
    pub(super) score: Score,
    pub(super) flag: Flag,
    /// One contribution per field, of the last row of a cohort.
    pub(super) contributions: Vec<f32>,
    /// Made for the first batch.
    pub(super) block: Option<ColumnBlock>,
    /// What was seen, if it is counted. In a cell, because findings are told without changing the engine.
    #[cfg(feature = "decide")]
    pub(super) observed: RefCell<Option<Observed>>,
    #[cfg(feature = "webgpu")]
    pub(super) staged: Staged,
}

/// The engine of an artifact that `$read` gives, with what it says about itself. No function: its call takes
/// bytes that the module that everyone downloads does not have.
macro_rules! engine {
    ($read:expr) => {{
        let refuse = |error: ArtifactError| failure(error.code(), &error.to_string(), &[]);
        let (artifact, document) = $read.map_err(refuse)?;
        let scorer = Scorer::new(artifact);
        let row = vec![f64::NAN; scorer.document().schema.fields.len()];
        let missing = vec![Cell::Missing; row.len()];
        let customer = Customer::from_cells(&scorer.document().schema, &missing);
        let customer =
            customer.map_err(|problems| failure("artifact_schema", "the schema takes no customer", &problems))?;
        let workspace = scorer.workspace();
        let score = Score { logit: f64::NAN, probability: f64::NAN, tier: 0 };
        let contributions = vec![0.0; row.len()];
        Ok(Engine {
            scorer,
            document,
            spellings: vec![Spellings::default(); row.len()],
            workspace,
            row,
            customer,
            score,
            flag: Flag::Clean,
            contributions,
            block: None,
            #[cfg(feature = "decide")]
            observed: RefCell::default(),
            #[cfg(feature = "webgpu")]
            staged: Staged::default(),
        })
    }};
}

#[wasm_bindgen]
impl Engine {
    /// Reads an artifact. Throws an `Error` with `code` and `problems`.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<Engine, JsValue> {
        engine!(artifact::read_with_summary(bytes))
    }

    /// As the constructor, with other limits than those of [`artifact::Limits`]. Only the module that
    /// decides has it: there is no room for it in the one that everyone downloads.
    #[cfg(feature = "decide")]
    pub fn within(bytes: &[u8], formula_steps: f64, multiply_adds: f64) -> Result<Engine, JsValue> {
        // The package passes whole numbers of at least 0; those beyond a u64 become the largest.
        let limits = artifact::Limits { formula_steps: formula_steps as u64, multiply_adds: multiply_adds as u64 };
        engine!(artifact::read_with_summary_within(bytes, limits))
    }

    /// What the artifact says about itself, as JSON.
    pub fn document(&self) -> String {
        self.document.clone()
    }

    /// Sets the reference of date fields; returns its days since 1970-01-01. Throws if the text is
    /// no date, or the model has no date field.
    pub fn set_reference(&mut self, text: &str) -> Result<f64, JsValue> {
        let message = match date::read(text).map(f64::floor) {
            Some(day) if self.scorer.set_reference(day) => return Ok(day),
            Some(_) => "reference is for date fields, and the model has none",
            None => "reference must be a date, year first, as in 2024-01-31",
        };
        Err(failure("argument_invalid", message, &[]))
    }

    /// Address of the row buffer, one f64 per field.
    pub fn row_pointer(&self) -> *const f64 {
        self.row.as_ptr()
    }

    /// How values of a field become cells: the number of its categories where cells are codes; -1
    /// where they are numbers, and a finite number is its own cell; -2 where the core makes the
    /// cells of numbers too.
    pub fn reading(&self, field: usize) -> i32 {
        let field = &self.scorer.document().schema.fields[field];
        match (field.is_number(), keeps_numbers(field)) {
            (false, _) => field.category_count() as i32,
            (true, true) => -1,
            (true, false) => -2,
        }
    }

    /// Checks one value: its cell as the row buffer holds it, infinite if the value cannot be
    /// scored.
    pub fn cell(&self, field: usize, input: &JsValue) -> f64 {
        let (schema, mut text) = (&self.scorer.document().schema, String::new());
        let checked = check_value_spelled(&schema.fields[field], &self.spellings[field], value(input, &mut text));
        checked.0.map_or(f64::INFINITY, number_from_cell)
    }

    /// Scores the row buffer: the probability, NaN where a cell cannot be scored. With a logit that is a
    /// number, the probability that belongs to it: the buffers of columns have it rounded. A function of its
    /// own would take 230 bytes more, and then webpack warns of the module's size.
    pub fn score_row(&mut self, logit: f64) -> f64 {
        self.score = if !logit.is_nan() {
            self.scorer.finish(logit as f32)
        } else if self.check_row() {
            self.scorer.score(&self.customer, &mut self.workspace)
        } else {
            Score { logit: f64::NAN, probability: f64::NAN, tier: 0 }
        };
        self.score.probability
    }

    /// Logit of the last score.
    pub fn row_logit(&self) -> f64 {
        self.score.logit
    }

    /// Tier of the last score.
    pub fn row_tier(&self) -> usize {
        self.score.tier
    }

    /// 0 for a clean row, 1 for warnings, 2 for errors, of the last score.
    pub fn row_flags(&self) -> u8 {
        self.flag as u8
    }

    /// The list of problems of a row that was scored: of the row of the column buffers, or of the row
    /// buffer where `row` is negative. `value_of` returns the value of a field in it (undefined is
    /// absent, null is missing).
    pub fn problems(&self, row: i32, value_of: &Function) -> Result<JsValue, JsValue> {
        let Engine { scorer, block, spellings, .. } = self;
        let (fields, mut thrown) = (&scorer.document().schema.fields, None);
        let cell = |field: usize| match (usize::try_from(row), block) {
            (Ok(row), Some(block)) => block.cell(field, row),
            _ => cell_from_number(&fields[field], self.row[field]),
        };
        let problems = scorer.problems(&cell, &mut |field| match value_of.call1(&JsValue::NULL, &field.into()) {
            Ok(input) => {
                let mut text = String::new();
                let (cell, warning) = check_value_spelled(&fields[field], &spellings[field], value(&input, &mut text));
                [cell.err(), warning]
            }
            Err(error) => {
                thrown = Some(error);
                [None, None]
            }
        });
        thrown.map_or_else(|| Ok(problems_to_js(&problems)), Err)
    }

    /// Rows that the column buffers hold.
    pub fn block_rows(&self) -> usize {
        BLOCK_ROWS
    }

    /// Scores the first rows of the column buffers; returns how many had errors.
    pub fn score_block(&mut self, rows: usize) -> usize {
        self.block();
        let Engine { scorer, block, .. } = self;
        block.as_mut().map_or(0, |block| block.score(scorer, rows))
    }

    /// Addresses of the buffers for columns: contributions (f32 per field), then of rows the
    /// probabilities (f32), logits (f32), tiers (u8) and flags (u8), then a column per field: f64
    /// with NaN for missing where it is a number, else u16 codes with 65535 for missing. They are
    /// numbers like those of a list of results, so that one decoder reads both.
    pub fn block_pointers(&mut self) -> Vec<f64> {
        let contributions = self.contributions.as_ptr().addr();
        let ColumnBlock { probabilities, logits, tiers, flags, numbers, codes, .. } = self.block();
        let mut addresses = vec![
            contributions,
            probabilities.as_ptr().addr(),
            logits.as_ptr().addr(),
            tiers.as_ptr().addr(),
            flags.as_ptr().addr(),
        ];
        for (numbers, codes) in numbers.iter().zip(codes) {
            // One of the two is empty.
            addresses.push(if codes.is_empty() { numbers.as_ptr().addr() } else { codes.as_ptr().addr() });
        }
        addresses.into_iter().map(|address| address as f64).collect()
    }
}

impl Engine {
    pub(super) fn block(&mut self) -> &mut ColumnBlock {
        let Engine { scorer, block, .. } = self;
        block.get_or_insert_with(|| ColumnBlock::new(scorer, BLOCK_ROWS))
    }

    /// Checks the row buffer as a customer, and sets the flag.
    pub(super) fn check_row(&mut self) -> bool {
        let schema = &self.scorer.document().schema;
        let fields = schema.fields.iter().zip(&self.row);
        let cells = fields.map(|(field, &number)| cell_from_number(field, number));
        let sound = self.customer.assign(schema, cells).is_ok();
        self.flag = match (sound, sound && self.scorer.has_warnings(&self.customer)) {
            (false, _) => Flag::Error,
            (true, true) => Flag::Warning,
            (true, false) => Flag::Clean,
        };
        sound
    }
}
