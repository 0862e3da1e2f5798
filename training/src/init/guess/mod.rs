//! From a column's counts to its place in the schema, with the reasons that `tenure init` writes
//! beside it.

mod dates;
mod numbers;
mod place;
mod texts;

use tenure::schema::NumberFormat;

use super::answers::Stated;
use crate::profile::{Profile, after_the_fact, row_position};
use crate::words::grouped;
use place::ignored;

pub(super) use place::{ColumnQuestion, Guess, Place, Refusal};

/// The place of a column; `stated` is how a person says that it is written.
pub(super) fn guess(profile: &Profile, target: &str, stated: Option<&Stated>) -> Result<Guess, Refusal> {
    if profile.known() == 0 {
        return Ok(ignored(format!("no value in {} rows", grouped(profile.rows))));
    }
    match stated {
        Some(Stated::Category(members)) => return Ok(texts::stated(profile, *members)),
        Some(Stated::Date(format)) => return dates::stated(profile, format),
        Some(Stated::Number(format)) => return numbers::stated(profile, format),
        Some(Stated::Time) => {
            let (read, known, example) = (profile.times.rows, profile.known(), profile.texts.first.clone());
            return numbers::times(profile).ok_or(Refusal::Misstated { read, known, example });
        }
        None => {}
    }
    if let Some(word) = after_the_fact(&profile.name, target) {
        return Ok(ignored(format!(
            "its name speaks of {word:?}: is it known before a customer leaves? Then make it a field"
        )));
    }
    if profile.distinct.count() == 1 && profile.blank == 0 {
        let value = profile.values.as_ref().and_then(|values| values.keys().next()).map_or("", String::as_str);
        return Ok(ignored(format!("the same value in every row ({value:?})")));
    }
    if let Some(reason) = row_position(profile) {
        return Ok(ignored(reason));
    }
    dates::guess(profile)
        .or_else(|| numbers::times(profile).map(Ok))
        .or_else(|| numbers::guess(profile))
        .unwrap_or_else(|| Ok(texts::guess(profile)))
}

/// A profile that counts a column as it is said to be written.
pub(super) fn profile(name: &str, stated: Option<&Stated>) -> Profile {
    match stated {
        Some(Stated::Date(format)) => Profile::of_dates(name, format.clone()),
        Some(Stated::Number(format)) => Profile::of_numbers(
            name,
            NumberFormat { decimal_comma: format.decimal_comma, grouping: format.grouping, ..NumberFormat::default() },
        ),
        Some(Stated::Time | Stated::Category(_)) | None => Profile::new(name),
    }
}

#[cfg(test)]
pub(crate) mod tests;
