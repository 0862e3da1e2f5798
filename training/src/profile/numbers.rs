//! Numbers as people write them: decimal marks, groups of digits, currencies and units, brackets
//! and trailing minuses. A column keeps the notations that have fitted so far.

use tenure::schema::{Negative, NumberFormat};

use super::levels::Ends;
use super::seen::Seen;

/// Decimal comma and grouping of the notations that are tried. Those before others win where all
/// read a column alike.
const NOTATIONS: [(bool, Option<char>); 10] = [
    (false, None),
    (true, None),
    (false, Some(',')),
    (true, Some('.')),
    (false, Some(' ')),
    (true, Some(' ')),
    (false, Some('\'')),
    (true, Some('\'')),
    (false, Some('_')),
    (true, Some('_')),
];
/// The most currencies and units that are counted in a column.
const MOST_DRESSES: usize = 12;

/// A text that is a number in some notations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Written<'a> {
    pub(super) prefix: &'a str,
    pub(super) suffix: &'a str,
    pub(super) negative: Negative,
    /// Whether the number itself has no mark but a decimal point, and no currency or unit.
    pub(super) plain: bool,
    pub(super) values: Values,
}

/// What the notations make of a text. Notations with the same decimal mark agree on the value, if
/// they read the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Values {
    /// A bit for each notation that reads it.
    fits: u16,
    /// Its value with a decimal point.
    point: f64,
    /// Its value with a decimal comma.
    comma: f64,
}

/// Bits of the notations with a decimal comma.
const COMMA: u16 = 0b10_1010_1010;
const ALL: u16 = (1 << NOTATIONS.len()) - 1;

/// How the numbers of a column are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numerals {
    /// Texts that are numbers in some notation.
    pub(crate) rows: u64,
    fits: [u64; NOTATIONS.len()],
    /// Different currencies and units, the bare number among them.
    pub(crate) dresses: Vec<Dress>,
    brackets: u64,
    trailing: u64,
    point: Ends,
    comma: Ends,
    /// The first text whose value depends on the decimal mark.
    unclear: Seen,
    /// A text that shows the most of how numbers are written.
    pub(crate) example: String,
}

/// A currency or a unit around numbers.
#[derive(Clone, Debug)]
pub(crate) struct Dress {
    pub(crate) prefix: String,
    pub(crate) suffix: String,
    pub(crate) seen: Seen,
    /// Rows whose number is 0, which needs no unit.
    zeros: u64,
}

/// One way to read the numbers of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notation {
    pub(crate) format: NumberFormat,
    /// Rows that it does not read.
    pub(crate) unread: u64,
}

/// The ways to read the numbers of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Notations {
    /// No notation reads nearly all.
    None,
    One(Notation),
    /// With a decimal point, and with a decimal comma: both read every text, but not alike.
    Two([Notation; 2]),
}

impl Numerals {
    /// Counts a text; `None` if its unit is one of too many.
    pub(super) fn dress(&mut self, written: &Written) -> Option<u8> {
        let known = |dress: &Dress| dress.prefix == written.prefix && dress.suffix == written.suffix;
        if let Some(at) = self.dresses.iter().position(known) {
            return Some(at as u8);
        }
        if self.dresses.len() == MOST_DRESSES {
            return None;
        }
        let (prefix, suffix) = (written.prefix.into(), written.suffix.into());
        self.dresses.push(Dress { prefix, suffix, seen: Seen::default(), zeros: 0 });
        Some(self.dresses.len() as u8 - 1)
    }

    pub(super) fn observe(&mut self, text: &str, line: u64, values: Values, negative: Negative, dress: u8) {
        let Values { fits, point, comma } = values;
        self.rows += 1;
        if marks(text) > marks(&self.example) && text.len() <= 40 {
            self.example = text.into();
        }
        for (at, rows) in self.fits.iter_mut().enumerate() {
            *rows += u64::from(fits >> at & 1);
        }
        let dress = &mut self.dresses[usize::from(dress)];
        dress.seen.add(text, line);
        dress.zeros += u64::from((if fits & !COMMA != 0 { point } else { comma }) == 0.0);
        self.brackets += u64::from(negative == Negative::Brackets);
        self.trailing += u64::from(negative == Negative::Trailing);
        if fits & !COMMA != 0 {
            self.point.observe(point, text);
        }
        if fits & COMMA != 0 {
            self.comma.observe(comma, text);
        }
        if fits & COMMA != 0 && fits & !COMMA != 0 && point != comma {
            self.unclear.add(text, line);
        }
    }

    /// The lowest and highest numbers of one notation.
    pub(crate) fn ends(&self, format: &NumberFormat) -> &Ends {
        if format.decimal_comma { &self.comma } else { &self.point }
    }

