//! Columns whose values identify something: identifiers, and numbers that are codes.

use super::column::{Profile, number};
use super::names::{has_any, is_among, lower_words, words};
use crate::words::grouped;

/// With fewer rows, uniqueness means nothing.
pub(crate) const ROWS_FOR_IDENTIFIERS: u64 = 20;
/// A share of different values that makes a column an identifier. Counts beyond 16,384 are
/// estimates, to 1%.
pub(crate) const NEARLY_ALL: f64 = 0.95;

/// Different values from which on a column identifies customers, if its name says so.
const FEWEST_CUSTOMERS: u64 = 20;

/// Whom the values of a column identify, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Naming {
    /// One customer, as in `customer_id`: rows that share a value are of one customer.
    Customer,
    /// Something else, or what people may share, as in `order_id` and `phone`.
    Key,
    /// A name of people. Different people may have it.
    Name,
}

/// Whom the values of a column identify, if its name says that they identify somebody.
pub(crate) fn naming(name: &str) -> Option<Naming> {
    const PEOPLE: &str = "account acct card cardholder client cliente consumer contact cust customer donor emp \
        employee guest kunde kunden member mitglied mitglieds party patient person player policy \
        policyholder staff student subscriber subscription user";
    const NUMBERS: &str = "code guid hash id identifier key nbr no nr num number numero nummer ref reference uuid";
    const ONE_CUSTOMER: &str =
        "client customer employee guid id imsi kunde msisdn passport ssn subscriber uid user uuid";
    const KEYS: &str = "email guid iban id imei imsi mail msisdn passport phone ssn uid uuid";
    const NAMES: &str = "address firstname fullname lastname nachname name surname vorname";
    let words = lower_words(name);
    let (first, last) = (words.first()?.as_str(), words.last()?.as_str());
    // "customerid" is written without a capital.
    let joined = |word: &String| {
        PEOPLE.split(' ').any(|person| word.strip_prefix(person).is_some_and(|rest| is_among(rest, NUMBERS)))
    };
    let of_people = has_any(&words, PEOPLE) && (is_among(last, NUMBERS) || first == "id");
    if of_people || words.iter().any(joined) || words.len() == 1 && is_among(first, ONE_CUSTOMER) {
        Some(Naming::Customer)
    } else if has_any(&words, KEYS) {
        Some(Naming::Key)
    } else {
        has_any(&words, NAMES).then_some(Naming::Name)
    }
}

/// Why a column identifies a person, if it does: by its name, or because nearly every value differs.
pub(crate) fn identifies(profile: &Profile) -> Option<String> {
    let (present, distinct) = (profile.present(), profile.distinct.count().min(profile.present()));
    let is_number = profile.numbers.rows == profile.known();
    let is_whole = profile.numbers.whole == profile.numbers.rows;
    let distinctness = profile.distinctness();
    let naming = naming(&profile.name);
    let count = format!("{} different values in {} rows", profile.distinct_words(), grouped(profile.rows));
    let named = match naming {
        // However often each customer stands in the table.
        Some(Naming::Customer) => distinct >= FEWEST_CUSTOMERS && is_whole,
        Some(_) => distinctness > 0.2 && distinct > 50,
        None => false,
    };
    if named {
        return Some(format!("{count}, and by its name"));
    }
    if present < ROWS_FOR_IDENTIFIERS || distinctness < NEARLY_ALL {
        return None;
    }
    if !is_number {
        // Sentences differ too, but they are no identifiers.
        return (profile.characters < 60 * present).then_some(count);
    }
    if !is_whole {
        return None;
    }
    let digits = |number: f64| number.abs().max(1.0).log10().floor();
    let same_length = digits(profile.numbers.minimum) == digits(profile.numbers.maximum);
    let all = distinct == present || !profile.distinct.is_exact() && distinctness > 0.97;
    if profile.numbers.increasing {
        Some(format!("{count}, each above the one before"))
    } else if naming.is_some() || all || same_length && profile.numbers.minimum >= 10_000.0 {
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

/// A profile of these texts, missing ones left out; nothing without any.
pub(crate) fn profile_of(name: &str, texts: impl Iterator<Item = String>) -> Option<Profile> {
    let mut profile = Profile::new(name);
    (0..).zip(texts).for_each(|(row, text)| profile.observe(&text, row));
    (profile.rows > 0).then_some(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_whom_a_column_identifies() {
        for (names, expected) in [
            (
                &[
                    "customer_id",
                    "customerID",
                    "CustomerId",
                    "customerid",
                    "CLIENTNUM",
                    "Kundennummer",
                    "ID",
                    "MSISDN",
                    "account number",
                    "id_cliente",
                    "user_uuid",
                    "policyNo",
                    "CUST_NBR",
                    "Customer",
                    "SUBSCRIBER_KEY",
                ][..],
                Some(Naming::Customer),
            ),
            (&["order_id", "phone", "Email", "device IMEI", "store id", "PhoneService"], Some(Naming::Key)),
            (&["Surname", "Customer Name", "first_name", "address"], Some(Naming::Name)),
            (
                &[
                    "num_of_products",
                    "Customers",
                    "account_length",
                    "number_of_customers",
                    "user_num_calls",
                    "plan",
                    "paid",
                    "--",
                ],
                None,
            ),
        ] {
            names.iter().for_each(|name| assert_eq!(naming(name), expected, "{name}"));
        }
    }

    #[test]
    fn customers_who_stand_in_many_rows_are_identified_by_the_name() {
        let reason = |name: &str, customers: usize| {
            identifies(&profile_of(name, (0..960).map(|row| format!("C{:03}", row % customers))).unwrap())
        };
        assert_eq!(reason("customer_id", 40).unwrap(), "40 different values in 960 rows, and by its name");
        assert_eq!((reason("customer_id", 12), reason("store_id", 40), reason("plan", 40)), (None, None, None));
    }
}
