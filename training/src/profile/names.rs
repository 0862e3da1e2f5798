//! The meaning of column names.

/// The words of a column's name: parted at blanks, punctuation and capitals; `customerID` is
/// `customer`, `ID`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, &c) in characters.iter().enumerate() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(index + 1);
        let starts = before.is_some_and(|before| {
            // "HasTV" and "TVPlan": a capital after a small letter, and the last capital of several
            // before a small one.
            c.is_uppercase()
                && (before.is_lowercase() || before.is_uppercase() && after.is_some_and(|c| c.is_lowercase()))
        });
        if starts {
            words.push(String::new());
        }
        words.last_mut().expect("there is always a word").push(c);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A label for people: "MonthlyCharges" is "Monthly charges", "StreamingTV" is "Streaming TV".
pub(crate) fn label(name: &str) -> String {
    let words = words(name);
    let has_small_letters = name.chars().any(char::is_lowercase);
    let word = |(index, word): (usize, &String)| {
        let is_acronym = has_small_letters && word.chars().count() > 1 && word.chars().all(|c| !c.is_lowercase());
        let text = if is_acronym { word.clone() } else { word.to_lowercase() };
        let mut characters = text.chars();
        match characters.next() {
            Some(first) if index == 0 => first.to_uppercase().chain(characters).collect(),
            _ => text,
        }
    };
    let label: Vec<String> = words.iter().enumerate().map(word).collect();
    if label.is_empty() { name.into() } else { label.join(" ") }
}

/// Words that speak of leaving wherever they stand in a name: "churned", "attrition".
const LEAVING: [&str; 2] = ["churn", "attrit"];
/// Beginnings of other words for the end of a contract. A target of several words is named by the
/// one among them.
const ENDING: [&str; 18] = [
    "cancel",
    "terminat",
    "deactivat",
    "clos",
    "exit",
    "left",
    "leav",
    "lost",
    "laps",
    "default",
    "retain",
    "renew",
    "quit",
    "resign",
    "depart",
    "unsubscrib",
    "offboard",
    "winback",
];
/// Words by which a target may be named and which say nothing about it.
const GENERIC: [&str; 34] = [
    "a",
    "account",
    "binary",
    "bool",
    "class",
    "client",
    "customer",
    "event",
    "flag",
    "group",
    "has",
    "in",
    "indicator",
    "is",
    "label",
    "member",
    "next",
    "of",
    "outcome",
    "response",
    "result",
    "state",
    "status",
    "subscriber",
    "target",
    "the",
    "to",
    "type",
    "user",
    "val",
    "value",
    "was",
    "will",
    "y",
];
/// Words that stand beside the target's own word in the name of a column that follows from it:
/// "left_reason", "DateLeft".
const BESIDE: [&str; 40] = [
    "at",
    "by",
    "category",
    "cause",
    "code",
    "comment",
    "company",
    "date",
    "datum",
    "day",
    "description",
    "did",
    "employee",
    "encoded",
    "grund",
    "have",
    "ind",
    "kind",
    "month",
    "notes",
    "numeric",
    "on",
    "pred",
    "predicted",
    "prediction",
    "prob",
    "probability",
    "quarter",
    "reason",
    "risk",
    "s",
    "score",
    "str",
    "text",
    "timestamp",
    "ts",
    "when",
    "who",
    "why",
    "year",
];
/// Words that say that something happened to a customer who is still there.
const BEFORE: [&str; 9] =
    ["before", "earlier", "former", "historical", "past", "prev", "previous", "previously", "prior"];
/// Words that say how often something happened.
const COUNTS: [&str; 6] = ["count", "n", "num", "number", "times", "total"];

