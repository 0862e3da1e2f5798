mod resume;

use std::sync::Mutex;
use std::thread;

use crate::folded::FoldedNetwork;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tenure::network::burn::tabm::{TabmConfig, TabmNetwork};

use super::loss::focal_weight;
use super::*;
use crate::logistic::softplus;

const COLUMNS: usize = 4;

/// Rows whose label is an exclusive-or of two columns, with some noise: no linear model can learn
/// it.
struct Toy {
    values: Vec<f32>,
    labels: Vec<bool>,
    /// The sizes of the mini-batches that were asked for.
    batches: Mutex<Vec<usize>>,
}

impl Toy {
    fn new(rows: usize, seed: u64) -> Toy {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let values: Vec<f32> = (0..rows * COLUMNS).map(|_| 2.0 * generator.random::<f32>() - 1.0).collect();
        let positive = |row: &[f32]| (row[0] > 0.0) != (row[1] > 0.3) || row[2] > 0.9;
        let labels = values.chunks(COLUMNS).map(|row| positive(row) != (generator.random::<f32>() < 0.05)).collect();
        Toy { values, labels, batches: Mutex::default() }
    }
}

impl DenseRows for Toy {
    fn labels(&self) -> &[bool] {
        &self.labels
    }

    fn columns(&self) -> usize {
        COLUMNS
    }

    fn write(&self, indices: &[usize], out: &mut [f32]) {
        self.batches.lock().unwrap().push(indices.len());
        for (&row, out) in indices.iter().zip(out.chunks_exact_mut(COLUMNS)) {
            out.copy_from_slice(&self.values[row * COLUMNS..(row + 1) * COLUMNS]);
        }
    }
}

fn config() -> FitConfig {
    FitConfig {
        learning_rate: 0.02,
        penalty: Penalty::Loss(0.1),
        batch_size: 64,
        maximum_epochs: 40,
        patience: 10,
        ..FitConfig::default()
    }
}

fn run(config: &FitConfig) -> Result<Fitted, FitError> {
    fit(config, &Toy::new(700, 1), &Toy::new(300, 2), &FitOptions::default(), &mut |_| Control::Continue)
}

/// Every bit of a fitted network.
fn bits(fitted: &Fitted) -> Vec<u64> {
    let folded = FoldedNetwork::from(&fitted.network);
    let layers = folded.layers.iter().flat_map(|layer| layer.weight.iter().chain(&layer.bias));
    let all = folded.direct.iter().chain(layers).chain(&folded.output).chain([&folded.output_bias]);
    all.map(|value| value.to_bits()).collect()
}

#[test]
fn it_learns_what_no_linear_share_can_and_keeps_the_best_weights() {
    let mut reports = Vec::new();
    let validation = Toy::new(300, 2);
    let device = Device::flex();
    let fitted = fit(&config(), &Toy::new(700, 1), &validation, &FitOptions::default(), &mut |report| {
        reports.push(*report);
        Control::Continue
    });
    let fitted = fitted.unwrap();
    assert!(fitted.validation_loss < 0.4, "{}", fitted.validation_loss);
    let linear =
        run(&FitConfig { shape: DenseShape { hidden: Vec::new(), ..DenseShape::default() }, ..config() }).unwrap();
    assert!(linear.validation_loss > 0.6, "{}", linear.validation_loss);

    let logits = logits(&fitted.network, &validation, &device).into_iter().map(f64::from);
    let again = log_loss(logits, validation.labels(), 1.0);
    assert_eq!(again, fitted.validation_loss);
    let lowest = reports.iter().min_by(|a, b| a.validation_loss.total_cmp(&b.validation_loss)).unwrap();
    assert_eq!((lowest.epoch, lowest.train_loss), (fitted.best_epoch, fitted.train_loss));
    assert_eq!(reports.len(), fitted.epochs);
    assert_eq!(reports.last().unwrap().best_validation_loss, fitted.validation_loss);
}

#[test]
fn a_seed_gives_the_same_bits_alone_and_beside_others() {
    // Batch norms on, so that running statistics are put to the test as well.
    let shape = DenseShape { hidden: vec![16, 8], batch_norm: true, ..DenseShape::default() };
    let config = FitConfig { shape, maximum_epochs: 6, ..config() };
    let alone = bits(&run(&config).unwrap());
    let beside: Vec<_> = thread::scope(|scope| {
        let seeds = [0, 1, 0, 2];
        let fits = seeds.map(|seed| {
            let config = FitConfig { seed, ..config.clone() };
            scope.spawn(move || bits(&run(&config).unwrap()))
        });
        fits.into_iter().map(|fit| fit.join().unwrap()).collect()
    });
    assert_eq!(beside[0], alone);
    assert_eq!(beside[2], alone);
    assert_ne!(beside[1], alone);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| bits(&run(&config).unwrap())), alone, "{threads} threads");
    }
}

