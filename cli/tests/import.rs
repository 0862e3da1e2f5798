//! `tenure import`: a network made by hand, whose probabilities are computed here, and everything that
//! cannot be imported.

mod small_model;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use small_model::{SmallModel, assert_code, read_csv, sha256, words};
use tenure::calibration::{Calibration, sigmoid};
use tenure::scorer::{ExplainOptions, Scorer};

const ROWS: usize = 1500;
/// Units of the hidden layers; the network reads 6 columns.
const UNITS: [usize; 2] = [5, 3];
const COLUMNS: usize = 6;

type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Numbers between -1 and 1.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    (0..count as u32).map(|at| ((at * 7919 + seed * 104_729) % 2003) as f32 / 1001.5 - 1.0).collect()
}

/// A network with a batch norm, as PyTorch names its tensors.
fn tensors() -> Tensors {
    let [first, second] = UNITS;
    let mut tensors = Tensors::new();
    let mut add = |name: &str, shape: &[usize], values: Vec<f32>| {
        tensors.insert(name.into(), (shape.to_vec(), values));
    };
    add("0.weight", &[first, COLUMNS], numbers(first * COLUMNS, 1));
    add("0.bias", &[first], numbers(first, 2));
    add("1.weight", &[first], numbers(first, 3).iter().map(|number| 1.0 + number / 2.0).collect());
    add("1.bias", &[first], numbers(first, 4));
    add("1.running_mean", &[first], numbers(first, 5));
    add("1.running_var", &[first], numbers(first, 6).iter().map(|number| 1.5 + number).collect());
    add("4.weight", &[second, first], numbers(second * first, 7));
    add("4.bias", &[second], numbers(second, 8));
    add("6.weight", &[1, second], numbers(second, 9).iter().map(|number| 2.0 * number).collect());
    add("6.bias", &[1], vec![-0.5]);
    tensors
}

