//! What values a formula can have, over all records of a schema: by interval arithmetic.

use super::Formula;
use super::tree::{Binary, Many, Node, Unary};
use crate::schema::fields::Schema;

/// The lowest and the highest value.
type Range = (f64, f64);

/// Anything.
const ALL: Range = (f64::NEG_INFINITY, f64::INFINITY);
const TRUE: Range = (1.0, 1.0);
const FALSE: Range = (0.0, 0.0);
const UNKNOWN: Range = (0.0, 1.0);

/// Boxes that [`Formula::is_never`] looks into.
const MAXIMUM_BOXES: usize = 1 << 14;

impl Formula {
    /// Bounds of the formula's values, missing ones left out. The formula need not reach them.
    pub fn range(&self, schema: &Schema) -> Range {
        range(&self.root, &|field| whole(schema, field))
    }

    /// Whether the formula, as a condition, holds for no record. `false` where that is not certain.
    ///
    /// Every category is tried, and every number between the numbers that the formula names.
    pub fn is_never(&self, schema: &Schema) -> bool {
        let mut named = Vec::new();
        numbers(&self.root, &mut named);
        let parts: Vec<Vec<Range>> = self.fields.iter().map(|&field| parts(schema, field, &named)).collect();
        let boxes = parts.iter().fold(1usize, |boxes, parts| boxes.saturating_mul(parts.len()));
        if boxes > MAXIMUM_BOXES {
            return self.range(schema) == FALSE;
        }
        (0..boxes).all(|mut at| {
            let choices: Vec<Range> = parts
                .iter()
                .map(|parts| {
                    let choice = parts[at % parts.len()];
                    at /= parts.len();
                    choice
                })
                .collect();
            let of = |field: usize| self.fields.binary_search(&field).map_or(ALL, |place| choices[place]);
            range(&self.root, &of) == FALSE
        })
    }
}

/// All values of a field: numbers, or codes of categories.
fn whole(schema: &Schema, field: usize) -> Range {
    let field = &schema.fields[field];
    field.bounds().unwrap_or((0.0, field.category_count() as f64))
}

/// The values of a field in parts: each category; each number that the formula names, and what lies
/// between two of them.
fn parts(schema: &Schema, field: usize, named: &[f64]) -> Vec<Range> {
    let (low, high) = whole(schema, field);
    if !schema.fields[field].is_number() {
        return (0..=high as u32).map(|code| (f64::from(code), f64::from(code))).collect();
    }
    let mut parts = Vec::new();
    let mut from = low;
    for &number in named.iter().filter(|&&number| number >= low && number <= high) {
        parts.push((from, number.next_down()));
        parts.push((number, number));
        from = number.next_up();
    }
    parts.push((from, high));
    parts.retain(|(low, high)| low <= high);
    parts
}

/// The numbers in a formula, and their opposites, ascending and each once.
fn numbers(node: &Node, found: &mut Vec<f64>) {
    // Insertion, because they are few and a sort adds code to the download.
    let add = |number: f64| {
        let at = found.partition_point(|other| *other < number);
        if found.get(at) != Some(&number) {
            found.insert(at, number);
        }
    };
    match node {
        Node::Number(number) if number.is_nan() => {}
        Node::Number(number) => [*number, -*number].into_iter().for_each(add),
        Node::Field(_) | Node::Flag(_) | Node::HasCategory(..) => {}
        Node::Unary(_, inner) => numbers(inner, found),
        Node::Binary(_, left, right) => [left, right].into_iter().for_each(|part| numbers(part, found)),
        Node::If(parts) => parts.iter().for_each(|part| numbers(part, found)),
        Node::Many(_, parts) => parts.iter().for_each(|part| numbers(part, found)),
    }
}

fn range(node: &Node, field: &dyn Fn(usize) -> Range) -> Range {
    match node {
        // What is always missing is nothing; a condition that reads it does not hold.
        Node::Number(number) if number.is_nan() => FALSE,
        Node::Number(number) => (*number, *number),
        Node::Field(index) => field(*index),
        Node::Flag(index) => {
            let (low, high) = field(*index);
            (low.min(1.0), high.min(1.0))
        }
        Node::HasCategory(index, code) => compare(Binary::Equal, field(*index), (f64::from(*code), f64::from(*code))),
        Node::Unary(operator, inner) => {
            let (low, high) = range(inner, field);
            let monotone = |f: fn(f64) -> f64| sound((f(low), f(high)));
            match operator {
                Unary::Negate => (-high, -low),
                Unary::Not => match truth((low, high)) {
                    TRUE => FALSE,
                    FALSE => TRUE,
                    _ => UNKNOWN,
                },
                Unary::Absolute if low <= 0.0 && high >= 0.0 => (0.0, high.max(-low)),
                Unary::Absolute => (low.abs().min(high.abs()), low.abs().max(high.abs())),
                Unary::SquareRoot => sound((low.max(0.0).sqrt(), high.sqrt())),
                Unary::Log1p => sound((libm::log1p(low.max(-1.0)), libm::log1p(high))),
                Unary::Floor => monotone(f64::floor),
            }
        }
        Node::Binary(operator, left, right) => binary(*operator, range(left, field), range(right, field)),
        Node::If(parts) => match truth(range(&parts[0], field)) {
            TRUE => range(&parts[1], field),
            FALSE => range(&parts[2], field),
            _ => union(range(&parts[1], field), range(&parts[2], field)),
        },
        Node::Many(function, parts) => {
            let ranges = parts.iter().map(|part| range(part, field));
            match function {
                Many::Coalesce => ranges.reduce(union).unwrap_or(ALL),
                Many::Count => ranges.map(truth).fold(FALSE, |(a, b), (low, high)| (a + low, b + high)),
                Many::Mean => {
                    let count = parts.len() as f64;
                    let (low, high) = ranges.fold(FALSE, |sum, range| binary(Binary::Add, sum, range));
                    (low / count, high / count)
                }
                Many::Slope => ALL,
            }
        }
    }
}