    /// The first text whose value depends on the decimal mark.
    pub(crate) fn unclear(&self) -> &Seen {
        &self.unclear
    }

    /// Whether its numbers are negative in brackets or with a minus behind them, or have marks or
    /// units, so that they are no bare codes.
    pub(crate) fn is_dressed(&self) -> bool {
        self.fits[0] < self.rows
            || self.brackets > 0
            || self.trailing > 0
            || self.dresses.iter().any(|dress| !dress.is_bare())
    }

    /// Whether numbers have different capital letters behind them, as in house numbers ("31A"): these
    /// are no units.
    pub(crate) fn have_letters(&self) -> bool {
        const FACTORS: [&str; 5] = ["K", "M", "B", "G", "T"];
        let dressed: Vec<&Dress> = self.dresses.iter().filter(|dress| !dress.is_bare()).collect();
        let is_letter = |dress: &&Dress| {
            let suffix = dress.suffix.as_str();
            dress.prefix.is_empty() && suffix.len() == 1 && suffix.chars().all(|c| c.is_ascii_uppercase())
        };
        let all_factors = dressed.iter().all(|dress| FACTORS.contains(&dress.suffix.as_str()));
        dressed.len() > 1 && dressed.iter().all(is_letter) && !all_factors
    }

    /// Whether its numbers, few and whole, name something with a letter: `3G`, `4K`, `5A`, `1Q`. A
    /// capital letter right behind the number is a name where few different numbers have it. A unit
    /// is a word (`9 MB`), has a blank before it (`16 A`), is a small letter (`12m`), stands behind a
    /// fraction (`1.5K`), beside a currency (`$4K`), or behind many different numbers (`489G`). Of
    /// small letters, only the generations of mobile networks (`3g`) are names.
    pub(crate) fn are_names(texts: &[&str]) -> bool {
        const FEW: usize = 12;
        let is_name = |text: &&str| {
            let Some(letter) = text.chars().last() else { return false };
            let number = &text[..text.len() - letter.len_utf8()];
            let is_whole = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_whole && (letter.is_uppercase() || letter == 'g' && ["2", "3", "4", "5", "6"].contains(&number))
        };
        texts.len() <= FEW && texts.iter().all(is_name)
    }

    /// The notations that fit. `typed` says that the table holds numbers, not texts.
    pub(crate) fn notations(&self, typed: bool) -> Notations {
        let negative = match (self.brackets, self.trailing) {
            (0, 0) => Negative::Minus,
            (_, 0) => Negative::Brackets,
            (0, _) => Negative::Trailing,
            _ => return Notations::None,
        };
        let most = self.fits.iter().copied().max().unwrap_or_default();
        if most * 20 < self.rows * 19 || most == 0 {
            return Notations::None;
        }
        let best = |comma: bool| {
            let at = (0..NOTATIONS.len()).find(|&at| NOTATIONS[at].0 == comma && self.fits[at] == most)?;
            let (decimal_comma, grouping) = NOTATIONS[at];
            let format = NumberFormat { decimal_comma, grouping, negative, ..NumberFormat::default() };
            Some(Notation { format, unread: self.rows - most })
        };
        match (best(false), best(true)) {
            (Some(point), Some(_)) if self.unclear.rows == 0 || typed => Notations::One(point),
            (Some(point), Some(comma)) if self.is_money() => {
                // Money has no three decimals: the mark groups digits.
                let groups =
                    |notation: &Notation| notation.format.read(bare(&self.unclear.first)).map_or(0.0, f64::abs);
                Notations::One(if groups(&comma) > groups(&point) { comma } else { point })
            }
            (Some(point), Some(comma)) => Notations::Two([point, comma]),
            (Some(one), None) | (None, Some(one)) => Notations::One(one),
            (None, None) => Notations::None,
        }
    }

    /// Whether the numbers are amounts of a currency that has two decimals or none.
    fn is_money(&self) -> bool {
        self.brackets > 0
            || self.dresses.iter().any(|dress| is_plain_money(&dress.prefix) || is_plain_money(&dress.suffix))
    }

    /// The prefix and the suffix of all numbers; `None` if they have several, or some have none
    /// that should.
    pub(crate) fn unit(&self) -> Option<(&str, &str)> {
        let mut dressed = self.dresses.iter().filter(|dress| !dress.is_bare());
        let Some(first) = dressed.next() else { return Some(("", "")) };
        let mut suffix = &first.suffix;
        for other in dressed {
            if other.prefix != first.prefix || singular(&other.suffix) != singular(suffix) {
                return None;
            }
            // The format reads the singular too.
            if other.suffix.len() > suffix.len() {
                suffix = &other.suffix;
            }
        }
        let bare =
            self.dresses.iter().filter(|dress| dress.is_bare()).map(|dress| dress.seen.rows - dress.zeros).sum::<u64>();
        let needs_no_unit = is_currency(&first.prefix) || is_currency(suffix);
        (bare == 0 || needs_no_unit).then_some((&first.prefix, suffix))
    }
}

