//! The kernel of the walk: a workgroup for each block of a game's coalitions.

use cubecl::prelude::*;

use crate::gpu::hidden::hidden_part;
use crate::gpu::shape::Shape;
use crate::gpu::sizes::{ADDERS, LOOPED, LOWER, QUANTITIES, WALK_HEAD, WALK_INVOCATIONS, WALK_JOB, WALK_TERM};
use crate::gpu::weights::WEIGHTS;

/// Jobs, games and, from `pair_rows`, the table rows of their terms are in `games`, the weights of
/// these rows in `numbers`; `starts` is `[background rows, units + 1]`, the last the value of the
/// empty coalition. `once` is 1, as in a batch. Writes `[jobs, stride]`, one number a player.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel takes every buffer as an argument of its own")]
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
    let game = games[job * WALK_JOB] as usize;
    let fixed = games[job * WALK_JOB + 1];
    let players = games[game];
    let lower = games[game + 1];
    let start = games[game + 2] as usize * (units + 1);
    let terms = games[game + 3] as usize;
    let loops = min(players - lower, comptime!(looped as u32));
    let upper = fixed << (lower + loops);

    let mut bases = Shared::<[f32]>::new_slice(comptime!(max(units * width, 1)));
    let mut lowers = Shared::<[f32]>::new_slice(comptime!(max(units * LOWER, 1)));
    for place in range_stepped(unit_position, units * width * once as usize, WALK_INVOCATIONS) {
        let unit = place / width;
        let coalition = upper | ((place % width) as u32) << lower;
        let mut sum = starts[start + unit];
        for term in 0..terms {
            let at = game + WALK_HEAD + term * WALK_TERM;
            let mask = games[at];
            if coalition & mask == mask {
                sum += vector(network, games, numbers, at, pair_rows as usize, unit, units);
            }
        }
        bases[place] = sum;
    }
    for place in range_stepped(unit_position, units * LOWER * once as usize, WALK_INVOCATIONS) {
        let unit = place / LOWER;
        let player = place % LOWER;
        let mut sum = 0.0f32;
        if (player as u32) < lower {
            sum =
                vector(network, games, numbers, game + WALK_HEAD + player * WALK_TERM, pair_rows as usize, unit, units);
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
    let mut all = Shared::<[f32]>::new_slice(comptime!((2 + LOOPED) * WALK_INVOCATIONS));
    all[unit_position] = without;
    all[WALK_INVOCATIONS + unit_position] = with;
    #[unroll]
    for bit in 0..looped {
        all[(2 + bit) * WALK_INVOCATIONS + unit_position] = sums[bit];
    }
    sync_cube();

    // Eight invocations add up each quantity, then one for each player adds up theirs.
    let mut folded = Shared::<[f32]>::new_slice(comptime!(QUANTITIES * ADDERS));
    let quantity = unit_position / ADDERS;
    if quantity < QUANTITIES {
        let first = unit_position % ADDERS * comptime!(WALK_INVOCATIONS / ADDERS);
        let mut sum = 0.0f32;
        if quantity < comptime!(2 + LOOPED) {
            if quantity < comptime!(2 + looped) {
                for place in 0..comptime!(WALK_INVOCATIONS / ADDERS) * once as usize {
                    sum += all[quantity * WALK_INVOCATIONS + first + place];
                }
            }
        } else {
            let bit = (quantity - comptime!(2 + LOOPED)) as u32;
            for place in 0..comptime!(WALK_INVOCATIONS / ADDERS) * once as usize {
                if ((first + place) as u32 >> bit) & 1 == 1 {
                    sum += all[WALK_INVOCATIONS + first + place];
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