fn safetensors(tensors: &Tensors) -> Vec<u8> {
    let (mut header, mut data) = (json!({}), Vec::new());
    for (name, (shape, values)) in tensors {
        let start = data.len();
        data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        header[name] = json!({ "dtype": "F32", "shape": shape, "data_offsets": [start, data.len()] });
    }
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

fn description() -> Json {
    json!({
        "format_version": 1,
        "source": "a test",
        "inputs": [
            { "field": "tenure", "transform": "number", "mean": 35.5, "scale": 20.75, "missing": 30.5 },
            { "field": "tenure", "transform": "missing" },
            { "field": "charges", "transform": "number", "mean": 20, "scale": 90 },
            {
                "field": "contract", "transform": "one_hot", "columns": ["Year", "Two, or more"],
                "dropped": ["Month"], "other": [], "missing": [], "mean": [0.25, 0], "scale": [0.5, 1]
            },
            { "field": "partner", "transform": "one_hot", "columns": ["Yes"], "dropped": ["No"] },
        ],
        "layers": [
            { "name": "0", "kind": "Linear" }, { "name": "1", "kind": "BatchNorm1d", "epsilon": 0.001 },
            { "name": "2", "kind": "ReLU" }, { "name": "3", "kind": "Dropout" }, { "name": "4", "kind": "Linear" },
            { "name": "5", "kind": "ReLU" }, { "name": "6", "kind": "Linear" }, { "name": "7", "kind": "Sigmoid" },
        ],
    })
}

/// The network's probability of a row of the table, computed layer by layer.
fn probability(row: &[String], tensors: &Tensors) -> f64 {
    let [_, tenure, charges, contract, partner, ..] = row else { panic!("{row:?}") };
    let yes = |is: bool| f64::from(u8::from(is));
    let columns = [
        (tenure.parse().unwrap_or(30.5) - 35.5) / 20.75,
        yes(tenure == "NA"),
        (charges.parse::<f64>().unwrap() - 20.0) / 90.0,
        (yes(contract == "Year") - 0.25) / 0.5,
        yes(contract == "Two, or more"),
        yes(partner == "Yes"),
    ];
    let tensor = |name: &str| tensors[name].1.iter().copied().map(f64::from).collect::<Vec<f64>>();
    let linear = |layer: &str, x: &[f64]| -> Vec<f64> {
        let (weight, bias) = (tensor(&format!("{layer}.weight")), tensor(&format!("{layer}.bias")));
        let rows = weight.chunks(x.len()).zip(bias);
        rows.map(|(row, bias)| bias + row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>()).collect()
    };
    let [gamma, beta, mean, variance] =
        ["weight", "bias", "running_mean", "running_var"].map(|what| tensor(&format!("1.{what}")));
    let relu = |values: Vec<f64>| values.into_iter().map(|value| value.max(0.0)).collect::<Vec<f64>>();
    let normed = linear("0", &columns).into_iter().enumerate();
    let normed = normed.map(|(at, x)| gamma[at] * (x - mean[at]) / (variance[at] + 0.001).sqrt() + beta[at]);
    let hidden = relu(linear("4", &relu(normed.collect())));
    1.0 / (1.0 + (-linear("6", &hidden)[0]).exp())
}

/// A folder with table, schema, description and weights.
fn folder(table: &str) -> SmallModel {
    let model = SmallModel::new();
    model.table("in.csv", table);
    model.table("schema.toml", &small_model::schema(0));
    model.table("inputs.json", &description().to_string());
    std::fs::write(model.path("weights.safetensors"), safetensors(&tensors())).unwrap();
    model
}

fn import(model: &SmallModel, more: &[&str]) -> std::process::Output {
    let own = ["import", "--weights", "weights.safetensors", "--inputs", "inputs.json", "--data", "in.csv"];
    model.run(&[&own[..], &["--schema", "schema.toml", "--out", "imported.safetensors"], more].concat())
}

fn scorer(model: &SmallModel) -> Scorer {
    Scorer::from_bytes(&std::fs::read(model.path("imported.safetensors")).unwrap()).unwrap()
}

#[test]
fn an_imported_network_keeps_its_probabilities_and_its_contributions_add_up() {
    let model = folder(&SmallModel::new().rows(ROWS));
    let output = import(&model, &["--keep-probabilities"]);
    assert_code(&output, 0);
    assert!(words(&output).contains(&format!("on {ROWS} of {ROWS} rows")), "{}", words(&output));
    let (scorer, tensors) = (scorer(&model), tensors());
    let mut workspace = scorer.workspace();
    let (_, rows) = read_csv(&model.path("in.csv"));
    let (mut least, mut most) = (1.0f64, 0.0f64);
    for (row, cells) in rows.iter().enumerate() {
        let expected = probability(cells, &tensors);
        let score = scorer.score(&model.customer(row), &mut workspace);
        assert!((score.probability - expected).abs() < 1e-6, "row {row}: {} and {expected}", score.probability);
        (least, most) = (least.min(expected), most.max(expected));
    }
    assert!(most - least > 0.2, "the network must tell customers apart: {least} to {most}");
    for row in [0, 5, 700] {
        let customer = model.customer(row);
        let explanation = scorer.explain(&customer, &ExplainOptions::default(), &mut workspace).unwrap();
        let sum = explanation.base + explanation.contributions.iter().sum::<f64>();
        assert!((sum - scorer.score(&customer, &mut workspace).logit).abs() < 1e-4);
        assert!(explanation.contributions.iter().filter(|one| one.abs() > 1e-3).count() >= 3);
    }

    let card = scorer.document().card().unwrap();
    let imported = card.imported.clone().unwrap();
    assert_eq!((imported.source.as_str(), imported.recalibrated, card.calibration), ("a test", false, None));
    assert_eq!(imported.layers[0], format!("0 Linear {COLUMNS} to {}", UNITS[0]));
    assert_eq!(imported.weights_sha256, sha256(&std::fs::read(model.path("weights.safetensors")).unwrap()));
    assert!(imported.largest_difference < 1e-6);
    assert_eq!((card.network.hidden, card.teacher), (UNITS.to_vec(), None));
    // Rows are compared by quantiles of the table, not by the ends that lie far out.
    assert!(card.reference.unwrap().to_string().len() > 500);
    let shown = model.run(&["card", "imported.safetensors", "--out", "-"]);
    assert_code(&shown, 0);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("from a test (0 Linear 6 to 5"), "{shown}");
}

