//! Profiles, merging and comparisons of simulated rows.

use proptest::prelude::*;

use super::*;
use crate::schema::tests::small_schema;

/// A deterministic stream of numbers in 0 to 1.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        // SplitMix64 (Steele et al. 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn cells() -> Vec<Cells> {
    let mut cells = vec![
        Cells::Number { edges: (0..=10).map(|edge| edge as f32 / 10.0).collect() },
        Cells::Category { codes: vec![0, 1, 2], count: 3 },
    ];
    cells.extend((2..small_schema().fields.len()).map(|_| Cells::None));
    cells
}

fn edges() -> Vec<f32> {
    (1..64).map(|bin| ((bin as f32) / 64.0 / (1.0 - bin as f32 / 64.0)).ln()).collect()
}

/// Rows of which a share has a raised number, and all a probability that follows it.
fn rows(seed: u64, rows: usize, shift: f64) -> (Observed, Vec<LabelledScore>) {
    let mut draws = Draws(seed);
    let mut observed = Observed::new(&cells(), &edges(), 0.5, 1);
    let mut labelled = Vec::new();
    for _ in 0..rows {
        let number = draws.next();
        let number = number + shift * number * (1.0 - number);
        observed.add_rows(1);
        observed.numbers(0, &[number]);
        observed.codes(1, &[(3.0 * draws.next()) as u16]);
        let probability = 0.05 + 0.9 * number.clamp(0.0, 1.0);
        let logit = (probability / (1.0 - probability)).ln() as f32;
        observed.score(logit, probability as f32);
        labelled.push(LabelledScore { logit, probability, left: draws.next() < probability });
    }
    (observed, labelled)
}

fn reference(seed: u64, count: usize) -> Reference {
    let (observed, labelled) = rows(seed, count, 0.0);
    let mut bins = vec![[0; 4]; 64];
    for row in &labelled {
        let bin = edges().partition_point(|&edge| edge <= row.logit);
        let millionths = |number: f64| (number * 1e6).round() as u64;
        let counted =
            [1, u64::from(row.left), millionths(row.probability), millionths(row.probability * row.probability)];
        bins[bin].iter_mut().zip(counted).for_each(|(sum, number)| *sum += number);
    }
    let profile = observed.reference_profile();
    Reference { cells: cells(), score_edges: edges(), threshold: 0.5, outcomes: Outcomes::of_bins(&bins), profile }
}

fn model() -> String {
    "ab".repeat(32)
}

fn profile(seed: u64, count: usize, shift: f64) -> Profile {
    let mut profile = rows(seed, count, shift).0.profile(&model(), Some([20_000, 20_006]));
    profile.identify(seed);
    profile
}

#[test]
fn a_profile_is_read_as_it_was_written() {
    let profile = profile(3, 4000, 0.0);
    let text = profile.write().unwrap();
    assert!(text.len() < 4000, "{}", text.len());
    assert_eq!(Profile::read(&text).unwrap(), profile);
    assert_eq!(profile.check(&reference(1, 4000), &model(), Some(20_006)), Ok(()));
}

#[test]
fn a_reference_is_read_as_it_was_written() {
    let reference = reference(1, 4000);
    assert!(reference.outcomes.ends.len() > 10);
    let schema = &{
        let mut schema = small_schema();
        schema.fields.truncate(2);
        schema
    };
    let small = Reference { cells: reference.cells[..2].to_vec(), ..reference.clone() };
    let mut small =
        Reference { profile: Profile { fields: small.profile.fields[..2].to_vec(), ..small.profile.clone() }, ..small };
    // The schema's own category has other codes than the cells.
    let count = schema.fields[1].category_count() as u16;
    if !schema.fields[1].is_number() {
        small.cells[1] = Cells::Category { codes: Vec::new(), count };
        small.profile.fields[1] = vec![Some(small.profile.rows), Some(0), Some(0), Some(0)];
    } else {
        small.cells[1] = Cells::None;
        small.profile.fields[1] = Vec::new();
    }
    let card = format!("{{\"reference\":{}}}", small.write());
    assert_eq!(Reference::of_card(&card, schema), Ok(Some(small.clone())));
    assert_eq!(Reference::of_card("{}", schema), Ok(None));
    // Counts of few customers are refused.
    small.profile.rules[0] = Some(3);
    let card = format!("{{\"reference\":{}}}", small.write());
    assert!(Reference::of_card(&card, schema).unwrap_err().0.contains("fewer than 20"));
}

