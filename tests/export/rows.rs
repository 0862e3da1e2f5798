//! Models, their exports, hostile rows, and what the scorer makes of them: what tests/export/*.py and
//! tests/parity read.
//! `export_rows FOLDER [ROWS] [MODEL.safetensors]`
//!
//! For each model: `NAME.safetensors`, `NAME.DIALECT.sql` over a table of texts,
//! `NAME.DIALECT.typed.sql` over one whose numbers are numbers, `NAME.onnx`, `NAME.json` with fields
//! and answers, and the rows as `NAME.texts.ndjson` and `NAME.typed.ndjson`.

use std::path::Path;

use serde_json::{Value as Json, json};
use tenure::artifact::{Artifact, Background, BackgroundRow, Document, EncoderDocument, FORMAT_VERSION};
use tenure::calibration::Calibration;
use tenure::customer::{Cell, Spellings, Value, check_spelled};
use tenure::decision::Policy;
use tenure::encoding::{Encoder, InputDocument, Scale, Source};
use tenure::network::{Layer, Network, NetworkParts};
use tenure::schema::{DateFormat, Field, Formula, Kind, Schema};
use tenure::scorer::Scorer;
use tenure_export::onnx::onnx;
use tenure_export::sql::{Dialect, SqlOptions, sql};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(arguments.first().ok_or("name a folder to write to")?);
    let rows: usize = arguments.get(1).map_or(Ok(20_000), |rows| rows.parse())?;
    std::fs::create_dir_all(folder)?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let file = |path: &Path| -> Result<Artifact, Failure> { Ok(tenure::artifact::read(&std::fs::read(path)?)?) };
    let mut models = vec![
        ("v1".to_owned(), file(&root.join("tests/artifacts/v1.safetensors"))?),
        ("mixed".to_owned(), mixed(&[48, 24], isotonic())?),
        ("flat".to_owned(), mixed(&[], Calibration::Temperature { temperature: 1.3 })?),
    ];
    if let Some(path) = arguments.get(2) {
        models.push(("trained".to_owned(), file(Path::new(path))?));
    }
    for (name, artifact) in models {
        write(folder, &name, artifact, rows)?;
    }
    Ok(())
}

fn isotonic() -> Calibration {
    let logits: Vec<f64> = (0..50).map(|at| f64::from(at) * 0.17 - 4.0 + 0.01 * f64::from(at % 3)).collect();
    let probabilities = (0..50).map(|at| f64::from(at / 2) / 26.0).collect();
    Calibration::Isotonic { logits, probabilities }
}

/// Every kind of field, formulas of every function, ambiguous and composed spellings, 300 categories.
const MIXED: &str = r#"{
  "schema_version": 1, "name": "mixed", "reference": "2024-03-01",
  "target": { "field": "left", "positive": "Yes" },
  "fields": [
    { "name": "tenure", "kind": "number", "minimum": 0, "maximum": 100, "missing": ["NA", "-1", "999.0"] },
    { "name": "Monthly Charges", "kind": "number", "missing": ["n/d", "keiné"] },
    { "name": "balance", "kind": "number", "only_derived": true },
    { "name": "since", "kind": "date", "missing": ["never", "1900-01-01"] },
    { "name": "last order", "kind": "date", "format": "%d.%m.%Y" },
    { "name": "seen", "kind": "date", "format": "%b %d, %Y %I:%M %p" },
    { "name": "paid", "kind": "date", "format": "unix" },
    { "name": "contract", "kind": "category", "categories": ["Month", "Year", "Two year", "it's \"all\" \\ else"], "missing": ["n.d."] },
    { "name": "plan", "kind": "category", "categories": ["a", "A", "é", "É", "2", "2.0", "Café", "ΣΊΓΜΑ"], "missing": ["-", "b"] },
    { "name": "code", "kind": "category", "categories": ["1", "2", "-3", "04", "0"], "missing": ["9.0"] },
    { "name": "shop", "kind": "category", "categories": [SHOPS], "missing": ["none"] },
    { "name": "partner", "kind": "flag", "positive": "Yes", "negative": "No" },
    { "name": "sex", "kind": "flag", "positive": "F", "negative": "M" },
    { "name": "level", "kind": "flag", "positive": "2", "negative": "1", "missing": ["0"] }
  ],
  "derived": [
    { "name": "rate", "formula": "`Monthly Charges` / tenure" },
    { "name": "spread", "formula": "if(rate_of < 3, log1p(balance), sqrt(balance) - floor(tenure / 12))" },
    { "name": "kinds", "formula": "count(tenure < 6, partner, contract == \"Year\", not partner) + min(tenure, 20) / max(balance, 1)" },
    { "name": "trend", "formula": "slope(tenure, `Monthly Charges`, balance) + mean(tenure, balance)" },
    { "name": "known", "formula": "coalesce(balance / tenure, -tenure, 7)" },
    { "name": "young", "formula": "if(since < 400 and tenure <= 50 or plan != \"A\", `Monthly Charges` * balance)" },
    { "name": "turned", "formula": "tenure / balance < 2" },
    { "name": "size", "formula": "abs(balance - `Monthly Charges`) + log1p(-tenure / 100)" }
  ]
}"#;

