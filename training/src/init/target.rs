//! Which value of the target means that a customer left.

use std::fmt::Write;

use super::error::InitError;
use crate::profile::{Profile, means_left};
use crate::words::{grouped, percent};

/// The target's positive value and why.
pub(super) fn guess_positive(
    file: &str,
    profile: &Profile,
    given: Option<&str>,
) -> Result<(String, String), InitError> {
    let (file, target) = (file.to_owned(), profile.name.clone());
    let empty = Default::default();
    let mut counts: Vec<(&String, u64)> =
        profile.values.as_ref().unwrap_or(&empty).iter().map(|(value, counted)| (value, counted.rows)).collect();
    counts.sort_by_key(|&(_, rows)| std::cmp::Reverse(rows));
    let mut values = String::new();
    for (value, rows) in counts.iter().take(8) {
        let _ = write!(values, "{}{value:?} ({})", if values.is_empty() { "" } else { ", " }, grouped(*rows));
    }
    if profile.values.is_none() {
        values = format!("{} different values", profile.distinct_words());
    } else if counts.len() > 8 {
        let _ = write!(values, " and {} more", counts.len() - 8);
    } else if counts.is_empty() {
        values = "no value".into();
    }
    if counts.len() < 2 && profile.values.is_some() {
        return Err(InitError::OneClass { file, target, values });
    }
    let left: Vec<_> = counts.iter().filter(|(value, _)| means_left(value)).collect();
    let (&(positive, rows), reason) = match (given, &left[..], &counts[..]) {
        (Some(given), ..) => match counts.iter().find(|(value, _)| *value == given.trim()) {
            Some(found) => (found, "given by --positive"),
            None => return Err(InitError::NoPositive { file, target, positive: given.into(), values }),
        },
        (None, [left], _) => (*left, "guessed by the word"),
        (None, _, [_, rarer]) => (rarer, "guessed, as the rarer value"),
        _ => return Err(InitError::Ambiguous { file, target, values }),
    };
    let mut comment =
        format!("{reason}: {} of the rows; the values are {values}", percent(rows as usize, profile.rows as usize));
    if profile.blank > 0 {
        let _ = write!(comment, "; {} rows have none and are left out of training", grouped(profile.blank));
    }
    Ok((positive.clone(), comment))
}

#[cfg(test)]
mod tests {
    use super::super::InitError;
    use super::super::tests::{bank, drafted};

    #[test]
    fn the_positive_value() {
        let table = |values: &[&str]| {
            let rows: String = (0..60).map(|row| format!("{},{}\n", row % 7, values[row % values.len()])).collect();
            format!("n,t\n{rows}")
        };
        let positive =
            |values: &[&str], given| drafted(&table(values), "t", given).map(|draft| draft.schema.target.positive);
        assert_eq!(positive(&["0", "1"], None).unwrap(), "1");
        assert_eq!(positive(&["stays", "stays", "quits"], None).unwrap(), "quits");
        assert_eq!(positive(&["No", "Yes", "Unknown"], None).unwrap(), "Yes");
        assert_eq!(positive(&["0", "1"], Some("0")).unwrap(), "0");
        let refused = |values: &[&str], given| positive(values, given).unwrap_err();
        let error = refused(&["a", "b", "c"], None);
        assert!(matches!(error, InitError::Ambiguous { .. }) && error.to_string().contains("--positive"), "{error}");
        let error = refused(&["a", "b"], Some("z"));
        assert!(matches!(error, InitError::NoPositive { .. }), "{error}");
        assert!(error.to_string().contains("no row of target `t` is \"z\""), "{error}");
        for (values, part) in [(&["Yes"][..], "it has \"Yes\" (60)"), (&["", ""], "it has no value")] {
            let error = refused(values, None);
            assert!(matches!(error, InitError::OneClass { .. }) && error.to_string().contains(part), "{error}");
        }
        let error = drafted(&bank(), "exited", None).unwrap_err();
        assert!(error.to_string().contains("the nearest is `Exited`"), "{error}");
        let error = drafted("a,t\n1,Yes\n1,No\n", "t", None).unwrap_err();
        assert!(error.to_string().contains("`a`: the same value in every row"), "{error}");
    }
}
