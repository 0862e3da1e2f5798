//! The table of hyperparameters. Flags, keys of `tenure.toml`, the search space of `tune`, the
//! parameters of a run, and what the model card records follow from it: a new hyperparameter is one
//! row here, and the code that uses it.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use tenure::artifact::MAXIMUM_BACKGROUND_ROWS;

use crate::fit::{FitConfig, Penalty};
use crate::train::{Model, Ship, Student, TrainParams};

/// One hyperparameter.
#[derive(Debug)]
pub struct Hyperparameter {
    /// The name of its flag and of its key in `tenure.toml`, as in `learning-rate`.
    pub name: &'static str,
    /// Its type and its range.
    pub domain: Domain,
    /// The help text of its flag.
    pub help: &'static str,
    /// The value without the flag, where one value is the default of every model.
    pub default: Option<&'static str>,
    /// Another hyperparameter that cannot be given beside it.
    pub excludes: Option<&'static str>,
    /// How `tune` searches it, if it does.
    pub search: Option<Search>,
    set: fn(&mut TrainParams, &ParamValue),
    /// Reads it from the parameters of a training and the configuration that the shipped network
    /// was fitted with.
    get: fn(&TrainParams, &FitConfig) -> Option<ParamValue>,
}

/// The type and the range of a hyperparameter. Both ends belong to a range.
#[derive(Clone, Copy, Debug)]
pub enum Domain {
    /// Off unless its flag is given.
    Switch,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer(u64, u64),
    /// A number.
    Number(f64, f64),
    /// A number above the first and at most the second.
    NumberAbove(f64, f64),
    /// Units of hidden layers as in `16,8`, or `none`. The first number is the most layers, the
    /// second the most units of a layer.
    Layers(usize, usize),
    /// A text that is checked by this function.
    Text(fn(&str) -> Result<(), String>),
}

/// A value of a hyperparameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParamValue {
    /// Of a [`Domain::Switch`] or a [`Domain::Boolean`].
    Boolean(bool),
    /// Of a [`Domain::Integer`].
    Integer(u64),
    /// Of a [`Domain::Number`] or a [`Domain::NumberAbove`].
    Number(f64),
    /// Of [`Domain::Layers`].
    Layers(Vec<usize>),
    /// Of a [`Domain::Text`].
    Text(String),
}

/// How `tune` searches a hyperparameter.
#[derive(Debug)]
pub struct Search {
    /// Where trials are drawn from.
    pub space: Space,
    /// Whether a search makes sense for a training with these parameters.
    pub applies: fn(&TrainParams) -> bool,
}

/// Where a trial's value is drawn from.
#[derive(Debug)]
pub enum Space {
    /// One of these texts, each as likely.
    Choice(&'static [&'static str]),
    /// Evenly between two numbers.
    Uniform(f64, f64),
    /// Evenly on the logarithm between two numbers above 0.
    LogUniform(f64, f64),
}

/// A row without a default, a conflict and a search, to be completed.
const fn row(
    name: &'static str,
    domain: Domain,
    help: &'static str,
    set: fn(&mut TrainParams, &ParamValue),
    get: fn(&TrainParams, &FitConfig) -> Option<ParamValue>,
) -> Hyperparameter {
    Hyperparameter { name, domain, help, default: None, excludes: None, search: None, set, get }
}

/// The search of a hyperparameter that every training has.
const fn always(space: Space) -> Option<Search> {
    Some(Search { space, applies: |_| true })
}

/// The search of a hyperparameter of TabM.
const fn of_tabm(space: Space) -> Option<Search> {
    let applies =
        |params: &TrainParams| matches!(params.teacher.model, None | Some(Model::Tabm) | Some(Model::TabmMini));
    Some(Search { space, applies })
}

