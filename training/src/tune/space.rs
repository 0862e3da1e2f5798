//! How a trial is drawn: at random (Bergstra and Bengio 2012), and later every other time near one
//! of the best so far. A trial follows from the seed, its number and the trials before it, so a
//! search that was interrupted continues as if it had not been.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::hyperparameters::{HYPERPARAMETERS, Hyperparameter, Hyperparameters, ParamValue, Space};

/// Trials at random before the first that is near another.
const AT_RANDOM: usize = 8;
/// How many of the best a trial may be near.
const PARENTS: usize = 4;

/// The hyperparameters that are searched, in the order of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchSpace(Vec<&'static str>);

impl SearchSpace {
    /// Those that can be searched, make sense for the training, and are not fixed by `given`.
    pub fn new(given: &Hyperparameters) -> SearchSpace {
        let params = given.params();
        let applies = |row: &&Hyperparameter| row.search.as_ref().is_some_and(|search| (search.applies)(&params));
        let free = HYPERPARAMETERS.iter().filter(applies).map(|row| row.name);
        SearchSpace(free.filter(|name| given.get(name).is_none()).collect())
    }

    /// The names of what is searched.
    pub fn names(&self) -> &[&'static str] {
        &self.0
    }

    /// Trial `number`: the defaults first, then draws. `best` are the best trials so far, best
    /// first.
    pub fn draw(&self, number: usize, seed: u64, best: &[Hyperparameters]) -> Hyperparameters {
        if number == 0 {
            return Hyperparameters::default();
        }
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(number as u64);
        let random = self.random(&mut generator);
        match best[..best.len().min(PARENTS)].choose(&mut generator) {
            Some(parent) if number > AT_RANDOM && number.is_multiple_of(2) => near(parent, &random, &mut generator),
            _ => random,
        }
    }

    fn random(&self, generator: &mut ChaCha8Rng) -> Hyperparameters {
        let mut trial = Hyperparameters::default();
        for (row, space) in searched() {
            // Every value is drawn, free or not, so that fixing one hyperparameter leaves the draws
            // of the others alone.
            let value = draw(row, space, generator);
            if self.0.contains(&row.name) {
                trial.insert(row, value);
            }
        }
        trial
    }
}

/// All rows of the table with a search space.
fn searched() -> impl Iterator<Item = (&'static Hyperparameter, &'static Space)> {
    HYPERPARAMETERS.iter().filter_map(|row| Some((row, &row.search.as_ref()?.space)))
}

fn draw(row: &Hyperparameter, space: &Space, generator: &mut ChaCha8Rng) -> ParamValue {
    match space {
        Space::Choice(texts) => {
            let text = texts.choose(generator).expect("a choice has a text");
            row.domain.read(text).expect("the choices of the table are in range")
        }
        Space::Uniform(low, high) => ParamValue::Number(two_digits(low + (high - low) * generator.random::<f64>())),
        Space::LogUniform(low, high) => ParamValue::Number(two_digits(low * (high / low).powf(generator.random()))),
    }
}

/// The parent with each value taken from `random` one time in three; a hyperparameter that the
/// parent left at its default counts as one of its own.
fn near(parent: &Hyperparameters, random: &Hyperparameters, generator: &mut ChaCha8Rng) -> Hyperparameters {
    let mut trial = Hyperparameters::default();
    for (row, _) in searched() {
        let from = if generator.random::<f64>() < 1.0 / 3.0 { random } else { parent };
        if let Some(value) = from.get(row.name) {
            trial.insert(row, value.clone());
        }
    }
    trial
}

/// A value that a person can read and type.
fn two_digits(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

/// The flags that set a trial's values, for people.
pub fn words(trial: &Hyperparameters) -> String {
    let words: Vec<String> = trial.iter().map(|(name, value)| format!("{name} {value}")).collect();
    if words.is_empty() { "the defaults".into() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_follows_from_seed_number_and_the_best() {
        let all = SearchSpace::new(&Hyperparameters::default());
        assert_eq!(all.names().len(), 9);
        assert_eq!(all.draw(0, 1, &[]), Hyperparameters::default());
        assert_eq!(all.draw(5, 1, &[]), all.draw(5, 1, &[Hyperparameters::default()]));
        assert_ne!(all.draw(5, 1, &[]), all.draw(6, 1, &[]));
        assert_ne!(all.draw(5, 1, &[]), all.draw(5, 2, &[]));
        // Near a parent most values are the parent's.
        let parent = all.draw(1, 9, &[]);
        let near = (0..40).map(|at| all.draw(10 + 2 * at, 3, std::slice::from_ref(&parent)));
        let kept = near.filter(|trial| trial.get("penalty") == parent.get("penalty"));
        assert!((15..38).contains(&kept.count()));
    }

    #[test]
    fn the_draws_of_a_seed_stay_what_they_are() {
        let all = SearchSpace::new(&Hyperparameters::default());
        let first: Vec<Hyperparameters> = (1..4).map(|number| all.draw(number, 0, &[])).collect();
        assert_eq!(
            words(&first[0]),
            "batch-size 128, bins 32, dropout 0.37, hidden 32,16, learning-rate 0.0044, members 16, penalty 38, \
             synthetic-rows 120000, width 128"
        );
        // Near one of the first three.
        assert_eq!(
            words(&all.draw(10, 0, &first)),
            "batch-size 128, bins 8, dropout 0.024, hidden 16,8, learning-rate 0.0012, members 32, penalty 3, \
             synthetic-rows 15000, width 64"
        );
        assert_eq!(
            words(&all.draw(12, 7, &first)),
            "batch-size 128, bins 32, dropout 0.093, hidden 8, learning-rate 0.0044, members 16, penalty 38, \
             synthetic-rows 120000, width 128"
        );
    }

    #[test]
    fn a_fixed_value_is_not_searched_and_leaves_the_others_alone() {
        let mut given = Hyperparameters::default();
        given.read("bins", "8").unwrap();
        let (all, fixed) = (SearchSpace::new(&Hyperparameters::default()), SearchSpace::new(&given));
        let (all, fixed) = (all.draw(3, 1, &[]), fixed.draw(3, 1, &[]));
        assert!(all.get("bins").is_some() && fixed.get("bins").is_none());
        assert!(all.iter().filter(|(name, _)| *name != "bins").eq(fixed.iter()));
    }

    #[test]
    fn what_a_training_has_not_is_not_searched() {
        let mut given = Hyperparameters::default();
        given.read("model", "linear").unwrap();
        given.read("ship", "teacher").unwrap();
        let space = SearchSpace::new(&given);
        assert_eq!(space.names(), ["hidden", "bins", "dropout", "learning-rate", "penalty", "batch-size"]);
    }
}
