//! Which category a text means, as a list of comparisons: the rules of
//! [`Spellings`](tenure::customer::Spellings) and of `missing`, written out for one field. The first
//! comparison that holds gives the code; a blank text is missing before all of them, and a text for
//! which none holds is OTHER.

use std::collections::HashMap;
use std::sync::LazyLock;

use tenure::customer::Spellings;
use tenure::schema::{Field, Kind, composed, folded};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What is compared with a trimmed text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reading {
    /// The text as it stands.
    Exact(String),
    /// Its composed form: Unicode's NFC, and a whole number without a fraction of zeros.
    Composed(String),
    /// Its canonical form: the composed one in lower case.
    Form(String),
}

/// Words that say yes or no in a flag.
const WORDS: [&str; 10] = ["true", "t", "yes", "y", "1", "false", "f", "no", "n", "0"];

/// The code of OTHER.
pub(crate) fn other(field: &Field) -> usize {
    field.category_count()
}

/// The code of a missing value.
pub(crate) fn missing(field: &Field) -> usize {
    field.category_count() + 1
}

/// The comparisons of a category or flag, with the code that each gives.
pub(crate) fn readings(field: &Field) -> Vec<(Reading, usize)> {
    let categories = field.categories();
    let forms: Vec<String> = categories.iter().map(|own| folded(own)).collect();
    let mut codes: HashMap<&str, Vec<usize>> = HashMap::new();
    forms.iter().enumerate().for_each(|(code, form)| codes.entry(form).or_default().push(code));
    let mut list: Vec<(Reading, usize)> = Vec::new();
    for (code, form) in forms.iter().enumerate() {
        match &codes[form.as_str()][..] {
            [_] => list.push((Reading::Form(form.clone()), code)),
            // They differ by letter case or a fraction of zeros alone.
            alike => {
                let own = composed(categories[code]);
                if alike.iter().filter(|&&other| composed(categories[other]) == own).count() == 1 {
                    list.push((Reading::Composed(own.into()), code));
                }
            }
        }
    }
    if let Kind::Flag { .. } = field.kind {
        let spellings = Spellings::default();
        for word in WORDS.into_iter().filter(|word| !codes.contains_key(word)) {
            if let Some(code) = spellings.position(field, word) {
                list.push((Reading::Form(word.into()), code));
            }
        }
    }
    for token in field.missing.iter().map(|token| folded(token.trim())).filter(|form| !form.is_empty()) {
        list.push((Reading::Form(token), missing(field)));
    }
    let exact = exceptions(field, &categories, &list);
    let mut seen = Vec::new();
    list.retain(|(reading, _)| {
        let is_new = !matches!(reading, Reading::Form(form) if seen.contains(form));
        if let (Reading::Form(form), true) = (reading, is_new) {
            seen.push(form.clone());
        }
        is_new
    });
    exact.into_iter().chain(list).collect()
}

/// The texts that mean something else as they stand than the list makes of them.
fn exceptions(field: &Field, categories: &[&str], list: &[(Reading, usize)]) -> Vec<(Reading, usize)> {
    let (mut by_composed, mut by_form) = (HashMap::new(), HashMap::new());
    for (reading, code) in list {
        match reading {
            Reading::Exact(text) | Reading::Composed(text) => by_composed.entry(text.clone()).or_insert(*code),
            Reading::Form(text) => by_form.entry(text.clone()).or_insert(*code),
        };
    }
    let found = |text: &str| by_composed.get(&*composed(text)).or_else(|| by_form.get(&folded(text))).copied();
    let tokens = field.missing.iter().map(|token| (token.trim(), missing(field)));
    let own = categories.iter().enumerate().map(|(code, text)| (*text, code));
    let mut exact: Vec<(Reading, usize)> = Vec::new();
    for (text, code) in tokens.chain(own) {
        let is_listed = exact.iter().any(|(reading, _)| *reading == Reading::Exact(text.into()));
        if !text.is_empty() && found(text) != Some(code) && !is_listed {
            exact.push((Reading::Exact(text.into()), code));
        }
    }
    exact
}

/// Whether a text is a whole number, so that a fraction of zeros may follow it.
pub(crate) fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (digits == "0" || !digits.starts_with('0'))
}

/// The characters beyond ASCII whose canonical form is another single character: `(written, folded,
/// composed)`.
static OTHERWISE: LazyLock<Vec<(char, char, char)>> = LazyLock::new(|| {
    let single = |text: &str| {
        let mut characters = text.chars();
        characters.next().filter(|_| characters.next().is_none())
    };
    let of = |character: char| {
        let text = character.to_string();
        let forms = (single(&folded(&text))?, single(&composed(&text))?);
        (forms != (character, character)).then_some((character, forms.0, forms.1))
    };
    ('\u{80}'..=char::MAX).filter_map(of).collect()
});