#[test]
fn what_is_no_profile_of_the_model_is_refused() {
    let (sound, reference) = (profile(3, 4000, 0.0), reference(1, 4000));
    let code = |profile: &Profile| profile.check(&reference, &model(), Some(20_100)).unwrap_err().code();
    assert_eq!(code(&Profile { model: "cd".repeat(32), ..sound.clone() }), "profile_model");
    assert_eq!(code(&Profile { days: Some([20_000, 20_101]), ..sound.clone() }), "profile_future");
    assert_eq!(code(&Profile { rows: 5000, ..sound.clone() }), "profile_counts");
    assert_eq!(code(&Profile { scored: 4001, ..sound.clone() }), "profile_counts");
    assert_eq!(code(&Profile { fields: Vec::new(), ..sound.clone() }), "profile_counts");
    assert_eq!(code(&Profile { days: Some([5, 4]), ..sound.clone() }), "profile_counts");
    let text = sound.write().unwrap();
    let read = |text: &str| Profile::read(text).unwrap_err().code();
    assert_eq!(read(&text.replace("\"version\":1", "\"version\":2")), "profile_version");
    assert_eq!(read(&text.replace("tenure-profile", "x")), "profile_format");
    assert_eq!(read("[]"), "profile_format");
    assert_eq!(read(""), "profile_format");
    assert_eq!(read(&text.replace("\"rows\":4000", "\"rows\":-1")), "profile_format");
    assert_eq!(read(&text.replace("\"parts\":[\"0000000000000003\"]", "\"parts\":[\"3\"]")), "profile_format");
    assert_eq!(read(&" ".repeat(MAXIMUM_PROFILE_BYTES + 1)), "profile_too_large");
}

#[test]
fn a_profile_is_merged_once_and_with_its_own_model() {
    let (mut a, b) = (profile(1, 500, 0.0), profile(2, 500, 0.0));
    a.merge(&b).unwrap();
    let before = a.clone();
    assert_eq!(a.merge(&b), Err(ProfileError::Twice(2)));
    assert_eq!(a.merge(&Profile { model: "cd".repeat(32), ..b.clone() }), Err(ProfileError::Layout));
    assert_eq!(a, before);
    assert_eq!((a.rows, a.parts.as_slice()), (1000, &[1, 2][..]));
}

#[test]
fn the_largest_profile_fits() {
    let edges: Vec<f32> = (0..46).map(|edge| edge as f32).collect();
    let cells = vec![Cells::Number { edges }; 20];
    assert_eq!(cells.iter().map(Cells::len).sum::<usize>(), MAXIMUM_CELLS);
    let profile = Observed::new(&cells, &super::tests::edges(), 0.5, 32).profile(&model(), Some([20_000, 20_006]));
    let full = |counts: &Vec<Count>| vec![Some(9_999_999_999); counts.len()];
    let full = Profile {
        rows: 9_999_999_999,
        scored: 9_999_999_999,
        fields: profile.fields.iter().map(full).collect(),
        rules: full(&profile.rules),
        offers: full(&profile.offers),
        scores: Scores {
            rows: full(&profile.scores.rows),
            sums: full(&profile.scores.sums),
            squares: full(&profile.scores.squares),
            ..profile.scores
        },
        parts: vec![7],
        ..profile
    };
    assert!(full.write().unwrap().len() <= MAXIMUM_PROFILE_BYTES);
}

#[test]
fn nothing_that_did_not_move_is_an_alarm_too_often() {
    let mut alarms = 0;
    for seed in 0..400 {
        let reference = reference(10_000 + seed, 2000);
        let profile = profile(seed, 1000, 0.0);
        alarms += u32::from(Comparison::of(&reference, &profile, &Stakes::default()).verdict != Verdict::Fine);
    }
    // 16 are expected at most.
    assert!((3..27).contains(&alarms), "{alarms}");
}

#[test]
fn every_threshold_is_exceeded_as_rarely_as_it_says() {
    let mut beyond = [0; 5];
    for seed in 0..400 {
        let found = Comparison::of(&reference(10_000 + seed, 3000), &profile(seed, 2000, 0.0), &Stakes::default());
        let Distances { population_stability, jensen_shannon, chi_square, wasserstein, .. } = found.fields[0].distances;
        let above = |distance: Distance| u32::from(distance.value > distance.threshold);
        let all = [population_stability, jensen_shannon, chi_square, wasserstein.unwrap()];
        all.iter().zip(&mut beyond).for_each(|(distance, count)| *count += above(*distance));
        beyond[4] += u32::from(found.fields[0].drifted);
    }
    // The chance of each is .04 / 5 / 3: about one of 400 is expected.
    assert!(beyond.iter().all(|&count| count <= 6), "{beyond:?}");
}