/// No bound where there is no number.
fn sound((low, high): Range) -> Range {
    (if low.is_nan() { f64::NEG_INFINITY } else { low }, if high.is_nan() { f64::INFINITY } else { high })
}

fn union(a: Range, b: Range) -> Range {
    (a.0.min(b.0), a.1.max(b.1))
}

/// Whether a number is not 0.
fn truth((low, high): Range) -> Range {
    match (low, high) {
        (0.0, 0.0) => FALSE,
        _ if low > 0.0 || high < 0.0 => TRUE,
        _ => UNKNOWN,
    }
}

fn compare(operator: Binary, (a, b): Range, (c, d): Range) -> Range {
    let (always, never) = match operator {
        Binary::Less => (b < c, a >= d),
        Binary::LessEqual => (b <= c, a > d),
        Binary::Greater => (a > d, b <= c),
        Binary::GreaterEqual => (a >= d, b < c),
        Binary::Equal => (a == b && c == d && a == c, b < c || d < a),
        Binary::NotEqual => (b < c || d < a, a == b && c == d && a == c),
        _ => (false, false),
    };
    match (always, never) {
        (true, _) => TRUE,
        (_, true) => FALSE,
        _ => UNKNOWN,
    }
}

fn binary(operator: Binary, (a, b): Range, (c, d): Range) -> Range {
    let corners = |f: fn(f64, f64) -> f64| {
        let corners = [f(a, c), f(a, d), f(b, c), f(b, d)];
        if corners.iter().any(|corner| corner.is_nan()) {
            return ALL;
        }
        corners.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    };
    match operator {
        Binary::Add => sound((a + c, b + d)),
        Binary::Subtract => sound((a - d, b - c)),
        Binary::Multiply => corners(|x, y| x * y),
        Binary::Divide if c <= 0.0 && d >= 0.0 => ALL,
        Binary::Divide => corners(|x, y| x / y),
        Binary::Minimum => (a.min(c), b.min(d)),
        Binary::Maximum => (a.max(c), b.max(d)),
        Binary::And => match (truth((a, b)), truth((c, d))) {
            (FALSE, _) | (_, FALSE) => FALSE,
            (TRUE, TRUE) => TRUE,
            _ => UNKNOWN,
        },
        Binary::Or => match (truth((a, b)), truth((c, d))) {
            (TRUE, _) | (_, TRUE) => TRUE,
            (FALSE, FALSE) => FALSE,
            _ => UNKNOWN,
        },
        _ => compare(operator, (a, b), (c, d)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::small_schema;
    use proptest::prelude::*;

    fn never(text: &str) -> bool {
        let schema = small_schema();
        Formula::parse(text, &schema).unwrap().is_never(&schema)
    }

    // tenure is 0 to 100, charges at least 0, contract Month or Year, partner a flag.
    #[test]
    fn conditions_that_no_record_meets() {
        for text in [
            "tenure < 0",
            "tenure > 100",
            "tenure < 6 and tenure > 12",
            "tenure < 6 and tenure >= 6",
            "contract == \"Month\" and contract == \"Year\"",
            "partner and not partner",
            "charges * 0",
            "not (tenure >= 0 or charges < 3)",
            "count(tenure < 0, charges < 0)",
            "max(tenure, charges) < 0",
            "if(partner, tenure < 0, charges < 0)",
            "sqrt(charges) < 0",
        ] {
            assert!(never(text), "{text}");
        }
        for text in [
            "tenure",
            "tenure == 0",
            "tenure >= 100",
            "tenure <= 6 and tenure >= 6",
            "tenure > 6 and tenure < 7",
            "contract != \"Month\" and contract != \"Year\"",
            "partner",
            "charges - tenure",
            "1 / charges > 5",
            "slope(tenure, charges) < 0",
            "mean(tenure, charges) < 1",
            "log1p(tenure) > 4",
            "floor(tenure / 12) == 3",
            "abs(tenure - 50) < 1",
        ] {
            assert!(!never(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn values_are_within_the_range(tenure in 0.0..100.0f64, charges in 0.0..1e4f64, contract in 0u8..3, partner in 0u8..2, which in 0usize..12) {
            let texts = [
                "tenure - 2 * charges", "tenure / (charges + 1)", "abs(tenure - 50) * -1", "sqrt(charges) - log1p(tenure)",
                "min(tenure, 12) + max(charges, 70)", "if(tenure < 12, charges, -tenure)", "count(tenure < 5, partner, charges)",
                "mean(tenure, charges, 3)", "coalesce(tenure, charges)", "floor(tenure / 12) == 3 or partner",
                "(contract == \"Year\") * charges", "charges / (tenure - 50)",
            ];
            let schema = small_schema();
            let formula = Formula::parse(texts[which], &schema).unwrap();
            let (low, high) = formula.range(&schema);
            let values = [tenure, charges, f64::from(contract), f64::from(partner)];
            if let Some(value) = formula.evaluate(&|field| values[field]) {
                prop_assert!((low..=high).contains(&value), "{}: {value} {low} {high}", texts[which]);
                prop_assert!(value == 0.0 || !formula.is_never(&schema));
            }
        }
    }
}
