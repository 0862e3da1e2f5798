//! Sizes that kernels and their callers share, and what they need of a device.

/// Invocations of a workgroup when a batch is scored.
pub(super) const INVOCATIONS: u32 = 256;
/// Workgroups in one dimension, WebGPU's own minimum.
pub(super) const WORKGROUPS: u32 = 65_535;
/// Buffers that the largest kernel binds, and the one that CubeCL adds.
pub(super) const BUFFERS: u32 = 7;
/// Numbers that a buffer can hold at WebGPU's own minimum of 128 MiB.
pub(super) const NUMBERS: usize = (128 << 20) / size_of::<f32>();
/// Marks a field that does not play in a game.
pub(super) const NO_PLAYER: u32 = u32::MAX;

/// Players whose bits are the number of the invocation.
pub(super) const LOWER: usize = 7;
/// Invocations of a workgroup of the walk.
pub(super) const WALK_INVOCATIONS: usize = 1 << LOWER;
/// Most players that an invocation loops over.
pub(super) const LOOPED: usize = 3;
/// Numbers of one block: sums without and with the coalition's weight, with one looped player, with
/// one lower player.
pub(super) const QUANTITIES: usize = 2 + LOOPED + LOWER;
/// Invocations that add up one quantity.
pub(super) const ADDERS: usize = 8;
/// Shared memory that the largest network takes: WebGPU's own minimum.
pub(super) const SHARED_BYTES: usize = 16_384;

/// Numbers of a job of the walk, of the head of a game and of a term, in the buffer of games.
pub(super) const WALK_JOB: usize = 2;
pub(super) const WALK_HEAD: usize = 4;
pub(super) const WALK_TERM: usize = 3;

/// Players that an invocation loops over: as many as shared memory holds sums for.
pub(super) fn looped(units: usize) -> usize {
    let others = (2 + LOOPED) * WALK_INVOCATIONS + QUANTITIES * ADDERS;
    let room = SHARED_BYTES / size_of::<f32>() - others;
    (0..=LOOPED).rev().find(|bits| units * ((1 << bits) + LOWER) <= room).unwrap_or(0)
}