impl Dress {
    pub(crate) fn is_bare(&self) -> bool {
        self.prefix.is_empty() && self.suffix.is_empty()
    }

    pub(crate) fn is_span_of_time(&self) -> bool {
        const SPANS: [&str; 14] =
            ["d", "day", "w", "wk", "week", "m", "mo", "mth", "month", "q", "quarter", "y", "yr", "year"];
        SPANS.contains(&singular(&self.suffix).to_lowercase().as_str())
    }
}

/// Without the "s" that the format may lack.
fn singular(suffix: &str) -> &str {
    suffix.strip_suffix('s').filter(|singular| singular.len() >= 3).unwrap_or(suffix)
}

/// Characters that are no digits; a text that is no number has none.
fn marks(text: &str) -> usize {
    text.bytes().filter(|byte| !byte.is_ascii_digit()).count()
}

/// The number of a text without its currency or unit and its sign.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_ascii_digit())
}

impl Notation {
    /// How a person names it: the number 1234.5 in this notation.
    pub(crate) fn name(&self) -> String {
        let bare = NumberFormat { negative: Negative::Minus, ..self.format.clone() };
        bare.example()
    }
}

/// The notation that a person names by writing 1234.5 in it.
pub(crate) fn named_notation(name: &str) -> Option<NumberFormat> {
    let formats =
        NOTATIONS.map(|(decimal_comma, grouping)| NumberFormat { decimal_comma, grouping, ..NumberFormat::default() });
    formats.into_iter().find(|format| format.example() == name)
}

/// What a text is as a number, if it is one in some notation.
pub(super) fn written(text: &str) -> Option<Written<'_>> {
    let bare = |values| Written { prefix: "", suffix: "", negative: Negative::Minus, plain: true, values };
    if let Some(values) = plain(text) {
        return Some(bare(values));
    }
    // A number in a table's texts is short.
    if text.len() > 64 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut rest = text;
    let mut negative = Negative::Minus;
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (rest, negative) = (inner.trim(), Negative::Brackets);
    }
    let mut signed = negative == Negative::Brackets;
    let mut take_sign = |rest: &mut &str| {
        if !signed && let Some(inner) = rest.strip_prefix(['-', '+', '\u{2212}']) {
            (*rest, signed) = (inner.trim_start(), true);
        }
    };
    take_sign(&mut rest);
    let start = rest.find(|c: char| c.is_ascii_digit())?;
    // ".5" begins with its mark.
    let marked = rest[..start].ends_with(['.', ',']) && !rest[..start].ends_with(|c: char| c.is_alphabetic());
    let start = if marked && !is_currency(rest[..start].trim_end()) { start - 1 } else { start };
    let (before, mut rest) = rest.split_at(start);
    let mut prefix = before.trim_end();
    if negative == Negative::Minus
        && let (Some(before), Some(inner)) = (prefix.strip_suffix('('), rest.strip_suffix(')'))
    {
        (prefix, rest, negative) = (before.trim_end(), inner, Negative::Brackets);
    } else if !signed && let Some(before) = prefix.strip_suffix(['-', '+', '\u{2212}']) {
        (prefix, signed) = (before.trim_end(), true);
    }
    if !prefix.is_empty() && !is_currency(prefix) {
        return None;
    }
    let end = rest.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (digits, after) = rest.split_at(end);
    let mut suffix = after.trim();
    if !signed && negative == Negative::Minus {
        // "7590-VHV" is a code.
        let stands = |rest: &&str| rest.is_empty() || rest.starts_with(char::is_whitespace);
        let inner = suffix.strip_prefix('-').filter(stands).or_else(|| suffix.strip_suffix('-'));
        if let Some(inner) = inner {
            (suffix, negative) = (inner.trim(), Negative::Trailing);
        }
    }
    if !suffix.is_empty() && !is_unit(suffix) {
        return None;
    }
    let sign = if negative != Negative::Minus || text.contains(['-', '\u{2212}']) { -1.0 } else { 1.0 };
    let values = plain(digits).unwrap_or_else(|| in_every_notation(digits)).times(sign);
    (values.fits != 0).then_some(Written { prefix, suffix, negative, plain: false, values })
}

impl Values {
    fn times(self, sign: f64) -> Values {
        Values { point: sign * self.point, comma: sign * self.comma, ..self }
    }

