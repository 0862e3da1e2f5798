//! Columns whose values identify something: identifiers, and numbers that are codes.

use super::column::{Profile, number};
use super::names::words;
use crate::words::grouped;

/// With fewer rows, uniqueness means nothing.
pub(crate) const ROWS_FOR_IDENTIFIERS: u64 = 20;
/// A share of different values that makes a column an identifier. Counts beyond 16,384 are
/// estimates, to 1%.
pub(crate) const NEARLY_ALL: f64 = 0.95;

/// Why an almost unique column identifies a person, if it does.
pub(crate) fn identifies(profile: &Profile) -> Option<String> {
    let (present, distinct) = (profile.present(), profile.distinct.count().min(profile.present()));
    let is_number = profile.numbers.rows == profile.known();
    let distinctness = profile.distinctness();
    let named = words(&profile.name).iter().any(|word| {
        const STRONG: [&str; 17] = [
            "id",
            "uuid",
            "guid",
            "phone",
            "email",
            "mail",
            "msisdn",
            "imei",
            "imsi",
            "iban",
            "ssn",
            "passport",
            "surname",
            "firstname",
            "lastname",
            "name",
            "address",
        ];
        STRONG.contains(&word.to_lowercase().as_str())
    });
    let count = format!("{} different values in {} rows", grouped(distinct), grouped(profile.rows));
    if named && distinctness > 0.2 && distinct > 50 {
        return Some(format!("{count}, and by its name"));
    }
    if present < ROWS_FOR_IDENTIFIERS || distinctness < NEARLY_ALL {
        return None;
    }
    if !is_number {
        // Sentences differ too, but they are no identifiers.
        return (profile.characters < 60 * present).then_some(count);
    }
    if profile.numbers.whole < profile.numbers.rows {
        return None;
    }
    let digits = |number: f64| number.abs().max(1.0).log10().floor();
    let same_length = digits(profile.numbers.minimum) == digits(profile.numbers.maximum);
    let all = distinct == present || !profile.distinct.is_exact() && distinctness > 0.97;
    if profile.numbers.increasing {
        Some(format!("{count}, each above the one before"))
    } else if named || all || same_length && profile.numbers.minimum >= 10_000.0 {
        Some(count)
    } else {
        None
    }
}

/// Words of names whose numbers are codes.
pub(crate) fn is_code(name: &str) -> bool {
    const CODES: [&str; 18] = [
        "id", "code", "codes", "zip", "zipcode", "postcode", "postal", "plz", "region", "area", "type", "class",
        "segment", "cluster", "category", "branch", "store", "product",
    ];
    let words = words(name);
    // "n_products" and "number_of_branches" count; "product" and "branch code" name.
    let counts =
        words.iter().any(|word| ["n", "num", "number", "count", "nr", "no"].contains(&word.to_lowercase().as_str()));
    !counts && words.iter().any(|word| CODES.contains(&word.to_lowercase().as_str()))
}

/// Few whole numbers, large, of one length, with gaps, and not round: 408, 415, 510; but not 12,
/// 24, 36 or 0 to 9.
pub(crate) fn looks_like_codes(values: &[&str], minimum: f64) -> bool {
    let numbers: Vec<f64> = values.iter().filter_map(|text| number(text)).collect();
    let maximum = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let same_length = minimum.max(1.0).log10().floor() == maximum.max(1.0).log10().floor();
    let round = numbers.iter().all(|number| number % 10.0 == 0.0);
    let gaps = maximum - minimum + 1.0 > 2.0 * numbers.len() as f64;
    numbers.len() <= 12 && minimum >= 100.0 && same_length && !round && gaps
}

/// Why a column of these texts identifies rows, if it does.
pub(crate) fn identifier_reason(name: &str, texts: impl Iterator<Item = String>) -> Option<String> {
    let mut profile = Profile::new(name);
    (0..).zip(texts).for_each(|(row, text)| profile.observe(&text, row));
    if profile.rows == 0 { None } else { identifies(&profile) }
}