/// Every hyperparameter. A trial of `tune` draws in this order: another order would change the
/// trials of a seed.
pub static HYPERPARAMETERS: [Hyperparameter; 20] = [
    Hyperparameter {
        default: Some("0"),
        ..row(
            "seed",
            Domain::Integer(0, u64::MAX),
            "Seed of splits, weights, dropout and mini-batches: the same seed gives the same bytes on the same machine",
            |params, value| params.seed = value.integer(),
            |params, _| Some(ParamValue::Integer(params.seed)),
        )
    },
    row(
        "model",
        Domain::Text(|text| text.parse::<Model>().map(drop)),
        "The teacher: linear, trees, mlp, tabm or tabm-mini. By default the first three and, where fields act together, tabm \
         are blended; the validation rows weigh them",
        |params, value| params.teacher.model = Some(value.text().parse().expect("a text that was read")),
        |params, _| params.teacher.model.map(|model| ParamValue::Text(model.name().into())),
    ),
    Hyperparameter {
        // At most 6,000 multiply-adds: what may ship, smaller ones first.
        search: always(Space::Choice(&["none", "8", "16", "32", "64", "96", "16,8", "32,16", "64,32", "96,48"])),
        ..row(
            "hidden",
            Domain::Layers(8, 1024),
            "Units of the hidden layers, as in `16,8`; `none` keeps only the linear part",
            |params, value| {
                params.network.shape.hidden = value.layers();
                params.distillation.students = vec![Student::new(&value.layers())];
            },
            |_, shipped| Some(ParamValue::Layers(shipped.shape.hidden.clone())),
        )
    },
    Hyperparameter {
        search: always(Space::Choice(&["4", "8", "12", "16", "24", "32", "48"])),
        ..row(
            "bins",
            Domain::Integer(1, 1023),
            "Bins of the piecewise-linear encoding of a number",
            |params, value| params.encoder.bins = value.count(),
            |params, _| Some(ParamValue::of_count(params.encoder.bins)),
        )
    },
    Hyperparameter {
        search: always(Space::Uniform(0.0, 0.5)),
        ..row(
            "dropout",
            Domain::Number(0.0, 0.95),
            "Share of the hidden units that a training step drops",
            |params, value| params.network.shape.dropout = value.number(),
            |_, shipped| Some(ParamValue::Number(shipped.shape.dropout)),
        )
    },
    Hyperparameter {
        search: always(Space::LogUniform(5e-4, 2e-2)),
        ..row(
            "learning-rate",
            Domain::Number(1e-7, 1.0),
            "Learning rate of Adam",
            |params, value| {
                params.network.learning_rate = value.number();
                params.distillation.fit.learning_rate = value.number();
            },
            |_, shipped| Some(ParamValue::Number(shipped.learning_rate)),
        )
    },
    Hyperparameter {
        search: always(Space::LogUniform(0.3, 60.0)),
        ..row(
            "penalty",
            Domain::Number(0.0, 1e6),
            "L2 penalty on the weights, added to the sum of the rows' losses (scikit-learn's 1/C)",
            |params, value| params.network.penalty = Penalty::Loss(value.number()),
            |_, shipped| Some(ParamValue::Number(shipped.penalty.strength())),
        )
    },
    row(
        "batch-norm",
        Domain::Boolean,
        "Batch norm on the input and after every hidden layer: true or false",
        |params, value| {
            for fit in [&mut params.network, &mut params.distillation.fit] {
                fit.shape.batch_norm = value.boolean();
                fit.shape.input_batch_norm = value.boolean();
            }
        },
        |_, shipped| Some(ParamValue::Boolean(shipped.shape.batch_norm)),
    ),
    Hyperparameter {
        search: always(Space::Choice(&["64", "128", "256", "512"])),
        ..row(
            "batch-size",
            Domain::Integer(2, 65_536),
            "Rows of a mini-batch; small tables get smaller ones",
            |params, value| {
                params.network.batch_size = value.count();
                params.distillation.fit.batch_size = value.count();
            },
            |_, shipped| Some(ParamValue::of_count(shipped.batch_size)),
        )
    },
    row(
        "epochs",
        Domain::Integer(1, 10_000),
        "Maximum number of epochs; early stopping usually ends a fit sooner",
        |params, value| {
            params.network.maximum_epochs = value.count();
            params.distillation.fit.maximum_epochs = value.count();
            params.teacher.tabm.maximum_epochs = value.count();
        },
        |_, shipped| Some(ParamValue::of_count(shipped.maximum_epochs)),
    ),
    row(
        "patience",
        Domain::Integer(1, 10_000),
        "Early stopping: a fit ends when the lowest validation loss fell by less than 0.0001 over this number of epochs",
        |params, value| {
            params.network.patience = value.count();
            params.teacher.tabm.patience = value.count();
        },
        |_, shipped| Some(ParamValue::of_count(shipped.patience)),
    ),
    row(
        "class-weights",
        Domain::Switch,
        "Weight both classes equally in the loss; probabilities are corrected back to the true churn rate. It does not \
         raise ROC-AUC: `tenure imbalance` shows the trade-off",
        |params, value| params.network.class_weights = value.boolean(),
        |params, _| Some(ParamValue::Boolean(params.network.class_weights)),
    ),
    Hyperparameter {
        excludes: Some("class-weights"),
        ..row(
            "positive-weight",
            Domain::Number(0.001, 1000.0),
            "Weight in the loss of a customer who left, where one who stayed has 1; instead of --class-weights",
            |params, value| params.network.positive_weight = Some(value.number()),
            |params, _| params.network.positive_weight.map(ParamValue::Number),
        )
    },
    row(
        "focal",
        Domain::NumberAbove(0.0, 10.0),
        "Gamma of the focal loss, such as 2: rows that are predicted well count less",
        |params, value| params.network.gamma = value.number(),
        |params, _| Some(ParamValue::Number(params.network.gamma)),
    ),
    Hyperparameter {
        search: of_tabm(Space::Choice(&["8", "16", "32"])),
        ..row(
            "members",
            Domain::Integer(1, 256),
            "Members of the TabM teacher",
            |params, value| params.teacher.tabm.shape.members = value.count(),
            |params, _| Some(ParamValue::of_count(params.teacher.tabm.shape.members)),
        )
    },
    Hyperparameter {
        search: of_tabm(Space::Choice(&["64", "128", "256"])),
        ..row(
            "width",
            Domain::Integer(1, 4096),
            "Units of each hidden layer of the TabM teacher",
            |params, value| params.teacher.tabm.shape.width = value.count(),
            |params, _| Some(ParamValue::of_count(params.teacher.tabm.shape.width)),
        )
    },
    Hyperparameter {
        search: Some(Search {
            space: Space::Choice(&["15000", "30000", "60000", "120000"]),
            applies: |params| matches!(params.ship, Ship::Auto | Ship::Student),
        }),
        ..row(
            "synthetic-rows",
            Domain::Integer(1, 10_000_000),
            "Synthetic customers that the teacher labels for the student",
            |params, value| params.distillation.synthetic_rows = value.count(),
            |params, _| Some(ParamValue::of_count(params.distillation.synthetic_rows)),
        )
    },
    row(
        "label-share",
        Domain::Number(0.0, 1.0),
        "Weight of the true label in the student's target; the teacher's probability supplies the rest",
        |params, value| params.distillation.label_share = value.number(),
        |params, _| Some(ParamValue::Number(params.distillation.label_share)),
    ),
    Hyperparameter {
        default: Some("auto"),
        ..row(
            "ship",
            Domain::Text(|text| text.parse::<Ship>().map(drop)),
            "What ships: `auto`, `student`, `teacher`, or `members:N` of the teacher",
            |params, value| params.ship = value.text().parse().expect("a text that was read"),
            |params, _| Some(ParamValue::Text(params.ship.to_string())),
        )
    },
    row(
        "background-rows",
        Domain::Integer(1, MAXIMUM_BACKGROUND_ROWS as u64),
        "Background rows of the explanation, each the summary of at least 20 customers. By default the fewest of 32, 48 and \
         64 whose contributions are within 5% of those against the training set",
        |params, value| params.background_rows = Some(value.count()),
        |params, _| params.background_rows.map(ParamValue::of_count),
    ),
];

