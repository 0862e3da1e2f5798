//! Numbers, figures and tables as the page shows them.

use indicatif::HumanCount;

/// Text for HTML and for attributes in double quotes.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

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

pub(super) fn figure(heading: &str, svg: &str, caption: &str) -> String {
    format!("<figure><h3>{heading}</h3>{svg}<figcaption>{caption}</figcaption></figure>")
}

/// A table whose first column names the row; cells are HTML already.
pub(super) fn table(caption: &str, heads: &[&str], rows: &[Vec<String>]) -> String {
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            let cells: String = row.iter().map(|cell| format!("<td>{cell}</td>")).collect();
            format!("<tr>{cells}</tr>")
        })
        .collect();
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table><caption>{0}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>",
        escape(caption)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_for_people() {
        assert_eq!([signed(0.0123, 2), signed(-0.5, 1), signed(-0.0001, 2)], ["+0.01", "−0.5", "0.00"]);
        assert_eq!((count(1234567), percent(0.2654)), ("1,234,567".into(), "26.5%".into()));
        assert_eq!(escape("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    }
}
