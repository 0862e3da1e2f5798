//! `tenure retrain`: replaces a model by a better one, and by nothing else.

mod approve;
mod decision;
mod place;

use std::path::PathBuf;

use sha2::{Digest, Sha256};
use tenure::monitoring::{Comparison, Stakes, Verdict};
use tenure::scorer::Scorer;
use tenure_training::cohort::Cohort;
use tenure_training::evaluation::segments;
use tenure_training::file::{Existing, write};
use tenure_training::fit::{Control, FitOptions};
use tenure_training::learn::Lesson;
use tenure_training::metrics::{Bootstrap, Difference, differences};
use tenure_training::schema_file::SchemaFile;
use tenure_training::scores::scores;
use tenure_training::split::Shares;

use crate::configuration::ResolvedSettings;
use crate::console::{Console, interrupted, refuse_overwrite, write_json};
use crate::failure::{AWAITS_APPROVAL, ENVIRONMENT, Failure, NOT_BETTER};
use crate::hyperparameters::NetworkArguments;
use crate::inputs::{ArtifactFile, TrustArguments, read_for_evaluation};
use crate::profiles::{NO_REFERENCE, read_profiles, today};
use crate::recorder::{Recorder, RunStart, TrackingArguments};
use crate::table::TableArguments;

use decision::Decision;
use place::{Place, beside, check_registered, move_alias, named, register, replace_file};

pub use approve::{ApproveArguments, approve};

/// Train a challenger on newer rows, and let it replace the model if it is better
///
/// The challenger is trained as `tenure train` does. Both are measured on the same held-out rows of the
/// table: with --time, on the latest ones. The challenger takes the model's place only if its log-loss
/// is lower by --margin, by more than a paired bootstrap explains by chance, and no segment of at least
/// 30 rows is worse by more than --segment-margin. The model before stays beside it, with `.previous` at
/// the end of its name. The verdict with all figures is written to --verdict.
///
/// With --registered-model the model is the version of a registered model of MLflow that --alias points to.
/// A better challenger becomes a new version, and the alias moves to it.
///
/// Exit codes: 0 replaced, or nothing has moved (--if-drifted); 3 the challenger is not better, and the
/// model stays; 5 it is better and waits for a person (--require-approval); 1, 2 and 130 as elsewhere.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The artifact to replace; none with --registered-model
    // Not `model`: that is a hyperparameter.
    #[arg(value_name = "MODEL")]
    pub champion: Option<PathBuf>,
    /// Registered model on the MLflow server of --track, to replace the version in use of
    #[arg(long, value_name = "NAME")]
    pub registered_model: Option<String>,
    /// The alias of the registered model that points to the version in use
    #[arg(long, value_name = "ALIAS", default_value = "champion")]
    pub alias: String,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[command(flatten)]
    pub table: TableArguments,
    /// Profiles of what the model sees: without drift in their sum, nothing is done. Can be given
    /// several times
    #[arg(long, value_name = "PROFILE")]
    pub if_drifted: Vec<PathBuf>,
    /// By how much the log-loss must be lower
    #[arg(long, value_name = "NUMBER", default_value_t = 0.002)]
    pub margin: f64,
    /// By how much the log-loss of a segment may be higher
    #[arg(long, value_name = "NUMBER", default_value_t = 0.02)]
    pub segment_margin: f64,
    /// Bootstrap resamples
    #[arg(long, default_value_t = 1000)]
    pub resamples: usize,
    /// Let a better challenger wait for a person: it is written beside the model, with `.challenger` at
    /// the end of its name, or becomes a version with the alias `challenger`; `tenure approve` puts it in
    /// place
    #[arg(long)]
    pub require_approval: bool,
    /// File to write the verdict to, as JSON
    #[arg(long, value_name = "FILE", default_value = "verdict.json")]
    pub verdict: PathBuf,
    /// Overwrite the verdict and a waiting challenger
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub network: NetworkArguments,
    #[command(flatten)]
    pub tracking: TrackingArguments,
}

pub fn run(arguments: &Arguments, settings: &ResolvedSettings, console: &Console) -> Result<(), Failure> {
    for (name, margin) in [("margin", arguments.margin), ("segment-margin", arguments.segment_margin)] {
        if !(0.0..=10.0).contains(&margin) {
            return Err(Failure::usage(format!("--{name} must be within 0 to 10 (got {margin})")));
        }
    }
    refuse_overwrite(&arguments.verdict, arguments.force)?;
    if arguments.registered_model.is_some() {
        let register = arguments.tracking.register.as_deref();
        check_registered(&arguments.alias, arguments.require_approval, &arguments.trust, register)?;
    }
    let place = named(arguments.champion.as_deref(), arguments.registered_model.as_deref(), &arguments.alias, || {
        arguments.tracking.server()
    })?;
    if arguments.require_approval {
        place.refuse_overwrite(arguments.force)?;
    }
    let ArtifactFile { artifact, sha256 } = place.read(&arguments.trust)?;
    let champion = Scorer::new(artifact);
    if !arguments.if_drifted.is_empty() && !has_drifted(arguments, &champion, &sha256, console)? {
        console.say("nothing has moved: the model stays");
        return Ok(());
    }
    let (file, cohort) = arguments.table.read(console)?;
    console.say(format!("predicts {}", cohort.prediction()));
    let start = RunStart::new("retrain", settings, &cohort, &file.schema, arguments.network.params().seed);
    let mut recorder = arguments.tracking.begin(start, console)?;
    let champion = Champion { place, scorer: champion, sha256 };
    let result = challenge(arguments, &champion, &file, &cohort, console, &mut recorder);
    recorder.end(&result);
    result
}

