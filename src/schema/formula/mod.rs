//! Derived features: a small arithmetic language over fields, the same natively and in wasm.
//!
//! Grammar, loosest first: `a or b`, `a and b`, `not a`, comparisons (`== != < <= > >=`), `+ -`, `* /`, unary `-`,
//! numbers, field names, `(…)`, and the calls `min(a, b)`, `max(a, b)`, `abs(a)`, `sqrt(a)`, `log1p(a)`, `floor(a)`,
//! `if(condition, a, b)`, `count(a, b, …)`, `mean(a, b, …)`, `slope(a, b, …)`, `coalesce(a, b, …)`. A name that is no
//! plain word is written in backquotes. A number field is its number, a date the days that it lies before its reference,
//! a flag is 1 or 0, a category can only be compared with a text: `Contract == "Two year"`. A condition is 1 or 0.
//!
//! `if(condition, a)` is missing where the condition does not hold: what does not concern a customer is then a category of
//! its own to the network, and the knots of the number are those of the customers it does concern.
//!
//! `count` is how many of its arguments are not 0. `slope` is the least-squares change from one period to the next over
//! two or more periods, the earliest first. `coalesce` is its first argument that is not missing.
//!
//! Missing is contagious: a formula that reads a missing field, divides by zero, or leaves the finite numbers is missing.
//! Only `coalesce` and the branch that `if` does not take stop it.

mod parse;
#[cfg(test)]
mod tests;

use super::Schema;

/// A parsed formula. Values are read by field index, so evaluation does not look names up.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    root: Node,
    fields: Vec<usize>,
}

/// What is wrong with a formula, and where (a byte offset in its text).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message} at character {at}")]
pub struct FormulaError {
    pub message: String,
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    /// The value of a number field.
    Field(usize),
    /// Whether a flag is set; one that is neither yes nor no is missing.
    Flag(usize),
    /// Whether a category field has this code.
    HasCategory(usize, u32),
    Unary(Unary, Box<Node>),
    Binary(Binary, Box<Node>, Box<Node>),
    If(Box<[Node; 3]>),
    Many(Many, Vec<Node>),
}

/// Functions of any number of arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Many {
    Count,
    Mean,
    Slope,
    Coalesce,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Unary {
    Negate,
    Not,
    Absolute,
    SquareRoot,
    Log1p,
    Floor,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Minimum,
    Maximum,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}

impl Formula {
    /// Parses `text` over the fields of `schema`.
    pub fn parse(text: &str, schema: &Schema) -> Result<Formula, FormulaError> {
        let (root, fields) = parse::parse(text, schema)?;
        Ok(Formula { root, fields })
    }

    /// Indices of the fields it reads, ascending.
    pub fn fields(&self) -> &[usize] {
        &self.fields
    }

    /// Evaluates over values by field index: numbers as they are, categories and flags as their code, missing as NaN. The answer is finite, or `None` for missing.
    pub fn evaluate(&self, value: &dyn Fn(usize) -> f64) -> Option<f64> {
        let result = eval(&self.root, value);
        result.is_finite().then_some(result)
    }
}

// One copy for all callers: what ships is downloaded.
fn eval(node: &Node, value: &dyn Fn(usize) -> f64) -> f64 {
    match node {
        Node::Number(number) => *number,
        Node::Field(field) => value(*field),
        Node::Flag(field) => Some(value(*field)).filter(|&code| code <= 1.0).unwrap_or(f64::NAN),
        Node::HasCategory(field, code) => {
            let seen = value(*field);
            if seen.is_nan() { f64::NAN } else { truth(seen == f64::from(*code)) }
        }
        Node::Unary(operator, inner) => {
            let a = eval(inner, value);
            match operator {
                Unary::Negate => -a,
                Unary::Not if a.is_nan() => a,
                Unary::Not => truth(a == 0.0),
                Unary::Absolute => a.abs(),
                Unary::SquareRoot => a.sqrt(),
                Unary::Log1p => libm::log1p(a),
                Unary::Floor => a.floor(),
            }
        }
        Node::Binary(operator, left, right) => binary(*operator, eval(left, value), eval(right, value)),
        Node::If(parts) => {
            let condition = eval(&parts[0], value);
            if condition.is_nan() { condition } else { eval(&parts[if condition != 0.0 { 1 } else { 2 }], value) }
        }
        Node::Many(function, parts) => many(*function, parts, value),
    }
}

fn many(function: Many, parts: &[Node], value: &dyn Fn(usize) -> f64) -> f64 {
    let count = parts.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let (mut sum, mut squares) = (0.0, 0.0);
    for (place, part) in parts.iter().enumerate() {
        let a = eval(part, value);
        let distance = place as f64 - middle;
        squares += distance * distance;
        match function {
            Many::Coalesce if a.is_finite() => return a,
            Many::Coalesce => {}
            Many::Count if !a.is_nan() => sum += truth(a != 0.0),
            Many::Count | Many::Mean => sum += a,
            Many::Slope => sum += distance * a,
        }
    }
    match function {
        Many::Count => sum,
        Many::Mean => sum / count,
        Many::Slope => sum / squares,
        Many::Coalesce => f64::NAN,
    }
}

fn binary(operator: Binary, a: f64, b: f64) -> f64 {
    // Rust's min, max and comparisons would hide a missing operand.
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    match operator {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        Binary::Minimum => a.min(b),
        Binary::Maximum => a.max(b),
        Binary::Equal => truth(a == b),
        Binary::NotEqual => truth(a != b),
        Binary::Less => truth(a < b),
        Binary::LessEqual => truth(a <= b),
        Binary::Greater => truth(a > b),
        Binary::GreaterEqual => truth(a >= b),
        Binary::And => truth(a != 0.0 && b != 0.0),
        Binary::Or => truth(a != 0.0 || b != 0.0),
    }
}

fn truth(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}
