//! Profiles that are given together, added up and judged.

use super::compare::{Comparison, Verdict};
use super::expected::Stakes;
use super::profile::{Profile, ProfileError};
use super::reference::Reference;

/// Profiles of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// Each profile with its place in what was given, in the order of their days.
    pub parts: Vec<(usize, Profile)>,
    /// Their sum.
    pub sum: Profile,
}

/// What is wrong with one of several profiles.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileProblem {
    /// Its place in what was given.
    pub at: usize,
    /// What is wrong.
    pub error: ProfileError,
}

/// Checks profiles against their model and adds them up. `today` is in days since 1970-01-01; without
/// it, no profile is from the future.
///
/// # Errors
///
/// What is wrong with each profile that cannot be used: those that are none first, then those that are
/// given twice. Without a profile the list is empty.
pub fn merged(
    profiles: Vec<Result<Profile, ProfileError>>,
    reference: &Reference,
    model: &str,
    today: Option<i32>,
) -> Result<Merged, Vec<ProfileProblem>> {
    let mut parts: Vec<(usize, Profile)> = Vec::new();
    let mut problems = Vec::new();
    for (at, read) in profiles.into_iter().enumerate() {
        match read.and_then(|profile| profile.check(reference, model, today).map(|()| profile)) {
            Ok(profile) => {
                // Insertion, because a sort of profiles adds code to the download.
                let last = last_day(&profile);
                let place = parts.partition_point(|(_, other)| last_day(other) <= last);
                parts.insert(place, (at, profile));
            }
            Err(error) => problems.push(ProfileProblem { at, error }),
        }
    }
    let mut sum: Option<Profile> = None;
    for (at, profile) in &parts {
        match &mut sum {
            None => sum = Some(profile.clone()),
            Some(sum) => {
                if let Err(error) = sum.merge(profile) {
                    problems.push(ProfileProblem { at: *at, error });
                }
            }
        }
    }
    match sum {
        Some(sum) if problems.is_empty() => Ok(Merged { parts, sum }),
        _ => Err(problems),
    }
}

/// Profiles without days come last.
fn last_day(profile: &Profile) -> [i32; 2] {
    profile.days.map_or([i32::MAX; 2], |[first, last]| [last, first])
}

impl Merged {
    /// The sum and each part beside the reference, in the order of [`Merged::parts`].
    pub fn compare(&self, reference: &Reference, stakes: &Stakes) -> (Comparison, Vec<Comparison>) {
        let of = |profile| Comparison::of(reference, profile, stakes);
        (of(&self.sum), self.parts.iter().map(|(_, profile)| of(profile)).collect())
    }
}

impl Verdict {
    /// The verdict on several profiles: that on their sum, unless one of them alone is broken.
    pub fn of_all(sum: &Comparison, parts: &[Comparison]) -> Verdict {
        match parts.iter().any(|part| part.verdict == Verdict::Broken) {
            true => Verdict::Broken,
            false => sum.verdict,
        }
    }
}
