//! The card as Markdown with the front matter that Hugging Face reads
//! (https://huggingface.co/docs/hub/model-cards, "Model card metadata").

use std::fmt::Write;

use serde_json::Value;
use tenure::artifact::Document;
use tenure_training::metrics::METRICS;

use super::{hidden, penalty, text, trained_on, with_interval};

/// The whole card. `license` is an identifier that the hub knows; without one none is claimed.
pub fn markdown(document: &Document, sha256: &str, license: Option<&str>) -> String {
    let card = &document.card();
    let mut out = front_matter(document, license);
    let schema = &document.schema;
    let name = &schema.name;
    let _ = write!(
        out,
        "# {}\n\nA churn model: for one customer it gives a calibrated probability of leaving, an exact explanation (a Shapley value for \
         each field, on the logit), and a tier. It runs where the record already is, in a browser, at the edge or offline, and \
         sends nothing anywhere.\n\n",
        line(name)
    );
    let _ = write!(
        out,
        "## Intended use\n\nTo rank and choose customers for retention, and to show a person why. The probability is that of \
         {} being {}, as the training table defines it; whoever uses it must know over which period that was observed.\n\n\
         Not for decisions with legal or similarly significant effect on a person without a person deciding; not for customers \
         of another kind, time or company than those of the training table. An explanation says what moves the model, \
         not what makes a customer leave.\n\n",
        code(&schema.target.field),
        code(&schema.target.positive)
    );
    data(&mut out, document);
    figures(&mut out, card);
    segments(&mut out, &card["segments"]);
    training(&mut out, card);
    privacy(&mut out, document);
    out += "## Limits\n\n- Quality falls when customers, prices or offers change after the table was drawn: measure it again on \
            new outcomes (`tenure evaluate`, `tenure report`).\n- A category that training did not see, or saw fewer than 20 \
            times, counts as OTHER; a number beyond the fitted range counts as its end. Scores say so with a warning.\n\
            - The intervals are of one split of one table: they hold the chance of drawing customers, not that of another year.\n\n";
    let _ = write!(
        out,
        "## Use\n\n```js\nimport {{ load }} from \"tenure\";\n\nconst scorer = await load(\"model.safetensors\");\n\
         scorer.score(record);\nscorer.explain(record);\n```\n\nArtifact SHA-256 `{sha256}`, format {}.\n",
        document.format_version
    );
    out
}

fn front_matter(document: &Document, license: Option<&str>) -> String {
    let card = &document.card();
    let mut out = String::from("---\nlibrary_name: tenure\npipeline_tag: tabular-classification\n");
    if let Some(license) = license {
        let _ = writeln!(out, "license: {}", quoted(license));
    }
    out += "tags:\n- churn\n- tabular\n- calibrated\n- shapley\n- webassembly\n";
    let known: Vec<_> = METRICS.iter().filter(|figure| card["metrics"][figure.key].is_number()).collect();
    if known.is_empty() {
        return out + "---\n\n";
    }
    out += "metrics:\n";
    known.iter().for_each(|figure| {
        let _ = writeln!(out, "- {}", figure.key);
    });
    let name = quoted(&document.schema.name);
    let _ = write!(
        out,
        "model-index:\n- name: {name}\n  results:\n  - task:\n      type: tabular-classification\n      name: Churn\n    \
         dataset:\n      name: {}\n      type: tabular\n      split: test\n    metrics:\n",
        quoted(&format!("{}, held-out rows", document.schema.name))
    );
    for figure in known {
        let _ = writeln!(
            out,
            "    - type: {}\n      name: {}\n      value: {}",
            figure.key,
            quoted(figure.words),
            card["metrics"][figure.key]
        );
    }
    out + "---\n\n"
}

fn data(out: &mut String, document: &Document) {
    let (card, schema) = (&document.card(), &document.schema);
    *out += "## Data\n\n";
    let mut item = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(out, "- {name}: {value}");
        }
    };
    item("Rows", trained_on(card));
    item("Split", text(&card["split"]));
    item("Share that left", card["positive_rate"].as_f64().map(|rate| format!("{:.1}%", 100.0 * rate)));
    let fields: Vec<String> = schema.fields.iter().map(|field| code(&field.name)).collect();
    item("Fields", Some(fields.join(", ")));
    let derived: Vec<String> = schema.derived.iter().map(|derived| code(&derived.name)).collect();
    item("Derived features", (!derived.is_empty()).then(|| derived.join(", ")));
    item("Table, SHA-256", text(&card["data_sha256"]).map(|hash| format!("`{hash}`")));
    item("Schema, SHA-256", text(&card["schema_sha256"]).map(|hash| format!("`{hash}`")));
    out.push('\n');
}

