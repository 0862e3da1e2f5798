//! The card as Markdown with the front matter that Hugging Face reads
//! (<https://huggingface.co/docs/hub/model-cards>, "Model card metadata").

use std::fmt::Write;

use serde_json::Value;
use tenure::artifact::Document;
use tenure::card::ModelCard;
use tenure::schema::{Field, MINIMUM_CUSTOMERS};
use tenure_training::metrics::judged;

use super::facts::{beyond_tolerance, hidden, imported, penalty, skipped, teacher, trained_on, with_interval};

/// The whole card. `license` is an identifier of the hub; without one the card claims none.
pub fn markdown(document: &Document, card: &ModelCard, sha256: &str, license: Option<&str>) -> String {
    let mut out = front_matter(document, card, license);
    let schema = &document.schema;
    let name = &schema.name;
    let _ = write!(
        out,
        "# {}\n\nA churn model. For each customer it gives a calibrated probability of leaving, a tier, and an explanation (one \
         Shapley value for each field, on the logit). It runs in the browser, at the edge or offline, and sends no data \
         anywhere.\n\n",
        line(name)
    );
    let _ = write!(
        out,
        "## Intended use\n\nTo choose customers for retention, and to show why they were chosen. The probability is that of {}, \
         over the period in which the training table observed it.\n\nNot for decisions with legal or similarly significant \
         effects on a person, unless a person decides. Not for customers unlike those of the training table. An \
         explanation says what moves the model, not why a customer leaves.\n\n",
        code(&schema.target.words())
    );
    data(&mut out, document, card);
    figures(&mut out, card);
    segments(&mut out, card);
    training(&mut out, card);
    privacy(&mut out, document);
    let own: Vec<String> = schema.fields.iter().filter_map(minimum_members).collect();
    let own = if own.is_empty() { String::new() } else { format!(" ({})", own.join(", ")) };
    let _ = write!(
        out,
        "## Known limitations\n\n- Quality falls when customers, prices or offers change. Measure it again on new outcomes (`tenure \
         evaluate`, `tenure report`).\n- A category with fewer than {MINIMUM_CUSTOMERS} training rows{own} counts as OTHER. A number \
         beyond the fitted range counts as the end of the range. Scores carry a warning.\n"
    );
    if card.imported.is_some() {
        out += "- Tenure did not train the network. The figures hold only if it was not trained on the test rows.\n";
    }
    out += "- The intervals cover the sampling of customers, not changes over time.\n\n";
    let _ = write!(
        out,
        "## Use\n\n```js\nimport {{ load }} from \"tenure\";\n\nconst scorer = await load(\"model.safetensors\");\n\
         scorer.score(record);\nscorer.explain(record);\n```\n\nArtifact SHA-256 `{sha256}`, format {}.\n",
        document.format_version
    );
    out
}

/// What a field says of the customers of its categories, where it says so.
fn minimum_members(field: &Field) -> Option<String> {
    let Field { minimum_members, .. } = field;
    (*minimum_members != MINIMUM_CUSTOMERS).then(|| format!("{}: {minimum_members}", code(&field.name)))
}

fn front_matter(document: &Document, card: &ModelCard, license: Option<&str>) -> String {
    let mut out = String::from("---\nlibrary_name: tenure\npipeline_tag: tabular-classification\n");
    if let Some(license) = license {
        let _ = writeln!(out, "license: {}", quoted(license));
    }
    out += "tags:\n- churn\n- tabular\n- calibrated\n- shapley\n- webassembly\n";
    out += "metrics:\n";
    for metric in judged() {
        let _ = writeln!(out, "- {}", metric.key);
    }
    let name = quoted(&document.schema.name);
    let _ = write!(
        out,
        "model-index:\n- name: {name}\n  results:\n  - task:\n      type: tabular-classification\n      name: Churn\n    \
         dataset:\n      name: {}\n      type: tabular\n      split: test\n    metrics:\n",
        quoted(&format!("{}, test rows", document.schema.name))
    );
    for metric in judged() {
        let _ = writeln!(
            out,
            "    - type: {}\n      name: {}\n      value: {}",
            metric.key,
            quoted(metric.words),
            (metric.value)(&card.metrics)
        );
    }
    out + "---\n\n"
}