impl Hyperparameter {
    /// The row of a name.
    pub fn find(name: &str) -> Option<&'static Hyperparameter> {
        HYPERPARAMETERS.iter().find(|row| row.name == name)
    }
}

impl Domain {
    /// Reads a value, and checks its range. The error states the rule.
    pub fn read(self, text: &str) -> Result<ParamValue, String> {
        match self {
            Domain::Switch | Domain::Boolean => {
                text.parse().map(ParamValue::Boolean).map_err(|_| "must be true or false".to_owned())
            }
            Domain::Integer(low, high) => {
                let number = text.parse().ok().filter(|number| (low..=high).contains(number));
                number.map(ParamValue::Integer).ok_or_else(|| format!("must be a whole number within {low} to {high}"))
            }
            Domain::Number(low, high) => {
                let number = text.parse().ok().filter(|number| (low..=high).contains(number));
                number.map(ParamValue::Number).ok_or_else(|| format!("must be within {low} to {high}"))
            }
            Domain::NumberAbove(low, high) => {
                let number = text.parse().ok().filter(|number| low < *number && *number <= high);
                number.map(ParamValue::Number).ok_or_else(|| format!("must be a number above {low} and at most {high}"))
            }
            Domain::Layers(most, widest) => {
                let units = |part: &str| part.trim().parse().ok().filter(|units| (1..=widest).contains(units));
                let layers = if text == "none" { Some(Vec::new()) } else { text.split(',').map(units).collect() };
                let layers = layers.filter(|layers: &Vec<usize>| layers.len() <= most);
                layers.map(ParamValue::Layers).ok_or_else(|| {
                    format!("must be `none`, or 1 to {most} layers within 1 to {widest} units each, as in `16,8`")
                })
            }
            Domain::Text(check) => check(text).map(|()| ParamValue::Text(text.to_owned())),
        }
    }
}

