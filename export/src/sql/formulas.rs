//! Derived features as SQL. A missing value is NULL where the scorer has NaN; an infinity, as of a
//! division by zero, stays one until the end, where it is missing too.

use tenure::schema::formula::{Binary, Many, Node, Unary};
use tenure::schema::{Formula, Schema};

use super::dialect::Dialect;
use super::literal::real;
use super::query::Part;
use crate::error::ExportError;

/// In dialects that end a query where a double overflows or underflows, a formula reads numbers of a
/// size between 10^-this and 10^this.
pub(super) const STRICT_EXPONENT: f64 = 30.0;
/// Their results stay within this.
const MOST_EXPONENT: f64 = 290.0;

/// The column of a derived feature; NULL where it is missing.
pub(super) fn derived(
    part: &mut Part,
    schema: &Schema,
    index: usize,
    formula: &Formula,
    known: &[String],
) -> Result<String, ExportError> {
    let feature = &schema.derived[index];
    if part.dialect().stops_at_overflow() {
        let (least, most) = exponents(formula.tree());
        if most > MOST_EXPONENT || least < -MOST_EXPONENT {
            return Err(ExportError::Field {
                field: feature.name.clone(),
                rule: format!(
                    "{} ends a query where a number overflows, and this formula has too many products",
                    part.dialect().name()
                ),
                value: feature.formula.clone(),
            });
        }
    }
    let mut writer = Writer { part, schema, known };
    let value = writer.number(formula.tree());
    let finite = writer.finite(value);
    Ok(part.bind_with("value", finite, &format!("{} = {}", feature.name, feature.formula)))
}

/// The least and the greatest power of ten that a part has, if its fields have those of
/// [`STRICT_EXPONENT`]; zero and infinities are left out.
fn exponents(node: &Node) -> (f64, f64) {
    let both = |parts: &mut dyn Iterator<Item = &Node>| {
        parts.map(exponents).fold((0.0f64, 0.0f64), |(a, b), (low, high)| (a.min(low), b.max(high)))
    };
    match node {
        Node::Number(number) if *number == 0.0 || !number.is_finite() => (0.0, 0.0),
        Node::Number(number) => (number.abs().log10().floor(), number.abs().log10().ceil()),
        Node::Field(_) => (-STRICT_EXPONENT, STRICT_EXPONENT),
        Node::Flag(_) | Node::HasCategory(..) => (0.0, 0.0),
        Node::Unary(Unary::Negate | Unary::Absolute, inner) => exponents(inner),
        Node::Unary(Unary::Not, _) => (0.0, 0.0),
        Node::Unary(_, inner) => {
            let (low, high) = exponents(inner);
            (low.min(0.0), high.max(3.0))
        }
        Node::Binary(operator, left, right) => {
            let ((a, b), (c, d)) = (exponents(left), exponents(right));
            match operator {
                Binary::Multiply => (a + c, b + d),
                Binary::Divide => (a - d, b - c),
                // What is left of a difference may be the last digit.
                Binary::Add | Binary::Subtract => (a.min(c) - 17.0, b.max(d) + 1.0),
                Binary::Minimum | Binary::Maximum => (a.min(c), b.max(d)),
                _ => (0.0, 0.0),
            }
        }
        Node::If(parts) => both(&mut parts.iter()),
        Node::Many(Many::Count, _) => (0.0, 4.0),
        Node::Many(Many::Coalesce, parts) => both(&mut parts.iter()),
        Node::Many(_, parts) => {
            let (low, high) = both(&mut parts.iter());
            (low - 24.0, high + 6.0)
        }
    }
}

struct Writer<'w, 'q> {
    part: &'w mut Part<'q>,
    schema: &'w Schema,
    known: &'w [String],
}

/// An expression, and whether it may be infinite.
struct Number {
    text: String,
    may_be_infinite: bool,
}

fn sure(text: String) -> Number {
    Number { text, may_be_infinite: false }
}

