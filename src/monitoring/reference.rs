//! What a model saw on the rows of its training that no network was fitted to.

use super::cells::{Cells, MAXIMUM_CELLS};
use super::document::counts;
use super::profile::{Count, Profile, ProfileError, Scores};
use crate::json::{Problems, Reader, Value, decimal, list, members, object};
use crate::schema::{MINIMUM_CUSTOMERS, Schema};

/// Bins of the scores, each of as many rows of the reference, where there are enough. Ten bins make
/// the ROC-AUC that is computed from them wrong by .025, 64 by .002.
pub const SCORE_BINS: usize = 64;

/// The key of the model card.
const KEY: &str = "reference";

/// The profile of a model's held-out rows, and in which cells and bins its values and scores are
/// counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// By field of the schema.
    pub cells: Vec<Cells>,
    /// Logits between the bins of the scores, ascending.
    pub score_edges: Vec<f32>,
    /// The threshold of the model card, a probability.
    pub threshold: f64,
    /// Who left.
    pub outcomes: Outcomes,
    /// The counts. Its model is empty, and it has no identity and no days.
    pub profile: Profile,
}

/// Who left, by group of neighbouring bins: at least 20 who left and 20 who stayed in each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes {
    /// The bin after the last one of each group, ascending.
    pub ends: Vec<u32>,
    /// Rows by group.
    pub rows: Vec<u64>,
    /// Those who left.
    pub left: Vec<u64>,
    /// Sums of the probabilities, in millionths.
    pub sums: Vec<u64>,
    /// Sums of the squares of the probabilities, in millionths.
    pub squares: Vec<u64>,
}

/// Why the reference of a model is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the reference profile in the model card is not sound: {0}")]
pub struct ReferenceError(pub String);

impl Reference {
    /// The reference in a model card; `None` where the card has none: older trainers wrote none.
    pub fn of_card(card: &str, schema: &Schema) -> Result<Option<Reference>, ReferenceError> {
        // Whoever reads the card says what is wrong with the rest.
        let Ok(members) = members(card, &[]) else { return Ok(None) };
        let Some(member) = members.iter().find(|member| member.key == KEY) else { return Ok(None) };
        Reference::read(&member.value, schema).map(Some)
    }

    /// Reads a reference over a schema, and checks it.
    fn read(value: &Value, schema: &Schema) -> Result<Reference, ReferenceError> {
        let problems = Problems::default();
        let mut reader = Reader::new(KEY, value, &problems);
        let list = reader.list("cells");
        let cells = list.iter().enumerate().map(|(at, value)| match value {
            Value::Null => Cells::None,
            value => {
                let mut item = Reader::new(&format!("{KEY}.cells[{at}]"), value, &problems);
                let cells = match schema.fields.get(at) {
                    Some(field) if field.is_number() => Cells::Number { edges: edges(&mut item, "edges") },
                    field => Cells::Category {
                        codes: item.numbers("codes").into_iter().map(|code| code as u16).collect(),
                        count: field.map_or(0, |field| field.category_count() as u16),
                    },
                };
                item.end();
                cells
            }
        });
        let cells = cells.collect();
        let score_edges = edges(&mut reader, "score_edges");
        let threshold = reader.number("threshold");
        let mut own = reader.object("outcomes");
        let whole = |own: &mut Reader, key: &str| -> Vec<u64> {
            own.list(key).iter().map(|item| item.as_whole().unwrap_or(u64::MAX)).collect()
        };
        let outcomes = Outcomes {
            ends: whole(&mut own, "ends").into_iter().map(|end| u32::try_from(end).unwrap_or(u32::MAX)).collect(),
            rows: whole(&mut own, "rows"),
            left: whole(&mut own, "left"),
            sums: whole(&mut own, "sums"),
            squares: whole(&mut own, "squares"),
        };
        own.end();
        let profile = reader.value("profile").map(Profile::from_value);
        reader.end();
        let refuse = |text: String| ReferenceError(text);
        problems.or(()).map_err(|problems| refuse(problems[0].to_string()))?;
        let profile = match profile {
            Some(Ok(profile)) => profile,
            Some(Err(error)) => return Err(refuse(error.to_string())),
            None => return Err(refuse("`profile` is missing".into())),
        };
        let reference = Reference { cells, score_edges, threshold, outcomes, profile };
        match reference.problem(schema) {
            Some(problem) => Err(refuse(problem)),
            None => Ok(reference),
        }
    }

