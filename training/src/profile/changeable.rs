//! Columns that can be changed, by their names.

use super::names::{has_any, is_among, lower_words};

/// The word in a column's name by which the seller or the customer may change it, if it is a
/// category or a flag (`number` is false), or a number.
pub(crate) fn changeable_word(name: &str, number: bool) -> Option<String> {
    const CHOSEN: &str = "addon autopay backup billing bundle contract coupon delivery discount insurance internet \
        lines method newsletter offer option package paperless payment plan pricing promo promotion \
        protection renewal roaming security service services shipping streaming subscription support \
        tariff tarif tier vertrag voucher warranty zahlung zahlungsart zahlungsweise";
    // What was counted, measured or has happened.
    const PAST: &str = "age amount avg call calls code contacts date days delay delays end failed failures first \
        history id last late left mean months n no num number overdue prev previous prior rating \
        reason response satisfaction score since start tickets total usage";
    let words = lower_words(name);
    let chosen = |word: &&String| match number {
        true => word.as_str() == "discount",
        false => is_among(word, CHOSEN),
    };
    words.iter().find(chosen).filter(|_| !has_any(&words, PAST)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_changed() {
        for (name, number, expected) in [
            ("Contract", false, Some("contract")),
            ("PaymentMethod", false, Some("payment")),
            ("intl_plan", false, Some("plan")),
            ("TechSupport", false, Some("support")),
            ("PaperlessBilling", false, Some("paperless")),
            ("discount_pct", true, Some("discount")),
            ("support_calls", false, None),
            ("last_payment", false, None),
            ("contract_months", true, None),
            ("gender", false, None),
            ("Partner", false, None),
        ] {
            assert_eq!(changeable_word(name, number).as_deref(), expected, "{name}");
        }
    }
}
