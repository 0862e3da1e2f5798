//! Exact explanations of many customers: their games are walked together on the device.

use super::{Cohort, Game, Gpu, GpuError};
use crate::customer::Customer;
use crate::scorer::{Scorer, Workspace};

/// Customers whose contributions are asked for together.
#[derive(Clone, Debug)]
pub struct Explanations {
    cohort: Cohort,
    /// What needs no walk, `[customers, fields]`.
    direct: Vec<f64>,
    background: usize,
}

impl Explanations {
    pub fn new(scorer: &Scorer) -> Explanations {
        let fields = scorer.document().schema.fields.len();
        let background = scorer.artifact().background.len();
        Explanations { cohort: Cohort { fields, ..Cohort::default() }, direct: Vec::new(), background }
    }

    pub fn customers(&self) -> usize {
        self.cohort.customers
    }

    /// Adds a customer; returns how often the network will be evaluated for it. One whose games cannot be walked, or take
    /// more evaluations than the budget, is refused and left out.
    pub fn push(
        &mut self,
        scorer: &Scorer,
        customer: &Customer,
        budget: u64,
        workspace: &mut Workspace,
    ) -> Result<u64, GpuError> {
        let Cohort { fields, customers, games } = &mut self.cohort;
        let mut direct = vec![0.0; *fields];
        let (mut new, mut evaluations) = (Vec::new(), 0u64);
        for (row, game) in scorer.games(customer, workspace).iter().enumerate() {
            game.direct.iter().for_each(|&(field, share)| direct[field] += share);
            let players = (game.players.as_slice(), *fields);
            let game = Game::new((*customers, row), players, &game.toggles, &game.couplings)?;
            evaluations += game.coalitions();
            // A game without players is its start.
            if game.coalitions() > 1 {
                new.push(game);
            }
        }
        if evaluations > budget {
            let (maximum, found) = (budget as usize, evaluations as usize);
            return Err(GpuError::Shape { what: "evaluations of one explanation", maximum, found });
        }
        games.append(&mut new);
        self.direct.append(&mut direct);
        *customers += 1;
        Ok(evaluations)
    }

    /// Contributions on the logit, `[customers, fields]`.
    pub async fn walk(self, gpu: &Gpu) -> Result<Vec<f64>, GpuError> {
        let walked = gpu.walk(&self.cohort).await?;
        let contribution = |(direct, walked): (f64, f64)| (direct + walked) / self.background as f64;
        Ok(self.direct.into_iter().zip(walked).map(contribution).collect())
    }
}
