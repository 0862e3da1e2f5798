//! The cells of scores behind the columns of the input.

use tenure_table::Appended;

use super::row_scorer::Scored;

/// The cells of [`tenure_rows::score_columns`] for a batch. `tiers` are the names of the policy's tiers.
pub(super) fn cells<'a>(scored: &'a Scored, tiers: &'a [String], reasons: usize) -> Vec<Appended<'a>> {
    let tier = |tier: &Option<u8>| tier.map_or("", |tier| tiers[usize::from(tier)].as_str());
    let mut cells = vec![
        Appended::Numbers(&scored.probabilities),
        Appended::Numbers(&scored.logits),
        Appended::Texts(scored.tiers.iter().map(tier).collect()),
        Appended::Texts(scored.problems.iter().map(String::as_str).collect()),
    ];
    cells.extend((0..reasons).map(|reason| {
        let text = |texts: &'a Vec<String>| texts.get(reason).map_or("", String::as_str);
        Appended::Texts(scored.reasons.iter().map(text).collect())
    }));
    cells
}