#[test]
fn an_ensemble_learns_by_the_same_loop_and_a_seed_gives_the_same_bits() {
    let shape = TabmConfig { members: 4, width: 16, ..TabmConfig::default() };
    let config = FitConfig { shape, learning_rate: 0.01, maximum_epochs: 15, ..FitConfig::default() };
    let (train, validation) = (Toy::new(700, 1), Toy::new(300, 2));
    let run = |seed| {
        let config = FitConfig { seed, ..config.clone() };
        fit(&config, &train, &validation, &FitOptions::default(), &mut |_| Control::Continue).unwrap()
    };
    let fitted = run(0);
    assert!(fitted.validation_loss < 0.4, "{}", fitted.validation_loss);
    let logits = logits(&fitted.network, &validation, &Device::flex()).into_iter().map(f64::from);
    let loss = log_loss(logits, validation.labels(), 1.0);
    assert_eq!(loss, fitted.validation_loss);
    let bits = |network: &TabmNetwork| {
        let logits = member_logits(network, &validation.values, validation.labels.len());
        logits.into_iter().flatten().map(f32::to_bits).collect::<Vec<_>>()
    };
    let alone = bits(&fitted.network);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert!(pool.install(|| bits(&run(0).network)) == alone, "{threads} threads");
    }
    assert!(bits(&run(1).network) != alone);
}

#[test]
fn patience_ends_a_fit_and_the_last_epoch_does() {
    let ended = run(&FitConfig { patience: 3, maximum_epochs: 400, ..config() }).unwrap();
    assert!(ended.epochs < 400 && ended.epochs <= ended.best_epoch + 3, "{} of {}", ended.epochs, ended.best_epoch);
    assert_eq!(run(&FitConfig { maximum_epochs: 2, ..config() }).unwrap().epochs, 2);
}

#[test]
fn a_loss_that_hardly_falls_ends_a_fit() {
    // The epoch after which a fit ends whose validation loss is `loss` of the epoch.
    let end = |minimum_gain: f64, loss: fn(usize) -> f64| {
        let config = FitConfig { maximum_epochs: 100, patience: 4, minimum_gain, ..config() };
        let ended = |epochs: usize| {
            let losses = (0..epochs).map(|epoch| (0.0, loss(epoch))).collect();
            FitProgress::<()> { losses, best: None }.ended(&config)
        };
        (1..).find(|&epochs| ended(epochs)).unwrap()
    };
    assert_eq!(end(1e-4, |epoch| 0.5 - 3e-5 * epoch as f64), 100, "1.2e-4 over every four epochs");
    assert_eq!(end(1e-4, |epoch| 0.5 - 2e-5 * epoch as f64), 5);
    assert_eq!(end(0.0, |epoch| 0.5 - 2e-5 * epoch as f64), 100);
    assert_eq!(end(1e-4, |epoch| if epoch < 7 { 0.5 - 0.01 * epoch as f64 } else { 0.6 }), 11);
    assert_eq!(
        end(1e-4, |epoch| if epoch % 4 == 3 { 0.5 - 5e-5 * epoch as f64 } else { 0.7 }),
        100,
        "one epoch in four"
    );
}

#[test]
fn mini_batches_are_of_one_size_and_leave_no_remainder() {
    for (rows, batch_size, expected) in
        [(65, 32, &[32, 33][..]), (63, 32, &[63]), (20, 256, &[20]), (96, 256, &[32; 3]), (1200, 256, &[100; 12])]
    {
        let train = Toy::new(rows, 3);
        let shape = DenseShape { batch_norm: true, input_batch_norm: true, ..DenseShape::default() };
        let config = FitConfig { shape, batch_size, maximum_epochs: 1, ..config() };
        fit(&config, &train, &Toy::new(50, 4), &FitOptions::default(), &mut |_| Control::Continue).unwrap();
        assert_eq!(*train.batches.lock().unwrap(), expected);
    }
}

#[test]
fn class_weights_and_focal_loss_keep_the_rate() {
    let mut train = Toy::new(600, 5);
    // The toy's classes are even, churn's are not: three rows in four become negative.
    train.labels.iter_mut().enumerate().filter(|(row, _)| row % 4 != 0).for_each(|(_, label)| *label = false);
    // The mean probability, and the one that the loss alone asked for.
    let mean = |class_weights, gamma| {
        let shape = DenseShape { hidden: Vec::new(), ..DenseShape::default() };
        let config = FitConfig { class_weights, gamma, shape, ..config() };
        let fitted = fit(&config, &train, &train, &FitOptions::default(), &mut |_| Control::Continue).unwrap();
        let logits = logits(&fitted.network, &train, &Device::flex());
        [0.0, fitted.prior_correction as f32].map(|shift| {
            logits.iter().map(|logit| 1.0 / (1.0 + (-logit - shift).exp())).sum::<f32>() / logits.len() as f32
        })
    };
    let rate = train.labels.iter().filter(|&&label| label).count() as f32 / 600.0;
    let [plain, uncorrected] = mean(false, 0.0);
    assert!((plain - rate).abs() < 0.02 && plain == uncorrected, "{plain} instead of {rate}");
    let [corrected, weighted] = mean(true, 0.0);
    assert!((weighted - 0.5).abs() < 0.05, "{weighted} instead of even");
    assert!((corrected - rate).abs() < 0.04, "{corrected} instead of {rate}");
    // The focal loss is less sure of everything: its probabilities lie nearer to one half.
    let [focal, _] = mean(false, 2.0);
    assert!(focal > rate && focal < 0.5, "{focal} instead of between {rate} and even");
}