fn mixed(hidden: &[usize], calibration: Calibration) -> Result<Artifact, Failure> {
    let shops: Vec<String> = (0..300).map(|shop| format!("\"Shop {shop} & Söhne\"")).collect();
    let text = MIXED.replace("SHOPS", &shops.join(", ")).replace("rate_of", "balance / tenure");
    let schema = Schema::read("", &tenure::json::parse(&text)?).map_err(|problems| format!("{problems:?}"))?;
    let knots = |name: &str| -> Vec<f32> {
        match name {
            "tenure" => vec![0.0, 1.5, 7.0, 12.0, 36.1, 72.3],
            "Monthly Charges" => vec![5.0, 20.05, 20.06, 70.35, 1e3, 16_777_210.0, 16_777_230.0],
            "since" => (0..80).map(|at| at as f32 * 13.7 - 20.0).collect(),
            "last order" | "seen" => vec![-10.0, 0.1, 0.4, 30.0, 365.25],
            "paid" => vec![0.0, 100.0, 1000.0],
            "turned" | "young" => vec![0.0, 1.0],
            "kinds" => vec![0.7],
            _ => vec![-3.0, 0.3, 1.0, 2.5, 40.0, 4e5],
        }
    };
    let mut documents = Vec::new();
    for field in schema.fields.iter().filter(|field| !field.only_derived) {
        let knots = if field.is_number() { knots(&field.name) } else { Vec::new() };
        documents.push(InputDocument { name: field.name.clone(), knots });
    }
    documents
        .extend(schema.derived.iter().map(|one| InputDocument { name: one.name.clone(), knots: knots(&one.name) }));
    let encoder = Encoder::new(&schema, documents.clone())?;
    let mut random = Random(7);
    let mut weights =
        |count: usize, size: f32| -> Vec<f32> { (0..count).map(|_| (random.unit() as f32 - 0.5) * size).collect() };
    let units = hidden.first().copied().unwrap_or(0);
    let rows = encoder.row_count();
    let layers = hidden.windows(2).map(|pair| {
        let mut weight = weights(pair[0] * pair[1], 0.6);
        // Blocks of zeros, as those between the members of an ensemble.
        weight.iter_mut().enumerate().filter(|(at, _)| at % 7 < 2).for_each(|(_, weight)| *weight = 0.0);
        Layer { outputs: pair[1], weight, bias: weights(pair[1], 0.5) }
    });
    let layers: Vec<Layer> = layers.collect();
    let parts = NetworkParts {
        units,
        table: weights(rows * units, 0.9),
        direct: weights(rows, 0.8),
        bias: weights(units, 1.0),
        layers,
        output: weights(hidden.last().copied().unwrap_or(0), 0.7),
        output_bias: -0.25,
    };
    let cells: Vec<Cell> = schema.fields.iter().map(|_| Cell::Missing).collect();
    let document = Document {
        format_version: FORMAT_VERSION,
        encoder: EncoderDocument { inputs: documents },
        calibration,
        policy: Policy::default(),
        background: Background { k: 20, rows: vec![BackgroundRow { members: 25, cells }] },
        card: r#"{"name":"mixed"}"#.into(),
        schema,
    };
    Ok(Artifact::new(document, Network::new(rows, parts)?)?)
}