#[test]
fn the_audit_the_exports_and_the_scores_take_an_imported_model() {
    let model = folder(&SmallModel::new().rows(ROWS));
    // Much too sure of itself.
    let mut tensors = tensors();
    tensors.get_mut("6.weight").unwrap().1.iter_mut().for_each(|weight| *weight *= 20.0);
    std::fs::write(model.path("weights.safetensors"), safetensors(&tensors)).unwrap();
    assert_code(&import(&model, &[]), 0);
    let Calibration::Temperature { temperature } = scorer(&model).document().calibration else {
        // So few rows have a temperature.
        panic!("a temperature is fitted");
    };
    assert!(temperature > 2.0, "{temperature}");
    let card = scorer(&model).document().card().unwrap();
    assert!(card.imported.unwrap().recalibrated && card.calibration.is_some());
    let audit = model.run(&["audit", "imported.safetensors", "--data", "in.csv", "--json"]);
    assert_code(&audit, 0);
    let found: Json = serde_json::from_slice(&audit.stdout).unwrap();
    assert_eq!(found["breaches"], json!([]));
    let ends = |place: &str| -> Vec<(String, f64)> {
        let numbers = found["numbers"].as_array().unwrap().iter().filter(|one| one["place"] == place);
        numbers.map(|one| (one["field"].as_str().unwrap().into(), one["number"].as_f64().unwrap())).collect()
    };
    // The schema says at least 0. Nobody has charges of 0, and a tenure of 0 is that of more than 20.
    assert_eq!(ends("bound"), [("charges".into(), 0.0)]);
    let far = ends("far_end");
    assert_eq!(far.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["tenure", "charges"]);
    assert!(far.iter().all(|(_, end)| (400.0..700.0).contains(end)), "{far:?}");
    // Its shadow models would be no models of its kind.
    assert_eq!(found["membership"]["likelihood_ratio"], Json::Null);

    let sql = model.run(&["export", "sql", "imported.safetensors", "--dialect", "duckdb", "--table", "t"]);
    assert_code(&sql, 0);
    assert_code(&model.run(&["export", "onnx", "imported.safetensors", "--out", "model.onnx"]), 0);
    assert_code(&model.run(&["score", "imported.safetensors", "--data", "in.csv", "--out", "out.csv"]), 0);
    let (names, rows) = read_csv(&model.path("out.csv"));
    let column = names.iter().position(|name| name.contains("probability")).unwrap();
    let own = probability(&rows[9], &tensors);
    let calibrated = sigmoid((own / (1.0 - own)).ln() / temperature);
    assert!((rows[9][column].parse::<f64>().unwrap() - calibrated).abs() < 1e-5);
    // Nothing is overwritten without a word.
    assert_code(&import(&model, &[]), 2);
    assert_code(&import(&model, &["--force"]), 0);
}

