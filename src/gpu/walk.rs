//! The walk of many games: one dispatch, a workgroup for each block of coalitions.
//!
//! A game is a start (the background row's first-layer sums) and terms, vectors that a coalition adds when all the players
//! of a term's mask have joined. A block's coalitions differ in two groups of players: those whose bits are the number
//! of the invocation, and those whose bits it loops over. What the latter and the block's own players add is made once
//! for the workgroup, in shared memory, and so are the vectors of the former. A network with one hidden layer is then an
//! addition, a maximum and a product for each unit and coalition. The values go where they count at once
//! (`explanation::exact` has the formula) and leave the workgroup as one number for each player.

use cubecl::prelude::*;

use super::batch::hidden_part;
use super::buffer::Buffer;
use super::games::{Cohort, Encoded};
use super::shape::Shape;
use super::{Gpu, GpuError, device, sums};
use crate::explanation::MAXIMUM_PLAYERS;

/// Players whose bits are the number of the invocation.
pub(super) const LOWER: usize = 7;
/// Invocations of a workgroup.
pub(super) const INVOCATIONS: usize = 1 << LOWER;
/// Most players that an invocation loops over.
const LOOPED: usize = 3;
/// Numbers of one block: sums without and with the coalition's weight, with one looped player, with one lower player.
const QUANTITIES: usize = 2 + LOOPED + LOWER;
/// Invocations that add up one quantity.
const ADDERS: usize = 8;
/// Shared memory that the largest network takes: WebGPU's own minimum.
pub(super) const SHARED_BYTES: usize = 16_384;

/// Numbers of a job and of a game's head in the buffer of games.
pub(super) const JOB: usize = 2;
pub(super) const HEAD: usize = 4;
pub(super) const TERM: usize = 3;

/// Sizes of Shapley's weights: `[players, size, with or without]`.
const WEIGHTS: usize = MAXIMUM_PLAYERS + 1;
/// Widest layer of a network with two hidden layers or more. Its units live in an array of the invocation; lavapipe (Mesa
/// 22.3) mixes up those of 128 numbers and more in a kernel with barriers, and gives every coalition the same value.
const MAXIMUM_DEEP_UNITS: usize = 120;
/// Blocks of one dispatch: a fraction of a second on a slow device, so that a page stays alive and a cancel is heard.
const JOBS: usize = 16_384;

/// Players that an invocation loops over: as many as shared memory holds sums for.
pub(super) fn looped(units: usize) -> usize {
    let others = (2 + LOOPED) * INVOCATIONS + QUANTITIES * ADDERS;
    let room = SHARED_BYTES / size_of::<f32>() - others;
    (0..=LOOPED).rev().find(|bits| units * ((1 << bits) + LOWER) <= room).unwrap_or(0)
}