fn write(folder: &Path, name: &str, artifact: Artifact, rows: usize) -> Result<(), Failure> {
    let schema = artifact.document.schema.clone();
    let numbers: Vec<String> =
        schema.fields.iter().filter(|field| field.is_number()).map(|field| field.name.clone()).collect();
    for dialect in Dialect::ALL {
        let options = SqlOptions { keep: vec!["id".into()], ..SqlOptions::new(dialect, "customers") };
        std::fs::write(folder.join(format!("{name}.{}.sql", dialect.name())), sql(&artifact, &options)?)?;
        let options = SqlOptions { numbers: numbers.clone(), ..options };
        std::fs::write(folder.join(format!("{name}.{}.typed.sql", dialect.name())), sql(&artifact, &options)?)?;
    }
    std::fs::write(folder.join(format!("{name}.onnx")), onnx(&artifact)?)?;
    std::fs::write(folder.join(format!("{name}.safetensors")), tenure::artifact::write(&artifact)?)?;
    let formulas: Vec<Formula> =
        schema.derived.iter().map(|one| Formula::parse(&one.formula, &schema)).collect::<Result<_, _>>()?;
    let pools: Vec<Pool> = schema.fields.iter().enumerate().map(|(at, field)| Pool::of(&artifact, at, field)).collect();
    let scorer = Scorer::new(artifact);
    let mut workspace = scorer.workspace();
    let spellings = vec![Spellings::default(); schema.fields.len()];
    let mut random = Random(99);
    let mut answers = [Vec::new(), Vec::new()];
    let mut lines = [String::new(), String::new()];
    for row in 0..rows {
        // Half of the rows have no value that is refused.
        let hostile = random.unit() < 0.5;
        for typed in [false, true] {
            let cells: Vec<Seen> = pools.iter().map(|pool| pool.draw(&mut random, hostile, typed)).collect();
            let values: Vec<Value> = cells.iter().map(Seen::value).collect();
            let checked = check_spelled(&schema, &spellings, &values).ok().map(|(customer, _)| customer);
            let is_extreme = checked.as_ref().is_some_and(|customer| {
                let of_formula = |at: &usize| matches!(customer.cells()[*at], Cell::Number(number) if number != 0.0 && !(1e-30..=1e30).contains(&number.abs()));
                formulas.iter().any(|formula| formula.fields().iter().any(of_formula))
            });
            answers[usize::from(typed)].push(match &checked {
                Some(customer) => {
                    let score = scorer.score(customer, &mut workspace);
                    json!([score.logit, score.probability, score.tier, is_extreme])
                }
                None => Json::Null,
            });
            let mut line = serde_json::Map::new();
            line.insert("id".into(), json!(row));
            for (field, cell) in schema.fields.iter().zip(&cells) {
                line.insert(field.name.clone(), cell.json());
            }
            lines[usize::from(typed)] += &format!("{}\n", Json::Object(line));
        }
    }
    let kind = |field: &Field| if field.is_number() { "number" } else { "text" };
    let fields: Vec<Json> = schema.fields.iter().map(|field| json!([field.name, kind(field)])).collect();
    let tiers: Vec<&String> = scorer.document().policy.tiers.iter().map(|tier| &tier.name).collect();
    let [texts, typed] = answers;
    let about = json!({ "fields": fields, "tiers": tiers, "texts": texts, "typed": typed });
    std::fs::write(folder.join(format!("{name}.json")), about.to_string())?;
    for (kind, lines) in ["texts", "typed"].into_iter().zip(lines) {
        std::fs::write(folder.join(format!("{name}.{kind}.ndjson")), lines)?;
    }
    Ok(())
}

/// A raw value.
enum Seen {
    Null,
    Text(String),
    Number(f64),
}