    /// What is wrong with the reference of a schema, if anything is.
    pub fn problem(&self, schema: &Schema) -> Option<String> {
        let Reference { cells, score_edges, threshold, outcomes, profile } = self;
        if cells.len() != schema.fields.len() {
            return Some(format!("it has {} fields, the schema has {}", cells.len(), schema.fields.len()));
        }
        if cells.iter().map(Cells::len).sum::<usize>() > MAXIMUM_CELLS {
            return Some(format!("it has more than {MAXIMUM_CELLS} cells"));
        }
        for (field, cells) in schema.fields.iter().zip(cells) {
            let is_sound = match cells {
                Cells::Number { edges } => field.is_number() && !edges.is_empty() && ascends(edges),
                Cells::Category { codes, count } => {
                    let ascends = codes.windows(2).all(|pair| pair[0] < pair[1]);
                    !field.is_number() && ascends && codes.last().is_none_or(|code| code < count)
                }
                Cells::None => true,
            };
            if !is_sound {
                return Some(format!("`{}`: its cells do not ascend, or are of another kind", field.name));
            }
        }
        if score_edges.len() >= SCORE_BINS || !ascends(score_edges) {
            return Some(format!("the edges of the scores must ascend, at most {}", SCORE_BINS - 1));
        }
        if !(0.0..=1.0).contains(threshold) {
            return Some("the threshold must be 0 to 1".into());
        }
        if let Err(problem) = profile.check_counts(self) {
            return Some(problem);
        }
        let least = u64::from(MINIMUM_CUSTOMERS);
        let is_few = |rows: &u64| (1..least).contains(rows);
        let scores = profile.scores.rows.iter().chain(&profile.rules);
        if profile.fields.iter().flatten().chain(scores).flatten().any(is_few) {
            return Some(format!("it counts fewer than {least} customers"));
        }
        outcomes.problem(score_edges.len() + 1, least)
    }

    /// The reference as JSON, for the card.
    pub fn write(&self) -> String {
        let Reference { cells, score_edges, threshold, outcomes, profile } = self;
        let numbers = |numbers: &[f32]| list(&numbers.iter().map(|&edge| decimal::text_f32(edge)).collect::<Vec<_>>());
        let cells = cells.iter().map(|cells| match cells {
            Cells::Number { edges } => object(&[("edges", &numbers(edges))]),
            Cells::Category { codes, .. } => {
                object(&[("codes", &list(&codes.iter().map(u16::to_string).collect::<Vec<_>>()))])
            }
            Cells::None => "null".into(),
        });
        let Outcomes { ends, rows, left, sums, squares } = outcomes;
        let whole = |numbers: &[u64]| counts(&numbers.iter().copied().map(Some).collect::<Vec<_>>());
        let outcomes = object(&[
            ("ends", &whole(&ends.iter().copied().map(u64::from).collect::<Vec<_>>())),
            ("rows", &whole(rows)),
            ("left", &whole(left)),
            ("sums", &whole(sums)),
            ("squares", &whole(squares)),
        ]);
        object(&[
            ("cells", &list(&cells.collect::<Vec<_>>())),
            ("score_edges", &numbers(score_edges)),
            ("threshold", &decimal::text(*threshold)),
            ("outcomes", &outcomes),
            ("profile", &profile.json()),
        ])
    }
}

impl Profile {
    /// Checks the profile against the model that it is compared with: its hash, the number of its
    /// cells, and that its counts can be.
    pub fn check(&self, reference: &Reference, model: &str, today: Option<i32>) -> Result<(), ProfileError> {
        if self.model != model {
            return Err(ProfileError::Model { found: self.model.clone(), expected: model.into() });
        }
        if let (Some([_, last]), Some(today)) = (self.days, today)
            && last > today
        {
            return Err(ProfileError::Future(last));
        }
        self.check_counts(reference).map_err(ProfileError::Counts)
    }

