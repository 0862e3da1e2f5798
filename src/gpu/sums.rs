//! The sums of a walk: what the jobs of one customer gave to one field, so that little is read
//! back.

use cubecl::prelude::*;

use super::sizes::NO_PLAYER;

/// One invocation for each customer and field. `places` is `[customers + 1]`, each customer's first
/// job, then `[jobs]`, where a job's game begins in it, then the games: the player that each field
/// is.
#[cube(launch)]
pub(super) fn sum(
    partials: &[f32],
    places: &[u32],
    contributions: &mut [f32],
    customers: u32,
    fields: u32,
    stride: u32,
) {
    if ABSOLUTE_POS >= contributions.len() {
        terminate!();
    }
    let customer = ABSOLUTE_POS / fields as usize;
    let field = ABSOLUTE_POS % fields as usize;
    let mut total = 0.0f32;
    for job in places[customer]..places[customer + 1] {
        let game = places[(customers + 1 + job) as usize] as usize;
        let player = places[game + field];
        if player != NO_PLAYER {
            total += partials[(job * stride + player) as usize];
        }
    }
    contributions[ABSOLUTE_POS] = total;
}