impl ParamValue {
    fn of_count(count: usize) -> ParamValue {
        ParamValue::Integer(count as u64)
    }

    fn boolean(&self) -> bool {
        if let ParamValue::Boolean(value) = self { *value } else { unreachable!("{self:?} is no boolean") }
    }

    fn integer(&self) -> u64 {
        if let ParamValue::Integer(value) = self { *value } else { unreachable!("{self:?} is no whole number") }
    }

    fn count(&self) -> usize {
        self.integer() as usize
    }

    fn number(&self) -> f64 {
        if let ParamValue::Number(value) = self { *value } else { unreachable!("{self:?} is no number") }
    }

    fn layers(&self) -> Vec<usize> {
        if let ParamValue::Layers(value) = self { value.clone() } else { unreachable!("{self:?} is no list of layers") }
    }

    fn text(&self) -> &str {
        if let ParamValue::Text(value) = self { value } else { unreachable!("{self:?} is no text") }
    }
}

/// As [`Domain::read`] reads it.
impl Display for ParamValue {
    fn fmt(&self, out: &mut Formatter) -> std::fmt::Result {
        match self {
            ParamValue::Boolean(value) => write!(out, "{value}"),
            ParamValue::Integer(value) => write!(out, "{value}"),
            ParamValue::Number(value) => write!(out, "{value}"),
            ParamValue::Layers(layers) if layers.is_empty() => out.write_str("none"),
            ParamValue::Layers(layers) => {
                let units: Vec<String> = layers.iter().map(usize::to_string).collect();
                out.write_str(&units.join(","))
            }
            ParamValue::Text(value) => out.write_str(value),
        }
    }
}

impl Serialize for ParamValue {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            ParamValue::Boolean(value) => out.serialize_bool(*value),
            ParamValue::Integer(value) => out.serialize_u64(*value),
            ParamValue::Number(value) => out.serialize_f64(*value),
            ParamValue::Layers(_) | ParamValue::Text(_) => out.collect_str(self),
        }
    }
}

