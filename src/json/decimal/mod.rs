//! Numbers as texts and back, exactly: the nearest double of a decimal, and the shortest decimal of
//! a double. The results are those of the standard library, whose code is faster and adds 20 KB of
//! tables to every download. Here short numbers take a fast path, and the rest is schoolbook
//! arithmetic on integers of any length.

mod power;
mod read;
mod whole;
mod write;

pub use read::parse;
pub use write::{fixed, grouped, text, text_f32};

use std::fmt;

/// A number that displays as its shortest decimal.
pub struct Decimal(pub f64);

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&text(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::power::power_of_ten;
    use super::*;
    use proptest::prelude::*;

    fn same(text: &str) {
        let (ours, theirs) = (parse(text), text.parse::<f64>().ok());
        assert_eq!(ours.map(f64::to_bits), theirs.map(f64::to_bits), "{text}: {ours:?} {theirs:?}");
    }

    fn round_trip(bits: u64) {
        let number = f64::from_bits(bits);
        assert_eq!(text(number), number.to_string());
        assert_eq!(text_f32(number as f32), (number as f32).to_string());
        assert_eq!(text_f32(f32::from_bits(bits as u32)), f32::from_bits(bits as u32).to_string());
        if !number.is_nan() {
            assert_eq!(
                parse(&text(number)).map(f64::to_bits).filter(|_| number.is_finite()),
                Some(bits).filter(|_| number.is_finite())
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn numbers_are_written_and_read_as_the_standard_library_does(bits: u64, whole in -1_000_000_000i64..1_000_000_000, decimals in 0i32..8) {
            round_trip(bits);
            round_trip((whole as f64 / power_of_ten(decimals)).to_bits());
            // Powers of two and their neighbours, where the distances change.
            (0..3).for_each(|step| round_trip((bits & !((1 << 52) - 1)).wrapping_add(step).wrapping_sub(1)));
        }

        #[test]
        fn texts_are_read_as_the_standard_library_reads_them(
            text in "[+-]?[0-9]{0,25}(\\.[0-9]{0,25})?([eE][+-]?[0-9]{0,3})?", noise in "[0-9+.eE-]{0,8}",
        ) {
            same(&text);
            same(&noise);
        }

        #[test]
        fn halves_between_two_doubles_go_to_the_even_one(bits in 0u64..0x7fe0_0000_0000_0000, further in "(|0{0,900}1|[0-9]{1,30})") {
            // All digits of a double, and further ones after them.
            same(&format!("{:.1100}{further}", f64::from_bits(bits)));
            // An odd number of 54 bits lies halfway between two doubles, which hold 53.
            let whole = (bits >> 11 | 1 << 52) * 2 + 1;
            same(&format!("{whole}.{further}"));
        }
    }

    #[test]
    fn edges() {
        for text in [
            "",
            ".",
            "-",
            "+.e1",
            "1e",
            "1e+",
            "e1",
            "1e5",
            ".5",
            "5.",
            "-0",
            "0e999999999999",
            "1e400",
            "-1e400",
            "1e-400",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "9007199254740993",
            "9007199254740992.9999999999999999999999999",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.797693134862315807e308",
            "1.797693134862315808e308",
            "1..2",
            "1e1.5",
            "1 ",
            "0x1",
            "123456789012345678901234567890",
        ] {
            same(text);
        }
        same(&format!("0.{}1", "0".repeat(2000)));
        same(&format!("{}e-3000", "9".repeat(3000)));
        for number in [
            0.0,
            -0.0,
            1.0,
            0.1,
            5e-324,
            f64::MAX,
            f64::MIN_POSITIVE,
            1e21,
            1e15,
            123456789012345.6,
            f64::NAN,
            f64::INFINITY,
        ] {
            round_trip(number.to_bits());
            round_trip((-number).to_bits());
        }
        assert_eq!(Decimal(-2.50).to_string(), "-2.5");
    }

    #[test]
    fn so_many_decimals() {
        for (number, decimals, expected) in [
            (0.0, 2, "0.00"),
            (-0.004, 2, "0.00"),
            (0.005, 2, "0.01"),
            (-1.5, 0, "-2"),
            (62.345, 1, "62.3"),
            (999.996, 2, "1000.00"),
            (7.0, 3, "7.000"),
            (1e20, 2, "100000000000000000000"),
            (f64::INFINITY, 1, "inf"),
        ] {
            assert_eq!(fixed(number, decimals), expected);
        }
    }
}
