//! The parameters of a training.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenure::encoding::EncoderParams;
use tenure::network::burn::tabm::TabmConfig;

use crate::boosting::TreeParams;
use crate::fit::{DenseShape, FitConfig, Penalty, Schedule};

/// Everything that decides what is learned, apart from the data.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainParams {
    pub encoder: EncoderParams,
    /// The network that ships, as labels alone would train it: also the members of the teacher
    /// `mlp`.
    pub network: FitConfig,
    pub teacher: TeacherParams,
    pub distillation: DistillationParams,
    pub ship: Ship,
    /// Background rows of the explanation; `None` chooses the number by the measured error.
    pub background_rows: Option<usize>,
    pub seed: u64,
}

impl Default for TrainParams {
    fn default() -> TrainParams {
        TrainParams {
            encoder: EncoderParams::default(),
            network: FitConfig::default(),
            teacher: TeacherParams::default(),
            distillation: DistillationParams::default(),
            ship: Ship::Auto,
            background_rows: None,
            seed: 0,
        }
    }
}

impl TrainParams {
    /// The form of the parameters in the identity of a run. It names its own keys, so that a
    /// renamed field changes nothing.
    pub fn canonical(&self) -> Value {
        // Without `..`, so that a new field is not forgotten here.
        let TrainParams { encoder, network, teacher, distillation, ship, background_rows, seed } = self;
        let EncoderParams { bins, clip } = encoder;
        let TeacherParams { model, trees, networks, tabm, other_penalty } = teacher;
        let DistillationParams { synthetic_rows, swap, label_share, students, fit } = distillation;
        let student = |Student { hidden, real_share }: &Student| json!({ "hidden": hidden, "real_share": real_share });
        json!({
            "encoder": { "bins": bins, "clip": clip },
            "network": network.canonical(),
            "teacher": {
                "model": model.map(Model::name),
                "trees": trees.canonical(),
                "networks": networks,
                "tabm": tabm.canonical(),
                "other_penalty": other_penalty.map(Penalty::canonical),
            },
            "distillation": {
                "synthetic_rows": synthetic_rows,
                "swap": swap,
                "label_share": label_share,
                "students": students.iter().map(student).collect::<Vec<_>>(),
                "fit": fit.canonical(),
            },
            "ship": ship.to_string(),
            "background_rows": background_rows,
            "seed": seed,
        })
    }
}

/// The kinds of teachers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Logistic regression on the encoded fields: a curve for every number, a weight for every
    /// category.
    Linear,
    /// Boosted trees: they know sharp steps, and steps that hold only together.
    Trees,
    /// Networks of the shape that ships, from different seeds, averaged.
    Mlp,
    /// TabM: one network whose members share all but their adapters.
    Tabm,
    /// TabM with one adapter, on the input.
    TabmMini,
}

impl Model {
    /// All of them, simpler ones first.
    pub const ALL: [Model; 5] = [Model::Linear, Model::Trees, Model::Mlp, Model::Tabm, Model::TabmMini];

    /// The name on the command line and in the model card.
    pub fn name(self) -> &'static str {
        match self {
            Model::Linear => "linear",
            Model::Trees => "trees",
            Model::Mlp => "mlp",
            Model::Tabm => "tabm",
            Model::TabmMini => "tabm-mini",
        }
    }
}

impl FromStr for Model {
    type Err = String;

    fn from_str(text: &str) -> Result<Model, String> {
        let names = Model::ALL.map(Model::name).join(", ");
        Model::ALL.into_iter().find(|model| model.name() == text).ok_or(format!("must be one of {names}"))
    }
}

