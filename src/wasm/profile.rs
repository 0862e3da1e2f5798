//! Profiles at the boundary: counted while rows are scored, told, and compared. A profile and a
//! comparison are JSON, as the command writes them.

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::failure::failure;
use super::values::cell_from_number;
use super::wire::{self, to_js};
use crate::customer::cell_fits;
use crate::monitoring::{Profile, ProfileError, ProfileProblem, RULES, Reference, Stakes, Verdict, merged};
use crate::schema::date;
use crate::scorer::Flag;

/// Why a model cannot be watched.
const NO_REFERENCE: &str =
    "the model has no reference profile, because an older version of tenure trained it; train it again";

#[wasm_bindgen]
impl Engine {
    /// Counts from now on what is scored. Throws if the model has no reference.
    pub fn observe(&mut self) -> Result<(), JsValue> {
        self.reference()?;
        *self.observed.get_mut() = self.scorer.observed();
        self.block();
        let Engine { scorer, block, .. } = self;
        block.iter_mut().for_each(|block| block.watch(scorer));
        Ok(())
    }

    /// Counts the row buffer, which was scored.
    pub fn observe_row(&mut self) {
        let Engine { scorer, observed, row, customer, score, flag, workspace, .. } = self;
        let Some(observed) = observed.get_mut() else { return };
        match flag {
            Flag::Clean => return scorer.observe_clean(observed, customer, score, workspace),
            Flag::Warning => return scorer.observe_customer(observed, customer, score),
            Flag::Error => {}
        }
        let cells = scorer.document().schema.fields.iter().zip(row).map(|(field, number)| {
            let cell = cell_from_number(field, *number);
            cell_fits(field, cell).then_some(cell)
        });
        scorer.observe_refused(observed, cells);
    }

    /// Counts a value of such a row that breaks a rule.
    pub fn observe_rule(&mut self, rule: &str) {
        let rule = RULES.into_iter().find(|known| known.name() == rule);
        if let Some((observed, rule)) = self.observed.get_mut().as_mut().zip(rule) {
            observed.rule(rule, 1);
        }
    }

    /// All counts. The sum of those of several engines is what they saw together. Nothing where nothing
    /// is counted.
    pub fn counts(&self) -> Vec<f64> {
        self.observed.borrow().as_ref().map(|observed| observed.counts()).unwrap_or_default()
    }

    /// The profile of such counts. `model` is the SHA-256 of the model's file; `from` and `until` are the
    /// first and the last day, or empty; `identity` has 16 hexadecimal digits, or is empty.
    pub fn profile(
        &self,
        counts: &[f64],
        model: &str,
        from: &str,
        until: &str,
        identity: &str,
    ) -> Result<String, JsValue> {
        self.reference()?;
        let days = days(from, until)?;
        let observed = self.scorer.observed().and_then(|mut observed| observed.add_counts(counts).then_some(observed));
        let observed = observed.ok_or_else(|| failure("argument_invalid", "the counts are of another model", &[]))?;
        let mut profile = observed.profile(model, days);
        if let Ok(identity) = u64::from_str_radix(identity, 16) {
            profile.identify(identity);
        }
        profile.write().map_err(|error| failure(error.code(), &error.to_string(), &[]))
    }

    /// Compares the sum of profiles, a list of texts, with the reference. `today` is a day; `stakes` are
    /// value, incentive, contact and effect, NaN for the default of each. Throws an `Error` with what is
    /// wrong with each profile that cannot be used.
    pub fn compare(&self, profiles: &Array, model: &str, today: &str, stakes: &[f64]) -> Result<String, JsValue> {
        let reference = self.reference()?;
        let today = date::read(today).ok_or_else(|| failure("argument_invalid", &no_day("today"), &[]))?;
        let read = profiles.iter().map(|text| Profile::read(text.as_string().unwrap_or_default().trim()));
        let merged =
            merged(read.collect(), reference, model, Some(today as i32)).map_err(|problems| refusal(&problems))?;
        let given =
            |at: usize, otherwise: f64| stakes.get(at).copied().filter(|number| !number.is_nan()).unwrap_or(otherwise);
        let Stakes { value, incentive, contact, effect } = Stakes::default();
        let stakes = Stakes {
            value: given(0, value),
            incentive: given(1, incentive),
            contact: given(2, contact),
            effect: given(3, effect),
        };
        let (mut sum, parts) = merged.compare(reference, &stakes);
        sum.verdict = Verdict::of_all(&sum, &parts);
        let document = self.scorer.document();
        Ok(sum.json(&document.schema, &document.policy))
    }
}

impl Engine {
    fn reference(&self) -> Result<&Reference, JsValue> {
        self.scorer.reference().ok_or_else(|| failure("profile_reference", NO_REFERENCE, &[]))
    }
}

fn no_day(name: &str) -> String {
    [name, " must be a date, year first, as in 2024-01-31"].concat()
}

/// The first and the last day; both or none.
fn days(from: &str, until: &str) -> Result<Option<[i32; 2]>, JsValue> {
    let refuse = |message: &str| Err(failure("argument_invalid", message, &[]));
    if from.is_empty() && until.is_empty() {
        return Ok(None);
    }
    match (date::read(from), date::read(until)) {
        (Some(from), Some(until)) if from.floor() > until.floor() => refuse("until must not be before from"),
        (Some(from), Some(until)) => Ok(Some([from, until].map(|day| day.floor() as i32))),
        (None, _) => refuse(&no_day("from")),
        _ => refuse(&no_day("until")),
    }
}

/// An error with a problem for each profile. Its code is that of the first.
fn refusal(problems: &[ProfileProblem]) -> JsValue {
    let Some(first) = problems.first() else {
        return failure("argument_invalid", "at least one profile must be given", &[]);
    };
    let texts: Vec<(String, String)> =
        problems.iter().map(|ProfileProblem { at, error }| (format!("profiles[{at}]"), error.to_string())).collect();
    let lines: Vec<String> = texts.iter().map(|(place, text)| [place, ": ", text].concat()).collect();
    let error = failure(first.error.code(), &lines.join("; "), &[]);
    let wire = |((field, message), problem): (&(String, String), &ProfileProblem)| wire::ProfileProblem {
        field: field.clone(),
        rule: problem.error.code(),
        value: seen(&problem.error),
        message: message.clone(),
    };
    let list: Vec<wire::ProfileProblem> = texts.iter().zip(problems).map(wire).collect();
    // Setting a property of a fresh object does not fail.
    let _ = Reflect::set(&error, &"problems".into(), &to_js(&list));
    error
}

/// The value that a profile is refused for.
fn seen(error: &ProfileError) -> String {
    match error {
        ProfileError::TooLarge(bytes) => bytes.to_string(),
        ProfileError::Version(version) => version.to_string(),
        ProfileError::Model { found, .. } => found.clone(),
        ProfileError::Future(day) => date::text(f64::from(*day)),
        ProfileError::Twice(part) => format!("{part:016x}"),
        ProfileError::Format(_) | ProfileError::Layout | ProfileError::Counts(_) => String::new(),
    }
}
