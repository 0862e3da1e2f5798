//! A fit that was stopped continues from its state.

use super::*;

/// Stops a fit after each of some numbers of epochs and begins it again, to its end.
fn stopped<S: NetworkShape>(config: &FitConfig<S>, rows: [&Toy; 2], stops: &[usize]) -> Fitted<S::Network> {
    let folder = tempfile::tempdir().unwrap();
    let options = FitOptions { checkpoints: Some(folder.path().to_owned()), ..FitOptions::default() };
    for &stop in stops {
        let stopped = fit(config, rows[0], rows[1], &options, &mut |report| {
            if report.epoch == stop { Control::Stop } else { Control::Continue }
        });
        assert_eq!(stopped.unwrap_err(), FitError::Interrupted);
    }
    let mut epochs = Vec::new();
    let fitted = fit(config, rows[0], rows[1], &options, &mut |report| {
        epochs.push(report.epoch);
        Control::Continue
    });
    let fitted = fitted.unwrap();
    assert_eq!(epochs, (1..=fitted.epochs).collect::<Vec<_>>(), "every epoch is reported, once");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    fitted
}

#[test]
fn a_fit_that_was_stopped_goes_on_to_the_same_bits() {
    let (train, validation) = (Toy::new(400, 1), Toy::new(200, 2));
    let shape = DenseShape { hidden: vec![16, 8], batch_norm: true, input_batch_norm: true, ..DenseShape::default() };
    let config = FitConfig { shape, maximum_epochs: 14, patience: 5, class_weights: true, ..config() };
    let whole = fit(&config, &train, &validation, &FitOptions::default(), &mut |_| Control::Continue).unwrap();
    let resumed = stopped(&config, [&train, &validation], &[1, 4, 5]);
    assert_eq!((resumed.epochs, resumed.best_epoch), (whole.epochs, whole.best_epoch));
    assert_eq!(bits(&resumed), bits(&whole));

    let shape = TabmConfig { members: 3, width: 8, ..TabmConfig::default() };
    let config = FitConfig { shape, maximum_epochs: 8, averaging: 0.9, ..FitConfig::default() };
    let whole = fit(&config, &train, &validation, &FitOptions::default(), &mut |_| Control::Continue).unwrap();
    let resumed = stopped(&config, [&train, &validation], &[2, 3]);
    let logits = |network| member_logits(network, &validation.values, validation.labels.len());
    assert_eq!(logits(&resumed.network), logits(&whole.network));
}

#[test]
fn a_state_is_found_by_its_own_fit_alone_and_a_damaged_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let options = FitOptions { checkpoints: Some(folder.path().to_owned()), ..FitOptions::default() };
    let config = FitConfig { maximum_epochs: 2, ..config() };
    let files = || std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    let run = |config: &FitConfig, rows: u64| {
        fit(config, &Toy::new(200, rows), &Toy::new(100, 2), &options, &mut |_| Control::Continue)
    };
    run(&config, 1).unwrap();
    let file = files().remove(0);
    run(&config, 1).unwrap();
    assert_eq!(files().len(), 1);
    run(&FitConfig { learning_rate: 0.01, ..config.clone() }, 1).unwrap();
    run(&config, 9).unwrap();
    assert_eq!(files().len(), 3);

    let saved = std::fs::read(&file).unwrap();
    for length in [0, 9, saved.len() / 2, saved.len() - 1] {
        std::fs::write(&file, &saved[..length]).unwrap();
        let FitError::Checkpoint { message } = run(&config, 1).unwrap_err() else { panic!("{length} bytes were read") };
        assert!(message.contains("damaged") && message.contains("fit-"), "{message}");
    }
}
