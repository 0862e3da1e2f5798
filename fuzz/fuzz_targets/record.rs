//! A record of the small model: its cells keep the rules of their fields, and its problems are short.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure::customer::{Cell, Customer, Spellings, check, check_spelled};
use tenure_fuzz::{small_schema, values};

/// 64 characters of a value, each as six at most, the quotes and the sign that it was cut.
const LONGEST: usize = 64 * 6 + 3;

fuzz_target!(|lines: &str| {
    let schema = small_schema();
    let values = values(lines);
    let checked = check(schema, &values);
    let spellings: Vec<Spellings> = vec![Spellings::default(); schema.fields.len()];
    for _ in 0..2 {
        // NaN is equal to nothing, and the texts have it too.
        assert_eq!(format!("{:?}", check_spelled(schema, &spellings, &values)), format!("{checked:?}"));
    }
    let problems = match &checked {
        Ok((customer, warnings)) => {
            for (cell, field) in customer.cells().iter().zip(&schema.fields) {
                match *cell {
                    Cell::Missing => {}
                    Cell::Number(number) => {
                        let (low, high) = field.bounds().expect("only a number is one");
                        assert!(number.is_finite() && (low..=high).contains(&number));
                    }
                    Cell::Category(code) => assert!(code as usize <= field.category_count()),
                }
            }
            let again = Customer::from_cells(schema, customer.cells()).expect("the cells are sound");
            assert_eq!(again, *customer);
            warnings
        }
        Err(problems) => {
            assert!(problems.iter().any(|problem| problem.rule.is_error()));
            problems
        }
    };
    assert!(problems.len() <= schema.fields.len() * 2);
    for problem in problems {
        assert!(problem.value.chars().count() <= LONGEST, "{problem}");
    }
});