/// The word in a column's name by which it may be known only after a customer left.
///
/// A word that speaks of leaving is enough. The target's own word counts where the rest of the
/// name is about it: with the target `left`, `left_on` follows from it, and `days_left_in_contract`
/// does not. Words are compared whole.
pub(crate) fn after_the_fact(name: &str, target: &str) -> Option<String> {
    let (name, target) = (lower_words(name), lower_words(target));
    if has_any(&name, &BEFORE) {
        return None;
    }
    let speaks = |word: &&String| LEAVING.iter().any(|leaving| word.contains(leaving));
    if let Some(word) = name.iter().find(speaks) {
        // A score is named after the target and all that it was made of: "Attrition_Flag_…_Count".
        let is_score = target.iter().all(|word| name.contains(word));
        return (is_score || !has_any(&name, &COUNTS)).then(|| word.clone());
    }
    let mut telling = telling(&target);
    let found = telling.join(" ");
    let is_beside = |word: &str| {
        [&GENERIC[..], &BESIDE].concat().contains(&word)
            || target.iter().any(|of_target| of_target == word)
            || word.bytes().all(|byte| byte.is_ascii_digit())
    };
    for word in &name {
        // Some write "leftreason" and, in German, "Austrittsgrund".
        let is_part = |telling: &&str| {
            let rest = word.strip_prefix(telling).or_else(|| word.strip_suffix(telling));
            rest.is_some_and(|rest| is_beside(rest) || rest.strip_prefix('s').is_some_and(is_beside))
        };
        match telling.iter().position(is_part) {
            Some(at) => _ = telling.swap_remove(at),
            None if is_beside(word) => {}
            None => return None,
        }
    }
    (telling.is_empty() && !found.is_empty()).then_some(found)
}

/// The words of a target that say what it is about; all of them where none does alone, and none
/// where it is one word such as "Status".
fn telling(target: &[String]) -> Vec<&str> {
    let words: Vec<&str> = target.iter().map(String::as_str).collect();
    if let Some(ending) = words.iter().find(|word| ENDING.iter().any(|ending| word.starts_with(ending))) {
        return vec![ending];
    }
    let own: Vec<&str> = words.iter().copied().filter(|word| !GENERIC.contains(word)).collect();
    match (own.is_empty(), words.len()) {
        (false, _) => own,
        (true, 0 | 1) => Vec::new(),
        (true, _) => words,
    }
}

/// The word in a column's name by which the seller or the customer may change it, if it is a
/// category or a flag (`number` is false), or a number.
pub(crate) fn changeable_word(name: &str, number: bool) -> Option<String> {
    const CHOSEN: [&str; 42] = [
        "addon",
        "autopay",
        "backup",
        "billing",
        "bundle",
        "contract",
        "coupon",
        "delivery",
        "discount",
        "insurance",
        "internet",
        "lines",
        "method",
        "newsletter",
        "offer",
        "option",
        "package",
        "paperless",
        "payment",
        "plan",
        "pricing",
        "promo",
        "promotion",
        "protection",
        "renewal",
        "roaming",
        "security",
        "service",
        "services",
        "shipping",
        "streaming",
        "subscription",
        "support",
        "tariff",
        "tarif",
        "tier",
        "vertrag",
        "voucher",
        "warranty",
        "zahlung",
        "zahlungsart",
        "zahlungsweise",
    ];
    /// What was counted, measured or has happened.
    const PAST: [&str; 40] = [
        "age",
        "amount",
        "avg",
        "call",
        "calls",
        "code",
        "contacts",
        "date",
        "days",
        "delay",
        "delays",
        "end",
        "failed",
        "failures",
        "first",
        "history",
        "id",
        "last",
        "late",
        "left",
        "mean",
        "months",
        "n",
        "no",
        "num",
        "number",
        "overdue",
        "prev",
        "previous",
        "prior",
        "rating",
        "reason",
        "response",
        "satisfaction",
        "score",
        "since",
        "start",
        "tickets",
        "total",
        "usage",
    ];
    let words = lower_words(name);
    let chosen = |word: &&String| match number {
        true => word.as_str() == "discount",
        false => CHOSEN.contains(&word.as_str()),
    };
    words.iter().find(chosen).filter(|_| !has_any(&words, &PAST)).cloned()
}