impl Seen {
    fn value(&self) -> Value<'_> {
        match self {
            Seen::Null => Value::Missing,
            Seen::Text(text) => Value::Text(text),
            Seen::Number(number) => Value::Number(*number),
        }
    }

    /// JSON has no infinities: a number is a text that every language reads.
    fn json(&self) -> Json {
        match self {
            Seen::Null => Json::Null,
            Seen::Text(text) => json!(text),
            Seen::Number(number) => json!(format!("{number:e}")),
        }
    }
}

/// The values to draw for a field.
struct Pool {
    is_number: bool,
    texts: Vec<String>,
    hostile_texts: Vec<String>,
    numbers: Vec<f64>,
    hostile_numbers: Vec<f64>,
}

const HOSTILE: [&str; 34] = [
    "abc",
    "--5",
    "- -5",
    "1,234.5",
    "1 234",
    "12,5",
    "inf",
    "-inf",
    "Infinity",
    "NaN",
    "0x1F",
    "1_000",
    "1e",
    "e5",
    ".",
    "+",
    "1e999",
    "-1e400",
    "5d",
    "5f",
    "1e5.5",
    "$5",
    "(5)",
    "5-",
    "99999999999999999999999999",
    "2024-13-01",
    "2023-02-29",
    "31.01.2024",
    "true",
    "null",
    "1e+",
    "1.2.3",
    "2024-01-01T25:00",
    "\u{663}",
];

