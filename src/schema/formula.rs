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

use super::{Kind, Schema};
use crate::json::decimal;

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

/// Parentheses and calls nest at most this deep, so that a hostile formula cannot exhaust the stack.
const MAXIMUM_DEPTH: usize = 64;
const MAXIMUM_LENGTH: usize = 4096;

impl Formula {
    /// Parses `text` over the fields of `schema`.
    pub fn parse(text: &str, schema: &Schema) -> Result<Formula, FormulaError> {
        if text.len() > MAXIMUM_LENGTH {
            return Err(FormulaError { message: format!("longer than {MAXIMUM_LENGTH} bytes"), at: MAXIMUM_LENGTH });
        }
        let mut parser = Parser { text, at: 0, schema, fields: Vec::new(), depth: 0 };
        let root = parser.alternative()?;
        parser.space();
        if parser.at < text.len() {
            return Err(parser.error("unexpected text"));
        }
        let fields = parser.fields;
        if fields.is_empty() {
            return Err(FormulaError { message: "reads no field".into(), at: 0 });
        }
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

/// Whether a letter is part of a plain name. Beyond ASCII all but blanks are, so that no table of letters is needed.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() && !c.is_whitespace()
}

/// The first `length` bytes. Slicing would bring what it says of a wrong place, and tables of letters for it, into the
/// download.
fn head(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or_default()
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    schema: &'a Schema,
    fields: Vec<usize>,
    depth: usize,
}

impl Parser<'_> {
    fn error(&self, message: impl Into<String>) -> FormulaError {
        FormulaError { message: message.into(), at: self.at }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Takes `token`; a word must end where the token ends.
    fn take(&mut self, token: &str) -> bool {
        self.space();
        let Some(after) = self.rest().strip_prefix(token) else { return false };
        let word = token.ends_with(is_word);
        if word && after.starts_with(is_word) {
            return false;
        }
        self.at += token.len();
        true
    }

    fn expect(&mut self, token: &str) -> Result<(), FormulaError> {
        if self.take(token) { Ok(()) } else { Err(self.error(format!("expected `{token}`"))) }
    }

    /// Left-associative chain of one precedence level.
    fn chain(
        &mut self,
        operators: &[(&str, Binary)],
        next: fn(&mut Self) -> Result<Node, FormulaError>,
    ) -> Result<Node, FormulaError> {
        let mut left = next(self)?;
        let mut length = 0;
        'chain: loop {
            for (token, operator) in operators {
                if self.take(token) {
                    length += 1;
                    if length > MAXIMUM_DEPTH {
                        return Err(self.error(format!("more than {MAXIMUM_DEPTH} operators in a row")));
                    }
                    left = Node::Binary(*operator, Box::new(left), Box::new(next(self)?));
                    continue 'chain;
                }
            }
            return Ok(left);
        }
    }

    fn alternative(&mut self) -> Result<Node, FormulaError> {
        self.depth += 1;
        if self.depth > MAXIMUM_DEPTH {
            return Err(self.error(format!("nested more than {MAXIMUM_DEPTH} deep")));
        }
        let node = self.chain(&[("or", Binary::Or)], |p| p.chain(&[("and", Binary::And)], Self::negation));
        self.depth -= 1;
        node
    }

