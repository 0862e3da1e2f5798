//! JSON in and out without the machinery of serde: the module that ships is downloaded by everyone
//! who scores, and derived readers were half of it. A parser to [`Value`], typed reading with every
//! problem at once ([`Reader`]), and the quoting of texts. Writing an artifact stays with serde; it
//! does not ship.

pub mod decimal;
mod parse;
mod read;
#[cfg(feature = "write")]
mod serde;
mod string;
mod value;

pub use parse::{Member, ParseError, members, parse};
pub use read::{Problem, Problems, Reader};
#[cfg(feature = "decide")]
pub(crate) use string::{list, object};
pub use string::{quoted, shortened};
pub use value::Value;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value as Theirs;

    /// Any document of texts, whole numbers, flags, lists and objects.
    fn document() -> impl Strategy<Value = Theirs> {
        let text = prop::collection::vec(any::<char>(), 0..8).prop_map(|text| text.into_iter().collect::<String>());
        let leaf = prop_oneof![
            Just(Theirs::Null),
            any::<bool>().prop_map(Theirs::from),
            any::<i64>().prop_map(Theirs::from),
            any::<u64>().prop_map(Theirs::from),
            (-1_000_000i32..1_000_000).prop_map(|number| Theirs::from(f64::from(number) / 64.0)),
            text.clone().prop_map(Theirs::from),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Theirs::from),
                prop::collection::btree_map(text.clone(), inner, 0..5)
                    .prop_map(|entries| Theirs::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_read_the_same(document in document(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) };
            prop_assert_eq!(parse(&text.unwrap()).unwrap(), Value::from(document));
        }

        #[test]
        fn broken_documents_are_refused_where_serde_refuses_them(document in document(), at: prop::sample::Index, byte in 32u8..127) {
            let mut bytes = document.to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            // A byte within a character may make the text invalid UTF-8.
            let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
            // Values that both accept are not compared, because serde_json may be one bit off for a
            // float of many digits.
            match (parse(&text), serde_json::from_str::<Theirs>(&text)) {
                (Err(ours), Ok(_)) => prop_assert!(ours.to_string().contains("twice"), "{}: {}", text, ours),
                (ours, theirs) => prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{}", text),
            }
        }

        #[test]
        fn quoted_texts_are_read_back(text in prop::collection::vec(any::<char>(), 0..20)) {
            let text: String = text.into_iter().collect();
            prop_assert_eq!(serde_json::from_str::<String>(&quoted(&text)).unwrap(), text);
        }

        #[test]
        fn numbers_are_read_exactly(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
            let read = parse(&format!("{number:e}")).unwrap();
            prop_assert_eq!(read.as_number().unwrap().to_bits(), number.to_bits());
        }
    }
}
