//! Times of plans: `plan MODEL ROWS` plans ROWS customers, two threads side by side, and prints
//! milliseconds. The customers are the background rows of the model in turn, with numbers moved a
//! little, so that no table is needed.

use std::error::Error;
use std::time::Instant;

use tenure::artifact::{Artifact, Document};
use tenure::customer::{Cell, MISSING_CODE};
use tenure::decision::{Amount, Effect, Offer, Policy};
use tenure::explanation::Random;
use tenure::scorer::{ColumnBlock, PlanCohort, PlanRequest, Scorer};

const BLOCK: usize = 8192;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let model = arguments.next().ok_or("a model is needed")?;
    let rows: usize = arguments.next().unwrap_or_else(|| "1000000".into()).parse()?;
    let scorer = with_offers(Scorer::from_bytes(&std::fs::read(model)?)?)?;
    let mut random = Random::new(1);
    let blocks: Vec<ColumnBlock> = (0..rows.div_ceil(BLOCK)).map(|_| block(&scorer, &mut random)).collect();
    let started = Instant::now();
    let half = blocks.len().div_ceil(2);
    let judge = |blocks: &[ColumnBlock]| {
        let mut cohort = PlanCohort::new(&scorer);
        for block in blocks {
            let mut block = block.clone();
            block.score(&scorer, BLOCK);
            cohort.push(&scorer, &block, BLOCK, &[], &[]);
        }
        cohort
    };
    let cohort = std::thread::scope(|threads| {
        let other = threads.spawn(|| judge(&blocks[half..]));
        let mut cohort = judge(&blocks[..half]);
        cohort.append(other.join().unwrap_or_default());
        cohort
    });
    let judged = started.elapsed();
    let request =
        PlanRequest { budget: Some(rows as f64 * 1.5), count: Some((rows / 5) as f64), ..PlanRequest::default() };
    let plan = scorer.plan(&cohort, &request).map_err(|problems| problems[0].clone())?;
    let total = started.elapsed();
    println!(
        "{} customers, {} offers made of {:?}, profit {:.0} of at most {:.0}; judged in {} ms, planned in {} ms",
        cohort.len(),
        plan.allocation.counts.iter().sum::<usize>(),
        plan.allocation.counts,
        plan.allocation.profit,
        plan.allocation.bound,
        judged.as_millis(),
        (total - judged).as_millis(),
    );
    Ok(())
}

/// The model with four offers, all amounts of which are formulas.
fn with_offers(scorer: Scorer) -> Result<Scorer, Box<dyn Error>> {
    let Artifact { document, network, .. } = scorer.artifact().clone();
    let offer = |name: &str, cost: &str, effect: &str, eligible: &str, capacity: f64| Offer {
        name: name.into(),
        label: String::new(),
        cost: Amount::Formula(cost.into()),
        effect: Effect::Amount(Amount::Formula(effect.into())),
        eligible: Some(eligible.into()),
        answers: Vec::new(),
        capacity: Some(capacity),
        cooldown: 0.0,
    };
    let mut policy = Policy {
        value: Some(Amount::Formula("12 * MonthlyCharges * 0.4".into())),
        contact_cost: 1.0,
        offers: vec![
            offer("discount", "0.6 * MonthlyCharges", "0.3", "tenure >= 3", 60_000.0),
            offer(
                "contract",
                "MonthlyCharges",
                "if(tenure < 12, 0.35, 0.45)",
                "Contract == \"Month-to-month\"",
                30_000.0,
            ),
            offer("support", "12 + 0 * tenure", "0.1 + 0.05 * SeniorCitizen", "TechSupport == \"No\"", 50_000.0),
            offer("call", "8 + 0 * tenure", "0.1 + 0 * tenure", "InternetService == \"Fiber optic\"", 80_000.0),
        ],
        ..document.policy.clone()
    };
    // A constant is no formula.
    policy.offers[0].effect = Effect::Amount(Amount::Number(0.3));
    Ok(Scorer::new(Artifact::new(Document { policy, ..document }, network)?))
}

fn block(scorer: &Scorer, random: &mut Random) -> ColumnBlock {
    let mut block = ColumnBlock::new(scorer, BLOCK);
    let background = &scorer.artifact().background;
    for row in 0..BLOCK {
        let cells = background[random.below(background.len() as u32) as usize].cells();
        for (field, cell) in cells.iter().enumerate() {
            match *cell {
                Cell::Number(number) => block.numbers[field][row] = number * (0.8 + 0.2 * random.fraction()),
                Cell::Category(code) => block.codes[field][row] = code as u16,
                Cell::Missing if block.codes[field].is_empty() => block.numbers[field][row] = f64::NAN,
                Cell::Missing => block.codes[field][row] = MISSING_CODE,
            }
        }
    }
    block
}