    fn negation(&mut self) -> Result<Node, FormulaError> {
        if self.take("not") {
            let inner = self.comparison()?;
            return Ok(Node::Unary(Unary::Not, Box::new(inner)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Node, FormulaError> {
        // Longer tokens first: `<=` also starts with `<`.
        let operators = [
            ("==", Binary::Equal),
            ("!=", Binary::NotEqual),
            ("<=", Binary::LessEqual),
            (">=", Binary::GreaterEqual),
            ("<", Binary::Less),
            (">", Binary::Greater),
        ];
        self.chain(&operators, |p| {
            p.chain(&[("+", Binary::Add), ("-", Binary::Subtract)], |p| {
                p.chain(&[("*", Binary::Multiply), ("/", Binary::Divide)], Self::signed)
            })
        })
    }

    fn signed(&mut self) -> Result<Node, FormulaError> {
        if self.take("-") {
            return Ok(Node::Unary(Unary::Negate, Box::new(self.atom()?)));
        }
        self.atom()
    }

    fn atom(&mut self) -> Result<Node, FormulaError> {
        self.space();
        if self.take("(") {
            let inner = self.alternative()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.rest().starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return self.number();
        }
        let start = self.at;
        let (name, quoted) = self.name()?;
        if !quoted && self.take("(") {
            return self.call(&name, start);
        }
        let Some(field) = self.schema.field_index(&name) else {
            self.at = start;
            return Err(self.error(format!("`{name}` is no field of the schema")));
        };
        // Inserted where it belongs: a formula reads few fields, and a sort would be more code to download.
        if let Err(at) = self.fields.binary_search(&field) {
            self.fields.insert(at, field);
        }
        match &self.schema.fields[field].kind {
            Kind::Category { .. } => self.category(field, &name),
            Kind::Flag { .. } => Ok(Node::Flag(field)),
            Kind::Number { .. } | Kind::Date { .. } => Ok(Node::Field(field)),
        }
    }

    fn number(&mut self) -> Result<Node, FormulaError> {
        let rest = self.rest();
        let mut end = 0;
        for (offset, c) in rest.char_indices() {
            let exponent_sign = (c == '+' || c == '-') && head(rest, offset).ends_with(['e', 'E']);
            if !(c.is_ascii_alphanumeric() || c == '.' || exponent_sign) {
                break;
            }
            end = offset + c.len_utf8();
        }
        let text = head(rest, end);
        match decimal::parse(text) {
            Some(number) if number.is_finite() => {
                self.at += end;
                Ok(Node::Number(number))
            }
            _ => Err(self.error(format!("`{text}` is no number"))),
        }
    }

    fn name(&mut self) -> Result<(String, bool), FormulaError> {
        if let Some(rest) = self.rest().strip_prefix('`') {
            let Some(length) = rest.find('`') else { return Err(self.error("a backquote is not closed")) };
            let name = head(rest, length).to_owned();
            self.at += length + 2;
            return Ok((name, true));
        }
        let rest = self.rest();
        let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.error("expected a number, a field or `(`"));
        }
        let name = head(rest, length).to_owned();
        self.at += length;
        Ok((name, false))
    }

    fn category(&mut self, field: usize, name: &str) -> Result<Node, FormulaError> {
        let differs = self.take("!=");
        if !differs && !self.take("==") {
            return Err(self.error(format!("`{name}` is a category: compare it with a text, as in {name} == \"…\"")));
        }
        self.space();
        let Some((text, _)) = self.rest().strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
            return Err(self.error("expected a text in double quotes"));
        };
        let categories = self.schema.fields[field].categories();
        let Some(code) = categories.iter().position(|category| *category == text) else {
            return Err(self.error(format!("\"{text}\" is no category of `{name}`")));
        };
        self.at += text.len() + 2;
        let node = Node::HasCategory(field, code as u32);
        Ok(if differs { Node::Unary(Unary::Not, Box::new(node)) } else { node })
    }

    fn call(&mut self, name: &str, start: usize) -> Result<Node, FormulaError> {
        let mut arguments = vec![self.alternative()?];
        while self.take(",") {
            arguments.push(self.alternative()?);
        }
        self.expect(")")?;
        let count = arguments.len();
        let mut next = arguments.into_iter();
        let mut argument = || Box::new(next.next().unwrap_or(Node::Number(0.0)));
        let unary = |operator, inner| Ok(Node::Unary(operator, inner));
        match (name, count) {
            ("abs", 1) => unary(Unary::Absolute, argument()),
            ("sqrt", 1) => unary(Unary::SquareRoot, argument()),
            ("log1p", 1) => unary(Unary::Log1p, argument()),
            ("floor", 1) => unary(Unary::Floor, argument()),
            ("min", 2) => Ok(Node::Binary(Binary::Minimum, argument(), argument())),
            ("max", 2) => Ok(Node::Binary(Binary::Maximum, argument(), argument())),
            ("if", 3) => Ok(Node::If(Box::new([*argument(), *argument(), *argument()]))),
            ("if", 2) => Ok(Node::If(Box::new([*argument(), *argument(), Node::Number(f64::NAN)]))),
            ("count", _) => Ok(Node::Many(Many::Count, next.collect())),
            ("mean", _) => Ok(Node::Many(Many::Mean, next.collect())),
            ("slope", 2..) => Ok(Node::Many(Many::Slope, next.collect())),
            ("coalesce", _) => Ok(Node::Many(Many::Coalesce, next.collect())),
            ("abs" | "sqrt" | "log1p" | "floor" | "min" | "max" | "if" | "slope", _) => {
                self.at = start;
                Err(self.error(format!("`{name}` does not take {count} arguments")))
            }
            _ => {
                self.at = start;
                Err(self.error(format!("`{name}` is no function")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::small_schema;

    fn evaluate(text: &str, values: &[f64]) -> Option<f64> {
        Formula::parse(text, &small_schema()).unwrap().evaluate(&|field| values[field])
    }

    // Fields of the small schema: 0 tenure, 1 charges, 2 contract (Month, Year), 3 partner (flag).
    #[test]
    fn precedence_and_calls() {
        let values = [4.0, 10.0, 1.0, 1.0];
        assert_eq!(evaluate("partner + 1", &[4.0, 10.0, 1.0, 2.0]), None);
        assert_eq!(evaluate("charges - tenure - 1", &values), Some(5.0));
        assert_eq!(evaluate("charges / max(tenure, 1) * 2", &values), Some(5.0));
        assert_eq!(evaluate("-tenure + 2 * (1 + partner)", &values), Some(0.0));
        assert_eq!(evaluate("if(contract == \"Year\" and tenure < 5, 7, 8)", &values), Some(7.0));
        assert_eq!(evaluate("count(partner, tenure > 4, contract != \"Month\")", &values), Some(2.0));
        assert_eq!(evaluate("not partner or `charges` >= 1e1", &values), Some(1.0));
        assert_eq!(evaluate("log1p(tenure)", &values), Some(libm::log1p(4.0)));
    }

    #[test]
    fn trends_and_gaps() {
        let values = [4.0, 10.0, 1.0, 1.0];
        assert_eq!(evaluate("mean(tenure, charges, 1)", &values), Some(5.0));
        assert_eq!(evaluate("slope(tenure, charges)", &values), Some(6.0));
        // Least squares through (0, 4), (1, 10), (2, 1), (3, 7): -3/2 × 4 - 10/2 + 1/2 + 7 × 3/2 over 5.
        assert_eq!(evaluate("slope(tenure, charges, 1, 7)", &values), Some(0.0));
        assert_eq!(evaluate("slope(2 * tenure, tenure + 2, tenure)", &values), Some(-2.0));
        assert_eq!(evaluate("coalesce(tenure, charges)", &values), Some(4.0));
        let gap = [f64::NAN, 10.0, 1.0, 1.0];
        assert_eq!(evaluate("coalesce(tenure, charges / 0, charges)", &gap), Some(10.0));
        assert_eq!(evaluate("coalesce(tenure, charges + 1)", &gap), Some(11.0));
        assert_eq!(evaluate("coalesce(tenure, tenure)", &gap), None);
        assert_eq!(evaluate("mean(tenure, charges)", &gap), None);
        assert_eq!(evaluate("slope(charges, tenure)", &gap), None);
        assert_eq!(evaluate("if(partner, charges)", &values), Some(10.0));
        assert_eq!(evaluate("if(tenure > 4, charges)", &values), None);
        assert_eq!(evaluate("coalesce(if(tenure > 4, charges), 0)", &values), Some(0.0));
    }

    #[test]
    fn missing_is_contagious() {
        let values = [f64::NAN, 0.0, f64::NAN, 0.0];
        for text in [
            "tenure + 1",
            "max(tenure, 1)",
            "tenure > 1",
            "contract == \"Year\"",
            "not tenure",
            "1 / charges",
            "count(tenure, partner)",
        ] {
            assert_eq!(evaluate(text, &values), None, "{text}");
        }
        assert_eq!(evaluate("if(partner, tenure, charges)", &values), Some(0.0));
    }

    #[test]
    fn refusals_name_the_place() {
        let schema = small_schema();
        for (text, at, part) in [
            ("tenure + nobody", 9, "no field"),
            ("tenure +", 8, "expected"),
            ("(tenure", 7, "expected `)`"),
            ("contract + 1", 9, "category"),
            ("contract == \"Decade\"", 12, "no category"),
            ("min(tenure)", 0, "does not take 1"),
            ("slope(tenure)", 0, "does not take 1"),
            ("power(tenure, 2)", 0, "no function"),
            ("1 + 2", 0, "no field"),
            ("tenure 3", 7, "unexpected"),
            ("1e999 + tenure", 0, "no number"),
        ] {
            let error = Formula::parse(text, &schema).unwrap_err();
            assert!(error.message.contains(part) && error.at == at, "{text}: {error}");
        }
        assert!(Formula::parse(&"(".repeat(2000), &schema).unwrap_err().message.contains("deep"));
        assert!(Formula::parse(&"-".repeat(2000), &schema).is_err());
    }
}
