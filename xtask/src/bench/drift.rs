//! `cargo xtask bench drift`: how often drift is seen on a real table, and how well the label-free
//! ROC-AUC does beside NannyML, into target/bench/drift.json.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::command::{self, Outcome, program, step};
use crate::figures::{self, number, verdict};
use crate::finished::{Inputs, unless_finished};
use crate::venv::Python;
use crate::{demo, project};

#[derive(Args)]
pub struct Options {
    /// Model of the table; one with the defaults is trained if not given
    #[arg(long)]
    model: Option<PathBuf>,
    /// The Python (3.9 to 3.12) that NannyML is installed for
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Leave NannyML out
    #[arg(long)]
    no_peer: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let table = project::path("../shared/data/ibm_telco.csv");
    ensure!(table.is_file(), "the table is not there: {}", table.display());
    let model = match &options.model {
        Some(model) => model.clone(),
        None => trained(&table)?,
    };
    step("building", || {
        // The whole workspace, so that burn is compiled with the features that the other steps compiled
        // it with.
        command::run(command::cargo().args(["build", "--release", "--workspace", "--example", "drift"]))?;
        Ok(Outcome::Done)
    })?;
    let folder = project::output("bench/drift");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let example =
        project::cargo_target().join("release/examples").join(format!("drift{}", std::env::consts::EXE_SUFFIX));
    let mut ours = program(example);
    step("measuring", || command::run(ours.arg(&model).arg(&table).arg(&folder)).map(|()| Outcome::Done))?;
    let mut measured = figures::read(&folder.join("figures.json"))?;
    let peer = if options.no_peer { None } else { nannyml(options, &folder)? };
    let ratio = peer.as_ref().map(|peer| number(&measured["cbpe_error"]) / number(&peer["error"]));
    measured["cbpe_ratio"] = json!(ratio);
    measured["nannyml"] = json!(peer);
    let file = figures::file("drift.json")?;
    figures::write(&file, &measured)?;
    for (key, bar, is_most) in
        [("false_alarm", 0.05, true), ("power", 0.95, false), ("concept_power", 0.9, false), ("cbpe_ratio", 1.05, true)]
    {
        let value = number(&measured[key]);
        let is_met = if is_most { value <= bar } else { value >= bar };
        println!("{} {key} {value:.3}, {} {bar}", verdict(is_met), if is_most { "at most" } else { "at least" });
    }
    println!(
        "power on covariate shifts {:.3}, on prior shifts {:.3} (the best possible is {:.3})",
        number(&measured["power_covariate"]),
        number(&measured["power_prior"]),
        best(&measured["prior_shifts"])
    );
    figures::say_written(&file);
    Ok(())
}

/// The artifact that `tenure train` makes of the table.
fn trained(table: &Path) -> Result<PathBuf> {
    demo::build_command()?;
    let model = project::output("bench/drift/model.safetensors");
    let sources = ["src", "table", "training", "cli", "Cargo.lock"].map(project::path);
    let inputs = sources.iter().try_fold(Inputs::of("train"), |inputs, source| inputs.path(source))?.path(table)?;
    step("training", || {
        unless_finished("bench-drift", inputs, std::slice::from_ref(&model), || {
            fs::create_dir_all(project::output("bench/drift"))?;
            let mut tenure = program(project::tenure_command());
            tenure.args(["train", "--quiet", "--force", "--schema", "ibm_telco"]).arg("--data").arg(table);
            command::run(tenure.arg("--out").arg(&model))
        })
    })?;
    Ok(model)
}

/// The least power that is possible on a prior shift.
fn best(shifts: &Value) -> f64 {
    let shifts = shifts.as_object().into_iter().flat_map(|shifts| shifts.values());
    shifts.map(|shift| number(&shift["best_possible"])).fold(1.0, f64::min)
}

/// NannyML's error on the same samples; none where it cannot be installed.
fn nannyml(options: &Options, folder: &Path) -> Result<Option<Value>> {
    let peers = Python::in_folder("python-drift");
    let requirements = project::path("tests/bench/drift/requirements.txt");
    if let Err(error) = step("NannyML", || peers.install(&options.python, &requirements)) {
        println!("NannyML is left out, because it cannot be installed (it needs Python 3.9 to 3.12): {error:#}");
        return Ok(None);
    }
    let mut theirs = peers.command();
    theirs.arg(project::path("tests/bench/drift/peer.py")).arg(folder);
    step("NannyML's estimates", || command::run(&mut theirs).map(|()| Outcome::Done))?;
    Ok(Some(figures::read(&folder.join("nannyml.json"))?))
}
