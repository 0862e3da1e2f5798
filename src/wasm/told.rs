//! The documents that cross to JavaScript as text, as TypeScript has them: profiles and comparisons.
//! `src/monitoring` writes them by hand; a test holds these types against what it writes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A number of rows, or a sum over them; `null` where it says something of fewer than 20 rows.
type Count = Option<f64>;
/// A figure of the reference, and of the profile; `null` where it is not known.
type Pair = [Option<f64>; 2];

/// Counts of what a model saw, as the file of a profile has them. No count is of 1 to 19 rows: where a
/// count is left out, it is `null`.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    /// What it is.
    #[ts(type = "\"tenure-profile\"")]
    pub(super) format: String,
    /// Version of the format: 1.
    pub(super) version: f64,
    /// SHA-256 of the model's file, in hexadecimal.
    pub(super) model: String,
    /// The identities of what was added up, of 16 hexadecimal digits each.
    pub(super) parts: Vec<String>,
    /// The first and the last day; `null` if none were stated.
    pub(super) days: Option<[String; 2]>,
    /// All rows.
    pub(super) rows: f64,
    /// Rows that have a score.
    pub(super) scored: f64,
    /// By field of the schema: rows by cell. A field for which there was no room has none.
    pub(super) fields: Vec<Vec<Count>>,
    /// Values by rule: absent, type, finite, bounds, unseen_category, clipped.
    pub(super) rules: Vec<Count>,
    /// The scores.
    pub(super) scores: ProfileScores,
    /// Decisions by offer of the policy, and last those without an offer.
    pub(super) offers: Vec<Count>,
}

/// Counts of scores by bin, the lowest scores first. Sums are in millionths.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileScores {
    /// Rows by bin.
    pub(super) rows: Vec<Count>,
    /// Sums of their probabilities.
    pub(super) sums: Vec<Count>,
    /// Sums of the squares of their probabilities.
    pub(super) squares: Vec<Count>,
    /// Both sums over all bins.
    pub(super) total: [Count; 2],
    /// Rows at or above the threshold of the model card, and both sums of them.
    pub(super) positive: [Count; 3],
}

/// A profile beside the reference in the model. Pairs are of the reference, then of the profile.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Comparison {
    /// `fine`: nothing moved by more than chance explains. `drift`: a field or the scores have moved.
    /// `broken`: the rows are not as the model reads them, or there are none.
    #[ts(type = "\"fine\" | \"drift\" | \"broken\"")]
    pub(super) verdict: String,
    /// Rows.
    pub(super) rows: [f64; 2],
    /// Share of the rows without a score.
    pub(super) not_scored: [f64; 2],
    /// The first and the last day of the profile; `null` if none were stated.
    pub(super) days: Option<[String; 2]>,
    /// The fields that are counted, in the order of the schema.
    pub(super) fields: Vec<FieldComparison>,
    /// The scores.
    pub(super) scores: ScoreComparison,
    /// What to expect if the probabilities are still right.
    pub(super) expected: [ExpectedFigures; 2],
    /// Values of the profile that break a rule.
    pub(super) rules: RuleCounts,
    /// Decisions of the profile by offer, and last those without one.
    pub(super) offers: Vec<OfferDecisions>,
}

/// One field of a comparison.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldComparison {
    /// The field's name.
    pub(super) field: String,
    /// Whether it has moved.
    pub(super) drifted: bool,
    /// Whether it is missing, unseen or unreadable in a tenth of the rows more than in training.
    pub(super) broken: bool,
    /// Share of the rows in which it is missing.
    pub(super) missing: Pair,
    /// Share of the rows whose value counts as another: unseen texts, or numbers outside the fitted ones.
    pub(super) replaced: Pair,
    /// Share of the rows in which it cannot be read.
    pub(super) unreadable: Pair,
    /// How far it has moved.
    pub(super) distances: Distances,
    /// Shares of the rows by cell. Of a number: below the first edge, from each edge to the next, at the
    /// last one, above it; of a category: each category that is counted, all others, unseen texts. Last
    /// missing and unreadable ones.
    pub(super) cells: Vec<Pair>,
}

