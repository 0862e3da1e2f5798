//! `tenure monitor`: whether a model still sees what it was trained on.

mod labels;
mod review;
mod words;

use std::path::PathBuf;

use serde_json::{Value, json};
use tenure::monitoring::{Comparison, Concept, Stakes, Verdict};
use tenure::scorer::Scorer;
use tenure_training::file::{Existing, write};

use crate::console::{Console, refuse_overwrite, write_json};
use crate::failure::{BROKEN_DATA, DRIFT, Failure};
use crate::inputs::{ArtifactFile, TrustArguments, day, read_artifact};
use crate::profiles::{NO_REFERENCE, ProfileFile, read_profiles, today};
use crate::report::{MonitorFigures, monitor_page};

use labels::LabelArguments;
use review::ReviewArguments;

/// Compare what a model sees with what it was trained on
///
/// Reads profiles that `tenure score --profile` or the package wrote, adds them up, and holds the sum
/// against the reference in the model: fields and scores that moved by more than chance explains, what
/// is missing, unseen or unreadable, and how well the model is expected to do while nobody knows yet
/// who left. With --labels it measures what came true, and tests whether customers leave for other
/// reasons than before.
///
/// Exit codes: 0 nothing moved; 3 drift; 4 broken data: a profile that cannot be used, a field that is
/// missing, unseen or unreadable in a tenth of the rows more than in training, or no rows at all.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The artifact
    pub model: PathBuf,
    #[command(flatten)]
    pub trust: TrustArguments,
    /// Profiles of the rows to judge. The verdict is on their sum, so give those of the time in
    /// question
    #[arg(required = true, value_name = "PROFILE")]
    pub profiles: Vec<PathBuf>,
    #[command(flatten)]
    pub labels: LabelArguments,
    #[command(flatten)]
    pub review: ReviewArguments,
    /// HTML page to write, with plots over time
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// File to write the figures to, as JSON; `-` prints JSON instead of the text
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Overwrite the files
    #[arg(long)]
    pub force: bool,
    /// A profile that ends after this day is refused; today by default
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub today: Option<f64>,
    /// Value of a customer who is kept
    #[arg(long, default_value_t = Stakes::default().value)]
    pub customer_value: f64,
    /// Cost of the offer if it is accepted
    #[arg(long, default_value_t = Stakes::default().incentive)]
    pub offer_cost: f64,
    /// Cost of contacting one customer
    #[arg(long, default_value_t = Stakes::default().contact)]
    pub contact_cost: f64,
    /// Share of leavers who accept the offer and stay
    #[arg(long, default_value_t = Stakes::default().effect)]
    pub success_rate: f64,
}

impl Arguments {
    fn stakes(&self) -> Result<Stakes, Failure> {
        let mut wrong = Vec::new();
        let mut within = |name: &str, value: f64, high: f64| {
            if !(0.0..=high).contains(&value) {
                wrong.push(format!("--{name} must be within 0 to {high} (got {value})"));
            }
        };
        within("customer-value", self.customer_value, 1e12);
        within("offer-cost", self.offer_cost, 1e12);
        within("contact-cost", self.contact_cost, 1e12);
        within("success-rate", self.success_rate, 1.0);
        if !wrong.is_empty() {
            return Err(Failure::usage(wrong.join("\n")));
        }
        let (value, incentive) = (self.customer_value, self.offer_cost);
        Ok(Stakes { value, incentive, contact: self.contact_cost, effect: self.success_rate })
    }
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let json = arguments.json.as_ref().filter(|path| path.as_os_str() != "-");
    for path in [arguments.html.as_ref(), json, arguments.review.review.as_ref()].into_iter().flatten() {
        refuse_overwrite(path, arguments.force)?;
    }
    let stakes = arguments.stakes()?;
    let ArtifactFile { artifact, sha256 } = read_artifact(&arguments.model, None, &arguments.trust)?;
    let scorer = Scorer::new(artifact);
    let reference =
        scorer.reference().ok_or_else(|| Failure::data(format!("{}: {NO_REFERENCE}", arguments.model.display())))?;
    let today = arguments.today.map_or_else(today, |day| day as i32);
    let (files, merged) = read_profiles(&arguments.profiles, reference, &sha256, today)?;
    let compare = |profile| Comparison::of(reference, profile, &stakes);
    let each: Vec<Comparison> = files.iter().map(|file| compare(&file.profile)).collect();
    let comparison = compare(&merged);
    let concept = arguments.labels.concept(reference, console)?;
    if let Some(path) = &arguments.review.review {
        let rows = arguments.review.write(&scorer, arguments.force, console)?;
        console.say(format!("{}: {rows} customers for a person to look at", path.display()));
    }
    let drifted = concept.as_ref().is_some_and(|concept| concept.drifted);
    let verdict = Verdict::of_all(&comparison, &each).max(if drifted { Verdict::Drift } else { Verdict::Fine });
    let document = document(&scorer, &comparison, &each, &files, concept.as_ref(), verdict)?;
    match (&arguments.json, json) {
        (Some(_), None) => console.print(format!("{document:#}")),
        (_, path) => {
            console.print(words::text(&scorer, &comparison, &each, &files, concept.as_ref(), verdict));
            if let Some(path) = path {
                write_json(path, &document, arguments.force)?;
            }
        }
    }
    if let Some(path) = &arguments.html {
        let figures = MonitorFigures {
            scorer: &scorer,
            model: arguments.model.display().to_string(),
            verdict,
            comparison: &comparison,
            each: files.iter().map(|file| file.name.as_str()).zip(&each).collect(),
            concept: concept.as_ref(),
        };
        let page = monitor_page(&figures);
        write(path, page.as_bytes(), Existing::forced(arguments.force))?;
        console.say(format!("{} ({:.0} KB)", path.display(), page.len() as f64 / 1e3));
    }
    let reasons = words::reasons(&scorer, &comparison, &each, &files, concept.as_ref());
    match verdict {
        Verdict::Fine => Ok(()),
        Verdict::Drift => Err(Failure::new(DRIFT, format!("drift: {}", reasons.join("; ")))),
        Verdict::Broken => Err(Failure::new(BROKEN_DATA, format!("broken data: {}", reasons.join("; ")))),
    }
}

fn parsed(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(Failure::data)
}

fn document(
    scorer: &Scorer,
    sum: &Comparison,
    each: &[Comparison],
    files: &[ProfileFile],
    concept: Option<&Concept>,
    verdict: Verdict,
) -> Result<Value, Failure> {
    let document = scorer.document();
    let of = |comparison: &Comparison| parsed(&comparison.json(&document.schema, &document.policy));
    let mut profiles = Vec::new();
    for (file, one) in files.iter().zip(each) {
        profiles.push(json!({ "file": file.name, "comparison": of(one)? }));
    }
    let concept = concept.map(|concept| parsed(&concept.json())).transpose()?;
    Ok(json!({ "verdict": verdict.name(), "comparison": of(sum)?, "concept": concept, "profiles": profiles }))
}