#[test]
fn what_moved_is_seen_and_named() {
    let reference = reference(1, 3000);
    let found = Comparison::of(&reference, &profile(2, 2000, 0.4), &Stakes::default());
    assert_eq!(found.verdict, Verdict::Drift);
    let drifted: Vec<usize> = found.fields.iter().filter(|field| field.drifted).map(|field| field.field).collect();
    assert_eq!(drifted, [0]);
    assert!(found.scores.drifted);
    let bins = found.scores.distances.degrees;
    assert!((15.0..32.0).contains(&bins), "{bins}");
    let wasserstein = found.fields[0].distances.wasserstein.unwrap();
    assert!(wasserstein.value > wasserstein.threshold);
}

#[test]
fn a_column_that_is_not_filled_any_more_is_broken() {
    let reference = reference(1, 3000);
    let mut observed = rows(5, 1000, 0.0).0;
    for _ in 0..200 {
        observed.add_rows(1);
        observed.numbers(0, &[f64::NAN]);
        observed.codes(1, &[0]);
        observed.score(0.1, 0.5);
    }
    let found = Comparison::of(&reference, &observed.profile(&model(), None), &Stakes::default());
    assert_eq!((found.verdict, found.fields[0].broken, found.fields[1].broken), (Verdict::Broken, true, false));
    let empty = Observed::new(&cells(), &edges(), 0.5, 0).profile(&model(), None);
    let found = Comparison::of(&reference, &empty, &Stakes::default());
    assert_eq!((found.verdict, found.expected[1].roc_auc), (Verdict::Broken, None));
    let json = found.json(&small_schema(), &crate::decision::Policy::default());
    assert!(crate::json::parse(&json).is_ok(), "{json}");
}

/// The expected area of rows that are ranked one by one.
fn by_row(rows: &[LabelledScore]) -> f64 {
    let mut rows: Vec<f64> = rows.iter().map(|row| row.probability).collect();
    rows.sort_by(f64::total_cmp);
    let (mut below, mut wins) = (0.0, 0.0);
    for p in &rows {
        wins += p * (below + (1.0 - p) / 2.0);
        below += 1.0 - p;
    }
    wins / (rows.iter().sum::<f64>() * below)
}

#[test]
fn expected_figures_are_those_of_the_rows() {
    let reference = reference(1, 3000);
    for (seed, shift) in [(2, 0.0), (3, 0.6), (4, -0.6)] {
        let (observed, labelled) = rows(seed, 2000, shift);
        let found = Comparison::of(&reference, &observed.profile(&model(), None), &Stakes::default()).expected[1];
        let area = found.roc_auc.unwrap();
        assert!((area.value - by_row(&labelled)).abs() < 5e-4, "{} {}", area.value, by_row(&labelled));
        let mean = |of: &dyn Fn(f64) -> f64| labelled.iter().map(|row| of(row.probability)).sum::<f64>() / 2000.0;
        let loss = mean(&|p| -p * p.ln() - (1.0 - p) * (1.0 - p).ln());
        assert!((found.log_loss.unwrap().value - loss).abs() < 1e-3);
        assert!((found.rate.unwrap().value - mean(&|p| p)).abs() < 1e-5);
        let above: Vec<f64> = labelled.iter().map(|row| row.probability).filter(|p| *p as f32 >= 0.5).collect();
        let precision = above.iter().sum::<f64>() / above.len() as f64;
        assert!((found.precision.unwrap().value - precision).abs() < 1e-5);
        let recall = above.iter().sum::<f64>() / (2000.0 * mean(&|p| p));
        assert!((found.recall.unwrap().value - recall).abs() < 1e-5);
    }
}

#[test]
fn intervals_cover_what_is_measured() {
    let reference = reference(1, 3000);
    let mut inside = [0; 2];
    for seed in 0..200 {
        let (observed, labelled) = rows(100 + seed, 1000, 0.3);
        let expected = Comparison::of(&reference, &observed.profile(&model(), None), &Stakes::default()).expected[1];
        let measured = Concept::of(&reference, &labelled).unwrap();
        let covers = |estimate: Estimate, value: f64| u32::from((estimate.low..=estimate.high).contains(&value));
        inside[0] += covers(expected.roc_auc.unwrap(), measured.roc_auc.unwrap().value);
        inside[1] += covers(expected.rate.unwrap(), measured.rate);
    }
    assert!(inside.iter().all(|&count| (180..=200).contains(&count)), "{inside:?}");
}