fn figures(out: &mut String, card: &Value) {
    let rows: Vec<(&str, String)> =
        METRICS.iter().filter_map(|figure| Some((figure.words, with_interval(card, figure.key)?))).collect();
    if rows.is_empty() {
        return;
    }
    let tested = card["rows"]["test"].as_u64().unwrap_or(0);
    let level = 100.0 * card["intervals"]["level"].as_f64().unwrap_or(0.95);
    let _ = write!(
        out,
        "## Figures\n\nOn {tested} rows that were held out, with {level}% bootstrap intervals. What hangs on a threshold is at {}, \
         the best F1 of the validation rows.\n\n| figure | value |\n| --- | --- |\n",
        text(&card["metrics"]["threshold"]).unwrap_or_default()
    );
    for (words, value) in rows {
        let _ = writeln!(out, "| {words} | {value} |");
    }
    out.push('\n');
}

fn segments(out: &mut String, segments: &Value) {
    let Some(kept) = segments["most_doubtful"].as_array().filter(|kept| !kept.is_empty()) else { return };
    let _ = write!(
        out,
        "## Segments\n\nOf {} segments of the held-out rows (each category, each quarter of a number, at least {} customers), the \
         model does worse than chance explains in {} (gap of churn rate and mean probability, and excess log-loss; \
         Benjamini-Hochberg at {}%). The most doubtful:\n\n| segment | customers | left | promised | 95% interval of the gap | worse |\n\
         | --- | --- | --- | --- | --- | --- |\n",
        segments["measured"],
        segments["smallest"],
        segments["worse"],
        100.0 * segments["false_discovery_rate"].as_f64().unwrap_or(0.05),
    );
    let percent = |value: &Value| value.as_f64().map_or_else(String::new, |share| format!("{:.1}%", 100.0 * share));
    for segment in kept {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} to {} | {} |",
            line(segment["label"].as_str().unwrap_or_default()),
            segment["rows"],
            percent(&segment["rate"]),
            percent(&segment["mean_probability"]),
            percent(&segment["gap"][0]),
            percent(&segment["gap"][1]),
            if segment["worse"] == true { "yes" } else { "no" }
        );
    }
    out.push('\n');
}

fn training(out: &mut String, card: &Value) {
    let mut items: Vec<(&str, String)> = Vec::new();
    let mut item = |name: &'static str, value: Option<String>| items.extend(value.map(|value| (name, value)));
    item("Ships", text(&card["shipped"]));
    item("Teacher", text(&card["teacher"]["model"]));
    item("TabM's penalty", penalty(card));
    item("Hidden units", hidden(card));
    item("Multiply-adds a row", text(&card["network"]["multiply_adds"]));
    item("Calibration", text(&card["calibration"]["method"]).or(text(&card["calibration"]["chosen"])));
    for (key, words) in [
        ("learning_rate", "Learning rate"),
        ("batch_size", "Batch size"),
        ("dropout", "Dropout"),
        ("penalty", "L2 penalty"),
        ("bins", "Bins of a number"),
        ("best_epoch", "Best epoch"),
    ] {
        item(words, text(&card["training"][key]));
    }
    item("Seed", text(&card["seed"]));
    item("Tenure", text(&card["code_version"]));
    if items.is_empty() {
        return;
    }
    *out += "## Training\n\n";
    for (name, value) in items {
        let _ = writeln!(out, "- {name}: {value}");
    }
    out.push('\n');
}

fn privacy(out: &mut String, document: &Document) {
    let background = &document.background;
    let fewest = background.rows.iter().map(|row| row.members).min().unwrap_or(0);
    let identifiers = match &document.schema.identifiers[..] {
        [] => "the schema names no identifiers".to_owned(),
        names => {
            let names: Vec<String> = names.iter().map(|name| code(name)).collect();
            format!("{} dropped before training ({})", names.len(), names.join(", "))
        }
    };
    let _ = write!(
        out,
        "## Privacy\n\n- k: {}. No background row stands for fewer customers, and no category of fewer is learned by itself.\n\
         - Background rows: {}, of means and categories of groups; the smallest stands for {fewest} customers. None is a real row.\n\
         - Identifiers: {identifiers}. No value of theirs is in the artifact.\n\
         - No differential privacy was applied: the weights are those of an ordinary fit.\n\n",
        background.k,
        background.rows.len()
    );
}

/// A name of the table's as code.
fn code(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Text of the table's for one line of Markdown, tables among it.
fn line(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => out.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            letter => out.push(letter),
        }
    }
    out
}

/// A text as YAML: JSON's quotes are YAML's.
fn quoted(text: &str) -> String {
    Value::String(text.into()).to_string()
}
