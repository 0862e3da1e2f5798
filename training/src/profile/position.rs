//! Columns that hold the rows' positions: an index that was saved with the table.

use super::column::Profile;
use super::identify::{ROWS_FOR_IDENTIFIERS, naming};
use super::names::{has_any, is_among, lower_words};
use crate::words::grouped;

/// What a name says about row positions.
enum Named {
    /// A name that a program gives to a saved index.
    Index,
    /// A name for a row's number.
    Row,
    /// A name for what may well count up: times, and customers.
    Measured,
    Other,
}

/// Why a column holds row positions, if it does: whole numbers that count up by one, or start again
/// where tables were appended to each other.
///
/// They say how the file is sorted, which is often by the outcome. They repeat no customer, and so
/// they hide that another identifier does.
pub(crate) fn row_position(profile: &Profile) -> Option<String> {
    let numbers = &profile.numbers;
    let only_whole = numbers.whole == profile.present() && numbers.minimum >= 0.0;
    if !only_whole || profile.blank * 100 > profile.rows || profile.rows < ROWS_FOR_IDENTIFIERS {
        return None;
    }
    let runs = numbers.rows - numbers.steps;
    let few_runs = (runs - 1) * 50 <= numbers.rows;
    let dense = numbers.maximum < 10.0 * numbers.rows as f64;
    let is_position = match named(&profile.name) {
        // Rows of a filtered table have gaps, and those of a shuffled one any order.
        Named::Index => few_runs || dense && (numbers.increasing || profile.distinctness() >= 0.5),
        Named::Row => few_runs || dense && numbers.increasing,
        // Months of a customer, one below the other, count up as well, but in short runs.
        Named::Measured => false,
        Named::Other => [0.0, 1.0].contains(&numbers.first) && runs <= 10 && numbers.rows >= 50 * runs,
    };
    let range = format!("{} to {}", grouped(numbers.minimum as u64), grouped(numbers.maximum as u64));
    is_position.then(|| match runs {
        1 => format!("row positions: {range}, counted up by one"),
        _ if few_runs => format!("row positions: {range}, counted up by one in {runs} runs"),
        _ => format!("row positions: whole numbers from {range}, and by its name"),
    })
}

fn named(name: &str) -> Named {
    const ROWS: &str = "# counter idx index lfd lfdnr line lineno linenumber no nr num number obs observation \
        ordinal pos position record recordno row rowid rowname rownames rowno rownum rownumber s seq \
        sequence serial sl slno sno sr srno";
    const BESIDE: &str = "id key names old original";
    const TIMES: &str = "age cycle date day days hour hours minute month months period quarter session step tenure \
        time visit week weeks year";
    let lower = name.trim().to_lowercase();
    let words = lower_words(name);
    let numbered = |prefix: &str| {
        lower
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || b": ._".contains(&byte)))
    };
    // pandas, Arrow, readr, and the reader of this crate for a column without a name.
    if ["unnamed", "__index_level_", "index", "level_", "...", "column "].iter().any(|prefix| numbered(prefix)) {
        return Named::Index;
    }
    let is_row = |word: &String| is_among(word, ROWS);
    let words_of_rows = words.iter().any(is_row) && words.iter().all(|word| is_row(word) || is_among(word, BESIDE));
    if words_of_rows || words.is_empty() {
        return Named::Row;
    }
    let is_measured = naming(name).is_some() || has_any(&words, TIMES);
    if is_measured { Named::Measured } else { Named::Other }
}

#[cfg(test)]
mod tests {
    use super::super::identify::profile_of;
    use super::*;

    fn reason(name: &str, rows: impl IntoIterator<Item = usize>) -> Option<String> {
        row_position(&profile_of(name, rows.into_iter().map(|row| row.to_string())).unwrap())
    }

    #[test]
    fn what_counts_rows() {
        let appended = || (0..177).chain(0..123);
        for name in
            ["column 1", "Unnamed: 0", "__index_level_0__", "index", "RowNumber", "row_id", "Sr. No", "#", "X", "n"]
        {
            assert_eq!(reason(name, 0..300).unwrap(), "row positions: 0 to 299, counted up by one", "{name}");
            assert_eq!(reason(name, 1..=1200).unwrap(), "row positions: 1 to 1,200, counted up by one", "{name}");
            let appended = reason(name, appended()).unwrap();
            assert_eq!(appended, "row positions: 0 to 176, counted up by one in 2 runs", "{name}");
        }
        // Filtered, shuffled, and from any start on.
        let filtered = || (0..400).filter(|row| row % 7 != 3 && row % 5 != 1);
        let shuffled = || (0..300).map(|row| row * 7919 % 300);
        assert!(reason("Unnamed: 0", filtered()).unwrap().ends_with("and by its name"));
        assert!(reason("Unnamed: 0.1", shuffled()).is_some() && reason("RowNumber", filtered()).is_some());
        assert!(reason("index", 5000..5300).is_some() && reason("row_id", (3..200).chain(3..200)).is_some());
        // As floats, with one cell blank.
        let floats = (0..300).map(|row| if row == 5 { String::new() } else { format!("{row}.0") });
        assert!(row_position(&profile_of("Unnamed: 0", floats).unwrap()).is_some());
    }

    #[test]
    fn what_counts_something_else() {
        let months = || (0..300).map(|row| 1 + row % 12);
        for (name, values) in [
            ("month", months().collect::<Vec<_>>()),
            ("n", months().collect()),
            ("line", months().collect()),
            ("index", months().collect()),
            ("customer_id", (1..=300).collect()),
            ("id", (1..=150).chain(1..=150).collect()),
            ("day", (1..=365).collect()),
            ("tenure", (0..100).chain(0..100).collect()),
            ("n", (15_000..15_300).collect()),
            ("n", (0..300).filter(|row| row % 7 != 3).collect()),
            ("Unnamed: 3", (0..300).map(|row| row * 7919 % 13).collect()),
            ("Unnamed: 0", (0..300).map(|row| 15_600_000 + row * 7919 % 100_003).collect()),
            ("index", (0..10).collect()),
        ] {
            assert_eq!(reason(name, values), None, "{name}");
        }
        assert_eq!(row_position(&profile_of("Unnamed: 0", (0..300).map(|row| format!("C{row}"))).unwrap()), None);
        assert_eq!(row_position(&profile_of("n", (0..300).map(|row| format!("{row}.5"))).unwrap()), None);
    }
}
