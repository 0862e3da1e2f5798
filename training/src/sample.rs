//! `tenure sample`: a synthetic table with IBM Telco's columns and a believable churn process, because the real table
//! is not ours to ship. The same rows and seed give the same bytes.
//!
//! Who the customer is and what she has is drawn first, each from what came before: contract and months (long contracts
//! have long months behind them, 72 at most, many at 1 and many at 72), partner and dependents, phone, internet (no
//! phone, then DSL), the six services of internet (only where there is internet; a hidden eagerness makes them go
//! together), paperless billing, payment. The monthly charge is the price list below with a little noise; the total is
//! months × monthly with the noise of past prices, and blank at month 0. One row in 300 is an outlier.
//!
//! Then she leaves with probability 1 / (1 + e^−z), where, with m the months and [·] 1 or 0:
//!
//! ```text
//! z = −0.95 + noise
//!     − 0.4·ln(1 + m) + 0.9·[month-to-month] − 1.0·[two year]
//!     + 0.75·[fiber] − 0.75·[no internet]
//!     + 1.3·[fiber]·[month-to-month]·e^(−m/15)                 newcomers on fiber shop around
//!     + 0.3·[electronic check] + 0.35·[electronic check]·[paperless]   nothing reminds them kindly
//!     + [internet]·(−0.55·[tech support] − 0.5·[security] − 0.15·[backup])
//!     − 0.45·[fiber]·[tech support]·[security]                 the two together protect on fiber
//!     + 0.3·[month-to-month]·([TV] + [movies])                 streaming keeps nobody without a contract
//!     + 0.35·[senior]·[no partner] − 0.3·[dependents]
//!     + 0.045·(monthly − price list, at most 20 either way)    an overcharged customer leaves
//!     + 0.5·[monthly > 95]·[m < 24]                            a large bill, too soon
//! ```
//!
//! Nobody leaves in month 0, and gender plays no part. Noise is standard normal: what no column tells. Some 26.5% leave, and z without the noise has a
//! ROC-AUC of .848, near what the real table allows.

use std::io::{self, Write};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The rows of the embedded sample; IBM Telco's number.
pub const DEFAULT_ROWS: u64 = 7043;
/// The seed of the embedded sample.
pub const DEFAULT_SEED: u64 = 7;

const HEADER: &str = "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,InternetService,\
OnlineSecurity,OnlineBackup,DeviceProtection,TechSupport,StreamingTV,StreamingMovies,Contract,PaperlessBilling,\
PaymentMethod,MonthlyCharges,TotalCharges,Churn";

const LONGEST: f64 = 72.0;

/// Writes a table of `rows` synthetic customers, streaming; memory does not grow with the rows.
pub fn write(rows: u64, seed: u64, out: &mut impl Write) -> io::Result<()> {
    let mut draw = Draw(ChaCha8Rng::seed_from_u64(seed));
    writeln!(out, "{HEADER}")?;
    for row in 0..rows {
        let customer = Person::draw(&mut draw);
        writeln!(out, "{},{}", identifier(row, seed), customer.cells(&mut draw))?;
    }
    out.flush()
}

/// A stream of random numbers, drawn from the generator's words alone so that they do not change with a library.
struct Draw(ChaCha8Rng);

