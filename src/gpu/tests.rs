//! The kernels against the packed network and its walk on the CPU, on whatever adapter there is
//! (lavapipe is one).

use burn_wgpu::wgpu;
use cubecl::future::block_on;

use super::sample::Pairs;
use super::{Explanations, Game, GameSet, Gpu};
use crate::customer::Customer;
use crate::encoding::Features;
use crate::explanation::{MeanShares, Random, Sample, exact};
use crate::network::tests::{features, parts};
use crate::network::walk::{Coupling, Position, Toggle, Walk};
use crate::network::{Network, NetworkParts};
use crate::scorer::tests::{customers, small_scorer, wide_scorer};
use crate::scorer::{ExplainOptions, Explanation, FieldWalk, Scorer};

const TOLERANCE: f64 = 1e-4;
const SHAPES: [&[usize]; 9] = [&[], &[1], &[3], &[16], &[64], &[16, 8], &[20, 9], &[7, 5, 3], &[256, 128]];

/// Random weights; those of wide layers are smaller, as trained ones are, so that logits stay of
/// one size.
fn network(rows: usize, hidden: &[usize]) -> Network {
    let mut parts: NetworkParts = parts(rows, hidden);
    for (layer, inputs) in parts.layers.iter_mut().zip(hidden) {
        layer.weight.iter_mut().for_each(|weight| *weight *= 2.0 / (*inputs as f32).sqrt());
    }
    let last = hidden.last().copied().unwrap_or(1) as f32;
    parts.output.iter_mut().for_each(|weight| *weight *= 2.0 / last.sqrt());
    Network::new(rows, parts).unwrap()
}

fn open(network: &Network, background: &Features) -> Gpu {
    block_on(Gpu::open(network, background)).expect("a graphics adapter (Debian: mesa-vulkan-drivers)")
}

#[test]
fn a_batch_is_the_packed_network() {
    for hidden in SHAPES {
        let network = network(30, hidden);
        let features = features(6, 30, 700);
        let gpu = open(&network, &features);
        let mut expected = vec![0.0; 700];
        network.logits(&features, 700, &mut network.scratch(), &mut expected);
        let logits = block_on(gpu.logits(&features, 700)).unwrap();
        for (row, (logit, expected)) in logits.iter().zip(expected).enumerate() {
            assert!(f64::from((logit - expected).abs()) < TOLERANCE, "{hidden:?} row {row}: {logit} {expected}");
        }
        assert_eq!(block_on(gpu.logits(&features, 3)).unwrap(), logits[..3]);
    }
}

/// Players of the games, and how many of them are coupled.
const GAMES: [(usize, usize); 9] = [(1, 0), (2, 2), (3, 0), (7, 3), (8, 0), (9, 2), (12, 0), (13, 3), (14, 0)];
/// One toggled input for each player of the largest game, and a coupled one.
const INPUTS: usize = 15;

/// What moves in one game: the coupled players are the last ones.
fn moves(row: u32, (players, coupled): (usize, usize)) -> (Vec<Option<Toggle>>, Vec<Coupling>) {
    let toggle = |player: u32| Some(Toggle { from: (player + row, 0.0), to: (player * 2 + 20, 0.25) });
    let position = |subset: u32| (40 + subset + row, if subset.is_multiple_of(2) { 0.5 } else { 0.0 });
    let of = Coupling {
        players: (players - coupled..players).collect(),
        positions: (0..1 << coupled).map(position).collect(),
    };
    ((0..players as u32).map(toggle).collect(), if coupled > 0 { vec![of] } else { vec![] })
}