impl Pool {
    fn of(artifact: &Artifact, at: usize, field: &Field) -> Pool {
        let text = |text: &str| text.to_owned();
        let mut texts: Vec<String> = vec![text(""), text("   "), text("\t\u{a0}")];
        for token in &field.missing {
            texts.extend([token.clone(), token.to_uppercase(), token.to_lowercase(), format!(" {token}\u{2003}")]);
        }
        let mut numbers = Vec::new();
        let hostile_numbers = vec![f64::INFINITY, f64::NEG_INFINITY, -1e30, 1e9, 1e300, -1e300, 1e31];
        match &field.kind {
            Kind::Number { .. } => {
                let (low, high) = field.bounds().unwrap_or_default();
                let input = artifact.encoder.inputs().iter().find(|input| input.source == Source::Field(at));
                if let Some(Scale::Number { knots }) = input.map(|input| &input.scale) {
                    for &knot in knots {
                        numbers.extend([f64::from(knot), f64::from(knot.next_up()), f64::from(knot.next_down())]);
                        numbers.extend([
                            f64::from(knot).next_up(),
                            f64::from(knot).next_down(),
                            f64::from(knot) * 1.1 + 0.3,
                        ]);
                    }
                }
                numbers.extend([
                    0.0,
                    0.001,
                    0.5,
                    1.0,
                    3.0,
                    7.7,
                    12.0,
                    24.0,
                    36.0,
                    60.0,
                    99.99,
                    0.1 + 0.2,
                    20.055,
                    1e-7,
                    1e-40,
                ]);
                numbers.extend([
                    16_777_217.0,
                    16_777_219.0,
                    16_777_221.0,
                    -0.5,
                    -12.0,
                    1e6,
                    1e12,
                    1e29,
                    1e200,
                    -1e250,
                    1e-200,
                ]);
                numbers.extend(field.missing.iter().filter_map(|token| token.parse::<f64>().ok()));
                numbers.retain(|number| {
                    (low..=high).contains(number) || field.missing.iter().any(|token| token.parse() == Ok(*number))
                });
                texts.extend(numbers.iter().map(|number| number.to_string()));
                texts.extend(numbers.iter().take(20).map(|number| format!("{number:e}")));
                texts.extend(
                    ["+5", "5.", ".5", " 12 ", "\u{2003}7\u{a0}\n", "1.2E1", "0012", "1e-400", "0e999", "+ 5", "1e1"]
                        .map(text),
                );
                if low < 0.0 {
                    texts.extend(["-0", "- 5", "\u{2212}7", "-.5e1", "-  2"].map(text));
                }
            }
            Kind::Date { reference, format } => {
                for days in [0.0, 1.0, 59.0, 60.0, 365.0, 366.0, 800.0, 20_000.0, -1.0, -400.0] {
                    let iso = tenure::schema::date::text(reference - days);
                    texts.extend([
                        iso.clone(),
                        iso.replace('-', ""),
                        iso[..7].to_owned(),
                        format!("{iso}T10:30"),
                        format!("{iso} 23:59:60.25Z"),
                    ]);
                    texts.extend([
                        format!("{iso}t0000-0930"),
                        format!("{iso} 10:00:00+02"),
                        format!("{iso} 05:06:07 UTC"),
                        format!("{iso}T24:00,5+0115"),
                    ]);
                    let (year, month, day) = (&iso[..4], &iso[5..7], &iso[8..]);
                    match format {
                        DateFormat::Order(order) if order.starts_with("%d.") => {
                            texts.extend([
                                format!("{day}.{month}.{year}"),
                                format!(" {}.{}.{year}", day.trim_start_matches('0'), month.trim_start_matches('0')),
                            ]);
                        }
                        DateFormat::Order(_) => {
                            let name = [
                                "January", "feb", "MARCH", "Apr", "may", "June", "july", "AUGU", "Sept", "october",
                                "Nov", "decem",
                            ][month.parse::<usize>().unwrap_or(1) - 1];
                            texts.extend([
                                format!("{name} {day}, {year} 12:05 AM"),
                                format!("{name}   {}, {year} 1:05pm", day.trim_start_matches('0')),
                            ]);
                        }
                        DateFormat::Unix => texts.extend([
                            format!("{}", (reference - days) * 86_400.0 + 0.5),
                            format!("{:e}", (reference - days) * 86_400.0),
                        ]),
                        _ => {}
                    }
                    numbers.push(match format {
                        DateFormat::Unix => (reference - days) * 86_400.0 + 77.5,
                        _ => days + 0.3,
                    });
                }
                if matches!(format, DateFormat::Iso) {
                    texts.retain(|text| !text.contains("0000-0930") || text.len() > 4);
                }
                // What this format does not read would be refused: that is what the hostile values are for.
                let reads = |text: &String| tenure::customer::check_value(field, Value::Text(text)).0.is_ok();
                texts.retain(reads);
            }
            Kind::Category { .. } | Kind::Flag { .. } => {
                let own = field.categories();
                texts.extend(own.iter().map(|own| text(own)));
                for own in own.iter().take(40) {
                    texts.extend([
                        own.to_uppercase(),
                        own.to_lowercase(),
                        format!("\t{own} \u{3000}"),
                        format!("{own}x"),
                        format!("{own}.0"),
                        format!("{own}."),
                    ]);
                    texts.push(own.replace('é', "e\u{301}").replace('ö', "o\u{308}").replace('É', "E\u{301}"));
                    texts.push(own.replace('é', "E\u{301}").replace('ö', "Ö"));
                }
                let words = [
                    "true", "T", "YES", "y", "1", "1.0", "FALSE", "f", "No", "n", "0", "-0.0", "0.", "2", "2.000",
                    "02", "1..0", "-3.0", "1.0.", ".0", "ς", "other",
                ];
                texts.extend(words.map(text));
            }
        }
        Pool {
            is_number: field.is_number(),
            texts,
            hostile_texts: HOSTILE.map(text).to_vec(),
            numbers,
            hostile_numbers,
        }
    }

    fn draw(&self, random: &mut Random, hostile: bool, typed: bool) -> Seen {
        if random.unit() < 0.06 {
            return Seen::Null;
        }
        let is_hostile = hostile && random.unit() < 0.06;
        if typed && self.is_number {
            return Seen::Number(*random.one(if is_hostile { &self.hostile_numbers } else { &self.numbers }));
        }
        Seen::Text(random.one(if is_hostile { &self.hostile_texts } else { &self.texts }).clone())
    }
}

/// SplitMix64: the same rows everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn one<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[(self.next() % list.len() as u64) as usize]
    }
}
