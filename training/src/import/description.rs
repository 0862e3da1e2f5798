//! The description of a network: which columns it reads of which fields, and its layers.

use tenure::json::{Problems, Reader, Value, parse};

use super::error::ImportError;
use super::weights::Weights;

/// The version of the description's format.
const VERSION: u32 = 1;

/// What a network reads, and its layers.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// Who made the network, in words.
    pub source: String,
    /// The columns of the network, in its order.
    pub inputs: Vec<Block>,
    /// Its layers, first to last.
    pub layers: Vec<Step>,
}

/// Neighbouring columns that are made of one field: each is `(value - mean) / scale`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Where it stands, for messages, as in `inputs[2]`.
    pub place: String,
    /// The field or derived feature.
    pub field: String,
    pub columns: Columns,
    /// One for each column.
    pub mean: Vec<f64>,
    /// One for each column, none is 0.
    pub scale: Vec<f64>,
}

/// What the columns of a block are before mean and scale.
#[derive(Clone, Debug, PartialEq)]
pub enum Columns {
    /// The number itself.
    Number {
        /// The number in place of a missing one. Without it the network has no answer for a missing number.
        missing: Option<f64>,
        /// Whether a person chose that number, so that it is no statistic of customers.
        stated: bool,
    },
    /// 1 where the field is missing, otherwise 0.
    Missing,
    /// 1 where the value is among those of the column, otherwise 0.
    Categories {
        columns: Vec<Vec<String>>,
        /// Values without a column of their own.
        dropped: Vec<String>,
        /// Columns that are 1 for a text that is none of all these; without it the network has no answer.
        other: Option<Vec<usize>>,
        /// Columns that are 1 for a missing value; without it the network has no answer.
        missing: Option<Vec<usize>>,
    },
}

impl Columns {
    /// How many there are.
    pub fn len(&self) -> usize {
        if let Columns::Categories { columns, .. } = self { columns.len() } else { 1 }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A layer, by the name that its tensors have, and by PyTorch's name of its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub name: String,
    pub kind: String,
    /// What a batch norm adds to the variance.
    pub epsilon: f64,
    /// Whether it works as in training, as a dropout that is kept does.
    pub training: bool,
}

impl Step {
    /// As in `0 Linear 45 to 16`.
    pub fn words(&self, weights: &Weights) -> String {
        let Step { name, kind, .. } = self;
        match weights.shape(&format!("{name}.weight")) {
            Some([outputs, inputs]) => format!("{name} {kind} {inputs} to {outputs}"),
            _ => format!("{name} {kind}"),
        }
    }
}

impl Description {
    /// Reads a description's JSON, and reports all that is wrong with it at once.
    pub fn read(text: &str) -> Result<Description, ImportError> {
        let refuse = |problems: Vec<String>| ImportError::Problems(problems);
        let document = parse(text).map_err(|error| refuse(vec![format!("the description is no JSON: {error}")]))?;
        let problems = Problems::default();
        let mut reader = Reader::new("", &document, &problems);
        let version = reader.optional_count("format_version").unwrap_or(VERSION);
        if version != VERSION {
            reader.report("format_version", &format!("must be {VERSION} (got {version})"));
        }
        let source = reader.optional_text("source").unwrap_or_else(|| "not stated".into());
        let inputs = reader.objects("inputs", true).into_iter().enumerate().map(block).collect();
        let layers = reader.objects("layers", true).into_iter().map(step).collect();
        reader.end();
        let description = Description { source, inputs, layers };
        if description.inputs.is_empty() {
            problems.report("inputs", "must have at least one entry");
        }
        if description.layers.is_empty() {
            problems.report("layers", "must have at least one entry");
        }
        problems
            .or(description)
            .map_err(|found| refuse(found.into_iter().map(|problem| format!("description, {problem}")).collect()))
    }