#[test]
fn a_walk_is_the_exact_walk_of_the_cpu() {
    for hidden in [&[1][..], &[16], &[64], &[250], &[16, 8], &[7, 5, 3], &[120, 64]] {
        let network = network(80, hidden);
        let mut background = Features::new(INPUTS, GAMES.len());
        let mut expected = Vec::new();
        let fields = INPUTS + 1;
        // Field 0 and some at the end do not play, and neither does the first customer.
        let mut set = GameSet { fields, customers: GAMES.len() + 1, games: Vec::new() };
        expected.resize((GAMES.len() + 1) * fields, 0.0);
        for (row, (players, coupled)) in GAMES.into_iter().enumerate() {
            if players > 12 && hidden.iter().sum::<usize>() > 100 {
                set.customers -= 1;
                expected.truncate(set.customers * fields);
                continue;
            }
            let (toggles, couplings) = moves(row as u32, (players, coupled));
            let place = |input: usize| toggles.get(input).map_or((60, 0.0), |toggle| toggle.unwrap().from);
            let mut positions: Vec<Position> = (0..INPUTS - 1).map(place).collect();
            let last = couplings.first().map_or((61, 0.5), |coupling| coupling.positions[0]);
            positions.iter().chain([&last]).enumerate().for_each(|(input, &at)| background.set(input, row, at));
            let of_players: Vec<usize> = (1..=players).collect();
            let game = Game::new((row + 1, row), (&of_players, fields), &toggles, &couplings).unwrap();
            set.games.push(game);
            if couplings.is_empty() {
                positions.push(last);
            }
            let shares = exact(&mut FieldWalk::from(Walk::new(&network, &positions, &toggles, &couplings)));
            expected[(row + 1) * fields + 1..][..players].copy_from_slice(&shares);
        }
        let walked = block_on(open(&network, &background).walk(&set)).unwrap();
        assert_eq!(walked.len(), expected.len());
        for (at, (walked, expected)) in walked.iter().zip(expected).enumerate() {
            let message = format!("{hidden:?} customer {}: {walked} {expected}", at / fields);
            assert!((walked - expected).abs() < TOLERANCE, "{message}");
        }
    }
}

#[test]
fn pairs_are_those_of_the_cpu() {
    // Coalitions of one word, two, and three.
    let games = [(5, 0), (32, 2), (40, 3), (70, 0), (13, 6)];
    for hidden in [&[1][..], &[16], &[256], &[16, 8], &[7, 5, 3], &[200, 64]] {
        let network = network(400, hidden);
        let inputs = 72;
        let mut background = Features::new(inputs, games.len());
        let (mut pairs, mut expected) = (Pairs::default(), Vec::new());
        let mut random = Random::new(3);
        for (row, (players, coupled)) in games.into_iter().enumerate() {
            let (toggles, couplings) = moves(row as u32, (players, coupled));
            let place = |input: usize| toggles.get(input).map_or((390, 0.0), |toggle| toggle.unwrap().from);
            let mut positions: Vec<Position> = (0..inputs - 1).map(place).collect();
            let last = couplings.first().map_or((391, 0.5), |coupling| coupling.positions[0]);
            positions.iter().chain([&last]).enumerate().for_each(|(input, &at)| background.set(input, row, at));
            if couplings.is_empty() {
                positions.push(last);
            }
            let fields: Vec<usize> = (0..players).collect();
            let game = Game::new((0, row), (&fields, players), &toggles, &couplings).unwrap();
            // One game has fewer pairs than a workgroup, others more.
            let sample = Sample::draw(players, 1 + 300 * row as u64, &mut random);
            let halves: Vec<&[u16]> = sample.halves().collect();
            pairs.add(&network, &game, &halves);
            let mut walk = Walk::new(&network, &positions, &toggles, &couplings);
            for half in halves {
                let [value, complement, ..] = walk.pairs([half, half], false);
                expected.push(value - complement);
            }
        }
        let differences = block_on(open(&network, &background).differences(&pairs)).unwrap();
        assert_eq!(differences.len(), expected.len());
        assert!(expected.iter().any(|difference| difference.abs() > 0.01));
        for (at, (difference, expected)) in differences.iter().zip(expected).enumerate() {
            let message = format!("{hidden:?} pair {at}: {difference} {expected}");
            assert!(f64::from((difference - expected).abs()) < TOLERANCE, "{message}");
        }
    }
}

