//! Counts of rows that a model scored, as they leave the place of scoring: no row, and no count of
//! fewer than 20 of them.

use crate::customer::Rule;
use crate::schema::date;

/// A number of rows, or a sum over them; `None` where it says something of fewer than 20 rows.
pub type Count = Option<u64>;

/// The rules that values are counted by.
pub const RULES: [Rule; 6] =
    [Rule::Absent, Rule::Type, Rule::Finite, Rule::Bounds, Rule::UnseenCategory, Rule::Clipped];

/// Counts of one model over a number of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// SHA-256 of the model's file, in hexadecimal. The profile in a model has none.
    pub model: String,
    /// The identities of the profiles that were merged into this one, ascending.
    pub parts: Vec<u64>,
    /// The first and the last day, in days since 1970-01-01.
    pub days: Option<[i32; 2]>,
    /// All rows.
    pub rows: u64,
    /// Rows that have a score.
    pub scored: u64,
    /// By field of the schema: rows by cell.
    pub fields: Vec<Vec<Count>>,
    /// Values by rule, in the order of [`RULES`].
    pub rules: Vec<Count>,
    /// The scores.
    pub scores: Scores,
    /// Decisions by offer of the policy, and last those without an offer.
    pub offers: Vec<Count>,
}

/// Counts of scores by bin. Sums are in millionths. Where rows are few, neighbouring bins of the
/// reference are one bin here: two, four, eight ….
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// Rows by bin, the lowest scores first.
    pub rows: Vec<Count>,
    /// Sums of their probabilities.
    pub sums: Vec<Count>,
    /// Sums of the squares of their probabilities.
    pub squares: Vec<Count>,
    /// Sums of the probabilities and of their squares over all bins.
    pub total: [Count; 2],
    /// Rows whose probability is at or above the threshold of the model card, and both sums of
    /// them.
    pub positive: [Count; 3],
}

/// Why a profile is refused. [`ProfileError::code`] is stable.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProfileError {
    /// The text is longer than a profile may be.
    #[error(
        "the profile has {0} bytes, at most 16384 are read: it is no profile, or its rows must be counted in fewer parts"
    )]
    TooLarge(usize),
    /// The text is no profile.
    #[error("this is no profile: {0}")]
    Format(String),
    /// The profile has another version.
    #[error(
        "the profile has version {0}, this version of Tenure reads 1: observe again, or use the Tenure that wrote it"
    )]
    Version(u32),
    /// The profile is of another model.
    #[error(
        "the profile is of the model with SHA-256 {found}, not of this one ({expected}): compare it with its own model"
    )]
    Model {
        /// The model that the profile names.
        found: String,
        /// The model at hand.
        expected: String,
    },
    /// A part of the profile is in another one, too.
    #[error("the profile {0:016x} is given twice; give each profile once")]
    Twice(u64),
    /// The profiles are of two models, or of two layouts.
    #[error("the profiles are of different models; merge those of one model")]
    Layout,
    /// The counts contradict each other or the model.
    #[error("the counts of the profile are not sound: {0}; observe again")]
    Counts(String),
    /// The last day is not there yet.
    #[error("the profile ends on {}, which is in the future: correct the days that were handed in", date::text(f64::from(*.0)))]
    Future(i32),
}

impl ProfileError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ProfileError::TooLarge(_) => "profile_too_large",
            ProfileError::Format(_) => "profile_format",
            ProfileError::Version(_) => "profile_version",
            ProfileError::Model { .. } | ProfileError::Layout => "profile_model",
            ProfileError::Twice(_) => "profile_twice",
            ProfileError::Counts(_) => "profile_counts",
            ProfileError::Future(_) => "profile_future",
        }
    }
}

impl Profile {
    /// Gives the profile its identity. Two profiles of one identity are taken for the same rows, so
    /// take a hash of the profile, or a random number.
    pub fn identify(&mut self, identity: u64) {
        self.parts = vec![identity];
    }

    /// Adds another profile. In any order and grouping, merging the same profiles gives the same. A
    /// count that is left out in one of them is left out of the sum.
    ///
    /// # Errors
    ///
    /// [`ProfileError::Layout`] or [`ProfileError::Twice`]. Nothing is added then.
    pub fn merge(&mut self, other: &Profile) -> Result<(), ProfileError> {
        let lengths = |profile: &Profile| -> Vec<usize> {
            let fields = profile.fields.iter().map(Vec::len);
            fields.chain([profile.rules.len(), profile.offers.len()]).collect()
        };
        // The coarser bins of both.
        let bins = self.scores.rows.len().min(other.scores.rows.len());
        let scores = self.scores.coarsened(bins).zip(other.scores.coarsened(bins));
        let (true, Some((scores, others))) = (self.model == other.model && lengths(self) == lengths(other), scores)
        else {
            return Err(ProfileError::Layout);
        };
        if let Some(&part) = other.parts.iter().find(|part| self.parts.binary_search(part).is_ok()) {
            return Err(ProfileError::Twice(part));
        }
        self.scores = scores;
        for &part in &other.parts {
            let place = self.parts.partition_point(|own| *own < part);
            self.parts.insert(place, part);
        }
        self.days = match (self.days, other.days) {
            (Some(a), Some(b)) => Some([a[0].min(b[0]), a[1].max(b[1])]),
            (days, None) | (None, days) => days,
        };
        // Counts that would not fit stay at the largest, which is as good in any order.
        self.rows = self.rows.saturating_add(other.rows);
        self.scored = self.scored.saturating_add(other.scored);
        let mut other = Profile { scores: others, ..other.clone() };
        for (sums, counts) in self.lists().into_iter().zip(other.lists()) {
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum = sum.zip(*count).map(|(sum, count)| sum.saturating_add(count));
            }
        }
        Ok(())
    }

    /// All lists of counts.
    fn lists(&mut self) -> Vec<&mut [Count]> {
        let Scores { rows, sums, squares, total, positive } = &mut self.scores;
        let fields = self.fields.iter_mut().map(Vec::as_mut_slice);
        let scores = [rows, sums, squares].map(Vec::as_mut_slice);
        let own: [&mut [Count]; 4] = [total, positive, &mut self.rules, &mut self.offers];
        fields.chain(scores).chain(own).collect()
    }
}

impl Scores {
    /// The scores in this number of bins; `None` unless halving the bins leads there.
    pub(super) fn coarsened(&self, bins: usize) -> Option<Scores> {
        let mut scores = self.clone();
        while scores.rows.len() > bins {
            for list in [&mut scores.rows, &mut scores.sums, &mut scores.squares] {
                let both =
                    |pair: &[Count]| pair.iter().try_fold(0u64, |sum, count| Some(sum.saturating_add((*count)?)));
                *list = list.chunks(2).map(both).collect();
            }
            if scores.rows.len() <= 1 {
                break;
            }
        }
        (scores.rows.len() == bins).then_some(scores)
    }
}
