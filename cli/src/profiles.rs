//! Profiles of scored rows as files.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use tenure::monitoring::{MAXIMUM_PROFILE_BYTES, Observed, Profile, ProfileError, Reference, merged};
use tenure::scorer::Scorer;
use tenure_table::unreadable;
use tenure_training::file::{Existing, write};

use crate::console::{Console, refuse_overwrite};
use crate::failure::{BROKEN_DATA, Failure};
use crate::inputs::day;

/// The flags of a command that can write a profile of the rows it scores.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ProfileArguments {
    /// File to write a profile of the rows to, for `tenure monitor`: counts by field and of the scores,
    /// none of fewer than 20 rows. The model must have been trained by a version that keeps a
    /// reference
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// First day that the rows are of, for the profile
    #[arg(long, value_name = "DATE", value_parser = day, requires = "profile", requires = "until")]
    pub from: Option<f64>,
    /// Last day that the rows are of
    #[arg(long, value_name = "DATE", value_parser = day, requires = "profile", requires = "from")]
    pub until: Option<f64>,
}

impl ProfileArguments {
    /// Counts of nothing yet, if a profile is asked for. Refuses a model without a reference, days in the
    /// wrong order, and a file that is there.
    pub fn observed(&self, scorer: &Scorer, force: bool) -> Result<Option<Observed>, Failure> {
        let Some(path) = &self.profile else { return Ok(None) };
        refuse_overwrite(path, force)?;
        if let Some((from, until)) = self.from.zip(self.until)
            && from > until
        {
            return Err(Failure::usage("--until must not be before --from"));
        }
        let observed = scorer.observed().ok_or_else(|| Failure::data(format!("--profile: {NO_REFERENCE}")))?;
        Ok(Some(observed))
    }

    /// Writes what was counted.
    pub fn write(&self, observed: &Observed, model: &str, force: bool, console: &Console) -> Result<(), Failure> {
        let Some(path) = &self.profile else { return Ok(()) };
        let days = self.from.zip(self.until).map(|(from, until)| [from as i32, until as i32]);
        let mut profile = observed.profile(model, days);
        let text = profile.write().map_err(Failure::data)?;
        // The same rows give the same identity, so they cannot be merged twice.
        profile.identify(identity(&text));
        let text = profile.write().map_err(Failure::data)? + "\n";
        write(path, text.as_bytes(), Existing::forced(force))?;
        console.say(format!("{}: profile of {} rows, {} bytes", path.display(), profile.rows, text.len()));
        Ok(())
    }
}

/// Why a model cannot be watched.
pub const NO_REFERENCE: &str =
    "the model has no reference profile, because an older version of tenure trained it; train it again";

/// The first half of a SHA-256, half of that.
fn identity(text: &str) -> u64 {
    Sha256::digest(text.as_bytes()).iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// A profile and the file it is in.
pub struct ProfileFile {
    pub name: String,
    pub profile: Profile,
}

/// Reads the profiles of a model, in the order of their days, and adds them up. All problems are
/// reported at once.
pub fn read_profiles(
    paths: &[PathBuf],
    reference: &Reference,
    model: &str,
    today: i32,
) -> Result<(Vec<ProfileFile>, Profile), Failure> {
    let read = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, Failure>>()?;
    let name = |at: usize| paths[at].display().to_string();
    let merged = merged(read, reference, model, Some(today)).map_err(|problems| {
        let lines = problems.iter().map(|problem| format!("{}: {}", name(problem.at), problem.error));
        let lines: Vec<String> =
            lines.zip(&problems).map(|(line, problem)| format!("{line} [{}]", problem.error.code())).collect();
        let count = format!("{} of {} profiles cannot be used", problems.len(), paths.len());
        Failure::new(BROKEN_DATA, format!("{count}:\n  {}", lines.join("\n  ")))
    })?;
    let files = merged.parts.into_iter().map(|(at, profile)| ProfileFile { name: name(at), profile });
    Ok((files.collect(), merged.sum))
}

fn read(path: &Path) -> Result<Result<Profile, ProfileError>, Failure> {
    let file = |error| Failure::file(path, unreadable(&error));
    // A file that is much too long is not read.
    let length = std::fs::metadata(path).map_err(file)?.len();
    if length > 2 * MAXIMUM_PROFILE_BYTES as u64 {
        return Ok(Err(ProfileError::TooLarge(length as usize)));
    }
    let bytes = std::fs::read(path).map_err(file)?;
    Ok(match std::str::from_utf8(&bytes) {
        Ok(text) => Profile::read(text.trim()),
        Err(_) => Err(ProfileError::Format("it is not UTF-8".into())),
    })
}

/// Today, in days since 1970-01-01.
pub fn today() -> i32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| (since.as_secs() / 86_400) as i32)
}
