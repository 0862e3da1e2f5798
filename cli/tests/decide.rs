//! `tenure decide` and `tenure plan`: the scorer's decisions in a table, plans within their limits,
//! and what is refused.

mod small_model;

use std::path::Path;

use serde_json::Value as Json;
use small_model::{SmallModel, assert_code, read_csv, words};
use tenure::artifact::{Artifact, Document, write};
use tenure::decision::{Amount, Effect, Holdout, Offer, Policy, Tier};
use tenure::scorer::{DecideOptions, Scorer};

/// The small model with two offers; one customer in five is held out.
fn model() -> SmallModel {
    let mut model = SmallModel::new();
    let Artifact { document, network, .. } = model.scorer.artifact().clone();
    let offer = |name: &str, cost: Amount, eligible: &str, cooldown| Offer {
        name: name.into(),
        label: String::new(),
        cost,
        effect: Effect::Amount(Amount::Number(0.4)),
        eligible: Some(eligible.into()),
        answers: vec!["contract".into()],
        capacity: None,
        cooldown,
    };
    let mut tiers = document.policy.tiers.clone();
    tiers.iter_mut().for_each(|tier: &mut Tier| tier.action = format!("act on {}", tier.name));
    let policy = Policy {
        value: Some(Amount::Formula("10 * charges".into())),
        contact_cost: 1.0,
        holdout: Some(Holdout { fraction: 0.2, key: "test".into() }),
        offers: vec![
            offer("discount", Amount::Formula("0.5 * charges".into()), "tenure >= 6", 90.0),
            offer("gift", Amount::Number(20.0), "contract != \"Year\"", 0.0),
        ],
        ..Policy::of_tiers(tiers)
    };
    let artifact = Artifact::new(Document { policy, ..document }, network).unwrap();
    std::fs::write(model.path("model.safetensors"), write(&artifact).unwrap()).unwrap();
    model.scorer = Scorer::new(artifact);
    model
}

#[test]
fn every_row_has_the_scorers_decision() {
    let model = model();
    let text = model.rows(300) + "C-300,-1,x,Month,Yes,No\n";
    // Some had an offer, one of them on a day that is no number.
    let with_days: String = text
        .lines()
        .enumerate()
        .map(|(line, text)| match line {
            0 => format!("{text},last\n"),
            7 => format!("{text},soon\n"),
            _ if line % 3 == 0 => format!("{text},30\n"),
            _ => format!("{text},\n"),
        })
        .collect();
    model.table("in.csv", &with_days);
    let arguments = ["decide", "model.safetensors", "--data", "in.csv", "--days", "last"];
    let output = model.run(&[&arguments[..], &["--out", "out.csv", "--json"]].concat());
    assert_code(&output, 0);
    let (names, rows) = read_csv(&model.path("out.csv"));
    let added =
        ["probability", "value", "expected_profit", "cost", "tier", "action", "offer", "reason", "reason_field"];
    let more = ["withheld", "refused", "holdout", "problems"];
    assert_eq!(names[7..], [&added[..], &more].concat());
    let policy = &model.scorer.document().policy;
    let mut workspace = model.scorer.workspace();
    let (mut offered, mut held) = (0, 0);
    for (row, cells) in rows.iter().enumerate().take(300).filter(|(row, _)| *row != 6) {
        let identifier = format!("C-{row}");
        let options = DecideOptions {
            identifier: Some(&identifier),
            days_since_offer: ((row + 1) % 3 == 0).then_some(30.0),
            ..DecideOptions::default()
        };
        let decision = model.scorer.decide(&model.customer(row), &options, &mut workspace).unwrap();
        let best = decision.actions.first().map_or("", |action| policy.offers[action.offer].name.as_str());
        let refused =
            decision.refused.iter().map(|one| format!("{}: {}", policy.offers[one.offer].name, one.rule.name()));
        assert_eq!(cells[9], (decision.expected_profit as f32).to_string(), "row {row}");
        assert_eq!((cells[11].as_str(), cells[13].as_str()), (policy.tiers[decision.tier].name.as_str(), best));
        assert_eq!(cells[17], refused.collect::<Vec<_>>().join("; "));
        let is_held = cells[18] == "yes";
        assert_eq!(cells[18], if decision.holdout.unwrap() { "yes" } else { "no" });
        assert_eq!(cells[12].is_empty(), is_held);
        // The offer that the customer would have got, were it not for the hold-out.
        let options = DecideOptions { identifier: Some("C-0"), ..options };
        let free = model.scorer.decide(&model.customer(row), &options, &mut workspace).unwrap();
        assert_eq!(free.holdout, Some(false));
        let would = free.actions.first().map_or("", |action| policy.offers[action.offer].name.as_str());
        assert_eq!(cells[16], if is_held { would } else { "" });
        let cost = decision.actions.first().map_or(0.0, |action| action.judgement.cost + policy.contact_cost);
        assert_eq!(cells[10], (cost as f32).to_string());
        assert!(
            cells[15].is_empty() || model.scorer.document().schema.field_index(&cells[15]).is_some(),
            "{}",
            cells[15]
        );
        offered += usize::from(!best.is_empty());
        held += usize::from(is_held);
    }
    assert!(offered > 20 && (30..100).contains(&held), "{offered} {held}");
    assert!(rows[6][19].contains("days: must be a number of days, at least 0: soon"), "{}", rows[6][19]);
    assert!(rows[300][7].is_empty() && rows[300][19].contains("tenure: bounds: -1"), "{:?}", rows[300]);
    let counts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&counts["rows"], &counts["not_decided"], &counts["held_out"]), (&301.into(), &2.into(), &held.into()));

    // One row, as the package gives it.
    let one = model.run(&[&arguments[..], &["--row", "3"]].concat());
    assert_code(&one, 0);
    let options =
        DecideOptions { identifier: Some("C-2"), days_since_offer: Some(30.0), reasons: 3, ..DecideOptions::default() };
    let customer = model.customer(2);
    let decision = model.scorer.decide(&customer, &options, &mut workspace).unwrap();
    let text = String::from_utf8(one.stdout).unwrap();
    assert_eq!(text.trim_end(), model.scorer.decision_json(&customer, &decision));
}

