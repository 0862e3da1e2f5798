//! Numbers, figures and tables as the page shows them. Texts are escaped by maud wherever they are
//! put in.

use indicatif::HumanCount;
use maud::{Markup, Render, html};

/// 12,345
pub(super) fn count(number: usize) -> String {
    HumanCount(number as u64).to_string()
}

/// 26.5%
pub(super) fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// With its sign, a true minus.
pub(super) fn signed(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    let is_zero = text.chars().all(|c| "0.".contains(c));
    if is_zero { text } else { format!("{}{text}", if value < 0.0 { '−' } else { '+' }) }
}

/// A number's text with a true minus.
pub(super) fn minus(text: String) -> String {
    text.replace('-', "−")
}

pub(super) fn figure(heading: &str, svg: &Markup, caption: &str) -> Markup {
    html! { figure { h3 { (heading) } (svg) figcaption { (caption) } } }
}

/// A table whose first column names the row.
pub(super) fn table<Cell: Render>(caption: &str, heads: &[&str], rows: &[Vec<Cell>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_for_people() {
        assert_eq!([signed(0.0123, 2), signed(-0.5, 1), signed(-0.0001, 2)], ["+0.01", "−0.5", "0.00"]);
        assert_eq!((count(1234567), percent(0.2654)), ("1,234,567".into(), "26.5%".into()));
    }

    #[test]
    fn texts_of_a_table_are_escaped() {
        let table = table("a \"b\"", &["<c>"], &[vec!["d & e".to_owned()]]).into_string();
        for part in ["aria-label=\"a &quot;b&quot;\"", "&lt;c&gt;", "d &amp; e"] {
            assert!(table.contains(part), "{part} in {table}");
        }
    }
}
