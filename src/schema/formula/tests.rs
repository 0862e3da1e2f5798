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
    // Least squares through (0, 4), (1, 10), (2, 1), (3, 7): -3/2 × 4 - 10/2 + 1/2 + 7 × 3/2 over
    // 5.
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