#[test]
fn a_plan_keeps_to_its_limits() {
    let model = model();
    // Two batches.
    model.table("in.csv", &(model.rows(5000) + "C-5000,-1,x,Month,Yes,No\n"));
    let arguments = ["plan", "model.safetensors", "--data", "in.csv", "--out", "out.csv", "--force", "--json"];
    let run = |more: &[&str]| {
        let output = model.run(&[&arguments[..], more].concat());
        assert_code(&output, 0);
        let (names, rows) = read_csv(&model.path("out.csv"));
        assert_eq!(names[6..], ["probability", "expected_profit", "cost", "offer", "holdout", "problems"]);
        let figures: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (rows, figures)
    };
    let (all, free) = run(&[]);
    let (rows, figures) = run(&["--budget", "5000", "--count", "250", "--capacity", "gift=40"]);
    let number = |text: &str| text.parse::<f64>().unwrap();
    let (mut cost, mut profit, mut gifts, mut offers) = (0.0, 0.0, 0, 0);
    for (row, cells) in rows.iter().enumerate().take(5000) {
        if cells[9].is_empty() {
            assert!(cells[7].is_empty() && cells[8].is_empty());
            continue;
        }
        assert_eq!(cells[10], "no", "row {row} is held out and has an offer");
        (cost, profit, offers) = (cost + number(&cells[8]), profit + number(&cells[7]), offers + 1);
        gifts += usize::from(cells[9] == "gift");
    }
    assert!(cost <= 5000.001 && offers <= 250 && gifts <= 40, "{cost} {offers} {gifts}");
    let close = |seen: &serde_json::Value, sum: f64| (seen.as_f64().unwrap() - sum).abs() < 1e-4 * sum;
    assert!(close(&figures["cost"], cost) && close(&figures["expected_profit"], profit));
    assert!(figures["expected_profit"].as_f64() <= figures["bound"].as_f64());
    assert!(profit > 0.9 * figures["bound"].as_f64().unwrap() && profit < free["expected_profit"].as_f64().unwrap());
    assert!(rows[5000][6].is_empty() && rows[5000][11].contains("tenure: bounds: -1"), "{:?}", rows[5000]);
    assert_eq!(all.iter().filter(|cells| cells[10] == "yes").count() as u64, free["held_out"].as_u64().unwrap());
    let curve = &free["curve"];
    assert_eq!(curve["by_risk"].as_array().unwrap().len(), 101);
    assert!(curve["best_by_risk"]["profit"].as_f64() <= curve["best_by_profit"]["profit"].as_f64());
    // Without limits every customer gets the best offer.
    assert!(
        (free["expected_profit"].as_f64().unwrap() / curve["best_by_profit"]["profit"].as_f64().unwrap() - 1.0).abs()
            < 1e-9
    );
    assert!(free["campaigns"]["gift"]["fraction"].as_f64().unwrap() > 0.0);
}