/// What is written for a character otherwise: single characters, and sequences of a letter and its
/// marks. With `folds`, in another letter case too.
pub(crate) fn spellings_of(character: char, folds: bool) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    if folds && character.is_ascii_lowercase() {
        list.push(character.to_ascii_uppercase().into());
    }
    let others = OTHERWISE.iter().filter(|(_, folded, composed)| character == if folds { *folded } else { *composed });
    list.extend(others.map(|(written, ..)| *written).filter(|written| *written != character).map(String::from));
    let singles = std::iter::once(character.to_string()).chain(list.clone());
    let sequences = singles.map(|single| single.nfd().collect::<String>()).filter(|text| text.chars().count() > 1);
    let sequences: Vec<String> = sequences.collect();
    list.extend(sequences);
    list.sort();
    list.dedup();
    list
}

/// How the characters beyond ASCII of these forms are written otherwise: `(written, canonical)`, single
/// characters before sequences, so that one replacement after the other makes the form.
pub(crate) fn spelled_otherwise<'f>(forms: impl Iterator<Item = &'f str>, folds: bool) -> Vec<(String, String)> {
    let mut wanted: Vec<char> = Vec::new();
    for form in forms {
        // The letters below the marks of a decomposed text count too.
        for character in form.chars().chain(form.nfd()) {
            if !character.is_ascii() && !is_combining_mark(character) && !wanted.contains(&character) {
                wanted.push(character);
            }
        }
    }
    let mut list: Vec<(String, String)> = Vec::new();
    for character in wanted {
        list.extend(spellings_of(character, folds).into_iter().map(|written| (written, character.to_string())));
    }
    list.sort_by_key(|(written, _)| written.chars().count());
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure::customer::{Cell, Value, check_value};
    use tenure::schema::{Change, MINIMUM_CUSTOMERS};

    fn field(kind: Kind, missing: &[&str]) -> Field {
        Field {
            name: "f".into(),
            label: String::new(),
            kind,
            missing: missing.iter().map(|&token| token.into()).collect(),
            changeable: false,
            only_derived: false,
            change: Change::default(),
            minimum_members: MINIMUM_CUSTOMERS,
        }
    }

    fn category(categories: &[&str]) -> Kind {
        Kind::Category { categories: categories.iter().map(|&own| own.into()).collect() }
    }

    /// The code by the list.
    fn code(field: &Field, text: &str) -> usize {
        let text = text.trim();
        if text.is_empty() {
            return missing(field);
        }
        let holds = |reading: &Reading| match reading {
            Reading::Exact(own) => own == text,
            Reading::Composed(own) => *own == composed(text),
            Reading::Form(own) => *own == folded(text),
        };
        readings(field).into_iter().find(|(reading, _)| holds(reading)).map_or(other(field), |(_, code)| code)
    }

    #[test]
    fn the_list_gives_the_code_of_the_check() {
        let flag = |negative: &str, positive: &str| Kind::Flag { negative: negative.into(), positive: positive.into() };
        let fields = [
            field(category(&["Basic", "Plus", "Café", "2", "04"]), &["n/a", "None"]),
            field(category(&["a", "A", "é", "É", "B", "2", "2.0"]), &["-", "b"]),
            field(category(&["Month", "Year"]), &["year", "9.0"]),
            field(flag("No", "Yes"), &["-1"]),
            field(flag("M", "F"), &[]),
            field(flag("1", "0"), &["false"]),
            field(flag("1", "2"), &["y"]),
            field(flag("no phone", "yes"), &["N"]),
        ];
        let texts = [
            "",
            " ",
            "Basic",
            "BASIC",
            "cafe\u{301}",
            "CAFÉ",
            "2",
            "2.0",
            "2.",
            "-0",
            "0",
            "04",
            "04.0",
            "n/a",
            "NONE",
            "a",
            "A",
            "É",
            "E\u{301}",
            "e\u{301}",
            "b",
            "B",
            "-",
            "year",
            "Year",
            "YEAR",
            "9",
            "9.00",
            "true",
            "T",
            "yes",
            "y",
            "1.0",
            "False",
            "N",
            "n",
            "f",
            "F",
            "m",
            "0.0",
            "-1",
            "-1.0",
            "no phone",
            "zzz",
        ];
        for field in &fields {
            for text in texts {
                let expected = match check_value(field, Value::Text(text)).0.unwrap() {
                    Cell::Category(code) => code as usize,
                    _ => missing(field),
                };
                assert_eq!(code(field, text), expected, "{text:?} in {:?}", field.kind);
            }
        }
    }

    #[test]
    fn letters_have_other_spellings() {
        let list = spelled_otherwise(["café", "über"].into_iter(), true);
        for (written, canonical) in [("É", "é"), ("e\u{301}", "é"), ("Ü", "ü"), ("u\u{308}", "ü")] {
            assert!(list.contains(&(written.into(), canonical.into())), "{written} in {list:?}");
        }
        assert!(spelled_otherwise(["plain"].into_iter(), true).is_empty());
        assert!(!spelled_otherwise(["é"].into_iter(), false).iter().any(|(written, _)| written == "É"));
    }
}
