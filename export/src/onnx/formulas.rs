//! Derived features as operators on doubles. NaN is missing, as in the scorer.

use tenure::schema::formula::{Binary, Many, Node, Unary};
use tenure::schema::{Formula, Schema};

use super::fields::Known;
use super::graph::{Builder, Type};
use crate::texts;

/// The value of a derived feature; NaN where it is missing.
pub(super) fn derived(builder: &mut Builder, schema: &Schema, known: &[Known], formula: &Formula) -> String {
    let value = Writer { builder, schema, known }.number(formula.tree());
    let (nan, infinite) = (builder.number(f64::NAN), builder.op("IsInf", &[&value]));
    builder.op("Where", &[&infinite, &nan, &value])
}

struct Writer<'w> {
    builder: &'w mut Builder,
    schema: &'w Schema,
    known: &'w [Known],
}

impl Writer<'_> {
    fn number(&mut self, node: &Node) -> String {
        match node {
            Node::Number(number) => self.builder.number(*number),
            Node::Field(field) => self.known[*field].value.clone(),
            Node::Flag(field) => {
                let (code, most) = (&self.known[*field].value, self.builder.whole(1));
                let is_side = self.builder.op("LessOrEqual", &[code, &most]);
                let number = self.builder.cast(code, Type::Double);
                let nan = self.builder.number(f64::NAN);
                self.builder.op("Where", &[&is_side, &number, &nan])
            }
            Node::HasCategory(field, code) => {
                let seen = &self.known[*field].value;
                let missing = self.builder.whole(texts::missing(&self.schema.fields[*field]) as i64);
                let (code, nan) = (self.builder.whole(i64::from(*code)), self.builder.number(f64::NAN));
                let is_missing = self.builder.op("Equal", &[seen, &missing]);
                let holds = self.builder.op("Equal", &[seen, &code]);
                let holds = self.builder.cast(&holds, Type::Double);
                self.builder.op("Where", &[&is_missing, &nan, &holds])
            }
            Node::Unary(operator, inner) => {
                let a = self.number(inner);
                self.unary(*operator, &a)
            }
            Node::Binary(operator, left, right) => {
                let (a, b) = (self.number(left), self.number(right));
                self.binary(*operator, &a, &b)
            }
            Node::If(parts) => {
                let [condition, then, otherwise] = [0, 1, 2].map(|at| self.number(&parts[at]));
                let is_zero = self.is_zero(&condition);
                let chosen = self.builder.op("Where", &[&is_zero, &otherwise, &then]);
                self.known_if(&[&condition], &chosen)
            }
            Node::Many(function, parts) => self.many(*function, parts),
        }
    }

    fn is_zero(&mut self, value: &str) -> String {
        let zero = self.builder.number(0.0);
        self.builder.op("Equal", &[value, &zero])
    }

    /// A value, or NaN where one of those that it is made of is.
    fn known_if(&mut self, of: &[&str], value: &str) -> String {
        let nan = self.builder.number(f64::NAN);
        let mut value = value.to_owned();
        for part in of {
            let is_missing = self.builder.op("IsNaN", &[part]);
            value = self.builder.op("Where", &[&is_missing, &nan, &value]);
        }
        value
    }

    /// A condition as 1 or 0.
    fn truth(&mut self, of: &[&str], holds: &str) -> String {
        let number = self.builder.cast(holds, Type::Double);
        self.known_if(of, &number)
    }

    fn unary(&mut self, operator: Unary, a: &str) -> String {
        match operator {
            Unary::Negate => {
                let zero = self.builder.number(0.0);
                self.builder.op("Sub", &[&zero, a])
            }
            Unary::Not => {
                let is_zero = self.is_zero(a);
                self.truth(&[a], &is_zero)
            }
            Unary::Absolute => self.builder.op("Abs", &[a]),
            Unary::SquareRoot => self.builder.op("Sqrt", &[a]),
            Unary::Floor => self.builder.op("Floor", &[a]),
            Unary::Log1p => self.log1p(a),
        }
    }

    /// The logarithm of a sum loses the digits of a small number; four terms of its series do not.
    fn log1p(&mut self, a: &str) -> String {
        let [one, edge] = [1.0, 1e-4].map(|number| self.builder.number(number));
        let mut series = self.builder.number(0.25);
        for share in [1.0 / 3.0, 0.5, 1.0] {
            let product = self.builder.op("Mul", &[a, &series]);
            let share = self.builder.number(share);
            series = self.builder.op("Sub", &[&share, &product]);
        }
        let series = self.builder.op("Mul", &[a, &series]);
        let sum = self.builder.op("Add", &[&one, a]);
        let logarithm = self.builder.op("Log", &[&sum]);
        let size = self.builder.op("Abs", &[a]);
        let is_small = self.builder.op("Less", &[&size, &edge]);
        self.builder.op("Where", &[&is_small, &series, &logarithm])
    }

    fn binary(&mut self, operator: Binary, a: &str, b: &str) -> String {
        let comparison = match operator {
            Binary::Add => return self.builder.op("Add", &[a, b]),
            Binary::Subtract => return self.builder.op("Sub", &[a, b]),
            Binary::Multiply => return self.builder.op("Mul", &[a, b]),
            Binary::Divide => return self.builder.op("Div", &[a, b]),
            Binary::Minimum | Binary::Maximum => {
                let operator = if operator == Binary::Minimum { "Less" } else { "Greater" };
                let first = self.builder.op(operator, &[a, b]);
                let chosen = self.builder.op("Where", &[&first, a, b]);
                return self.known_if(&[a, b], &chosen);
            }
            Binary::Equal => "Equal",
            Binary::NotEqual => {
                let equal = self.builder.op("Equal", &[a, b]);
                let differs = self.builder.op("Not", &[&equal]);
                return self.truth(&[a, b], &differs);
            }
            Binary::Less => "Less",
            Binary::LessEqual => "LessOrEqual",
            Binary::Greater => "Greater",
            Binary::GreaterEqual => "GreaterOrEqual",
            Binary::And | Binary::Or => {
                let [first, second] = [a, b].map(|value| {
                    let is_zero = self.is_zero(value);
                    self.builder.op("Not", &[&is_zero])
                });
                let holds = self.builder.op(if operator == Binary::And { "And" } else { "Or" }, &[&first, &second]);
                return self.truth(&[a, b], &holds);
            }
        };
        let holds = self.builder.op(comparison, &[a, b]);
        self.truth(&[a, b], &holds)
    }

    fn many(&mut self, function: Many, parts: &[Node]) -> String {
        let values: Vec<String> = parts.iter().map(|part| self.number(part)).collect();
        if function == Many::Coalesce {
            let mut chosen = self.builder.number(f64::NAN);
            for value in values.iter().rev() {
                let (missing, infinite) = (self.builder.op("IsNaN", &[value]), self.builder.op("IsInf", &[value]));
                let is_none = self.builder.op("Or", &[&missing, &infinite]);
                chosen = self.builder.op("Where", &[&is_none, &chosen, value]);
            }
            return chosen;
        }
        let count = values.len() as f64;
        let middle = (count - 1.0) / 2.0;
        let mut sum = self.builder.number(0.0);
        let mut squares = 0.0;
        for (place, value) in values.iter().enumerate() {
            let distance = place as f64 - middle;
            squares += distance * distance;
            let term = match function {
                Many::Count => {
                    let is_zero = self.is_zero(value);
                    let counts = self.builder.op("Not", &[&is_zero]);
                    self.truth(&[value], &counts)
                }
                Many::Slope => {
                    let distance = self.builder.number(distance);
                    self.builder.op("Mul", &[&distance, value])
                }
                Many::Mean | Many::Coalesce => value.clone(),
            };
            sum = self.builder.op("Add", &[&sum, &term]);
        }
        let by = match function {
            Many::Count => return sum,
            Many::Mean => count,
            Many::Slope | Many::Coalesce => squares,
        };
        let by = self.builder.number(by);
        self.builder.op("Div", &[&sum, &by])
    }
}
