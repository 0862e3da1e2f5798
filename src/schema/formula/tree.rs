//! The tree of a formula, and its evaluation.

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
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
pub(super) enum Many {
    Count,
    Mean,
    Slope,
    Coalesce,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unary {
    Negate,
    Not,
    Absolute,
    SquareRoot,
    Log1p,
    Floor,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Binary {
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

// `dyn`, so that the download has one copy for all callers.
pub(super) fn eval(node: &Node, value: &dyn Fn(usize) -> f64) -> f64 {
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