fn has_any(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&word.as_str()))
}

fn lower_words(name: &str) -> Vec<String> {
    words(name).into_iter().map(|word| word.to_lowercase()).collect()
}

/// As [`after_the_fact`], and with words that often, but not always, name what follows on leaving.
/// They are worth a question, but no reason to leave a column out.
pub(crate) fn outcome_word(name: &str, target: &str) -> Option<String> {
    const STEMS: [&str; 9] =
        ["cancel", "terminat", "deactivat", "attrit", "winback", "closed", "closure", "exited", "offboard"];
    after_the_fact(name, target).or_else(|| {
        let words = lower_words(name);
        let happened_before = has_any(&words, &BEFORE) || has_any(&words, &COUNTS);
        words.into_iter().find(|word| !happened_before && STEMS.iter().any(|stem| word.starts_with(stem)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        for (name, expected) in [
            ("MonthlyCharges", "Monthly charges"),
            ("day_min", "Day min"),
            ("StreamingTV", "Streaming TV"),
            ("TVPlan", "TV plan"),
            ("customerID", "Customer ID"),
            ("Total day minutes", "Total day minutes"),
            ("AGE_GROUP", "Age group"),
            ("número_de_pagos", "Número de pagos"),
            ("--", "--"),
        ] {
            assert_eq!(label(name), expected);
        }
    }

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

    #[test]
    fn what_follows_on_leaving_is_told_by_the_words_of_its_name() {
        let bank = "Naive_Bayes_Classifier_Attrition_Flag_Card_Category_Contacts_Count_12_mon_Dependent_count_Education_Level_Months_Inactive_12_mon_1";
        for (target, name, expected) in [
            ("left", "days_left_in_contract", None),
            ("left", "leftover_points", None),
            ("left", "MonthsLeft", None),
            ("left", "left_handed", None),
            ("left", "left_on", Some("left")),
            ("left", "HasLeft", Some("left")),
            ("left", "leftreason", Some("left")),
            ("left", "Churn_label", Some("churn")),
            ("left", "churn_score", Some("churn")),
            ("left", "ChurnReason", Some("churn")),
            ("left", "is_churned", Some("churned")),
            ("left", "CHURN RISK", Some("churn")),
            ("churn", "previous_churn", None),
            ("left", "churn_count", None),
            ("Status", "MaritalStatus", None),
            ("Status", "status_code", None),
            ("y", "day", None),
            ("target", "target_group", None),
            ("Class", "ClassOfTravel", None),
            ("Customer Status", "customer_status_date", Some("customer status")),
            ("Customer Status", "Customer Type", None),
            ("Attrition_Flag", "Card_Flag", None),
            ("Attrition_Flag", "Attrited_On", Some("attrited")),
            ("Attrition_Flag", bank, Some("attrition")),
            ("Exited", "exited_on", Some("exited")),
            ("Exited", "Exited.1", Some("exited")),
            ("default", "default_payment_method", None),
            ("default.payment.next.month", "default_score", Some("default")),
            ("is_canceled", "previous_cancellations", None),
            ("is_canceled", "canceled_at", Some("canceled")),
            ("has_cancelled_subscription", "subscription_type", None),
            ("has_cancelled_subscription", "cancelled_subscription_reason", Some("cancelled")),
            ("Austritt", "Austrittsgrund", Some("austritt")),
            ("Austritt", "Eintritt", None),
            ("Kündigung", "Kündigungsfrist", None),
            ("", "anything", None),
        ] {
            assert_eq!(after_the_fact(name, target).as_deref(), expected, "{name} for {target}");
        }
        assert_eq!(outcome_word("CancelledOn", "Churn").as_deref(), Some("cancelled"));
        assert_eq!(outcome_word("num_cancelled_orders", "Churn"), None);
        assert_eq!(outcome_word("days_left_in_contract", "left"), None);
    }
}
