//! `tenure sample`: a synthetic table with IBM Telco's columns and a believable churn process,
//! because the real table is not ours to ship. The same rows and seed give the same bytes.
//!
//! Who the customer is and what she has is drawn first, each from what came before: contract and
//! months (long contracts have long months behind them, 72 at most, many at 1 and many at 72),
//! partner and dependents, phone, internet (no phone, then DSL), the six services of internet (only
//! where there is internet; a hidden eagerness makes them go together), paperless billing, payment.
//! The monthly charge is the price list below with a little noise; the total is months × monthly
//! with the noise of past prices, and blank at month 0. One row in 300 is an outlier.
//!
//! Then she leaves with probability 1 / (1 + e^−z), where, with m the months and [·] 1 or 0:
//!
//! ```text
//! z = −1.07 + noise
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
//! Nobody leaves in month 0, and gender plays no part. Noise is standard normal: what no column
//! tells. Some 26.5% leave, and z without the noise has a ROC-AUC of .848, near what the real table
//! allows.

mod draw;
mod person;

use std::io::{self, Write};

use draw::Draw;
use person::Person;

/// The rows of the embedded sample; IBM Telco's number.
pub const DEFAULT_ROWS: u64 = 7043;
/// The seed of the embedded sample.
pub const DEFAULT_SEED: u64 = 7;

const HEADER: &str = "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,InternetService,\
OnlineSecurity,OnlineBackup,DeviceProtection,TechSupport,StreamingTV,StreamingMovies,Contract,PaperlessBilling,\
PaymentMethod,MonthlyCharges,TotalCharges,Churn";

/// Writes a table of `rows` synthetic customers, streaming; memory does not grow with the rows.
pub fn write(rows: u64, seed: u64, out: &mut impl Write) -> io::Result<()> {
    let mut draw = Draw::new(seed);
    writeln!(out, "{HEADER}")?;
    for row in 0..rows {
        let customer = Person::draw(&mut draw);
        writeln!(out, "{},{}", identifier(row, seed), customer.cells(&mut draw))?;
    }
    out.flush()
}

/// Four digits and five letters, different in every row: a step through all of them by a number
/// that has no divisor in common with how many there are.
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

    use crate::schema_file::SchemaFile;

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
        let SchemaFile { schema, .. } = SchemaFile::read(crate::preset::preset("ibm_telco").unwrap()).unwrap();
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