#[test]
fn a_logistic_regression_is_a_network_without_hidden_layers() {
    let model = folder(&SmallModel::new().rows(ROWS));
    let mut description = description();
    description["layers"] = json!([{ "name": "linear", "kind": "Linear" }, { "name": "end", "kind": "Softmax" }]);
    model.table("inputs.json", &description.to_string());
    // The second of two outputs less the first.
    let weight = numbers(2 * COLUMNS, 11);
    let mut linear = Tensors::new();
    linear.insert("linear.weight".into(), (vec![2, COLUMNS], weight.clone()));
    linear.insert("linear.bias".into(), (vec![2], vec![0.25, -0.5]));
    std::fs::write(model.path("weights.safetensors"), safetensors(&linear)).unwrap();
    assert_code(&import(&model, &["--keep-probabilities"]), 0);
    let scorer = scorer(&model);
    assert_eq!(scorer.document().card().unwrap().network.hidden, Vec::<usize>::new());
    // Tenure 0, charges 20, Month and a partner.
    let columns = [-35.5 / 20.75, 0.0, 0.0, -0.5, 0.0, 1.0];
    let margin =
        |output: usize| (0..COLUMNS).map(|at| f64::from(weight[output * COLUMNS + at]) * columns[at]).sum::<f64>();
    let expected = sigmoid(margin(1) - margin(0) - 0.75);
    let found = scorer.score(&model.customer(0), &mut scorer.workspace()).probability;
    assert!((found - expected).abs() < 1e-6, "{found} {expected}");
}

#[test]
fn what_the_artifact_may_not_keep_is_counted_and_said() {
    // Five weekly contracts, one customer far beyond all, and a contract that is missing.
    let mut table = SmallModel::new().rows(ROWS);
    for row in 0..5 {
        table += &format!("W-{row},3,50.5,Weekly,Yes,{}\n", ["Yes", "No"][row % 2]);
    }
    table += "F,3,9000000,Month,Yes,No\nM,3,50.5,,Yes,No\n";
    let model = folder(&table);
    let schema = small_model::schema(0).replace("\"Month\", \"Year\"", "\"Month\", \"Weekly\", \"Year\"");
    model.table("schema.toml", &schema);
    let mut description = description();
    let contract = &mut description["inputs"][3];
    contract["columns"] = json!(["Weekly", "Two, or more"]);
    contract["dropped"] = json!(["Month", "Year"]);
    contract.as_object_mut().unwrap().remove("missing");
    // The charges of one or two customers.
    description["inputs"][2]["missing"] = json!(33.31);
    model.table("inputs.json", &description.to_string());
    let output = import(&model, &[]);
    assert_code(&output, 0);
    let said = words(&output);
    for part in [
        "contract: these categories have fewer than 20 rows and count as OTHER: Weekly (5)",
        "contract: values of the model that are no category of the schema, or of too few rows, count as OTHER (Weekly): 5 rows",
        "contract: the model has no answer for a missing value, which counts as average: 1 row",
        "charges: the model's number for a missing value is that of fewer than 20 customers, so ",
        "7 of 1507 rows (0.5%) may have another probability",
        "on 1500 of 1507 rows",
    ] {
        assert!(said.contains(part), "{part}\nin {said}");
    }
    assert!(said.contains("charges: values beyond 0 to "), "{said}");
    let bytes = std::fs::read(model.path("imported.safetensors")).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("Weekly") && !text.contains("33.31"));
    // A number that a person chose is no customer's.
    description["inputs"][2]["stated"] = json!(true);
    model.table("inputs.json", &description.to_string());
    let output = import(&model, &["--force"]);
    assert_code(&output, 0);
    assert!(!words(&output).contains("charges: the model's number"), "{}", words(&output));
}