    /// What is wrong with the counts, if anything is.
    fn check_counts(&self, reference: &Reference) -> Result<(), String> {
        let bins = reference.score_edges.len() + 1;
        let Scores { rows, sums, squares, .. } = &self.scores;
        let is_of_bins = std::iter::successors(Some(bins), |bins| (*bins > 1).then(|| bins.div_ceil(2)));
        let is_fit = self.fields.len() == reference.cells.len()
            && is_of_bins.into_iter().any(|bins| [rows, sums, squares].iter().all(|list| list.len() == bins));
        if !is_fit {
            return Err("they are of another number of fields or bins than the model has".into());
        }
        if self.days.is_some_and(|[first, last]| first > last) {
            return Err("the last day is before the first".into());
        }
        if self.scored > self.rows {
            return Err("more rows are scored than there are".into());
        }
        for (field, (counts, cells)) in self.fields.iter().zip(&reference.cells).enumerate() {
            if counts.len() != cells.len() {
                return Err(format!("field {field} has {} cells, the model has {}", counts.len(), cells.len()));
            }
            if !counts.is_empty() {
                add_up(counts, self.rows).map_err(|problem| format!("field {field}: {problem}"))?;
            }
        }
        add_up(rows, self.scored).map_err(|problem| format!("scores: {problem}"))?;
        for ((rows, sum), square) in rows.iter().zip(sums).zip(squares) {
            let most = rows.map(|rows| rows.saturating_mul(1_000_000));
            if sum.is_some_and(|sum| most.is_none_or(|most| sum > most))
                || square.is_some_and(|square| sum.is_none_or(|sum| square > sum + rows.unwrap_or(0)))
            {
                return Err("scores: a sum is larger than its rows allow".into());
            }
        }
        Ok(())
    }
}

/// Whether the cells hold all rows.
fn add_up(counts: &[Count], rows: u64) -> Result<(), String> {
    let known = counts.iter().flatten().fold(0u64, |sum, rows| sum.saturating_add(*rows));
    let is_whole = counts.iter().all(Option::is_some);
    if known > rows || (is_whole && known < rows) {
        return Err(format!("the cells have {known} of {rows} rows"));
    }
    Ok(())
}

impl Outcomes {
    /// Groups of neighbouring bins, from the lowest scores on: `bins` has the rows, those who left,
    /// and the sums of the probabilities and of their squares. What is left at the end joins the
    /// last group.
    pub fn of_bins(bins: &[[u64; 4]]) -> Outcomes {
        let least = u64::from(MINIMUM_CUSTOMERS);
        let is_enough = |[rows, left, ..]: [u64; 4]| left >= least && rows - left >= least;
        let mut groups: Vec<(u32, [u64; 4])> = Vec::new();
        let mut open = [0; 4];
        for (bin, counts) in bins.iter().enumerate() {
            (0..4).for_each(|at| open[at] += counts[at]);
            if is_enough(open) {
                groups.push((bin as u32 + 1, std::mem::take(&mut open)));
            }
        }
        if let Some((end, counts)) = groups.last_mut() {
            *end = bins.len() as u32;
            (0..4).for_each(|at| counts[at] += open[at]);
        }
        let of = |at: usize| groups.iter().map(|(_, counts)| counts[at]).collect();
        Outcomes {
            ends: groups.iter().map(|(end, _)| *end).collect(),
            rows: of(0),
            left: of(1),
            sums: of(2),
            squares: of(3),
        }
    }

    fn problem(&self, bins: usize, least: u64) -> Option<String> {
        let Outcomes { ends, rows, left, sums, squares } = self;
        if [rows, left, sums, squares].iter().any(|list| list.len() != ends.len()) {
            return Some("the lists of the outcomes are of different lengths".into());
        }
        let ascends = ends.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascends || ends.last().is_some_and(|&end| end as usize != bins) {
            return Some("the groups of the outcomes must ascend to the last bin".into());
        }
        let largest = 1u64 << 40;
        for (((&rows, &left), &sum), &square) in rows.iter().zip(left).zip(sums).zip(squares) {
            if rows > largest || left > rows || left < least || rows - left < least {
                return Some(format!("a group of the outcomes has fewer than {least} who left or who stayed"));
            }
            if sum > rows * 1_000_000 || square > sum + rows {
                return Some("a sum of the outcomes is larger than its rows allow".into());
            }
        }
        None
    }
}

fn edges(reader: &mut Reader, key: &str) -> Vec<f32> {
    reader.numbers(key).into_iter().map(|edge| edge as f32).collect()
}

fn ascends(edges: &[f32]) -> bool {
    edges.iter().all(|edge| edge.is_finite()) && edges.windows(2).all(|pair| pair[0] < pair[1])
}