#[test]
fn limits_and_columns_that_make_no_sense_are_refused() {
    let model = model();
    model.table("in.csv", &model.rows(50));
    model.table("anonymous.csv", &model.rows(50).replacen("id,", "who,", 1));
    let plan = ["plan", "model.safetensors", "--data", "in.csv", "--out", "out.csv"];
    for (more, part) in [
        (&["--budget", "0"][..], "--budget must be above 0 (got 0)"),
        (&["--budget=-5"], "--budget must be above 0 (got -5)"),
        (&["--budget", "inf"], "--budget must be finite; leave it out for no limit (got inf)"),
        (&["--budget", "NaN"], "--budget must be above 0 (got NaN)"),
        (&["--count", "51"], "--count must be a whole number from 1 to 50, the customers of the cohort (got 51)"),
        (&["--capacity", "gift=51"], "--capacity of gift must be a whole number from 1 to 50"),
        (&["--capacity", "gift=0"], "--capacity of gift must be a whole number from 1 to 50"),
        (&["--capacity", "gifts=5"], "the policy has no offer `gifts`; the nearest is `gift`; it has discount, gift"),
        (&["--capacity", "gift"], "must be the name of an offer and a number, as in discount=500"),
        (&["--days", "lst"], "--days: in.csv has no column `lst`"),
    ] {
        let output = model.run(&[&plan[..], more].concat());
        assert_code(&output, 2);
        assert!(words(&output).contains(part), "{part} in {}", words(&output));
    }
    let arguments = ["decide", "model.safetensors", "--data", "anonymous.csv", "--out", "out.csv"];
    let output = model.run(&arguments);
    assert_code(&output, 2);
    assert!(words(&output).contains("the policy holds out 20% of the customers"), "{}", words(&output));
    assert_code(&model.run(&[&arguments[..], &["--id", "who"]].concat()), 0);
    let without = SmallModel::new();
    without.table("in.csv", &without.rows(50));
    let output = without.run(&plan);
    assert_code(&output, 2);
    assert!(words(&output).contains("the model's policy has no offers"), "{}", words(&output));
}