/// Values of some hyperparameters, by name; the others have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Hyperparameters(BTreeMap<&'static str, ParamValue>);

impl Hyperparameters {
    /// What a training had: every hyperparameter that has a value. `shipped` is the configuration
    /// that the shipped network was fitted with.
    pub fn recorded(params: &TrainParams, shipped: &FitConfig) -> Hyperparameters {
        let rows = HYPERPARAMETERS.iter();
        Hyperparameters(rows.filter_map(|row| Some((row.name, (row.get)(params, shipped)?))).collect())
    }

    /// Reads a record that is kept as JSON, such as that of a model card. Values that a training has
    /// by default are left out: a focal loss that is off is recorded as 0, which no flag takes.
    pub fn of_record(record: &BTreeMap<String, Value>) -> Result<Hyperparameters, String> {
        let params = TrainParams::default();
        let defaults = json!(Hyperparameters::recorded(&params, &params.network));
        let other = record.iter().filter(|(name, value)| defaults.get(name) != Some(value));
        let other = other.map(|(name, value)| (name.clone(), value.clone())).collect();
        serde_json::from_value(Value::Object(other)).map_err(|error| error.to_string())
    }

    /// Sets a value that [`Domain::read`] of the same row gave.
    pub fn insert(&mut self, row: &'static Hyperparameter, value: ParamValue) {
        self.0.insert(row.name, value);
    }

    /// Reads a value. The error names the hyperparameter, the rule and the value.
    pub fn read(&mut self, name: &str, text: &str) -> Result<(), String> {
        let row = Hyperparameter::find(name).ok_or_else(|| format!("`{name}` is no hyperparameter"))?;
        let value = row.domain.read(text).map_err(|rule| format!("{name} {rule} (got {text})"))?;
        self.insert(row, value);
        Ok(())
    }

    /// The value of a name, where it is set.
    pub fn get(&self, name: &str) -> Option<&ParamValue> {
        self.0.get(name)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &ParamValue)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// These values, those of `other` over them.
    pub fn overlaid(&self, other: &Hyperparameters) -> Hyperparameters {
        let mut all = self.clone();
        all.0.extend(other.0.clone());
        all
    }

    /// The parameters of a training with these values.
    pub fn params(&self) -> TrainParams {
        let mut params = TrainParams::default();
        for row in &HYPERPARAMETERS {
            if let Some(value) = self.get(row.name) {
                (row.set)(&mut params, value);
            }
        }
        params
    }
}

