//! The columns of scores, and reasons as texts.

use tenure::customer::Customer;
use tenure::scorer::Scorer;
use tenure_table::{AppendedColumn, AppendedKind};

/// The standard error at which the reasons of a row are near enough: they show two decimals.
pub const REASON_TOLERANCE: f64 = 0.0025;

/// A contribution to the logit that two decimals show as 0.00.
const SHOWN: f64 = 0.005;

/// The columns of scores with a number of reasons: `probability`, `logit`, `tier`, `problems`,
/// `reason_1`, `reason_2` and so on.
pub fn score_columns(reasons: usize) -> Vec<AppendedColumn> {
    let column = |name: String, kind| AppendedColumn { name, kind };
    let numbers = ["probability", "logit"].map(|name| column(name.into(), AppendedKind::Number));
    let texts = ["tier", "problems"].map(|name| column(name.into(), AppendedKind::Text));
    let reasons = (1..=reasons).map(|number| column(format!("reason_{number}"), AppendedKind::Text));
    numbers.into_iter().chain(texts).chain(reasons).collect()
}

/// The largest contributions to a customer's logit in words, `Label = value (+0.42)`, at most
/// `count`, without those that two decimals show as 0.00.
pub fn reasons(scorer: &Scorer, customer: &Customer, contributions: &[f64], count: usize) -> Vec<String> {
    let fields = &scorer.document().schema.fields;
    let mut order: Vec<usize> = (0..contributions.len()).collect();
    order.sort_by(|&a, &b| contributions[b].abs().total_cmp(&contributions[a].abs()));
    let large = order.into_iter().take(count).filter(|&field| contributions[field].abs() >= SHOWN);
    let text = |field: usize| {
        let value = scorer.text(field, customer.cells()[field]);
        format!("{} = {value} ({:+.2})", fields[field].label(), contributions[field])
    };
    large.map(text).collect()
}