#[test]
fn what_cannot_be_imported_is_refused_by_name() {
    let model = folder(&SmallModel::new().rows(200));
    type Change = fn(&mut Json, &mut Tensors);
    let cases: [(Change, &[&str]); 15] = [
        (|d, _| d["layers"][2]["kind"] = json!("Tanh"), &["layer `2` is Tanh: only Linear"]),
        (|d, _| d["layers"][5]["kind"] = json!("Sigmoid"), &["layer `5` is Sigmoid"]),
        (|d, _| d["layers"][3]["training"] = json!(true), &["layer `3` (Dropout) works as in training"]),
        (
            |_, t| drop(t.insert("6.weight".into(), (vec![3, 3], numbers(9, 1)))),
            &["tensor `6.bias` must have the shape [3] (got [1])"],
        ),
        (
            |d, t| {
                t.insert("6.weight".into(), (vec![3, 3], numbers(9, 1)));
                t.insert("6.bias".into(), (vec![3], numbers(3, 1)));
                d["layers"].as_array_mut().unwrap().truncate(7);
            },
            &["layer `6` has 3 outputs: only models of two classes"],
        ),
        (
            |_, t| t.get_mut("4.weight").unwrap().1[2] = f32::NAN,
            &["tensor `4.weight` has a value that is not finite (position 2, got NaN)"],
        ),
        (|_, t| drop(t.remove("1.running_var")), &["no tensor `1.running_var`; they have 0.bias, 0.weight"]),
        (
            |_, t| drop(t.insert("8.weight".into(), (vec![1], vec![1.0]))),
            &["tensor `8.weight` belongs to no layer of the description"],
        ),
        (
            |d, _| drop(d["inputs"].as_array_mut().unwrap().remove(1)),
            &["layer `0` takes 6 columns, the inputs of the description are 5"],
        ),
        (
            |d, _| d["inputs"][2]["field"] = json!("charge"),
            &[
                "inputs[2], field: the schema has no input `charge`; the nearest is `charges`",
                "`charges`: the network does not read it",
            ],
        ),
        (
            |d, _| d["inputs"][3] = json!({ "field": "contract", "transform": "number" }),
            &["inputs[3], transform: `contract` has the category `Month`, which is no number"],
        ),
        (
            |d, _| {
                d["inputs"][2] = json!({ "field": "charges", "transform": "one_hot", "columns": ["1"] });
                d["inputs"][4]["columns"] = json!(["Perhaps"]);
                d["inputs"][4]["dropped"] = json!([]);
            },
            &["`charges` is a number, and one_hot reads a category", "none of these values is a category of `partner`"],
        ),
        (
            |d, _| {
                d["inputs"][0]["scale"] = json!(0);
                d["inputs"][1]["transform"] = json!("ordinal");
                d["inputs"][3]["other"] = json!([2]);
                d["surprise"] = json!(1);
            },
            &[
                "inputs[0].scale: must not be 0",
                "inputs[1].transform: must be number, one_hot or missing (got `ordinal`)",
                "inputs[3].other: must be a list of positions of columns, 0 to 1",
                "surprise: is not a known key",
            ],
        ),
        (|d, _| d["inputs"][3]["columns"] = json!(["Year", "Month"]), &["inputs[3].columns: `Month` stands twice"]),
        (|d, _| d["format_version"] = json!(2), &["format_version: must be 1 (got 2)"]),
    ];
    for (change, parts) in cases {
        let (mut description, mut tensors) = (description(), tensors());
        change(&mut description, &mut tensors);
        model.table("inputs.json", &description.to_string());
        std::fs::write(model.path("weights.safetensors"), safetensors(&tensors)).unwrap();
        let output = import(&model, &[]);
        assert_code(&output, 1);
        parts.iter().for_each(|part| assert!(words(&output).contains(part), "{part}\nin {}", words(&output)));
        assert!(!model.files().contains(&"imported.safetensors".into()));
    }

    // Files that are none, and a table without a column.
    model.table("inputs.json", "{");
    assert_code(&import(&model, &[]), 1);
    model.table("inputs.json", &description().to_string());
    model.table("weights.safetensors", "no weights");
    let output = import(&model, &[]);
    assert_code(&output, 1);
    assert!(words(&output).contains("no safetensors file"), "{}", words(&output));
    std::fs::write(model.path("weights.safetensors"), safetensors(&tensors())).unwrap();
    model.table("in.csv", &SmallModel::new().rows(200).replace("charges", "fees"));
    let output = import(&model, &[]);
    assert_code(&output, 1);
    assert!(words(&output).contains("`charges`") || words(&output).contains("charges"), "{}", words(&output));
    std::fs::remove_file(model.path("weights.safetensors")).unwrap();
    assert_code(&import(&model, &[]), 3);
}
