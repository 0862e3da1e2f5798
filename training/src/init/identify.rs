//! Columns whose values stand for somebody or something: identifiers, and numbers that are codes.

use super::grouped;
use super::profile::{Profile, number};
use super::text::words;

/// Fewer rows than this say nothing about uniqueness.
pub(super) const ROWS_FOR_IDENTIFIERS: u64 = 20;
/// A share of different values that makes a column an identifier. Counts beyond 16,384 are estimates, to 1%.
pub(super) const NEARLY_ALL: f64 = 0.95;

/// Why an almost unique column identifies a person, if it does.
pub(super) fn identifies(profile: &Profile) -> Option<String> {
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
pub(super) fn is_code(name: &str) -> bool {
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

/// Few whole numbers, large, of one length, with gaps, and not round: 408, 415, 510; but not 12, 24, 36 or 0 to 9.
pub(super) fn looks_like_codes(values: &[&String], minimum: f64) -> bool {
    let numbers: Vec<f64> = values.iter().filter_map(|text| number(text)).collect();
    let maximum = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let same_length = minimum.max(1.0).log10().floor() == maximum.max(1.0).log10().floor();
    let round = numbers.iter().all(|number| number % 10.0 == 0.0);
    let gaps = maximum - minimum + 1.0 > 2.0 * numbers.len() as f64;
    numbers.len() <= 12 && minimum >= 100.0 && same_length && !round && gaps
}

#[cfg(test)]
mod tests {
    use super::super::guess::Place;
    use super::super::guess::tests::guessed;

    #[test]
    fn identifiers() {
        let is_identifier =
            |name: &str, text: &dyn Fn(usize) -> String| guessed(name, (0..500).map(text)).place == Place::Identifier;
        assert!(is_identifier("customerID", &|row| format!("{row:04}-ABC")));
        assert!(is_identifier("phone", &|row| format!("382-{row:04}")));
        assert!(is_identifier("row", &|row| (row + 1).to_string()));
        assert!(is_identifier("account", &|row| (row * 7919 % 100_003 + 100_000).to_string()));
        assert!(is_identifier("Surname", &|row| format!("Name{}", row % 200)));
        assert!(is_identifier("user_email", &|row| format!("u{}@example.org", row % 400)));
        assert!(!is_identifier("income", &|row| (row * 37 % 480 * 100).to_string()));
        assert!(!is_identifier("score", &|row| format!("{}.25", row * 31 % 997)));
        assert!(!is_identifier("PhoneService", &|row| ["Yes", "No"][row % 2].into()));
    }
}
