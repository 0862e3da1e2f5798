//! Which category, or side of a flag, a text means, however it is spelled.

use std::cell::OnceCell;

use crate::schema::{Field, Kind, answer, composed, folded, is_other_number};

/// The canonical forms of a field's categories. They are made when the first text needs them: most
/// texts are spelled as the schema spells them.
#[derive(Clone, Debug, Default)]
pub struct Spellings {
    forms: OnceCell<Vec<String>>,
}

impl Spellings {
    /// The code of the category or side of a flag that a trimmed text means, if it is one. It must
    /// be called for one field only.
    ///
    /// A flag takes "true", "t", "yes", "y" and "1" for yes, and "false", "f", "no", "n" and "0" for
    /// no. Its own texts come first, and keep their meaning: where the positive text is "No" and the
    /// negative one "Yes", "true" is the negative one. Where one of its texts is another number, as
    /// in 1 and 2, 0 and 1 are no such words. Where its texts contradict the words in another way,
    /// it takes "true" and "false" alone.
    pub fn position(&self, field: &Field, text: &str) -> Option<usize> {
        let exact = match &field.kind {
            Kind::Category { categories } => categories.iter().position(|own| own == text),
            Kind::Flag { positive, negative } => [negative, positive].iter().position(|own| *own == text),
            _ => return None,
        };
        exact.or_else(|| self.spelled(field, text))
    }

    /// The code of a text that is not spelled as the schema has it.
    fn spelled(&self, field: &Field, text: &str) -> Option<usize> {
        let texts = field.categories();
        let forms = self.forms.get_or_init(|| texts.iter().map(|own| folded(own)).collect());
        let form = folded(text);
        let alike = || (0..forms.len()).filter(|&code| forms[code] == form);
        match (only(alike()), alike().next()) {
            (None, Some(_)) => {
                let text = composed(text);
                only(alike().filter(|&code| composed(texts[code]) == text))
            }
            (None, None) if matches!(field.kind, Kind::Flag { .. }) => side(&forms[0], &forms[1], &form),
            (found, _) => found,
        }
    }
}

/// The item, where there is exactly one.
fn only(mut items: impl Iterator<Item = usize>) -> Option<usize> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// The side of a flag that a word means, given the canonical forms of the flag's texts.
fn side(negative: &str, positive: &str, word: &str) -> Option<usize> {
    let numbered = is_other_number(negative) || is_other_number(positive);
    let answer = |form| answer(form, numbered);
    let yes = answer(word)?;
    match (answer(negative), answer(positive)) {
        (Some(true), Some(false)) => Some(usize::from(!yes)),
        (Some(true), _) | (_, Some(false)) if !matches!(word, "true" | "false") => None,
        _ => Some(usize::from(yes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::small_schema;

    fn position(kind: Kind, text: &str) -> Option<usize> {
        let field = Field { kind, ..small_schema().fields[2].clone() };
        Spellings::default().position(&field, text)
    }

    fn among(categories: &[&str], text: &str) -> Option<usize> {
        position(Kind::Category { categories: categories.iter().map(|&own| own.into()).collect() }, text)
    }

    fn flag(negative: &str, positive: &str, text: &str) -> Option<usize> {
        position(Kind::Flag { positive: positive.into(), negative: negative.into() }, text)
    }

    #[test]
    fn categories_are_matched_in_any_spelling() {
        let plans = ["Basic", "Plus", "Café"];
        for (text, code) in [
            ("Basic", Some(0)),
            ("BASIC", Some(0)),
            ("basic", Some(0)),
            ("Cafe\u{301}", Some(2)),
            ("CAFÉ", Some(2)),
            ("Basics", None),
            ("true", None),
        ] {
            assert_eq!(among(&plans, text), code, "{text}");
        }
        let tariffs = ["1", "2.0", "-3", "04"];
        for (text, code) in
            [("1.0", Some(0)), ("2", Some(1)), ("2.00", Some(1)), ("-3.0", Some(2)), ("4", None), ("04", Some(3))]
        {
            assert_eq!(among(&tariffs, text), code, "{text}");
        }
        assert_eq!((among(&["False", "True"], "true"), among(&["No", "Yes"], "true")), (Some(1), None));
    }

    #[test]
    fn categories_that_differ_by_case_or_fraction_alone_are_matched_exactly() {
        let both = ["a", "A", "é", "É", "B"];
        for (text, code) in
            [("a", Some(0)), ("A", Some(1)), ("E\u{301}", Some(3)), ("e\u{301}", Some(2)), ("b", Some(4))]
        {
            assert_eq!(among(&both, text), code, "{text}");
        }
        assert_eq!(among(&["ab", "AB"], "Ab"), None);
        let both = ["2", "2.0"];
        assert_eq!((among(&both, "2"), among(&both, "2.0"), among(&both, "2.00")), (Some(0), Some(1), None));
    }

    #[test]
    fn flags_take_words() {
        for (negative, positive) in [("No", "Yes"), ("False", "True"), ("0", "1"), ("0.0", "1.0"), ("nein", "ja")] {
            for yes in ["true", "True", "TRUE", "T", "yes", "YES", "y", "1", "1.0", positive] {
                assert_eq!(flag(negative, positive, yes), Some(1), "{positive}: {yes}");
            }
            for no in ["false", "False", "F", "no", "NO", "n", "0", "0.0", "-0", negative] {
                assert_eq!(flag(negative, positive, no), Some(0), "{negative}: {no}");
            }
            for other in ["2", "Perhaps", "truth"] {
                assert_eq!(flag(negative, positive, other), None, "{other}");
            }
        }
    }

    #[test]
    fn words_do_not_contradict_a_flag_s_own_texts() {
        // Turned round.
        for (negative, positive) in [("Yes", "No"), ("1", "0"), ("True", "False")] {
            for (word, code) in [("true", 0), ("y", 0), ("1.0", 0), ("FALSE", 1), ("n", 1), ("0", 1)] {
                assert_eq!(flag(negative, positive, word), Some(code), "{positive}: {word}");
            }
        }
        // Codes of one and two.
        for (negative, positive) in [("2", "1"), ("1", "2")] {
            assert_eq!((flag(negative, positive, "0"), flag(negative, positive, "2.0")).0, None);
            assert_eq!(flag(negative, positive, "1.0"), Some(usize::from(positive == "1")));
            assert_eq!((flag(negative, positive, "yes"), flag(negative, positive, "no")), (Some(1), Some(0)));
        }
        // F is female here.
        for (word, code) in [("f", Some(1)), ("M", Some(0)), ("no", None), ("0", None), ("true", Some(1))] {
            assert_eq!(flag("M", "F", word), code, "{word}");
        }
    }
}
