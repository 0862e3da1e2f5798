//! What a trial sets, and how it is drawn: at random (Bergstra and Bengio 2012), and later every other time near one of
//! the best so far. A trial follows from the seed, its number and what was measured before it, so a search that was
//! interrupted goes on as if it had not been.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// Values by the name of their flag; a setting that is not searched is not here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bins: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synthetic_rows: Option<usize>,
}

/// Hidden layers of at most 6,000 multiply-adds: what may ship, smaller ones first.
const HIDDEN: [&str; 10] = ["none", "8", "16", "32", "64", "96", "16,8", "32,16", "64,32", "96,48"];
const BINS: [usize; 7] = [4, 8, 12, 16, 24, 32, 48];
const BATCHES: [usize; 4] = [64, 128, 256, 512];
/// Of the teacher `tabm`.
const MEMBERS: [usize; 3] = [8, 16, 32];
const WIDTHS: [usize; 3] = [64, 128, 256];
const SYNTHETIC_ROWS: [usize; 4] = [15_000, 30_000, 60_000, 120_000];

/// Trials at random before the first that is near another.
const AT_RANDOM: usize = 8;
/// How many of the best a trial may be near.
const PARENTS: usize = 4;

/// Which settings are searched: those that no flag fixed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Free {
    pub hidden: bool,
    pub bins: bool,
    pub dropout: bool,
    pub learning_rate: bool,
    pub penalty: bool,
    pub batch_size: bool,
    pub members: bool,
    pub width: bool,
    pub synthetic_rows: bool,
}

impl Free {
    /// Whether there is nothing to search.
    pub fn nothing(self) -> bool {
        self == Free::default()
    }

    /// Trial `number`: the defaults first, then draws. `best` are the best settings so far, best first.
    pub fn draw(self, number: usize, seed: u64, best: &[Settings]) -> Settings {
        if number == 0 {
            return Settings::default();
        }
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(number as u64);
        let random = self.random(&mut generator);
        match best[..best.len().min(PARENTS)].choose(&mut generator) {
            Some(parent) if number > AT_RANDOM && number.is_multiple_of(2) => near(parent, random, &mut generator),
            _ => random,
        }
    }

    fn random(self, generator: &mut ChaCha8Rng) -> Settings {
        // Every number is drawn, free or not, so that fixing one setting leaves the others' draws alone.
        let hidden = HIDDEN.choose(generator).map(|hidden| (*hidden).to_owned());
        let bins = BINS.choose(generator).copied();
        let dropout = two_digits(0.5 * generator.random::<f64>());
        let learning_rate = two_digits(logarithmic(5e-4, 2e-2, generator));
        let penalty = two_digits(logarithmic(0.3, 60.0, generator));
        let batch_size = BATCHES.choose(generator).copied();
        let members = MEMBERS.choose(generator).copied();
        let width = WIDTHS.choose(generator).copied();
        let synthetic_rows = SYNTHETIC_ROWS.choose(generator).copied();
        Settings {
            hidden: hidden.filter(|_| self.hidden),
            bins: bins.filter(|_| self.bins),
            dropout: self.dropout.then_some(dropout),
            learning_rate: self.learning_rate.then_some(learning_rate),
            penalty: self.penalty.then_some(penalty),
            batch_size: batch_size.filter(|_| self.batch_size),
            members: members.filter(|_| self.members),
            width: width.filter(|_| self.width),
            synthetic_rows: synthetic_rows.filter(|_| self.synthetic_rows),
        }
    }
}

/// The parent with each setting taken from `random` one time in three; a setting that the parent left at its default
/// counts as one of its own.
fn near(parent: &Settings, random: Settings, generator: &mut ChaCha8Rng) -> Settings {
    let mut other = || generator.random::<f64>() < 1.0 / 3.0;
    Settings {
        hidden: if other() { random.hidden } else { parent.hidden.clone() },
        bins: if other() { random.bins } else { parent.bins },
        dropout: if other() { random.dropout } else { parent.dropout },
        learning_rate: if other() { random.learning_rate } else { parent.learning_rate },
        penalty: if other() { random.penalty } else { parent.penalty },
        batch_size: if other() { random.batch_size } else { parent.batch_size },
        members: if other() { random.members } else { parent.members },
        width: if other() { random.width } else { parent.width },
        synthetic_rows: if other() { random.synthetic_rows } else { parent.synthetic_rows },
    }
}

fn logarithmic(low: f64, high: f64, generator: &mut ChaCha8Rng) -> f64 {
    low * (high / low).powf(generator.random())
}

/// A value that a person can read and type.
fn two_digits(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

impl Settings {
    /// The flags that set them, for people.
    pub fn words(&self) -> String {
        let pairs = self.pairs();
        if pairs.is_empty() {
            return "the defaults".into();
        }
        pairs.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
    }

    /// Names and values, as the parameters of a run.
    pub fn params(&self) -> Vec<(String, String)> {
        self.pairs().into_iter().map(|(name, value)| (name.replace('-', "_"), value)).collect()
    }

    fn pairs(&self) -> Vec<(String, String)> {
        let value = serde_json::to_value(self).unwrap_or_default();
        let entries = value.as_object().cloned().unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), String::from);
        entries.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::tune) const ALL: Free = Free {
        hidden: true,
        bins: true,
        dropout: true,
        learning_rate: true,
        penalty: true,
        batch_size: true,
        members: true,
        width: true,
        synthetic_rows: true,
    };

    #[test]
    fn a_trial_follows_from_seed_number_and_the_best() {
        assert_eq!(ALL.draw(0, 1, &[]), Settings::default());
        assert_eq!(ALL.draw(5, 1, &[]), ALL.draw(5, 1, &[Settings::default()]));
        assert_ne!(ALL.draw(5, 1, &[]), ALL.draw(6, 1, &[]));
        assert_ne!(ALL.draw(5, 1, &[]), ALL.draw(5, 2, &[]));
        // Near a parent most settings are the parent's.
        let parent = ALL.draw(1, 9, &[]);
        let kept =
            (0..40).filter(|at| ALL.draw(10 + 2 * at, 3, std::slice::from_ref(&parent)).penalty == parent.penalty);
        assert!((15..38).contains(&kept.count()));
    }

    #[test]
    fn a_fixed_setting_is_not_searched_and_leaves_the_others_alone() {
        let fixed = Free { bins: false, ..ALL };
        let (all, fixed) = (ALL.draw(3, 1, &[]), fixed.draw(3, 1, &[]));
        assert_eq!(fixed, Settings { bins: None, ..all });
    }

    #[test]
    fn settings_are_read_back_from_toml() {
        let settings = ALL.draw(4, 2, &[]);
        assert_eq!(toml::from_str::<Settings>(&toml::to_string(&settings).unwrap()).unwrap(), settings);
        assert!(settings.words().contains("learning-rate "), "{}", settings.words());
    }
}
