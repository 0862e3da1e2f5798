//! The document of a model file, within a file that is otherwise sound.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure::artifact::read_with_summary;
use tenure::json;
use tenure::scorer::Scorer;
use tenure_fuzz::{unknown, with_document};

fuzz_target!(|document: &str| {
    let Ok((artifact, summary)) = read_with_summary(&with_document(document)) else { return };
    json::members(&summary, &["card"]).expect("the summary is JSON");
    let scorer = Scorer::new(artifact);
    let score = scorer.score(&unknown(&scorer.document().schema), &mut scorer.workspace());
    assert!((0.0..=1.0).contains(&score.probability));
    assert!(score.tier < scorer.document().policy.tiers.len());
});