/// Explains all customers on the device, and holds that against the scorer.
fn compare(scorer: &Scorer, customers: &[Customer], options: &ExplainOptions) -> Vec<Explanation> {
    let mut workspace = scorer.workspace();
    let gpu = open(&scorer.artifact().network, scorer.background());
    let mut explanations = Explanations::new(scorer);
    let mut most = 0;
    for customer in customers {
        most += explanations.push(scorer, customer, options).unwrap();
    }
    assert_eq!(explanations.customers(), customers.len());
    let explained = block_on(explanations.explain(scorer, &gpu)).unwrap();
    assert_eq!(explained.len(), customers.len());
    assert!(explained.iter().map(|explained| explained.evaluations).sum::<u64>() <= most);
    let one = |(customer, explained): (&Customer, MeanShares)| {
        let expected = scorer.explain(customer, options, &mut workspace).unwrap();
        assert_eq!(explained.evaluations, expected.evaluations);
        let both = explained.shares.iter().zip(&expected.contributions);
        for (contribution, expected) in both.chain(explained.standard_errors.iter().zip(&expected.standard_errors)) {
            assert!((contribution - expected).abs() < TOLERANCE, "{contribution} {expected}");
        }
        expected
    };
    customers.iter().zip(explained).map(one).collect()
}

#[test]
fn explanations_are_the_scorers() {
    for hidden in [&[][..], &[6], &[16, 8]] {
        let expected = compare(&small_scorer(hidden), &customers(), &ExplainOptions::default());
        assert!(expected.iter().all(|explanation| explanation.exact));
    }
    let scorer = small_scorer(&[6]);
    let options = ExplainOptions { budget: Some(7), ..ExplainOptions::default() };
    let refused = Explanations::new(&scorer).push(&scorer, &customers()[1], &options);
    assert_eq!(refused.unwrap_err().code(), "argument_invalid");
}

#[test]
fn sampled_explanations_are_the_scorers_in_all_their_rounds() {
    // The last network is one whose games are not walked, only sampled.
    for hidden in [&[6][..], &[16, 8], &[130, 4]] {
        let (scorer, customers) = wide_scorer(hidden);
        // Three customers are background rows themselves: one of their games has no players.
        for (budget, tolerance) in [(700, None), (20_000, Some(0.005)), (60_000, Some(1e-9))] {
            let options = ExplainOptions { budget: Some(budget), tolerance, seed: 5, ..ExplainOptions::default() };
            let expected = compare(&scorer, &customers, &options);
            assert!(expected.iter().all(|explanation| !explanation.exact && explanation.standard_error() > 0.0));
        }
        compare(&scorer, &customers[..2], &ExplainOptions::default());
    }
}

#[test]
fn a_network_that_is_too_large_is_refused() {
    let refused = |hidden: &[usize]| {
        let (network, background) = (network(30, hidden), Features::new(6, 1));
        let gpu = block_on(Gpu::open(&network, &background))?;
        block_on(gpu.walk(&GameSet { fields: 1, customers: 1, games: Vec::new() })).map(drop)
    };
    assert_eq!(
        refused(&[300]).unwrap_err().to_string(),
        "the network is too large for the kernels: 300 units in a layer, at most 256"
    );
    assert_eq!(refused(&[200, 8]).unwrap_err().code(), "shape");
    refused(&[200]).unwrap();
}

#[test]
fn a_destroyed_device_is_an_error() {
    let network = network(30, &[16]);
    let features = features(6, 30, 700);
    let gpu = open(&network, &features);
    block_on(gpu.logits(&features, 700)).unwrap();
    gpu.destroy();
    assert_eq!(block_on(gpu.logits(&features, 700)).unwrap_err().code(), "device_failed");
}

#[test]
fn a_device_without_memory_is_an_error() {
    let network = network(30, &[16]);
    let features = features(6, 30, 700);
    let gpu = open(&network, &features);
    block_on(gpu.logits(&features, 700)).unwrap();
    // A size beyond the limit is refused on any machine, and reported as memory that is not there
    // would be.
    let _refused = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: gpu.device.limits().max_buffer_size.saturating_mul(2),
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    });
    assert_eq!(block_on(gpu.logits(&features, 700)).unwrap_err().code(), "device_failed");
}
