//! Figures: the files under target/bench that measurements leave, and the bars that they are
//! compared with.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::project;

/// A file under target/bench; its folder exists.
pub fn file(name: &str) -> Result<PathBuf> {
    let file = project::output("bench").join(name);
    let folder = file.parent().expect("the file lies in target/bench");
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(file)
}

/// Reads what a measurement wrote.
pub fn read(file: &Path) -> Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))
}

/// Writes figures that were measured here.
pub fn write(file: &Path, figures: &Value) -> Result<()> {
    fs::write(file, format!("{figures:#}\n")).with_context(|| format!("cannot write {}", file.display()))
}

/// Says where the figures lie.
pub fn say_written(file: &Path) {
    println!("written: {}", project::shown(file));
}

/// A number of the figures, for printing.
pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// The median; of an even number of values, the mean of the middle two.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

/// One width for both, so that lines align.
pub fn verdict(is_met: bool) -> &'static str {
    if is_met { "met   " } else { "MISSED" }
}

/// The mean load of the last minute, where the system has a file of it, and the number of cores.
pub fn environment() -> Value {
    let load = fs::read_to_string("/proc/loadavg").ok();
    let load = load.as_deref().and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    serde_json::json!({ "load": load, "cores": std::thread::available_parallelism().map_or(1, usize::from) })
}

/// A warning where more programs were running than there are cores when measuring began.
pub fn busy(environment: &Value) -> Option<String> {
    let number = |key: &str| environment[key].as_f64().unwrap_or_default();
    let (load, cores) = (number("load"), number("cores"));
    (load > cores).then(|| {
        format!("the machine was busy (load {load:.1} on {cores} cores when measuring began): these figures are not reliable")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_machine_is_named() {
        let environment = |load: f64| serde_json::json!({ "load": load, "cores": 2 });
        assert!(busy(&environment(3.5)).is_some_and(|text| text.contains("load 3.5 on 2 cores")));
        assert_eq!(busy(&environment(2.0)), None);
        assert_eq!(busy(&Value::Null), None);
    }

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0]), 2.5);
    }
}