#[test]
fn a_weighted_row_has_the_slope_of_the_focal_loss() {
    let focal = |z: f64, gamma: f64| (1.0 - 1.0 / (1.0 + (-z).exp())).powf(gamma) * softplus(-z);
    for gamma in [0.5, 1.0, 2.0, 5.0] {
        for z in [-6.0, -1.5, 0.0, 0.7, 3.0, 8.0] {
            let step = 1e-4;
            let slope = (focal(z + step, gamma) - focal(z - step, gamma)) / (2.0 * step);
            // The slope of -ln(sigmoid(z)) is -sigmoid(-z).
            let ours = -f64::from(focal_weight(z as f32, gamma as f32)) / (1.0 + z.exp());
            assert!((ours - slope).abs() <= 1e-6 + 1e-5 * slope.abs(), "{gamma} {z}: {ours} {slope}");
        }
    }
    assert_eq!(focal_weight(1.3, 0.0), 1.0);
}

#[test]
fn interruption_and_divergence_are_errors_of_their_own() {
    let mut epochs = 0;
    let interrupted = fit(&config(), &Toy::new(200, 1), &Toy::new(100, 2), &FitOptions::default(), &mut |_| {
        epochs += 1;
        if epochs == 2 { Control::Stop } else { Control::Continue }
    });
    assert_eq!((interrupted.unwrap_err(), epochs), (FitError::Interrupted, 2));
    let diverged = run(&FitConfig { learning_rate: 1e30, ..config() }).unwrap_err();
    assert!(matches!(diverged, FitError::Diverged { epoch: 1, .. }), "{diverged}");
    let mut poisoned = Toy::new(200, 1);
    poisoned.values[17] = f32::NAN;
    let diverged = fit(&config(), &poisoned, &Toy::new(100, 2), &FitOptions::default(), &mut |_| Control::Continue);
    assert!(matches!(diverged.unwrap_err(), FitError::Diverged { .. }));
}

#[test]
fn wrong_settings_and_rows_are_refused_before_the_first_step() {
    let wrong = FitConfig {
        shape: DenseShape { hidden: vec![0], dropout: 1.0, batch_norm: true, ..DenseShape::default() },
        learning_rate: f64::INFINITY,
        penalty: Penalty::Loss(-1.0),
        averaging: 1.0,
        batch_size: 1,
        maximum_epochs: 0,
        patience: 0,
        ..config()
    };
    let FitError::Configuration { problems } = run(&wrong).unwrap_err() else { panic!("not refused") };
    assert_eq!(problems.len(), 8, "{problems:?}");
    let mut one_class = Toy::new(50, 1);
    one_class.labels.fill(true);
    let refused = fit(&config(), &Toy::new(50, 1), &one_class, &FitOptions::default(), &mut |_| Control::Continue);
    assert_eq!(refused.unwrap_err(), FitError::OneClass { part: "validation", positives: 50, negatives: 0 });
}

#[test]
fn a_round_is_a_cosine_and_the_next_is_twice_as_long() {
    let share = |epoch: usize| Schedule::Restarts(3).share(epoch, 1000);
    for epoch in 1..=3 {
        assert_eq!(share(epoch), Schedule::Cosine.share(epoch, 3));
    }
    for epoch in 1..=6 {
        assert_eq!(share(3 + epoch), Schedule::Cosine.share(epoch, 6));
    }
    assert_eq!(share(10), Schedule::Cosine.share(1, 12));
}

#[test]
fn a_fit_ends_when_it_is_near_enough_to_the_targets() {
    let epochs = |enough: f64| run(&FitConfig { enough, maximum_epochs: 8, ..config() }).unwrap().epochs;
    // The divergence from labels is their log-loss.
    let first = run(&FitConfig { maximum_epochs: 1, ..config() }).unwrap().validation_loss;
    assert_eq!([0.0, first * 0.999, first * 1.001].map(epochs).map(|epochs| epochs == 1), [false, false, true]);
    assert_eq!(epochs(1e-9), 8);
    let problem = run(&FitConfig { enough: f64::NAN, ..config() }).unwrap_err();
    assert!(problem.to_string().contains("enough must be at least 0, is NaN"), "{problem}");
}
