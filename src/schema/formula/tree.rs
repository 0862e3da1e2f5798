//! The tree of a formula, and its evaluation.

/// A part of a formula. What is missing is NaN.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A number; NaN stands for the branch that an `if` of two arguments lacks.
    Number(f64),
    /// The value of a number field.
    Field(usize),
    /// Whether a flag is set; one that is neither yes nor no is missing.
    Flag(usize),
    /// Whether a category field has this code.
    HasCategory(usize, u32),
    /// A function of one argument.
    Unary(Unary, Box<Node>),
    /// A function of two arguments; missing if one of them is.
    Binary(Binary, Box<Node>, Box<Node>),
    /// The second part where the first is not 0, else the third; missing if the first is.
    If(Box<[Node; 3]>),
    /// A function of any number of arguments.
    Many(Many, Vec<Node>),
}

/// Functions of any number of arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Many {
    /// How many are not 0.
    Count,
    /// Their mean.
    Mean,
    /// The least-squares change from one to the next.
    Slope,
    /// The first that is finite.
    Coalesce,
}

/// Functions of one argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unary {
    /// `-a`
    Negate,
    /// 1 where it is 0, else 0.
    Not,
    /// `abs(a)`
    Absolute,
    /// `sqrt(a)`
    SquareRoot,
    /// `log1p(a)`
    Log1p,
    /// `floor(a)`
    Floor,
}

/// Functions of two arguments. A condition is 1 or 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `min(a, b)`
    Minimum,
    /// `max(a, b)`
    Maximum,
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a < b`
    Less,
    /// `a <= b`
    LessEqual,
    /// `a > b`
    Greater,
    /// `a >= b`
    GreaterEqual,
    /// `a and b`
    And,
    /// `a or b`
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
                // Of zero it is zero, without a sign.
                Unary::Negate => 0.0 - a,
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