/// The model in use.
struct Champion {
    place: Place,
    scorer: Scorer,
    sha256: String,
}

/// Whether the profiles show drift, or data that the model does not read as before.
fn has_drifted(arguments: &Arguments, champion: &Scorer, sha256: &str, console: &Console) -> Result<bool, Failure> {
    let reference = champion.reference().ok_or_else(|| Failure::data(format!("--if-drifted: {NO_REFERENCE}")))?;
    let (_, merged) = read_profiles(&arguments.if_drifted, reference, sha256, today())?;
    let comparison = Comparison::of(reference, &merged, &Stakes::default());
    if comparison.verdict == Verdict::Broken {
        console.warn("the profiles show broken data: `tenure monitor` says what; a new model does not mend that");
    }
    Ok(comparison.verdict != Verdict::Fine)
}

fn challenge(
    arguments: &Arguments,
    Champion { place, scorer: champion, sha256: champion_sha256 }: &Champion,
    SchemaFile { schema, policy }: &SchemaFile,
    cohort: &Cohort,
    console: &Console,
    recorder: &mut Recorder,
) -> Result<(), Failure> {
    let params = arguments.network.params();
    let split_by = arguments.table.split_by(cohort)?;
    let split = split_by.split(cohort.labels(), &Shares::default(), params.seed)?;
    let checks = arguments.table.check(cohort, schema, &split, console)?;
    // What the champion makes of the same rows, before hours of work.
    let theirs = champion_cohort(arguments, champion, cohort)?;
    if champion.document().card().is_ok_and(|card| card.data_sha256 == cohort.report().sha256) {
        console.warn("the model was trained on this very table, so it knows some of the held-out rows unless they were held out then");
    }
    let lesson =
        Lesson { params: &params, cohort, schema, policy, split_by: &split_by, split: &split, checks: &checks };
    let bar = console.bar(0, "epoch {pos}/{len} {bar:24} {msg}");
    let learned = lesson.learn(&FitOptions::default(), &mut |stage, report| {
        bar.set_message(stage.to_owned());
        bar.set_length(report.maximum_epochs as u64);
        bar.set_position(report.epoch as u64);
        recorder.epoch(stage, report);
        if interrupted() { Control::Stop } else { Control::Continue }
    });
    bar.finish_and_clear();
    let learned = learned?;
    if let Some(found) = &learned.too_good {
        arguments.table.judge_model(found, console)?;
    }
    let thresholds = [champion.document().card()?.metrics.threshold, learned.card.metrics.threshold];
    let (artifact, bytes) = learned.artifact()?;
    recorder.file("model.safetensors", &bytes, true);
    recorder.card(&artifact.document.card()?);

    let labels = cohort.labels_of(&split.test);
    let before: Vec<f64> = split.test.iter().map(|&row| theirs[row as usize]).collect();
    let now = learned.trained.probabilities(&split.test);
    let bootstrap = Bootstrap { resamples: arguments.resamples, seed: params.seed, ..Bootstrap::default() };
    let found = differences(&before, &now, &labels, thresholds, &bootstrap)?;
    let worse_segments = worse_segments(cohort, &split.test, [&before, &now]);
    let reasons = reasons(arguments, &found["log_loss"], &worse_segments);
    let is_better = reasons.is_empty();
    let decision = match (is_better, arguments.require_approval) {
        (false, _) => "not_better",
        (true, true) => "waits",
        (true, false) => "replaced",
    };
    let mut verdict = Decision {
        decision: decision.into(),
        champion_sha256: champion_sha256.clone(),
        challenger_sha256: hex::encode(Sha256::digest(&bytes)),
        rows: split.test.len(),
        margin: arguments.margin,
        segment_margin: arguments.segment_margin,
        differences: serde_json::to_value(&found).map_err(Failure::data)?,
        worse_segments: worse_segments.into_iter().take(20).collect(),
        reasons,
        registered: None,
    };
    let figure = |name: &str, Difference { first, second, difference, interval }: &Difference| {
        format!(
            "  {name:<10} {first:.4} → {second:.4} ({difference:+.4}, 95% {:+.4} to {:+.4})",
            interval.low, interval.high
        )
    };
    console.say(format!("on {} held-out rows, the model → the challenger:", verdict.rows));
    console.say(figure("log-loss", &found["log_loss"]));
    console.say(figure("ROC-AUC", &found["roc_auc"]));
    let metrics = found.iter().map(|(key, difference)| (format!("retrain.{key}"), difference.difference));
    recorder.metrics(metrics.collect());
    let done = put(arguments, place, &bytes, is_better, &mut verdict, recorder);
    // A challenger that could not be put in place may wait: the verdict says so.
    if done.is_ok() || verdict.decision == "waits" {
        write_json(&arguments.verdict, &verdict, arguments.force)?;
        recorder.file("verdict.json", &serde_json::to_vec_pretty(&verdict).map_err(Failure::data)?, false);
    }
    let done = done?;
    let file = arguments.verdict.display();
    match &*verdict.decision {
        "not_better" => Err(Failure::new(NOT_BETTER, format!("the model stays: {}", verdict.reasons.join("; ")))),
        "waits" => Err(Failure::new(
            AWAITS_APPROVAL,
            format!(
                "the challenger is better and waits for a person: look at {file}, then run `{}`",
                approval(arguments)
            ),
        )),
        _ => {
            console.say(done);
            Ok(())
        }
    }
}