    /// Columns of the network.
    pub fn width(&self) -> usize {
        self.inputs.iter().map(|block| block.columns.len()).sum()
    }
}

fn step(mut reader: Reader) -> Step {
    let step = Step {
        name: reader.text("name"),
        kind: reader.text("kind"),
        epsilon: reader.optional_number("epsilon").unwrap_or(1e-5),
        training: reader.flag("training"),
    };
    if step.epsilon.is_nan() || step.epsilon < 0.0 {
        reader.report("epsilon", "must not be below 0");
    }
    reader.end();
    step
}

fn block((index, mut reader): (usize, Reader)) -> Block {
    let field = reader.text("field");
    let transform = reader.text("transform");
    let columns = match transform.as_str() {
        "number" => {
            let columns = Columns::Number { missing: reader.optional_number("missing"), stated: reader.flag("stated") };
            if matches!(columns, Columns::Number { missing: Some(fill), .. } if !fill.is_finite()) {
                reader.report("missing", "must be finite");
            }
            columns
        }
        "missing" => Columns::Missing,
        "one_hot" => categories(&mut reader),
        // A transform that is absent is a problem already.
        "" => Columns::Missing,
        other => {
            reader.report("transform", &format!("must be number, one_hot or missing (got `{other}`)"));
            // Its keys are not known.
            reader.rest();
            Columns::Missing
        }
    };
    let mean = statistics(&mut reader, "mean", columns.len(), 0.0);
    let scale = statistics(&mut reader, "scale", columns.len(), 1.0);
    if scale.contains(&0.0) {
        reader.report("scale", "must not be 0");
    }
    reader.end();
    Block { place: format!("inputs[{index}]"), field, columns, mean, scale }
}

/// One number for each column: a list, or one number for all.
fn statistics(reader: &mut Reader, key: &str, count: usize, default: f64) -> Vec<f64> {
    let numbers = match reader.optional_value(key) {
        None => return vec![default; count],
        Some(Value::List(items)) => items.iter().map(|item| item.as_number().unwrap_or(f64::NAN)).collect(),
        Some(value) => vec![value.as_number().unwrap_or(f64::NAN); count],
    };
    if numbers.len() != count || numbers.iter().any(|number| !number.is_finite()) {
        reader.report(key, &format!("must be a finite number, or {count} of them, one for each column"));
        return vec![1.0; count];
    }
    numbers
}

fn categories(reader: &mut Reader) -> Columns {
    let mut columns: Vec<Vec<String>> = Vec::new();
    let mut is_missing = Vec::new();
    for (at, item) in reader.list("columns").iter().enumerate() {
        let values = if let Value::List(items) = item { items.iter().collect() } else { vec![item] };
        let mut texts = Vec::new();
        for value in values {
            match value {
                Value::Text(text) => texts.push(text.trim().to_owned()),
                Value::Null => is_missing.push(at),
                _ => reader.report_item("columns", at, "must be a text, null for missing, or a list of these"),
            }
        }
        columns.push(texts);
    }
    if columns.is_empty() {
        reader.report("columns", "must have at least one entry");
    }
    let dropped = reader.optional_texts("dropped").unwrap_or_default();
    let other = positions(reader, "other", columns.len());
    let mut missing = positions(reader, "missing", columns.len());
    if !is_missing.is_empty() {
        if missing.is_some() {
            reader.report("missing", "must be left out where a column has null");
        }
        missing = Some(is_missing);
    }
    let mut all: Vec<&str> = columns.iter().flatten().chain(&dropped).map(|text| text.trim()).collect();
    all.sort_unstable();
    if let Some(twice) = all.windows(2).find(|pair| pair[0] == pair[1]) {
        reader.report("columns", &format!("`{}` stands twice", twice[0]));
    }
    let dropped = dropped.iter().map(|text| text.trim().to_owned()).collect();
    Columns::Categories { columns, dropped, other, missing }
}

/// Positions of columns, counted from 0.
fn positions(reader: &mut Reader, key: &str, columns: usize) -> Option<Vec<usize>> {
    let value = reader.optional_value(key)?;
    let position = |item: &Value| item.as_whole().map(|at| at as usize).filter(|&at| at < columns);
    let found = if let Value::List(items) = value { items.iter().map(position).collect() } else { None };
    if found.is_none() {
        reader.report(key, &format!("must be a list of positions of columns, 0 to {}", columns.saturating_sub(1)));
    }
    found.or(Some(Vec::new()))
}