#[test]
fn what_came_of_decisions_is_measured_and_what_does_not_fit_is_counted() {
    let model = model();
    model.table("in.csv", &model.rows(2000));
    assert_code(&model.run(&["decide", "model.safetensors", "--data", "in.csv", "--out", "decisions.csv"]), 0);
    let (names, rows) = read_csv(&model.path("decisions.csv"));
    let place = |name: &str| names.iter().position(|other| other == name).unwrap();
    let (offer, withheld, cost) = (place("offer"), place("withheld"), place("cost"));
    // A third of those with an offer leave, and half of those without one.
    let leaves = |row: usize| row * 7919 % 6 < if rows[row][offer].is_empty() { 3 } else { 2 };
    let mut outcomes = String::from("customer,status\n");
    for row in 0..1990 {
        outcomes += &format!("C-{row},{}\n", if leaves(row) { "gone" } else { "here" });
    }
    outcomes += "C-3,gone\nnobody,gone\nC-1995,\n";
    model.table("outcomes.csv", &outcomes);
    let arguments =
        ["outcomes", "decisions.csv", "outcomes.csv", "--id", "id", "--outcome-id", "customer", "--left", "status"];
    let output = model.run(&[&arguments[..], &["--positive", "gone", "--json", "-"]].concat());
    assert_code(&output, 0);
    let figures: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let offered: Vec<usize> = (0..1990).filter(|&row| !rows[row][offer].is_empty()).collect();
    let held: Vec<usize> = (0..1990).filter(|&row| !rows[row][withheld].is_empty()).collect();
    assert!(offered.len() > 500 && held.len() > 100, "{} {}", offered.len(), held.len());
    let stayed = |rows: &[usize]| rows.iter().filter(|&&row| !leaves(row)).count();
    let all = &figures["effects"]["all"];
    for (arm, rows) in [("offered", &offered), ("held_out", &held)] {
        assert_eq!((&all[arm]["customers"], &all[arm]["stayed"]), (&rows.len().into(), &stayed(rows).into()), "{arm}");
    }
    let rate = |rows: &[usize]| stayed(rows) as f64 / rows.len() as f64;
    let close = |found: &serde_json::Value, expected: f64| {
        let found = found.as_f64().unwrap();
        assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found} {expected}");
    };
    close(&all["lift"]["value"], rate(&offered) - rate(&held));
    close(&all["cost"], offered.iter().map(|&row| rows[row][cost].parse::<f64>().unwrap()).sum());
    let of_gift =
        figures["effects"]["offers"].as_array().unwrap().iter().find(|effect| effect["group"] == "gift").unwrap();
    let gifts = offered.iter().filter(|&&row| rows[row][offer] == "gift").count();
    assert_eq!(of_gift["offered"]["customers"], gifts);
    assert_eq!(figures["uplift"]["customers"], serde_json::json!([offered.len(), held.len()]));
    let left_out = &figures["left_out"];
    assert_eq!(left_out["decisions_without_outcome"].as_array().unwrap().len(), 10);
    assert_eq!((&left_out["doubled_outcomes"], &left_out["unknown_customers"]), (&[1992].into(), &[1993].into()));
    assert_eq!(figures["unreadable"], serde_json::json!(["outcomes.csv, line 1994: status is blank"]));

    let text = model.run(&[&arguments[..], &["--positive", "gone"]].concat());
    assert_code(&text, 0);
    let text = String::from_utf8(text.stdout.clone()).unwrap() + &words(&text);
    for part in
        ["lift, in points", "customers saved", "offer gift:", "Qini coefficient", "10 decisions have no outcome"]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }

    let never = model.run(&[&arguments[..], &["--positive", "left"]].concat());
    assert_code(&never, 2);
    assert!(words(&never).contains("no row of outcomes.csv has `status` = left"), "{}", words(&never));
    let wrong = model.run(&[
        "outcomes",
        "decisions.csv",
        "outcomes.csv",
        "--id",
        "ID",
        "--left",
        "status",
        "--positive",
        "gone",
    ]);
    assert_code(&wrong, 2);
    assert!(words(&wrong).contains("has no column `ID`; the nearest is `id`"), "{}", words(&wrong));
    model.table("others.csv", "customer,status\nX-1,gone\n");
    let others =
        ["outcomes", "decisions.csv", "others.csv", "--id", "id", "--outcome-id", "customer", "--left", "status"];
    let none = model.run(&[&others[..], &["--positive", "gone"]].concat());
    assert_code(&none, 1);
    assert!(words(&none).contains("no decision has an outcome"), "{}", words(&none));
    // A table that `decide` did not write.
    let plain =
        model.run(&["outcomes", "in.csv", "outcomes.csv", "--id", "id", "--left", "status", "--positive", "gone"]);
    assert_code(&plain, 2);
    assert!(words(&plain).contains("a table that `tenure decide` wrote is needed"), "{}", words(&plain));
}

/// `pkg/tests/policy.test.js` holds JavaScript against the same file.
#[test]
fn a_policy_has_the_problems_that_javascript_finds_in_it() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let kept = Scorer::from_bytes(&std::fs::read(tests.join("artifacts/v1.safetensors")).unwrap()).unwrap();
    let vectors: Json = serde_json::from_slice(&std::fs::read(tests.join("vectors/policies.json")).unwrap()).unwrap();
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(20));
    for case in vectors["cases"].as_array().unwrap() {
        let mut schema = serde_json::to_value(&kept.document().schema).unwrap();
        schema["policy"] = case["policy"].clone();
        std::fs::write(model.path("schema.toml"), toml::to_string(&schema).unwrap()).unwrap();
        let output = model.run(&["check", "--data", "in.csv", "--schema", "schema.toml"]);
        let found = words(&output);
        let problems = case["problems"].as_array().unwrap();
        let text = |problem: &Json, key: &str| problem[key].as_str().unwrap().to_owned();
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| format!("  {}: {}", text(problem, "place"), text(problem, "message")))
            .collect();
        if lines.is_empty() {
            assert!(!found.contains("policy."), "{found}");
        } else {
            assert_code(&output, 2);
            assert!(
                found.contains(&format!("problem{}:\n{}\n", if lines.len() == 1 { "" } else { "s" }, lines.join("\n"))),
                "{found}"
            );
        }
    }
}