/// A condition as 1 or 0, NULL where neither holds.
fn truth(holds: &str, fails: &str) -> Number {
    sure(format!("CASE WHEN {holds} THEN 1e0 WHEN {fails} THEN 0e0 END"))
}

impl Writer<'_, '_> {
    /// An expression, in a column if it is more than a name: it is read more than once.
    fn named(&mut self, node: &Node) -> Number {
        let Number { text, may_be_infinite } = self.number(node);
        Number { text: self.part.named(text), may_be_infinite }
    }

    /// A finite number, or NULL.
    fn finite(&mut self, number: Number) -> String {
        if !number.may_be_infinite {
            return number.text;
        }
        let name = self.part.named(number.text);
        format!("CASE WHEN ABS({name}) <= {} THEN {name} END", real(f64::MAX))
    }

    fn number(&mut self, node: &Node) -> Number {
        let dialect = self.part.dialect();
        match node {
            Node::Number(number) if number.is_nan() => sure("NULL".into()),
            Node::Number(number) => sure(real(*number)),
            Node::Field(field) => sure(self.known[*field].clone()),
            Node::Flag(field) => sure(format!("CASE {} WHEN 0 THEN 0e0 WHEN 1 THEN 1e0 END", self.known[*field])),
            Node::HasCategory(field, code) => {
                let (column, missing) = (&self.known[*field], crate::texts::missing(&self.schema.fields[*field]));
                truth(&format!("{column} = {code}"), &format!("{column} <> {missing}"))
            }
            Node::Unary(operator, inner) => self.unary(*operator, inner),
            Node::Binary(operator, left, right) => self.binary(*operator, left, right),
            Node::If(parts) => {
                let condition = self.named(&parts[0]).text;
                let (then, otherwise) = (self.number(&parts[1]), self.number(&parts[2]));
                Number {
                    text: format!(
                        "CASE WHEN {condition} <> 0 THEN {} WHEN {condition} = 0 THEN {} END",
                        then.text, otherwise.text
                    ),
                    may_be_infinite: then.may_be_infinite || otherwise.may_be_infinite,
                }
            }
            Node::Many(function, parts) => self.many(*function, parts, dialect),
        }
    }

    fn unary(&mut self, operator: Unary, inner: &Node) -> Number {
        let a = self.named(inner);
        let (name, infinite) = (&a.text, a.may_be_infinite);
        match operator {
            Unary::Negate => Number { text: format!("(0e0 - {name})"), may_be_infinite: infinite },
            Unary::Not => truth(&format!("{name} = 0"), &format!("{name} <> 0")),
            Unary::Absolute => Number { text: format!("ABS({name})"), may_be_infinite: infinite },
            Unary::Floor => Number { text: self.part.dialect().floor(name), may_be_infinite: infinite },
            Unary::SquareRoot => {
                Number { text: format!("CASE WHEN {name} >= 0 THEN SQRT({name}) END"), may_be_infinite: infinite }
            }
            Unary::Log1p => {
                // The logarithm of a sum loses the digits of a small number; four terms of its series do not.
                let series = format!("{name} * (1e0 - {name} * (1e0 / 2e0 - {name} * (1e0 / 3e0 - {name} / 4e0)))");
                let infinity = self.part.dialect().infinity("-");
                Number {
                    text: format!(
                        "CASE WHEN ABS({name}) < 1e-4 THEN {series} WHEN {name} > -1 THEN LN(1e0 + {name}) \
                         WHEN {name} = -1 THEN {infinity} END"
                    ),
                    may_be_infinite: true,
                }
            }
        }
    }