/// Which teachers are tried, and how large.
#[derive(Clone, Debug, PartialEq)]
pub struct TeacherParams {
    /// `None` blends all, as the validation rows weigh them.
    pub model: Option<Model>,
    /// The teacher `trees`.
    pub trees: TreeParams,
    /// Networks of the teacher `mlp`.
    pub networks: usize,
    /// The teacher `tabm`.
    pub tabm: FitConfig<TabmConfig>,
    /// A second penalty on its weights, tried on tables of at most 20,000 rows to fit where the
    /// first makes TabM worse than the other models; the validation rows choose.
    pub other_penalty: Option<Penalty>,
}

impl Default for TeacherParams {
    fn default() -> TeacherParams {
        // A penalty in the loss shrinks the weights of rare columns more, and with them noise: on
        // churn5000, whose `state` has 51 values, the ensemble's log-loss falls from .141 to .127.
        // On tables with weak effects it loses a little; on most tables it makes no difference. It
        // leaves the members less to average out, and so does the average over the steps, with which
        // the steps may be large: 8 members are as good as 16 or 32, in a fifth of the time.
        let shape = TabmConfig { members: 8, ..TabmConfig::default() };
        let tabm = FitConfig {
            shape,
            penalty: Penalty::Loss(0.4),
            learning_rate: 0.012,
            averaging: 0.98,
            ..FitConfig::default()
        };
        let other_penalty = Some(Penalty::Decoupled(3e-4));
        TeacherParams { model: None, trees: TreeParams::default(), networks: 4, tabm, other_penalty }
    }
}

/// How a student is taught.
#[derive(Clone, Debug, PartialEq)]
pub struct DistillationParams {
    /// Synthetic customers that the teacher labels.
    pub synthetic_rows: usize,
    /// The probability that a field of a synthetic customer is taken from another row.
    pub swap: f64,
    /// Weight of the true label in the student's target (0 to 1); the teacher supplies the rest.
    pub label_share: f64,
    /// The students that are tried in turn, smaller ones first.
    pub students: Vec<Student>,
    /// How a student is fitted; its hidden layers are those above.
    pub fit: FitConfig,
}

/// A student that is tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Student {
    pub hidden: Vec<usize>,
    /// Real rows are at least this share of the distillation set; they are repeated as often as
    /// that takes.
    pub real_share: f64,
}

impl Student {
    /// One that meets every real row once in an epoch.
    pub fn new(hidden: &[usize]) -> Student {
        Student { hidden: hidden.to_vec(), real_share: 0.0 }
    }
}

impl Default for DistillationParams {
    fn default() -> DistillationParams {
        // If smaller students fail, the teacher may have memorised rows, as on a table that repeats
        // customers. Synthetic rows do not show that, real rows do.
        let with_real_rows = |hidden: &[usize]| Student { real_share: 0.2, ..Student::new(hidden) };
        DistillationParams {
            synthetic_rows: 60_000,
            swap: 0.2,
            label_share: 0.0,
            students: vec![
                Student::new(&[32]),
                Student::new(&[64, 32]),
                with_real_rows(&[128, 64]),
                with_real_rows(&[192, 96]),
            ],
            fit: FitConfig {
                shape: DenseShape { dropout: 0.0, ..DenseShape::default() },
                penalty: Penalty::Loss(0.0),
                learning_rate: 6e-3,
                averaging: 0.99,
                // Rounds of 3, 6 and 12 epochs.
                schedule: Schedule::Restarts(3),
                maximum_epochs: 21,
                patience: 21,
                enough: 3e-4,
                ..FitConfig::default()
            },
        }
    }
}

/// What ships.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ship {
    /// The teacher if it is no larger than the smallest student, otherwise a student.
    Auto,
    /// A student: the smallest one, or a larger one if that is better.
    Student,
    /// The teacher, all of it.
    Teacher,
    /// This number of members of the teacher, the first ones.
    Members(usize),
}

/// As [`Ship::from_str`] reads it.
impl Display for Ship {
    fn fmt(&self, out: &mut Formatter) -> std::fmt::Result {
        match self {
            Ship::Auto => out.write_str("auto"),
            Ship::Student => out.write_str("student"),
            Ship::Teacher => out.write_str("teacher"),
            Ship::Members(members) => write!(out, "members:{members}"),
        }
    }
}

