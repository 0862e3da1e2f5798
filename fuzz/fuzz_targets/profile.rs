//! A model card with the profile of its training, and behind a NUL the profile of scored rows: what is
//! read is written as it was read, and a profile that fits is merged and compared in finite figures.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tenure::decision::Policy;
use tenure::json::parse;
use tenure::monitoring::{Comparison, Profile, Reference, Stakes};
use tenure_fuzz::small_schema;

/// A card and a profile that fits it.
const SMALL: &str = include_str!("../seeds/profile/small");

static REFERENCE: LazyLock<Reference> = LazyLock::new(|| {
    let card = SMALL.split('\0').next().unwrap_or_default();
    Reference::of_card(card, small_schema()).expect("the small card is sound").expect("it has a reference")
});

fuzz_target!(|text: &str| {
    let (card, profile) = text.split_once('\0').unwrap_or(("", text));
    let schema = small_schema();
    let read = Reference::of_card(card, schema);
    if let Ok(Some(reference)) = &read {
        let again = Reference::of_card(&format!("{{\"reference\":{}}}", reference.write()), schema);
        assert_eq!(again.as_ref(), Ok(&Some(reference.clone())));
    }
    let reference = read.ok().flatten().unwrap_or_else(|| REFERENCE.clone());
    let Ok(profile) = Profile::read(profile) else { return };
    if let Ok(written) = profile.write() {
        assert_eq!(Profile::read(&written).as_ref(), Ok(&profile));
    }
    if profile.check(&reference, &profile.model, None).is_err() {
        return;
    }
    let compare = |profile: &Profile| {
        let text = Comparison::of(&reference, profile, &Stakes::default()).json(schema, &Policy::default());
        // No number that JSON does not have.
        assert!(parse(&text).is_ok(), "{text}");
    };
    compare(&profile);
    let (mut one, mut other) = (profile.clone(), profile.clone());
    one.identify(1);
    other.identify(2);
    if one.merge(&other).is_ok() {
        assert_eq!(one.rows, 2 * profile.rows);
        compare(&one);
    }
});