#[test]
fn a_concept_that_moved_is_seen() {
    let mut alarms = 0;
    for seed in 0..300 {
        let found = Concept::of(&reference(900 + seed, 2000), &rows(seed, 1000, 0.2).1).unwrap();
        alarms += u32::from(found.drifted);
    }
    // 3 are expected.
    assert!(alarms <= 9, "{alarms}");
    let reference = reference(1, 2000);
    let (_, mut labelled) = rows(7, 4000, 0.0);
    let mut draws = Draws(5);
    for row in labelled.iter_mut().skip(2000) {
        if draws.next() < 0.4 {
            row.left = draws.next() < 0.5;
        }
    }
    let found = Concept::of(&reference, &labelled).unwrap();
    assert!(found.drifted && found.roc_auc.unwrap().high < found.expected_roc_auc.unwrap());
    assert!(found.since.unwrap().abs_diff(2000) < 400, "{:?}", found.since);
    assert_eq!(Concept::of(&reference, &[]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn merging_is_associative_and_commutative(sizes in prop::collection::vec(0usize..60, 3), none: bool) {
        let profiles: Vec<Profile> = sizes
            .iter()
            .enumerate()
            .map(|(at, &size)| {
                let mut profile = profile(at as u64 + 1, size, 0.1 * at as f64);
                profile.days = if none && at == 0 { None } else { Some([at as i32, 10 - at as i32]) };
                profile
            })
            .collect();
        let merged = |order: [usize; 3]| {
            let mut sum = profiles[order[0]].clone();
            order[1..].iter().for_each(|&at| sum.merge(&profiles[at]).unwrap());
            sum
        };
        let first = merged([0, 1, 2]);
        for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            prop_assert_eq!(&merged(order), &first);
        }
        let mut pair = profiles[1].clone();
        pair.merge(&profiles[2]).unwrap();
        let mut grouped = profiles[0].clone();
        grouped.merge(&pair).unwrap();
        prop_assert_eq!(grouped, first);
    }
}

/// tests/vectors/drift.py wrote them with NannyML, SciPy and Evidently's formula.
#[test]
fn distances_and_areas_are_those_of_the_peers() {
    let text = include_str!("../../tests/vectors/drift.json");
    let document: serde_json::Value = serde_json::from_str(text).unwrap();
    let list = |value: &serde_json::Value| -> Vec<f64> {
        value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let near = |seen: f64, expected: &serde_json::Value, tolerance: f64| {
        let expected = expected.as_f64().unwrap();
        assert!((seen - expected).abs() <= tolerance * expected.abs().max(1.0), "{seen} {expected}");
    };
    let cases = document["numbers"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (reference, current) = (list(&case["reference"]), list(&case["current"]));
        near(jensen_shannon(&reference, &current), &case["jensen_shannon"], 1e-9);
        near(population_stability(&reference, &current), &case["psi"], 1e-9);
        let test = chi_square(&reference, &current);
        near(test.statistic, &case["chi_square"], 1e-9);
        near(test.p_value, &case["p_value"], 1e-9);
    }
    for case in document["bins"].as_array().unwrap() {
        let found = wasserstein(&list(&case["edges"]), &list(&case["reference"]), &list(&case["current"]));
        near(found, &case["wasserstein"], 1e-3);
    }
    let edges: Vec<f32> = list(&document["edges"]).into_iter().map(|edge| edge as f32).collect();
    let cases = document["scores"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let mut observed = Observed::new(&[], &edges, 0.5, 0);
        for logit in list(&case["logits"]) {
            observed.score(logit as f32, (1.0 / (1.0 + (-logit).exp())) as f32);
        }
        observed.add_rows(list(&case["logits"]).len());
        let whole = observed.reference_profile();
        let reference = Reference {
            cells: Vec::new(),
            score_edges: edges.clone(),
            threshold: 0.5,
            outcomes: Outcomes::default(),
            profile: whole.clone(),
        };
        for profile in [observed.profile(&model(), None), whole] {
            let found = Expected::of(&profile.scores, profile.scored, &reference, &Stakes::default());
            near(found.roc_auc.unwrap().value, &case["roc_auc"], 0.003);
        }
    }
}

#[test]
fn a_thousand_profiles_are_merged_in_a_tenth_of_a_second() {
    let profiles: Vec<Profile> = (0..1000)
        .map(|seed| {
            let mut profile = rows(seed % 7, 100, 0.0).0.profile(&model(), None);
            profile.identify(seed);
            profile
        })
        .collect();
    let started = std::time::Instant::now();
    let mut sum = profiles[0].clone();
    profiles[1..].iter().for_each(|profile| sum.merge(profile).unwrap());
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(sum.rows, 100_000);
    assert!(sum.write().is_err(), "a thousand identities do not fit");
    assert!(seconds < 0.1, "{seconds}");
}