/// Jobs, games and, from `pair_rows`, the table rows of their terms are in `games`, the weights of these rows in `numbers`; `starts` is `[background rows, units + 1]`, the last the value of the empty coalition.
/// `once` is 1, as in a batch. Writes `[jobs, stride]`, one number a player.
#[cube(launch)]
// A kernel takes every buffer as an argument of its own.
#[allow(clippy::too_many_arguments)]
pub(super) fn walk(
    network: &[f32],
    starts: &[f32],
    games: &[u32],
    numbers: &[f32],
    weights: &[f32],
    partials: &mut [f32],
    pair_rows: u32,
    stride: u32,
    once: u32,
    #[comptime] shape: Shape,
    #[comptime] looped: usize,
) {
    let width = comptime!(1usize << looped);
    let units = comptime!(shape.units);
    let job = CUBE_POS;
    let unit_position = UNIT_POS as usize;
    let game = games[job * JOB] as usize;
    let fixed = games[job * JOB + 1];
    let players = games[game];
    let lower = games[game + 1];
    let start = games[game + 2] as usize * (units + 1);
    let terms = games[game + 3] as usize;
    let loops = min(players - lower, comptime!(looped as u32));
    let upper = fixed << (lower + loops);

    let mut bases = Shared::<[f32]>::new_slice(comptime!(max(units * width, 1)));
    let mut lowers = Shared::<[f32]>::new_slice(comptime!(max(units * LOWER, 1)));
    for place in range_stepped(unit_position, units * width * once as usize, INVOCATIONS) {
        let unit = place / width;
        let coalition = upper | ((place % width) as u32) << lower;
        let mut sum = starts[start + unit];
        for term in 0..terms {
            let at = game + HEAD + term * TERM;
            let mask = games[at];
            if coalition & mask == mask {
                sum += vector(network, games, numbers, at, pair_rows as usize, unit, units);
            }
        }
        bases[place] = sum;
    }
    for place in range_stepped(unit_position, units * LOWER * once as usize, INVOCATIONS) {
        let unit = place / LOWER;
        let player = place % LOWER;
        let mut sum = 0.0f32;
        if (player as u32) < lower {
            sum = vector(network, games, numbers, game + HEAD + player * TERM, pair_rows as usize, unit, units);
        }
        lowers[place] = sum;
    }
    sync_cube();

    let mut values = Array::<f32>::new(width);
    if comptime!(shape.layers.is_empty()) {
        let output = comptime!(shape.output);
        #[unroll]
        for index in 0..width {
            values[index] = network[output + units];
        }
        for unit in 0..units * once as usize {
            let low = low_sum(&lowers, unit);
            let weight = network[output + unit];
            #[unroll]
            for index in 0..width {
                values[index] += max(low + bases[unit * width + index], 0.0f32) * weight;
            }
        }
    } else {
        let mut hidden = Array::<f32>::new(comptime!(shape.widest));
        for index in 0..width * once as usize {
            for unit in 0..units * once as usize {
                hidden[unit] = low_sum(&lowers, unit) + bases[unit * width + index];
            }
            values[index] = hidden_part(network, &mut hidden, once as usize, comptime!(shape.clone()));
        }
    }

    // What this invocation's coalitions give: without, with, and with each looped player.
    let mut without = 0.0f32;
    let mut with = 0.0f32;
    let mut sums = Array::<f32>::new(comptime!(max(looped, 1)));
    #[unroll]
    for bit in 0..looped {
        sums[bit] = 0.0f32;
    }
    let joined = (upper | UNIT_POS).count_ones();
    #[unroll]
    for index in 0..width {
        let is_coalition = UNIT_POS < (1u32 << lower) && (comptime!(index as u32) < (1u32 << loops));
        if is_coalition {
            let size = joined + comptime!((index as u32).count_ones());
            let at = (players as usize * WEIGHTS + size as usize) * 2;
            let value = values[index] - starts[start + units];
            let weighted = value * weights[at];
            with += weighted;
            without += value * weights[at + 1];
            #[unroll]
            for bit in 0..looped {
                if comptime!(index >> bit & 1 == 1) {
                    sums[bit] += weighted;
                }
            }
        }
    }
    let mut all = Shared::<[f32]>::new_slice(comptime!((2 + LOOPED) * INVOCATIONS));
    all[unit_position] = without;
    all[INVOCATIONS + unit_position] = with;
    #[unroll]
    for bit in 0..looped {
        all[(2 + bit) * INVOCATIONS + unit_position] = sums[bit];
    }
    sync_cube();

    // Eight invocations add up each quantity, then one for each player adds up theirs.
    let mut folded = Shared::<[f32]>::new_slice(comptime!(QUANTITIES * ADDERS));
    let quantity = unit_position / ADDERS;
    if quantity < QUANTITIES {
        let first = unit_position % ADDERS * comptime!(INVOCATIONS / ADDERS);
        let mut sum = 0.0f32;
        if quantity < comptime!(2 + LOOPED) {
            if quantity < comptime!(2 + looped) {
                for place in 0..comptime!(INVOCATIONS / ADDERS) * once as usize {
                    sum += all[quantity * INVOCATIONS + first + place];
                }
            }
        } else {
            let bit = (quantity - comptime!(2 + LOOPED)) as u32;
            for place in 0..comptime!(INVOCATIONS / ADDERS) * once as usize {
                if ((first + place) as u32 >> bit) & 1 == 1 {
                    sum += all[INVOCATIONS + first + place];
                }
            }
        }
        folded[unit_position] = sum;
    }
    sync_cube();
    if UNIT_POS < players {
        let mut share = 0.0f32;
        if UNIT_POS < lower {
            share = folded_sum(&folded, comptime!(2 + LOOPED) + unit_position);
        } else if UNIT_POS < lower + loops {
            share = folded_sum(&folded, unit_position - lower as usize + 2);
        } else if (fixed >> (UNIT_POS - lower - loops)) & 1 == 1 {
            share = folded_sum(&folded, 1usize);
        }
        partials[job * stride as usize + unit_position] = share - folded_sum(&folded, 0usize);
    }
}

