//! Numbers and hints as people read them.

use tenure::json::decimal;

/// 7043 is "7,043".
pub(crate) fn grouped(number: u64) -> String {
    decimal::grouped(&number.to_string(), ",")
}

/// "1 row", "2 rows".
pub(crate) fn many(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { several })
}

/// A part of a whole, as in "12.5%".
pub(crate) fn percent(part: usize, whole: usize) -> String {
    format!("{:.1}%", 100.0 * part as f64 / whole.max(1) as f64)
}

/// The end of a message about a name that does not exist.
pub(crate) fn nearest_hint(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |nearest| format!("; the nearest is `{nearest}`"))
}

/// An argument of a command line: quoted where a shell would part it.
pub(crate) fn quoted_for_shell(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-.:".contains(c);
    if text.chars().all(is_plain) && !text.is_empty() {
        text.into()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