/// The scores of a comparison.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ScoreComparison {
    /// Whether the mean or the histogram has moved.
    pub(super) drifted: bool,
    /// The mean probability.
    pub(super) mean: Pair,
    /// The chance of a difference as large if nothing moved.
    #[serde(rename = "meanPValue")]
    pub(super) mean_p_value: f64,
    /// The difference that counts as moved.
    pub(super) mean_threshold: Option<f64>,
    /// How far the histogram has moved.
    pub(super) distances: Distances,
    /// Shares of the scored rows by bin, the lowest scores first.
    pub(super) bins: Vec<Pair>,
}

/// The distances of two histograms.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Distances {
    /// Population stability index.
    pub(super) population_stability: Distance,
    /// Jensen-Shannon distance, base 2, 0 to 1.
    pub(super) jensen_shannon: Distance,
    /// Pearson's chi-square statistic of two samples.
    pub(super) chi_square: Distance,
    /// Its degrees of freedom.
    pub(super) degrees: f64,
    /// Its p-value.
    pub(super) p_value: f64,
    /// Wasserstein distance in standard deviations of the reference; `null` for categories.
    pub(super) wasserstein: Option<Distance>,
}

/// A distance, with the value that chance exceeds as rarely as the verdict allows.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(super) struct Distance {
    /// The distance.
    pub(super) value: Option<f64>,
    /// The threshold for this number of rows.
    pub(super) threshold: Option<f64>,
}

/// Expected figures; `null` where there is nothing to compute one from.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ExpectedFigures {
    /// Rows that have a score.
    pub(super) rows: f64,
    /// Share of customers who leave.
    pub(super) rate: Option<ExpectedFigure>,
    /// Area under the ROC curve.
    pub(super) roc_auc: Option<ExpectedFigure>,
    /// Share of those at or above the threshold who leave.
    pub(super) precision: Option<ExpectedFigure>,
    /// Share of those who leave that are at or above the threshold.
    pub(super) recall: Option<ExpectedFigure>,
    /// Mean log-loss.
    pub(super) log_loss: Option<ExpectedFigure>,
    /// Profit per customer of contacting everyone at or above the threshold.
    pub(super) profit: Option<ExpectedFigure>,
}

/// An expected figure with a range that has 95% of what would be measured on the same rows.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedFigure {
    /// The figure.
    pub(super) value: f64,
    /// The lower end.
    pub(super) low: f64,
    /// The upper end.
    pub(super) high: f64,
}

/// Numbers of values that break a rule, see `Rule`.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleCounts {
    /// The key is absent.
    pub(super) absent: Count,
    /// The value is not of the field's kind.
    pub(super) r#type: Count,
    /// The number is not finite.
    pub(super) finite: Count,
    /// The number is out of bounds.
    pub(super) bounds: Count,
    /// The text is no category.
    pub(super) unseen_category: Count,
    /// The number is outside the fitted ones.
    pub(super) clipped: Count,
}

/// Decisions for one offer.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferDecisions {
    /// The offer's name; `null` for those without an offer.
    pub(super) offer: Option<String>,
    /// Their number.
    pub(super) decisions: Count,
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::super::wire::tests::as_floats;
    use super::*;

    #[test]
    fn the_types_are_what_is_written() {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/profile.json"));
        let vectors: Json = serde_json::from_str(text).unwrap();
        let profile: Profile = serde_json::from_value(vectors["profile"].clone()).unwrap();
        assert_eq!(serde_json::to_value(&profile).unwrap(), as_floats(&vectors["profile"]));
        let comparison: Comparison = serde_json::from_value(vectors["comparison"].clone()).unwrap();
        assert_eq!(serde_json::to_value(&comparison).unwrap(), as_floats(&vectors["comparison"]));
    }
}