/// Puts a better challenger in place, or where it waits. Says what was done.
fn put(
    arguments: &Arguments,
    place: &Place,
    bytes: &[u8],
    is_better: bool,
    verdict: &mut Decision,
    recorder: &mut Recorder,
) -> Result<String, Failure> {
    if !is_better {
        return Ok(String::new());
    }
    let waits = arguments.require_approval;
    let (registry, version) = match place {
        Place::File(path) if waits => {
            write(&beside(path, "challenger"), bytes, Existing::forced(arguments.force))?;
            return Ok(String::new());
        }
        Place::File(path) => return replace_file(path, bytes),
        Place::Registered { registry, version } => (registry, version),
    };
    let versions = register(registry, version, waits, recorder).map_err(|failure| place.stays(failure))?;
    verdict.registered = Some(versions.clone());
    if waits {
        return Ok(String::new());
    }
    move_alias(registry, &versions).map_err(|failure| {
        // Where the alias has moved meanwhile, the challenger is better than a model that is not in use.
        if failure.exit_code != ENVIRONMENT {
            return failure;
        }
        verdict.decision = "waits".into();
        let mut failure = place.stays(failure);
        failure.message += &format!(
            "; the challenger waits as version {}: `{}` puts it in place",
            versions.challenger,
            approval(arguments)
        );
        failure
    })
}

/// The command that puts a waiting challenger in place.
fn approval(arguments: &Arguments) -> String {
    let model = arguments.champion.as_ref().map(|path| format!("{} ", path.display())).unwrap_or_default();
    format!("tenure approve {model}--verdict {}", arguments.verdict.display())
}

/// The champion's probabilities of all rows of the cohort.
fn champion_cohort(arguments: &Arguments, champion: &Scorer, cohort: &Cohort) -> Result<Vec<f64>, Failure> {
    let options = arguments.table.reading.options();
    let own =
        read_for_evaluation(&arguments.table.data, &options, &champion.document().schema, &Console { quiet: true })?;
    if own.left_out() != cohort.left_out() || own.labels() != cohort.labels() {
        return Err(Failure::data(format!(
            "{}: the model and the schema read different rows of it, so they cannot be compared: {} and {} rows, of which {} and {} left; train with `tenure train` and compare with `tenure report`",
            arguments.table.data.display(),
            own.rows(),
            cohort.rows(),
            own.positives(),
            cohort.positives()
        )));
    }
    Ok(scores(champion, &own).probabilities)
}

/// Segments in which the second probabilities have a higher log-loss than the first.
fn worse_segments(cohort: &Cohort, rows: &[u32], probabilities: [&[f64]; 2]) -> Vec<(String, usize, f64)> {
    let [before, now] = probabilities.map(|probabilities| segments(cohort, rows, probabilities).segments);
    let mut worse: Vec<(String, usize, f64)> = now
        .into_iter()
        .filter_map(|segment| {
            let other = before.iter().find(|other| other.field == segment.field && other.label == segment.label)?;
            let difference = segment.log_loss - other.log_loss;
            (difference > 0.0).then_some((segment.label, segment.rows, difference))
        })
        .collect();
    worse.sort_by(|a, b| b.2.total_cmp(&a.2));
    worse
}

/// Why the challenger does not take the model's place.
fn reasons(arguments: &Arguments, loss: &Difference, worse: &[(String, usize, f64)]) -> Vec<String> {
    let mut reasons = Vec::new();
    if loss.difference > -arguments.margin {
        reasons.push(format!(
            "the log-loss changes by {:+.4}, and must be lower by {}",
            loss.difference, arguments.margin
        ));
    }
    if loss.interval.high >= 0.0 {
        reasons.push(format!(
            "chance explains the difference of the log-loss (95% {:+.4} to {:+.4})",
            loss.interval.low, loss.interval.high
        ));
    }
    let beyond = worse.iter().filter(|(.., difference)| *difference > arguments.segment_margin);
    for (label, rows, difference) in beyond.take(5) {
        reasons.push(format!("the log-loss of {label} ({rows} rows) is higher by {difference:.4}"));
    }
    reasons
}