impl Gpu {
    /// Walks the games of a cohort: for each customer and field the sum over the customer's games, `[customers, fields]`,
    /// without the direct shares of the logit (as [`crate::network::walk::Walk`]'s values).
    pub async fn walk(&self, cohort: &Cohort) -> Result<Vec<f64>, GpuError> {
        let Shape { units, widest, .. } = self.shape;
        if !self.shape.layers.is_empty() && widest > MAXIMUM_DEEP_UNITS {
            let (what, maximum) = ("units in a layer of several", MAXIMUM_DEEP_UNITS);
            return Err(GpuError::Shape { what, maximum, found: widest });
        }
        let looped = looped(units);
        let mut contributions = vec![0.0; cohort.customers * cohort.fields];
        for jobs in cohort.jobs(looped).chunks(JOBS) {
            let encoded = cohort.encode(jobs);
            let sums = self.dispatch(&encoded, cohort.fields, looped).await?;
            let first = encoded.first_customer * cohort.fields;
            contributions[first..].iter_mut().zip(sums).for_each(|(total, sum)| *total += f64::from(sum));
        }
        Ok(contributions)
    }

    async fn dispatch(&self, encoded: &Encoded, fields: usize, looped: usize) -> Result<Vec<f32>, GpuError> {
        let client = &self.client;
        let stride = MAXIMUM_PLAYERS;
        let partials = Buffer::empty(client, encoded.jobs * stride);
        walk::launch(
            client,
            CubeCount::new_1d(encoded.jobs as u32),
            CubeDim::new_1d(INVOCATIONS as u32),
            self.network.argument(),
            self.starts.argument(),
            Buffer::of(client, &encoded.games).argument(),
            Buffer::of(client, &encoded.numbers).argument(),
            self.weights.argument(),
            partials.argument(),
            encoded.pair_rows as u32,
            stride as u32,
            1,
            self.shape.clone(),
            looped,
        );
        let count = encoded.customers * fields;
        let sums = Buffer::empty(client, count);
        sums::sum::launch(
            client,
            CubeCount::new_1d((count as u32).div_ceil(device::INVOCATIONS)),
            CubeDim::new_1d(device::INVOCATIONS),
            partials.argument(),
            Buffer::of(client, &encoded.places).argument(),
            sums.argument(),
            encoded.customers as u32,
            fields as u32,
            stride as u32,
        );
        self.read(sums).await
    }
}

/// For each number of players and size of a coalition: what its value counts for a player who has joined and one who has
/// not, `[WEIGHTS, WEIGHTS, 2]`. The first has both added up, so that one sum over all coalitions is taken off.
pub(super) fn weights() -> Vec<f32> {
    let mut weights = vec![0.0; WEIGHTS * WEIGHTS * 2];
    for players in 1..WEIGHTS {
        // w(0) = 1 / n, and w(s) = w(s - 1) · s / (n - s).
        let mut before = 0.0;
        for size in 0..=players {
            let here = match size {
                0 => 1.0 / players as f64,
                _ if size == players => 0.0,
                _ => before * size as f64 / (players - size) as f64,
            };
            let at = (players * WEIGHTS + size) * 2;
            (weights[at], weights[at + 1]) = ((before + here) as f32, here as f32);
            before = here;
        }
    }
    weights
}

/// What a term adds to one unit: the weighted table rows of its pairs.
#[cube]
fn vector(
    network: &[f32],
    games: &[u32],
    numbers: &[f32],
    term: usize,
    pair_rows: usize,
    unit: usize,
    #[comptime] units: usize,
) -> f32 {
    let mut sum = 0.0f32;
    for pair in games[term + 1] as usize..games[term + 2] as usize {
        sum += numbers[pair] * network[games[pair_rows + pair] as usize * units + unit];
    }
    sum
}

/// What the lower players that have joined in this invocation's coalitions add to one unit.
#[cube]
fn low_sum(lowers: &Shared<[f32]>, unit: usize) -> f32 {
    let mut sum = 0.0f32;
    #[unroll]
    for player in 0..LOWER {
        if (UNIT_POS >> comptime!(player as u32)) & 1 == 1 {
            sum += lowers[unit * LOWER + player];
        }
    }
    sum
}

#[cube]
fn folded_sum(folded: &Shared<[f32]>, quantity: usize) -> f32 {
    let mut sum = 0.0f32;
    #[unroll]
    for adder in 0..ADDERS {
        sum += folded[quantity * ADDERS + adder];
    }
    sum
}
