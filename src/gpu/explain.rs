//! Explanations of many customers: games that are exact are walked together on the device, and the
//! pairs of those that are sampled are evaluated there, in the same rounds and from the same draws
//! as on the CPU.

use super::device::Gpu;
use super::error::GpuError;
use super::games::{Game, GameSet};
use super::sample::{PAIRS, Pairs};
use crate::customer::Customer;
use crate::explanation::{Estimate, MeanShares, Rounds, Sample, Task};
use crate::scorer::{ExplainOptions, FieldGame, Scale, Scorer, Stop};

/// The most pairs whose coalitions are kept, except within one game: some tens of bytes each.
const KEPT: usize = 4 * PAIRS;

/// Customers whose contributions are asked for together.
#[derive(Debug)]
pub struct Explanations {
    fields: usize,
    background: usize,
    customers: Vec<Waiting>,
}

/// A customer whose explanation is under way.
#[derive(Debug)]
struct Waiting {
    /// The games in the CPU's form and in the device's, one for each background row.
    games: Vec<(FieldGame, Game)>,
    /// The direct shares, summed over the background rows.
    direct: Vec<f64>,
    rounds: Rounds,
    mean: Option<MeanShares>,
}

/// Sampled games whose pairs are queued for the device.
#[derive(Debug, Default)]
struct Sampling {
    /// Customer, background row, and what was drawn.
    samples: Vec<(usize, usize, Sample)>,
    pairs: Pairs,
    differences: Vec<f64>,
}

impl Explanations {
    /// No customers yet.
    pub fn new(scorer: &Scorer) -> Explanations {
        let fields = scorer.document().schema.fields.len();
        Explanations { fields, background: scorer.artifact().background.len(), customers: Vec::new() }
    }

    /// Customers that were added.
    pub fn customers(&self) -> usize {
        self.customers.len()
    }

    /// Adds a customer and returns the most evaluations of the network that they take. A customer
    /// whose games the kernels do not support, or whose budget is too small, is refused and left
    /// out.
    pub fn push(&mut self, scorer: &Scorer, customer: &Customer, options: &ExplainOptions) -> Result<u64, GpuError> {
        let place = self.customers.len();
        let mut direct = vec![0.0; self.fields];
        let mut games = Vec::with_capacity(self.background);
        for (row, game) in scorer.games(customer, Scale::LogOdds).into_iter().enumerate() {
            game.direct.iter().for_each(|&(field, share)| direct[field] += share);
            let players = (game.players.as_slice(), self.fields);
            let own = Game::new((place, row), players, &game.toggles, &game.couplings)?;
            games.push((game, own));
        }
        let players = games.iter().map(|(game, _)| game.players.clone()).collect();
        let rounds = Rounds::new(self.fields, players, scorer.budget(options))?;
        let evaluations = rounds.most();
        self.customers.push(Waiting { games, direct, rounds, mean: None });
        Ok(evaluations)
    }

    /// The contributions of all customers on the logit, in the order they came.
    pub async fn explain(mut self, scorer: &Scorer, gpu: &Gpu) -> Result<Vec<MeanShares>, GpuError> {
        let mut sampling = Sampling::default();
        let mut walked = vec![0.0; self.customers.len() * self.fields];
        while self.customers.iter().any(|customer| customer.mean.is_none()) {
            let mut walked_games = GameSet { fields: self.fields, customers: self.customers.len(), games: Vec::new() };
            for place in 0..self.customers.len() {
                if self.customers[place].mean.is_some() {
                    continue;
                }
                while let Some((row, task)) = self.customers[place].rounds.task() {
                    match task {
                        Task::Exact => self.take_exact(place, row, &mut walked_games),
                        Task::Sampled(sample) => {
                            sampling.add(scorer, gpu, &self.customers[place].games[row].1, &sample).await?;
                            sampling.samples.push((place, row, sample));
                            if sampling.differences.len() >= KEPT {
                                sampling.finish(scorer, gpu, &mut self.customers).await?;
                            }
                        }
                    }
                }
            }
            sampling.finish(scorer, gpu, &mut self.customers).await?;
            // Some networks can be sampled but not walked.
            if !walked_games.games.is_empty() {
                let sums = gpu.walk(&walked_games).await?;
                walked.iter_mut().zip(sums).for_each(|(walked, sum)| *walked += sum);
            }
            for customer in self.customers.iter_mut().filter(|customer| customer.mean.is_none()) {
                customer.mean = customer.rounds.finish();
            }
        }
        let rows = self.background as f64;
        let fields = self.fields;
        let finished = self.customers.into_iter().zip(walked.chunks_exact(fields)).map(|(customer, walked)| {
            let mut mean = customer.mean.expect("no round is left");
            for (share, (direct, walked)) in mean.shares.iter_mut().zip(customer.direct.iter().zip(walked)) {
                *share += (direct + walked) / rows;
            }
            mean
        });
        Ok(finished.collect())
    }

    /// Leaves a game to the walk, which adds up the games of a customer. The estimate marks it as
    /// exact, with shares of 0.
    fn take_exact(&mut self, place: usize, row: usize, walked_games: &mut GameSet) {
        let Waiting { games, rounds, .. } = &mut self.customers[place];
        let (field_game, game) = &mut games[row];
        rounds.take(row, Estimate::exact(vec![0.0; field_game.players.len()]));
        // A game without players is its start.
        if !field_game.players.is_empty() {
            walked_games.games.push(std::mem::take(game));
        }
    }
}

impl Sampling {
    /// Queues the pairs of a sample, and lets the device evaluate them as soon as there are enough.
    async fn add(&mut self, scorer: &Scorer, gpu: &Gpu, game: &Game, sample: &Sample) -> Result<(), GpuError> {
        let halves: Vec<&[u16]> = sample.halves().collect();
        let mut rest = halves.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(PAIRS - self.pairs.count()));
            self.pairs.add(&scorer.artifact().network, game, now);
            rest = later;
            if self.pairs.count() == PAIRS {
                self.flush(gpu).await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self, gpu: &Gpu) -> Result<(), GpuError> {
        let pairs = std::mem::take(&mut self.pairs);
        if pairs.count() > 0 {
            self.differences.extend(gpu.differences(&pairs).await?.into_iter().take(pairs.count()).map(f64::from));
        }
        Ok(())
    }

    /// Waits for the rest, and gives every sampled game its estimate.
    async fn finish(&mut self, scorer: &Scorer, gpu: &Gpu, customers: &mut [Waiting]) -> Result<(), GpuError> {
        self.flush(gpu).await?;
        let differences = std::mem::take(&mut self.differences);
        let mut rest = differences.as_slice();
        for (place, row, sample) in self.samples.drain(..) {
            let (own, later) = rest.split_at(sample.halves().count());
            rest = later;
            let Waiting { games, rounds, .. } = &mut customers[place];
            // The slopes of a few pairs, for the guess, are recorded here.
            let mut walk = games[row].0.walk(scorer, None, &Stop::default());
            sample.learn(&mut walk);
            rounds.take(row, sample.estimate(&mut walk, own));
        }
        Ok(())
    }
}