impl<'de> Deserialize<'de> for Hyperparameters {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Hyperparameters, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Boolean(bool),
            Integer(u64),
            Number(f64),
            Text(String),
        }
        let mut values = Hyperparameters::default();
        for (name, written) in BTreeMap::<String, Written>::deserialize(input)? {
            let text = match written {
                Written::Boolean(value) => value.to_string(),
                Written::Integer(value) => value.to_string(),
                Written::Number(value) => value.to_string(),
                Written::Text(value) => value,
            };
            values.read(&name, &text).map_err(serde::de::Error::custom)?;
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_card_records_is_read_back() {
        let params = TrainParams::default();
        let record = |values: &Hyperparameters| serde_json::from_value(json!(values)).unwrap();
        let defaults = Hyperparameters::recorded(&params, &params.network);
        assert_eq!(defaults.get("focal"), Some(&ParamValue::Number(0.0)));
        assert_eq!(Hyperparameters::of_record(&record(&defaults)), Ok(Hyperparameters::default()));
        let mut given = Hyperparameters::default();
        [("seed", "7"), ("hidden", "16"), ("model", "linear")]
            .iter()
            .for_each(|(name, text)| given.read(name, text).unwrap());
        let params = given.params();
        assert_eq!(
            Hyperparameters::of_record(&record(&Hyperparameters::recorded(&params, &params.network))),
            Ok(given)
        );
        assert!(Hyperparameters::of_record(&[("surprise".into(), json!(1))].into()).is_err());
    }

    /// A value of every row that is no default.
    const OTHERS: [(&str, &str); 20] = [
        ("background-rows", "40"),
        ("batch-norm", "true"),
        ("batch-size", "64"),
        ("bins", "9"),
        ("class-weights", "true"),
        ("dropout", "0.3"),
        ("epochs", "7"),
        ("focal", "2"),
        ("hidden", "16,8"),
        ("label-share", "0.5"),
        ("learning-rate", "0.01"),
        ("members", "5"),
        ("model", "tabm-mini"),
        ("patience", "3"),
        ("penalty", "1.5"),
        ("positive-weight", "2.5"),
        ("seed", "18446744073709551615"),
        ("ship", "members:3"),
        ("synthetic-rows", "500"),
        ("width", "77"),
    ];

    #[test]
    fn every_row_records_what_it_sets() {
        let mut all = Hyperparameters::default();
        OTHERS.iter().for_each(|(name, text)| all.read(name, text).unwrap());
        let params = all.params();
        assert_eq!(Hyperparameters::recorded(&params, &params.network), all);
        for (name, text) in OTHERS {
            let mut values = Hyperparameters::default();
            values.read(name, text).unwrap();
            let params = values.params();
            assert_ne!(params, TrainParams::default(), "{name}");
            let row = Hyperparameter::find(name).unwrap();
            assert_eq!((row.get)(&params, &params.network).as_ref(), values.get(name), "{name}");
            let default = (row.get)(&TrainParams::default(), &FitConfig::default()).map(|value| value.to_string());
            assert!(row.default.is_none() || row.default == default.as_deref(), "{name}: {default:?}");
        }
        assert!(HYPERPARAMETERS.iter().all(|row| OTHERS.iter().any(|(name, _)| *name == row.name)));
        assert_eq!(Hyperparameters::default().params(), TrainParams::default());
    }

    #[test]
    fn values_out_of_range_are_refused_with_name_rule_and_value() {
        for (name, text, expected) in [
            ("bins", "0", "bins must be a whole number within 1 to 1023 (got 0)"),
            ("bins", "1.5", "bins must be a whole number within 1 to 1023 (got 1.5)"),
            ("dropout", "1", "dropout must be within 0 to 0.95 (got 1)"),
            ("dropout", "NaN", "dropout must be within 0 to 0.95 (got NaN)"),
            ("hidden", "16,0", "as in `16,8` (got 16,0)"),
            ("hidden", "8,8,8,8,8,8,8,8,8", "1 to 8 layers"),
            ("batch-norm", "on", "batch-norm must be true or false (got on)"),
            ("focal", "0", "focal must be a number above 0 and at most 10 (got 0)"),
            ("model", "forest", "model must be one of linear, trees, mlp, tabm, tabm-mini (got forest)"),
            ("depth", "3", "`depth` is no hyperparameter"),
        ] {
            let error = Hyperparameters::default().read(name, text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn what_is_searched_is_in_range() {
        for row in &HYPERPARAMETERS {
            match row.search.as_ref().map(|search| &search.space) {
                Some(Space::Choice(texts)) => texts.iter().for_each(|text| drop(row.domain.read(text).unwrap())),
                Some(Space::Uniform(low, high) | Space::LogUniform(low, high)) => {
                    assert!(matches!(row.domain, Domain::Number(least, most) if least <= *low && *high <= most));
                }
                None => {}
            }
        }
    }

    #[test]
    fn values_are_read_back_from_toml_and_json() {
        let mut values = Hyperparameters::default();
        OTHERS.iter().filter(|(name, _)| *name != "seed").for_each(|(name, text)| values.read(name, text).unwrap());
        let toml = toml::to_string(&values).unwrap();
        assert!(toml.contains("hidden = \"16,8\"\n") && toml.contains("learning-rate = 0.01\n"), "{toml}");
        assert_eq!(toml::from_str::<Hyperparameters>(&toml).unwrap(), values);
        let json = serde_json::to_string(&values).unwrap();
        assert_eq!(serde_json::from_str::<Hyperparameters>(&json).unwrap(), values);
    }
}
