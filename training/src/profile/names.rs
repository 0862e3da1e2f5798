//! The meaning of column names.

/// The words of a column's name: parted at blanks, punctuation and capitals; `customerID` is
/// `customer`, `ID`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, &c) in characters.iter().enumerate() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(index + 1);
        let starts = before.is_some_and(|before| {
            // "HasTV" and "TVPlan": a capital after a small letter, and the last capital of several
            // before a small one.
            c.is_uppercase()
                && (before.is_lowercase() || before.is_uppercase() && after.is_some_and(|c| c.is_lowercase()))
        });
        if starts {
            words.push(String::new());
        }
        words.last_mut().expect("there is always a word").push(c);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A label for people: "MonthlyCharges" is "Monthly charges", "StreamingTV" is "Streaming TV".
pub(crate) fn label(name: &str) -> String {
    let words = words(name);
    let has_small_letters = name.chars().any(char::is_lowercase);
    let word = |(index, word): (usize, &String)| {
        let is_acronym = has_small_letters && word.chars().count() > 1 && word.chars().all(|c| !c.is_lowercase());
        let text = if is_acronym { word.clone() } else { word.to_lowercase() };
        let mut characters = text.chars();
        match characters.next() {
            Some(first) if index == 0 => first.to_uppercase().chain(characters).collect(),
            _ => text,
        }
    };
    let label: Vec<String> = words.iter().enumerate().map(word).collect();
    if label.is_empty() { name.into() } else { label.join(" ") }
}

/// The words of a name in small letters.
pub(super) fn lower_words(name: &str) -> Vec<String> {
    words(name).into_iter().map(|word| word.to_lowercase()).collect()
}

/// Whether a word is in a list, which has a blank between its words.
pub(super) fn is_among(word: &str, list: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

/// Whether one of the words is in a list.
pub(super) fn has_any(words: &[String], list: &str) -> bool {
    words.iter().any(|word| is_among(word, list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        for (name, expected) in [
            ("MonthlyCharges", "Monthly charges"),
            ("day_min", "Day min"),
            ("StreamingTV", "Streaming TV"),
            ("TVPlan", "TV plan"),
            ("customerID", "Customer ID"),
            ("Total day minutes", "Total day minutes"),
            ("AGE_GROUP", "Age group"),
            ("número_de_pagos", "Número de pagos"),
            ("--", "--"),
        ] {
            assert_eq!(label(name), expected);
        }
    }
}