impl FromStr for Ship {
    type Err = String;

    fn from_str(text: &str) -> Result<Ship, String> {
        match (text, text.strip_prefix("members:").map(str::parse)) {
            ("auto", _) => Ok(Ship::Auto),
            ("student", _) => Ok(Ship::Student),
            ("teacher", _) => Ok(Ship::Teacher),
            (_, Some(Ok(members @ 1..))) => Ok(Ship::Members(members)),
            _ => Err(format!("must be auto, student, teacher or members:N with N from 1 (got `{text}`)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::canonical;

    /// Another form would orphan the checkpoints and trials of everybody.
    #[test]
    fn the_form_of_an_identity_stays_what_it_is() {
        let dense = |dropout: &str| {
            format!(
                r#"{{"batch_norm":false,"direct":true,"dropout":{dropout},"hidden":[32],"input_batch_norm":false,"network":"dense"}}"#
            )
        };
        let network = format!(
            r#"{{"averaging":0.98,"batch_size":256,"class_weights":false,"enough":0.0,"gamma":0.0,"learning_rate":0.003,"maximum_epochs":300,"minimum_gain":0.0001,"patience":16,"penalty":{{"l2":8.0}},"positive_weight":null,"schedule":"constant","seed":0,"shape":{}}}"#,
            dense("0.2")
        );
        assert_eq!(canonical(&FitConfig::<DenseShape>::default().canonical()), network);
        let tabm = r#"{"averaging":0.98,"batch_size":256,"class_weights":false,"enough":0.0,"gamma":0.0,"learning_rate":0.012,"maximum_epochs":300,"minimum_gain":0.0001,"patience":16,"penalty":{"l2":0.4},"positive_weight":null,"schedule":"constant","seed":0,"shape":{"blocks":2,"dropout":0.1,"members":8,"mini":false,"network":"tabm","width":128}}"#;
        let student = format!(
            r#"{{"averaging":0.99,"batch_size":256,"class_weights":false,"enough":0.0003,"gamma":0.0,"learning_rate":0.006,"maximum_epochs":21,"minimum_gain":0.0001,"patience":21,"penalty":{{"l2":0.0}},"positive_weight":null,"schedule":{{"restarts":3}},"seed":0,"shape":{}}}"#,
            dense("0.0")
        );
        let trees = r#"{"depth":5,"learning_rate":0.05,"patience":50,"penalty":3.0,"rounds":1000,"seeds":2}"#;
        let students = r#"[{"hidden":[32],"real_share":0.0},{"hidden":[64,32],"real_share":0.0},{"hidden":[128,64],"real_share":0.2},{"hidden":[192,96],"real_share":0.2}]"#;
        let expected = format!(
            r#"{{"background_rows":null,"distillation":{{"fit":{student},"label_share":0.0,"students":{students},"swap":0.2,"synthetic_rows":60000}},"encoder":{{"bins":16,"clip":0.001}},"network":{network},"seed":0,"ship":"auto","teacher":{{"model":null,"networks":4,"other_penalty":{{"decay":0.0003}},"tabm":{tabm},"trees":{trees}}}}}"#
        );
        assert_eq!(canonical(&TrainParams::default().canonical()), expected);
    }

    #[test]
    fn what_ships_is_named() {
        let read = |text: &str| text.parse::<Ship>();
        assert_eq!(
            ["auto", "student", "teacher", "members:3"].map(read),
            [Ok(Ship::Auto), Ok(Ship::Student), Ok(Ship::Teacher), Ok(Ship::Members(3)),]
        );
        for wrong in ["", "members", "members:", "members:0", "members:-1", "Teacher"] {
            assert!(read(wrong).unwrap_err().contains("members:N"), "{wrong}");
        }
    }
}