    fn binary(&mut self, operator: Binary, left: &Node, right: &Node) -> Number {
        let (a, b) = (self.named(left), self.named(right));
        let dialect = self.part.dialect();
        let infinite = a.may_be_infinite || b.may_be_infinite;
        let (a, b) = (a.text, b.text);
        // Two infinities may make what is no number, and a product of large numbers an infinity.
        let mut arithmetic = |text: String| {
            if infinite {
                let name = self.part.named(text);
                return Number { text: dialect.known(&name), may_be_infinite: true };
            }
            Number { text, may_be_infinite: !dialect.stops_at_overflow() }
        };
        match operator {
            Binary::Add => arithmetic(format!("({a} + {b})")),
            Binary::Subtract => arithmetic(format!("({a} - {b})")),
            Binary::Multiply => arithmetic(format!("({a} * {b})")),
            Binary::Divide => {
                if let Node::Number(number) = right
                    && *number != 0.0
                {
                    return arithmetic(format!("({a} / {b})"));
                }
                let quotient = format!(
                    "CASE WHEN {b} <> 0 THEN {a} / {b} WHEN {b} = 0 AND {a} > 0 THEN {} WHEN {b} = 0 AND {a} < 0 THEN {} END",
                    dialect.infinity(""),
                    dialect.infinity("-")
                );
                let text = if infinite {
                    let name = self.part.named(quotient);
                    dialect.known(&name)
                } else {
                    quotient
                };
                Number { text, may_be_infinite: true }
            }
            Binary::Minimum | Binary::Maximum => {
                let sign = if operator == Binary::Minimum { "<=" } else { ">=" };
                let text = format!("CASE WHEN {a} {sign} {b} THEN {a} WHEN {a} IS NOT NULL THEN {b} END");
                Number { text, may_be_infinite: infinite }
            }
            Binary::Equal => truth(&format!("{a} = {b}"), &format!("{a} <> {b}")),
            Binary::NotEqual => truth(&format!("{a} <> {b}"), &format!("{a} = {b}")),
            Binary::Less => truth(&format!("{a} < {b}"), &format!("{a} >= {b}")),
            Binary::LessEqual => truth(&format!("{a} <= {b}"), &format!("{a} > {b}")),
            Binary::Greater => truth(&format!("{a} > {b}"), &format!("{a} <= {b}")),
            Binary::GreaterEqual => truth(&format!("{a} >= {b}"), &format!("{a} < {b}")),
            Binary::And | Binary::Or => {
                let word = if operator == Binary::And { "AND" } else { "OR" };
                sure(format!(
                    "CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL WHEN {a} <> 0 {word} {b} <> 0 THEN 1e0 ELSE 0e0 END"
                ))
            }
        }
    }

    fn many(&mut self, function: Many, parts: &[Node], dialect: Dialect) -> Number {
        let count = parts.len() as f64;
        let middle = (count - 1.0) / 2.0;
        if function == Many::Coalesce {
            let mut choices = Vec::new();
            for part in parts {
                let number = self.number(part);
                choices.push(self.finite(number));
            }
            return sure(format!("COALESCE({}, NULL)", choices.join(", ")));
        }
        let mut infinite = false;
        let mut sum = String::from("0e0");
        let mut squares = 0.0;
        for (place, part) in parts.iter().enumerate() {
            let a = self.named(part);
            let distance = place as f64 - middle;
            squares += distance * distance;
            infinite |= a.may_be_infinite && function != Many::Count;
            let name = &a.text;
            let term = match function {
                Many::Count => truth(&format!("{name} <> 0"), &format!("{name} = 0")).text,
                Many::Slope => format!("({}) * {name}", real(distance)),
                Many::Mean | Many::Coalesce => name.clone(),
            };
            sum = format!("{sum} + {term}");
            // A long sum is deep for an engine.
            if place % 16 == 15 {
                sum = self.part.named(format!("({sum})"));
            }
        }
        let text = match function {
            Many::Count => return sure(format!("({sum})")),
            Many::Mean => format!("({sum}) / {}", real(count)),
            Many::Slope | Many::Coalesce => format!("({sum}) / {}", real(squares)),
        };
        if infinite {
            let name = self.part.named(text);
            return Number { text: dialect.known(&name), may_be_infinite: true };
        }
        Number { text: format!("({text})"), may_be_infinite: !dialect.stops_at_overflow() }
    }
}
