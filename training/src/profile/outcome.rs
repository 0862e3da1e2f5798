//! Columns whose name says that they follow from the outcome.

use super::names::{has_any, is_among, lower_words};

/// Words that speak of leaving wherever they stand in a name: "churned", "attrition".
const LEAVING: &str = "churn attrit";
/// Beginnings of other words for the end of a contract. A target of several words is named by the
/// one among them.
const ENDING: &str = "cancel terminat deactivat clos exit left leav lost laps default retain renew quit resign depart \
    unsubscrib offboard winback";
/// Words by which a target may be named and which say nothing about it.
const GENERIC: &str = "a account binary bool class client customer event flag group has in indicator is label member \
    next of outcome response result state status subscriber target the to type user val value was \
    will y";
/// Words that stand beside the target's own word in the name of a column that follows from it:
/// "left_reason", "DateLeft".
const BESIDE: &str = "at by category cause code comment company date datum day description did employee encoded grund \
    have ind kind month notes numeric on pred predicted prediction prob probability quarter reason \
    risk s score str text timestamp ts when who why year";
/// Words that say that something happened to a customer who is still there.
const BEFORE: &str = "before earlier former historical past prev previous previously prior";
/// Words that say how often something happened.
const COUNTS: &str = "count n num number times total";

/// The word in a column's name by which it may be known only after a customer left.
///
/// A word that speaks of leaving is enough. The target's own word counts where the rest of the
/// name is about it: with the target `left`, `left_on` follows from it, and `days_left_in_contract`
/// does not. Words are compared whole.
pub(crate) fn after_the_fact(name: &str, target: &str) -> Option<String> {
    let (name, target) = (lower_words(name), lower_words(target));
    if has_any(&name, BEFORE) {
        return None;
    }
    let speaks = |word: &&String| LEAVING.split(' ').any(|leaving| word.contains(leaving));
    if let Some(word) = name.iter().find(speaks) {
        // A score is named after the target and all that it was made of: "Attrition_Flag_…_Count".
        let is_score = target.iter().all(|word| name.contains(word));
        return (is_score || !has_any(&name, COUNTS)).then(|| word.clone());
    }
    let mut telling = telling(&target);
    let found = telling.join(" ");
    let is_beside = |word: &str| {
        is_among(word, GENERIC)
            || is_among(word, BESIDE)
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
    if let Some(ending) = words.iter().find(|word| ENDING.split(' ').any(|ending| word.starts_with(ending))) {
        return vec![ending];
    }
    let own: Vec<&str> = words.iter().copied().filter(|word| !is_among(word, GENERIC)).collect();
    match (own.is_empty(), words.len()) {
        (false, _) => own,
        (true, 0 | 1) => Vec::new(),
        (true, _) => words,
    }
}

/// As [`after_the_fact`], and with words that often, but not always, name what follows on leaving.
/// They are worth a question, but no reason to leave a column out.
pub(crate) fn outcome_word(name: &str, target: &str) -> Option<String> {
    const STEMS: &str = "cancel terminat deactivat attrit winback closed closure exited offboard";
    after_the_fact(name, target).or_else(|| {
        let words = lower_words(name);
        let happened_before = has_any(&words, BEFORE) || has_any(&words, COUNTS);
        words.into_iter().find(|word| !happened_before && STEMS.split(' ').any(|stem| word.starts_with(stem)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
