//! `cargo xtask size`: the size of what a browser downloads, raw, with gzip 9 and with brotli 11,
//! into target/bench/size.json.

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use crate::command::{self, program};
use crate::{demo, figures, gpu, project};

/// A name in size.json, and the most that it may have with brotli, in KB of 1000 bytes.
const BARS: [(&str, f64); 4] = [("scorer", 90.0), ("decide", 140.0), ("gpu", 1000.0), ("model", 120.0)];

pub fn run() -> Result<()> {
    demo::build_all()?;
    gpu::build()?;
    let output = figures::file("size.json")?;
    // Node's zlib has both formats, so this program needs no compressor.
    command::run(program("node").arg(project::path("tests/bench/size.js")).arg(&output))?;
    let sizes = figures::read(&output)?;
    println!("{}", table(sizes.as_object().context("size.json is no object")?));
    figures::say_written(&output);
    Ok(())
}

fn table(sizes: &Map<String, Value>) -> String {
    let width = sizes.keys().map(String::len).max().unwrap_or_default();
    let mut lines = vec![format!("{:<width$} {:>10} {:>10} {:>10}", "bytes", "raw", "gzip", "brotli")];
    for (name, size) in sizes {
        let bytes = |format: &str| size[format].as_u64().unwrap_or_default();
        let (raw, gzip, brotli) = (bytes("raw"), bytes("gzip"), bytes("brotli"));
        let bar = BARS.iter().find(|(about, _)| about == name).map(|(_, bar)| {
            let verdict = figures::verdict(brotli as f64 <= bar * 1e3).trim_end();
            format!("  {verdict}: at most {bar} KB brotli")
        });
        lines.push(format!("{name:<width$} {raw:>10} {gzip:>10} {brotli:>10}{}", bar.unwrap_or_default()));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_named_where_there_are_any() {
        let sizes = serde_json::json!({
            "scorer": { "raw": 300_000, "gzip": 100_000, "brotli": 90_001 },
            "model": { "raw": 300_000, "gzip": 100_000, "brotli": 12 },
            "page": { "raw": 1, "gzip": 2, "brotli": 3 },
        });
        let text = table(sizes.as_object().unwrap());
        let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_string();
        assert!(line("scorer").contains("MISSED: at most 90 KB"), "{text}");
        assert!(line("model").contains("met: at most 120 KB"), "{text}");
        assert!(line("page").ends_with('3'), "{text}");
    }
}