    /// The value with a decimal point, of a number that needs no notation.
    pub(super) fn point(self) -> f64 {
        self.point
    }

    /// Only what one notation reads.
    pub(super) fn only(self, format: &NumberFormat) -> Values {
        let mark = |&(decimal_comma, grouping): &(bool, Option<char>)| {
            decimal_comma == format.decimal_comma && grouping == format.grouping
        };
        let bit = NOTATIONS.iter().position(mark).map_or(0, |at| 1 << at);
        Values { fits: self.fits & bit, ..self }
    }

    pub(super) fn is_number(self) -> bool {
        self.fits != 0
    }
}

/// The values of a number with a decimal point, without trying every notation.
fn plain(text: &str) -> Option<Values> {
    let number = NumberFormat::default().read(text).filter(|number| number.is_finite())?;
    let digits = text.trim_start_matches(['-', '+', '\u{2212}']);
    let Some((whole, fraction)) = digits.split_once('.') else {
        return Some(Values { fits: ALL, point: number, comma: number });
    };
    let mut values = Values { fits: ALL & !COMMA, point: number, comma: number };
    // "1.234" is one thousand for those who write a decimal comma; "0.123" is not.
    let groups = fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    if groups && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        values.fits |= 1 << 3;
        let number: f64 = (whole.to_owned() + fraction).parse().unwrap_or(f64::NAN);
        values.comma = number.copysign(values.point);
    }
    Some(values)
}

fn in_every_notation(digits: &str) -> Values {
    let mut values = Values { fits: 0, point: f64::NAN, comma: f64::NAN };
    // Dates, times and codes are no numbers in any.
    if digits.bytes().any(|byte| matches!(byte, b':' | b'/' | b'A'..=b'D' | b'F'..=b'Z' | b'a'..=b'd' | b'f'..=b'z')) {
        return values;
    }
    for (at, (decimal_comma, grouping)) in NOTATIONS.into_iter().enumerate() {
        let format = NumberFormat { decimal_comma, grouping, ..NumberFormat::default() };
        if let Some(number) = format.read(digits).filter(|number| number.is_finite()) {
            values.fits |= 1 << at;
            *(if decimal_comma { &mut values.comma } else { &mut values.point }) = number;
        }
    }
    values
}

/// Signs and words of currencies beside the codes of ISO 4217.
const CURRENCIES: [&str; 42] = [
    "$", "€", "£", "¥", "₹", "₽", "₩", "₺", "₴", "₫", "₪", "฿", "₦", "₱", "₡", "₲", "¢", "₵", "₸", "₼", "₾", "R$",
    "US$", "A$", "AU$", "C$", "CA$", "NZ$", "HK$", "S$", "MX$", "kr", "kr.", "zł", "Kč", "Ft", "lei", "Fr.", "Rs",
    "Rs.", "Rp", "RM",
];
/// ISO 4217's codes that are common in tables.
const CODES: [&str; 66] = [
    "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "CNY", "RMB", "HKD", "SGD", "INR", "KRW", "BRL", "MXN",
    "ZAR", "RUB", "TRY", "PLN", "CZK", "HUF", "RON", "BGN", "SEK", "NOK", "DKK", "ISK", "ILS", "AED", "SAR", "QAR",
    "KWD", "BHD", "OMR", "JOD", "EGP", "NGN", "KES", "GHS", "MAD", "TND", "THB", "IDR", "MYR", "PHP", "VND", "PKR",
    "BDT", "LKR", "TWD", "CLP", "COP", "ARS", "PEN", "UYU", "UAH", "KZT", "IQD", "LYD", "RSD", "GEL", "UZS", "TZS",
    "UGX", "XOF",
];
/// Currencies with three decimals.
const THREE_DECIMALS: [&str; 7] = ["KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"];

fn is_currency(text: &str) -> bool {
    CURRENCIES.contains(&text) || CODES.contains(&text)
}

fn is_plain_money(text: &str) -> bool {
    is_currency(text) && !THREE_DECIMALS.contains(&text)
}

/// Whether a text after a number can be a unit: one short word, or a sign.
fn is_unit(text: &str) -> bool {
    const ORDINALS: [&str; 4] = ["st", "nd", "rd", "th"];
    let starts = text.starts_with(|c: char| c.is_alphabetic() || "%‰°$€£¥₹₽₩₺₴₫₪฿₦₱¢".contains(c));
    let part = |c: char| c.is_alphabetic() || "%‰°$€£¥₹₽₩₺₴₫₪฿₦₱¢/.²³".contains(c);
    starts && text.chars().all(part) && text.chars().count() <= 12 && !ORDINALS.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests;