fn data(out: &mut String, document: &Document, card: &ModelCard) {
    let schema = &document.schema;
    *out += "## Data\n\n";
    let mut item = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(out, "- {name}: {value}");
        }
    };
    item("Rows", Some(trained_on(card)));
    item("Split", card.split.clone());
    item("Churn rate", Some(format!("{:.1}%", 100.0 * card.positive_rate)));
    let fields: Vec<String> = schema.fields.iter().map(|field| code(&field.name)).collect();
    item("Fields", Some(fields.join(", ")));
    let derived: Vec<String> = schema.derived.iter().map(|derived| code(&derived.name)).collect();
    item("Derived features", (!derived.is_empty()).then(|| derived.join(", ")));
    item("Table, SHA-256", Some(format!("`{}`", card.data_sha256)));
    item("Schema, SHA-256", Some(format!("`{}`", card.schema_sha256)));
    out.push('\n');
}

fn figures(out: &mut String, card: &ModelCard) {
    let intervals = card
        .intervals
        .map_or(String::new(), |intervals| format!(", with {}% bootstrap intervals", 100.0 * intervals.level));
    let _ = write!(
        out,
        "## Figures\n\nOn {} test rows{intervals}. Accuracy, precision, recall and F1 are at the threshold {}, which has the best F1 \
         on the validation rows.\n\n| figure | value |\n| --- | --- |\n",
        card.rows.test, card.metrics.threshold
    );
    for metric in judged() {
        let _ = writeln!(out, "| {} | {} |", metric.words, with_interval(card, metric));
    }
    out.push('\n');
}

fn segments(out: &mut String, card: &ModelCard) {
    let Some(segments) = card.segments.as_ref().filter(|segments| !segments.most_doubtful.is_empty()) else { return };
    let _ = write!(
        out,
        "## Segments\n\nTested: {} segments of the test rows, each a category or a quarter of a number with at least {} customers. In \
         {} of them the model does worse than chance explains (gap between churn rate and mean probability, or excess \
         log-loss; false discovery rate {}%). The lowest p-values:\n\n| segment | customers | churn rate | mean probability | 95% interval of the gap | worse |\n\
         | --- | --- | --- | --- | --- | --- |\n",
        segments.measured,
        segments.smallest,
        segments.worse,
        100.0 * segments.false_discovery_rate,
    );
    for segment in &segments.most_doubtful {
        let percents = [segment.rate, segment.mean_probability, segment.gap[0], segment.gap[1]];
        let [rate, mean, low, high] = percents.map(|share| format!("{:.1}%", 100.0 * share));
        let _ = writeln!(
            out,
            "| {} | {} | {rate} | {mean} | {low} to {high} | {} |",
            line(&segment.label),
            segment.rows,
            if segment.worse { "yes" } else { "no" }
        );
    }
    out.push('\n');
}

fn training(out: &mut String, card: &ModelCard) {
    let mut items: Vec<(&str, String)> = Vec::new();
    let mut item = |name: &'static str, value: Option<String>| items.extend(value.map(|value| (name, value)));
    item("Shipped network", card.shipped.clone());
    item("Imported", imported(card));
    item("Teacher", teacher(card));
    item("Penalty of TabM", penalty(card));
    item("Not fitted", skipped(card));
    item("Beyond its tolerance", beyond_tolerance(card));
    item("Hidden units", Some(hidden(card)));
    item("Multiply-adds a row", Some(card.network.multiply_adds.to_string()));
    item("Calibration", card.calibration.as_ref().map(|calibration| calibration.method.clone()));
    item("Tenure", Some(card.code_version.clone()));
    *out += "## Training\n\n";
    for (name, value) in items {
        let _ = writeln!(out, "- {name}: {value}");
    }
    if !card.training.hyperparameters.is_empty() {
        *out += "\n| hyperparameter | value |\n| --- | --- |\n";
    }
    for (name, value) in &card.training.hyperparameters {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _ = writeln!(out, "| {} | {} |", line(name), line(&value));
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
        "## Privacy\n\n- k: {k}. Each category stands for at least {k} customers, and so does each background row. Each number that \
         comes from the table is a value that at least {k} customers share, or made of means of as many.\n- Background rows: {}, made \
         of such numbers and of categories of groups of customers; the smallest group has {fewest} customers. None is a \
         real row.\n- Identifiers: {identifiers}. The artifact has none of their values.\n- No differential privacy.\n\n",
        background.rows.len(),
        k = background.k
    );
}

/// A name from the table as code.
fn code(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Text from the table for one line of Markdown, also in a Markdown table.
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
