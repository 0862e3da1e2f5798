//! Text → tree, by recursive descent.

use super::tree::{Binary, Many, Node, Unary};
use crate::json::decimal;
use crate::schema::fields::{Kind, Schema};

/// Parentheses and calls nest at most this deep, so that a hostile formula cannot exhaust the
/// stack.
const MAXIMUM_DEPTH: usize = 64;
const MAXIMUM_LENGTH: usize = 4096;

/// What is wrong with a formula, and where (a byte offset in its text).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message} at character {at}")]
pub struct FormulaError {
    /// What is wrong.
    pub message: String,
    /// The byte.
    pub at: usize,
}

/// The tree of a formula over the fields of `schema`, the fields that it reads, ascending, and its
/// steps.
pub(super) fn parse(text: &str, schema: &Schema) -> Result<(Node, Vec<usize>, u64), FormulaError> {
    if text.len() > MAXIMUM_LENGTH {
        return Err(FormulaError { message: format!("longer than {MAXIMUM_LENGTH} bytes"), at: MAXIMUM_LENGTH });
    }
    let mut parser = Parser { text, at: 0, schema, fields: Vec::new(), depth: 0, steps: 0 };
    let root = parser.alternative()?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.error("unexpected text"));
    }
    let Parser { fields, steps, .. } = parser;
    if fields.is_empty() {
        return Err(FormulaError { message: "reads no field".into(), at: 0 });
    }
    Ok((root, fields, steps))
}

/// Whether a character is part of a plain name. Beyond ASCII all but blanks are, which needs no
/// table of letters.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() && !c.is_whitespace()
}

/// The first `length` bytes. Slicing would add its panic message, with tables of letters, to the
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
    steps: u64,
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
        self.steps += 1;
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
        // Insertion, because a formula reads few fields and a sort adds code to the download.
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
