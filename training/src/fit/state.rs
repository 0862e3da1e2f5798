//! The state of a fit between two epochs, as one file. A fit that was killed continues from it to
//! the same bits.
//!
//! The file's name is the hash of everything that decides the fit: configuration, rows, targets. So
//! the fits of one training share a folder, and a fit finds no state but its own.

use std::path::{Path, PathBuf};

use burn::store::{ModuleRecord, RecordError};
use burn::tensor::Bytes;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use sha2::Digest;

use super::configuration::{FitConfig, FitError};
use super::network::{NetworkShape, TrainableNetwork};
use super::progress::FitProgress;
use super::rows::{DenseRows, EVALUATION_ROWS, features};
use super::trainer::Trainer;
use crate::file::write_whole;
use crate::identity::hasher;

/// The file of this fit's state.
pub(super) fn file<S: NetworkShape>(
    folder: &Path,
    config: &FitConfig<S>,
    train: &dyn DenseRows,
    validation: &dyn DenseRows,
) -> PathBuf {
    let mut hash = hasher("tenure-fit/1", &config.canonical());
    // Another version may draw its numbers in another order.
    hash.update(env!("CARGO_PKG_VERSION"));
    for rows in [train, validation] {
        let count = rows.labels().len();
        hash.update((count as u64).to_le_bytes());
        for row in 0..count {
            hash.update(rows.target(row).to_le_bytes());
        }
        hash.update(rows.labels().iter().map(|&label| u8::from(label)).collect::<Vec<_>>());
        let indices: Vec<usize> = (0..count).collect();
        for chunk in indices.chunks(EVALUATION_ROWS) {
            hash.update(bytes(&features(rows, chunk), |value| value.to_le_bytes()));
        }
    }
    folder.join(format!("fit-{}.safetensors", &hex::encode(hash.finalize())[..32]))
}

/// Writes the state, whole or not at all.
pub(super) fn save<N: TrainableNetwork>(
    file: &Path,
    trainer: &Trainer<N>,
    progress: &FitProgress<N>,
) -> Result<(), FitError> {
    let packed = |error: RecordError| refused(file, error);
    let network = trainer.network.clone().into_record().into_bytes().map_err(packed)?;
    let (average, steps) = trainer.averaging.state();
    let average = average.into_record().into_bytes().map_err(packed)?;
    let best = progress.best.as_ref().expect("a state is saved after an epoch").clone();
    let best = best.into_record().into_bytes().map_err(packed)?;
    let optimizer = trainer.optimizer.into_bytes().map_err(packed)?;
    let order = bytes(&trainer.order, |&row| (row as u32).to_le_bytes());
    let losses = bytes(&progress.losses, |&(train, validation)| join(train.to_le_bytes(), validation.to_le_bytes()));
    let positions = [trainer.shuffling.get_word_pos(), trainer.dropout.get_word_pos()];
    let positions = bytes(&positions, |position| position.to_le_bytes());
    let steps = (steps as u64).to_le_bytes();
    let parts: [(&str, &[u8]); PARTS.len()] = [
        (PARTS[0], &network),
        (PARTS[1], &average),
        (PARTS[2], &best),
        (PARTS[3], &optimizer),
        (PARTS[4], &order),
        (PARTS[5], &losses),
        (PARTS[6], &positions),
        (PARTS[7], &steps),
    ];
    let views = parts.map(|(name, bytes)| {
        (name, TensorView::new(Dtype::U8, vec![bytes.len()], bytes).expect("bytes of their own number"))
    });
    let file_bytes = serialize(views, None).map_err(|error| refused(file, error))?;
    write_whole(file, &file_bytes).map_err(|error| FitError::Checkpoint { message: error.to_string() })
}

const PARTS: [&str; 8] = ["network", "average", "best", "optimizer", "order", "losses", "positions", "steps"];

/// Puts a saved state into a trainer and a progress that have not begun; `false` where none was
/// saved.
pub(super) fn restore<N: TrainableNetwork>(
    file: &Path,
    trainer: &mut Trainer<N>,
    progress: &mut FitProgress<N>,
) -> Result<bool, FitError> {
    let saved = match std::fs::read(file) {
        Ok(saved) => saved,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(refused(file, error)),
    };
    let parts = SafeTensors::deserialize(&saved).map_err(|error| damaged(file, error))?;
    let part = |name: &str| parts.tensor(name).map(|part| part.data()).map_err(|error| damaged(file, error));
    let record = |name: &str| {
        ModuleRecord::from_bytes(Bytes::from_bytes_vec(part(name)?.to_vec())).map_err(|error| damaged(file, error))
    };
    let whole =
        |holds: bool, what: &str| if holds { Ok(()) } else { Err(damaged(file, format!("its {what} do not fit"))) };
    let load = |network: N, name: &str| network.try_load_record(record(name)?).map_err(|error| damaged(file, error));

    // The order of these: a record brings the parameters' identities, by which the optimizer knows
    // them.
    let average = load(trainer.network.valid(), "average")?;
    let best = load(trainer.network.valid(), "best")?;
    let network = load(trainer.network.clone(), "network")?;
    let order: Vec<usize> = numbers(part("order")?, u32::from_le_bytes).into_iter().map(|row| row as usize).collect();
    let mut sorted = order.clone();
    sorted.sort_unstable();
    whole(sorted.into_iter().eq(0..trainer.order.len()), "rows")?;
    let losses = numbers(part("losses")?, f64::from_le_bytes);
    whole(!losses.is_empty() && losses.len().is_multiple_of(2), "losses")?;
    let positions = numbers(part("positions")?, u128::from_le_bytes);
    let steps = numbers(part("steps")?, u64::from_le_bytes);
    whole(positions.len() == 2 && steps.len() == 1, "positions")?;

    let optimizer = Bytes::from_bytes_vec(part("optimizer")?.to_vec());
    trainer.optimizer =
        trainer.fresh_optimizer(&network).from_bytes(optimizer).map_err(|error| damaged(file, error))?;
    trainer.network = network;
    trainer.averaging.set_state(average, steps[0] as usize);
    trainer.order = order;
    trainer.shuffling.set_word_pos(positions[0]);
    trainer.dropout.set_word_pos(positions[1]);
    progress.losses = losses.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    progress.best = Some(best);
    Ok(true)
}

fn refused(file: &Path, error: impl std::fmt::Display) -> FitError {
    FitError::Checkpoint { message: format!("{}: {error}", file.display()) }
}

fn damaged(file: &Path, error: impl std::fmt::Display) -> FitError {
    refused(file, format!("this checkpoint is damaged ({error}); delete it to begin that fit again"))
}

fn bytes<T, const N: usize>(values: &[T], to: impl Fn(&T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(to).collect()
}

fn numbers<T, const N: usize>(bytes: &[u8], from: fn([u8; N]) -> T) -> Vec<T> {
    bytes.chunks_exact(N).map(|number| from(number.try_into().expect("a chunk of its size"))).collect()
}

fn join(a: [u8; 8], b: [u8; 8]) -> [u8; 16] {
    let mut joined = [0; 16];
    joined[..8].copy_from_slice(&a);
    joined[8..].copy_from_slice(&b);
    joined
}