impl Draw {
    /// Uniform in [0, 1).
    fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal, by Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// An index by weight.
    fn pick<const N: usize>(&mut self, weights: [f64; N]) -> usize {
        let mut at = self.uniform() * weights.iter().sum::<f64>();
        weights
            .iter()
            .position(|weight| {
                at -= weight;
                at < 0.0
            })
            .unwrap_or(N - 1)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Contract {
    Monthly,
    OneYear,
    TwoYears,
}

#[derive(Clone, Copy, PartialEq)]
enum Internet {
    None,
    Dsl,
    Fiber,
}

struct Person {
    male: bool,
    senior: bool,
    partner: bool,
    dependents: bool,
    months: f64,
    phone: bool,
    lines: bool,
    internet: Internet,
    /// Security, backup, device protection, tech support, TV, movies.
    services: [bool; 6],
    contract: Contract,
    paperless: bool,
    payment: usize,
    monthly: f64,
    total: Option<f64>,
}

const ELECTRONIC: usize = 0;
const PAYMENTS: [&str; 4] =
    ["Electronic check", "Mailed check", "Bank transfer (automatic)", "Credit card (automatic)"];

impl Person {
    fn draw(draw: &mut Draw) -> Person {
        let contract = [Contract::Monthly, Contract::OneYear, Contract::TwoYears][draw.pick([0.55, 0.21, 0.24])];
        let months = months(contract, draw);
        let settled = months / LONGEST;
        let senior = draw.chance(if contract == Contract::TwoYears { 0.09 } else { 0.185 });
        let partner = draw.chance(0.29 + 0.43 * settled);
        let dependents = draw.chance(if partner { 0.57 } else { 0.1 } * if senior { 0.28 } else { 1.0 });

        let phone = draw.chance(0.903);
        let fiber = if senior { 0.75 } else { 0.49 } - if contract == Contract::TwoYears { 0.14 } else { 0.0 };
        let none = if senior { 0.05 } else { 0.22 } + if contract == Contract::TwoYears { 0.16 } else { 0.0 };
        let internet = match draw.uniform() {
            _ if !phone => Internet::Dsl,
            at if at < fiber => Internet::Fiber,
            at if at < fiber + none => Internet::None,
            _ => Internet::Dsl,
        };
        let is_fiber = internet == Internet::Fiber;
        let lines = phone && draw.chance(0.15 + 0.45 * settled + if is_fiber { 0.23 } else { 0.0 });
        let eager = 0.8 * draw.normal();
        let (cautious, entertained) = if is_fiber { (-0.5, 0.55) } else { (0.15, -0.35) };
        let levels = [cautious - 0.55, -0.3, -0.3, cautious - 0.55, entertained, entertained];
        let mut service = 0;
        let services = levels.map(|level| {
            // Protection comes with the years, streaming less so.
            let years = if service < 4 { 2.2 } else { 1.4 } * (settled - 0.45);
            let contract = if contract == Contract::Monthly { -0.25 } else { 0.35 };
            service += 1;
            draw.chance(sigmoid(level + contract + years + eager)) && internet != Internet::None
        });

        let paperless = draw.chance(match internet {
            Internet::Fiber => 0.77,
            Internet::Dsl => 0.56,
            Internet::None => 0.29,
        });
        let electronic = if is_fiber { 0.58 } else { 0.26 } * (1.25 - 0.6 * settled);
        let electronic = if contract == Contract::Monthly { electronic * 1.2 } else { electronic * 0.65 };
        let mailed = if internet == Internet::None { 0.5 } else { 0.22 } * (1.35 - settled);
        let automatic = 0.14 + 0.2 * settled;
        let payment = draw.pick([electronic, mailed, automatic, automatic]);

        let mut person = Person {
            male: draw.chance(0.505),
            senior,
            partner,
            dependents,
            months,
            phone,
            lines,
            internet,
            services,
            contract,
            paperless,
            payment,
            monthly: 0.0,
            total: None,
        };
        let noise = draw.normal() * if internet == Internet::None { 0.35 } else { 1.6 };
        // Business lines at twice the price.
        let outlier = if draw.chance(0.002) { 2.0 } else { 1.0 };
        person.monthly = ((person.price_list() * outlier + noise) * 20.0).round().max(360.0) / 20.0;
        person.total = person.draw_total(draw);
        person
    }

    /// What the services cost by the price list.
    fn price_list(&self) -> f64 {
        let internet = match self.internet {
            Internet::None => 0.0,
            Internet::Dsl => 25.0,
            Internet::Fiber => 50.0,
        };
        let services = self.services.iter().zip([5.0, 5.0, 5.0, 5.0, 10.0, 10.0]);
        let services: f64 = services.map(|(has, price)| if *has { price } else { 0.0 }).sum();
        internet + services + if self.phone { 20.0 } else { 0.0 } + if self.lines { 5.0 } else { 0.0 }
    }

    fn draw_total(&self, draw: &mut Draw) -> Option<f64> {
        let history = 1.0 + 0.045 * draw.normal() / (1.0 + self.months / 40.0);
        // A slip of the decimal point in the books.
        let slip = if draw.chance(0.0012) { 0.1 } else { 1.0 };
        match self.months {
            0.0 => None,
            1.0 => Some(self.monthly),
            months => Some((months * self.monthly * history * slip * 20.0).round() / 20.0),
        }
    }

    fn leaves(&self, draw: &mut Draw) -> bool {
        let one = |condition: bool| f64::from(u8::from(condition));
        let [security, backup, _, support, tv, movies] = self.services.map(one);
        let (monthly, fiber) = (one(self.contract == Contract::Monthly), one(self.internet == Internet::Fiber));
        let electronic = one(self.payment == ELECTRONIC);
        let mut z = -0.95 + draw.normal();
        z += -0.4 * self.months.ln_1p() + 0.9 * monthly - one(self.contract == Contract::TwoYears);
        z += 0.75 * fiber - 0.75 * one(self.internet == Internet::None);
        z += 1.3 * fiber * monthly * (-self.months / 15.0).exp();
        z += 0.3 * electronic + 0.35 * electronic * one(self.paperless);
        z += -0.55 * support - 0.5 * security - 0.15 * backup;
        z += -0.45 * fiber * support * security;
        z += 0.3 * monthly * (tv + movies);
        z += 0.35 * one(self.senior && !self.partner) - 0.3 * one(self.dependents);
        z += 0.045 * (self.monthly - self.price_list()).clamp(-20.0, 20.0);
        z += 0.5 * one(self.monthly > 95.0 && self.months < 24.0);
        // The outcome is drawn even where nothing can come of it, so that every row takes as many numbers.
        draw.chance(sigmoid(z)) && self.months > 0.0
    }

    fn cells(&self, draw: &mut Draw) -> String {
        let yes = |condition| if condition { "Yes" } else { "No" };
        let lines = if self.phone { yes(self.lines) } else { "No phone service" };
        let service = |has| if self.internet == Internet::None { "No internet service" } else { yes(has) };
        let [security, backup, protection, support, tv, movies] = self.services.map(service);
        let internet = match self.internet {
            Internet::None => "No",
            Internet::Dsl => "DSL",
            Internet::Fiber => "Fiber optic",
        };
        let contract = match self.contract {
            Contract::Monthly => "Month-to-month",
            Contract::OneYear => "One year",
            Contract::TwoYears => "Two year",
        };
        let total = self.total.map_or(" ".into(), |total| total.to_string());
        format!(
            "{},{},{},{},{},{},{lines},{internet},{security},{backup},{protection},{support},{tv},{movies},{contract},\
             {},{},{},{total},{}",
            if self.male { "Male" } else { "Female" },
            u8::from(self.senior),
            yes(self.partner),
            yes(self.dependents),
            self.months,
            yes(self.phone),
            yes(self.paperless),
            PAYMENTS[self.payment],
            self.monthly,
            yes(self.leaves(draw))
        )
    }
}

fn months(contract: Contract, draw: &mut Draw) -> f64 {
    let (first, normal) = (draw.uniform(), draw.normal());
    match contract {
        // Half of them go within 13 months; a few have stayed for good.
        Contract::Monthly => (1.0 - 19.0 * (1.0 - first).ln()).floor().min(LONGEST),
        _ if first < 0.003 => 0.0,
        Contract::OneYear => (42.0 + 20.0 * normal).round().clamp(1.0, LONGEST),
        Contract::TwoYears => (58.0 + 17.0 * normal).round().clamp(1.0, LONGEST),
    }
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// Four digits and five letters, different in every row: a step through all of them by a number that has no divisor
/// in common with how many there are.
fn identifier(row: u64, seed: u64) -> String {
    const COUNT: u128 = 10_000 * 26_u128.pow(5);
    const STEP: u128 = 61_803_398_877;
    let mut left = (u128::from(row) * STEP + u128::from(seed) * 2_718_281_828 + 31_415_926_535) % COUNT;
    let digits = left % 10_000;
    left /= 10_000;
    let mut letters = String::new();
    for _ in 0..5 {
        letters.push(char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    format!("{digits:04}-{letters}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use tenure::schema::Schema;

    use super::*;
    use crate::cohort::tests::cohort;

    fn sample(rows: u64, seed: u64) -> String {
        let mut bytes = Vec::new();
        write(rows, seed, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn rows(text: &str) -> Vec<Vec<&str>> {
        text.lines().skip(1).map(|line| line.split(',').collect()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(sample(300, 7), sample(300, 7));
        assert_ne!(sample(300, 7), sample(300, 8));
        // A shorter table is the beginning of a longer one.
        assert!(sample(300, 7).starts_with(&sample(100, 7)));
    }

    #[test]
    fn it_is_a_table_of_the_preset() {
        let schema: Schema = toml::from_str(crate::preset::preset("ibm_telco").unwrap()).unwrap();
        let cohort = cohort(&sample(DEFAULT_ROWS, DEFAULT_SEED), &schema).unwrap();
        assert_eq!(cohort.rows() as u64, DEFAULT_ROWS);
        assert!(cohort.report().lines().is_empty(), "{:?}", cohort.report().lines());
    }

    #[test]
    fn marginals_are_those_of_a_telephone_company() {
        let text = sample(DEFAULT_ROWS, DEFAULT_SEED);
        let rows = rows(&text);
        let share = |column: usize, text: &str| {
            rows.iter().filter(|row| row[column] == text).count() as f64 / rows.len() as f64
        };
        for (column, text, expected, tolerance) in [
            (20, "Yes", 0.265, 0.012),
            (2, "1", 0.162, 0.02),
            (3, "Yes", 0.483, 0.03),
            (4, "Yes", 0.30, 0.04),
            (5, "1", 0.087, 0.05),
            (5, "72", 0.051, 0.05),
            (6, "Yes", 0.903, 0.02),
            (7, "Yes", 0.422, 0.03),
            (8, "Fiber optic", 0.44, 0.04),
            (8, "No", 0.217, 0.03),
            (9, "Yes", 0.287, 0.04),
            (12, "Yes", 0.29, 0.04),
            (13, "Yes", 0.384, 0.04),
            (15, "Month-to-month", 0.55, 0.02),
            (16, "Yes", 0.592, 0.03),
            (17, "Electronic check", 0.336, 0.04),
        ] {
            let seen = share(column, text);
            assert!((seen - expected).abs() <= tolerance, "column {column}, {text}: {seen:.3}, expected {expected}");
        }
        let mean = |column: usize| {
            let numbers: Vec<f64> = rows.iter().filter_map(|row| row[column].trim().parse().ok()).collect();
            numbers.iter().sum::<f64>() / numbers.len() as f64
        };
        assert!((mean(5) - 32.4).abs() < 3.0, "months {}", mean(5));
        assert!((mean(18) - 64.8).abs() < 3.0, "monthly {}", mean(18));
        assert!((mean(19) - 2283.0).abs() < 300.0, "total {}", mean(19));
        let blank = share(19, " ");
        assert!((0.0005..0.004).contains(&blank), "{blank}");
    }

    #[test]
    fn rows_are_consistent() {
        let text = sample(3000, 1);
        let rows = rows(&text);
        let identifiers: HashSet<_> = rows.iter().map(|row| row[0]).collect();
        assert_eq!(identifiers.len(), rows.len());
        for row in &rows {
            assert_eq!(row.len(), 21);
            assert_eq!(row[6] == "No", row[7] == "No phone service");
            assert!((9..15).all(|service| (row[8] == "No") == (row[service] == "No internet service")), "{row:?}");
            assert!(row[6] == "Yes" || row[8] == "DSL", "{row:?}");
            assert_eq!(row[5] == "0", row[19] == " ", "{row:?}");
            assert!(row[5] != "0" || row[20] == "No", "{row:?}");
            assert!(row[5] != "1" || row[18] == row[19], "{row:?}");
        }
    }
}
