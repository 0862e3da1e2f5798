//! What the name or a value of a target says: that customers left, or that they stayed. By words, in
//! English and with a few of the most common German, Spanish, French, Portuguese and Italian ones.

use tenure::schema::composed;

use super::names::words;

/// What a text speaks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Speaks {
    pub(crate) of_leaving: bool,
    pub(crate) of_staying: bool,
}

impl Speaks {
    /// Whether it says that a customer left, and nothing else.
    pub(crate) fn left(self) -> bool {
        self.of_leaving && !self.of_staying
    }

    /// Whether it says that a customer stayed, and nothing else.
    pub(crate) fn stayed(self) -> bool {
        self.of_staying && !self.of_leaving
    }
}

/// Beginnings of words for leaving.
const LEAVING: [&str; 37] = [
    "churn",
    "attrit",
    "cancel",
    "terminat",
    "unsubscri",
    "lapse",
    "abandon",
    "leaver",
    "leaving",
    "exit",
    "resign",
    "discontinu",
    "deactivat",
    "disconnect",
    "expire",
    "inactiv",
    "inaktiv",
    "inativ",
    "withdraw",
    "withdrew",
    "terminó",
    "kündig",
    "kuendig",
    "gekündig",
    "gekuendig",
    "abwander",
    "abgewander",
    "ausgetret",
    "austritt",
    "austret",
    "resili",
    "résili",
    "desabonn",
    "désabonn",
    "storn",
    "disdett",
    "abbandon",
];

/// Words for leaving.
const LEFT: [&str; 35] = [
    "left",
    "leave",
    "leaves",
    "lost",
    "loss",
    "gone",
    "closed",
    "quit",
    "quits",
    "quitting",
    "stopped",
    "ended",
    "former",
    "ex",
    "departed",
    "departure",
    "defected",
    "defector",
    "verloren",
    "verlust",
    "beendet",
    "weg",
    "baja",
    "fuga",
    "perdido",
    "perdida",
    "salida",
    "parti",
    "partie",
    "départ",
    "perdu",
    "saiu",
    "evasão",
    "evasao",
    "perso",
];

/// Beginnings of words for staying. They count within a word as well: `customerretained`.
const STAYING: [&str; 9] = ["retain", "reten", "renew", "renov", "renouv", "loyal", "fidel", "fidèl", "verlänger"];

/// Words for staying.
const STAYED: [&str; 50] = [
    "stay",
    "stays",
    "stayed",
    "staying",
    "remain",
    "remains",
    "remained",
    "remaining",
    "keep",
    "keeps",
    "kept",
    "continues",
    "continued",
    "continuing",
    "subscribed",
    "subscriber",
    "subscribes",
    "active",
    "actives",
    "survived",
    "still",
    "existing",
    "current",
    "currently",
    "open",
    "geblieben",
    "bleibt",
    "treu",
    "bestand",
    "bestandskunde",
    "verlaengert",
    "gehalten",
    "behalten",
    "aktiv",
    "aktive",
    "permanece",
    "permanencia",
    "leal",
    "fiel",
    "vigente",
    "activo",
    "activa",
    "sigue",
    "resté",
    "restée",
    "abonné",
    "actif",
    "ativo",
    "attivo",
    "rimasto",
];

/// Words for staying that say nothing beside a word for leaving: `current_churn`.
const WEAK: [&str; 5] = ["existing", "current", "currently", "open", "still"];

/// Words that turn the next ones round.
const NEGATIONS: [&str; 15] = [
    "not", "no", "non", "never", "didnt", "didn", "isnt", "isn", "wasnt", "hasnt", "nicht", "kein", "keine", "pas",
    "não",
];

/// What the name or a value of a target speaks of.
pub(crate) fn speaks(text: &str) -> Speaks {
    let mut speaks = Speaks::default();
    let (mut is_weak, mut is_negated) = (true, false);
    for word in words(&composed(text)) {
        let word = word.to_lowercase();
        if NEGATIONS.contains(&word.as_str()) {
            is_negated = true;
            continue;
        }
        let Some(leaves) = leaves(&word) else { continue };
        is_weak &= leaves || WEAK.contains(&word.as_str());
        *if leaves != is_negated { &mut speaks.of_leaving } else { &mut speaks.of_staying } = true;
    }
    if is_weak && speaks.of_leaving {
        speaks.of_staying = false;
    }
    speaks
}

/// Whether a word says that a customer left, or stayed; `None` for other words.
fn leaves(word: &str) -> Option<bool> {
    if LEFT.contains(&word) || LEAVING.iter().any(|start| word.starts_with(start)) {
        return Some(true);
    }
    if STAYED.contains(&word) {
        return Some(false);
    }
    // `unrenewed`, `nonrenewal`, `disloyal`; `isactive`, `haschurned`.
    for (prefix, turns) in [("non", true), ("not", true), ("un", true), ("dis", true), ("is", false), ("has", false)] {
        if let Some(found) = word.strip_prefix(prefix).and_then(leaves) {
            return Some(found != turns);
        }
    }
    STAYING.iter().any(|part| word.contains(part)).then_some(false)
}

/// What a value says that is a word for yes or no, letter case and a full stop aside, as in "True.".
pub(crate) fn yes_or_no(text: &str) -> Option<bool> {
    const YES: [&str; 11] = ["yes", "y", "true", "t", "1", "on", "ja", "oui", "si", "sí", "sim"];
    const NO: [&str; 10] = ["no", "n", "false", "f", "0", "off", "nein", "non", "não", "nao"];
    let form = tenure::schema::folded(text.strip_suffix('.').unwrap_or(text));
    if YES.contains(&form.as_str()) { Some(true) } else { NO.contains(&form.as_str()).then_some(false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_that_speak_of_leaving() {
        for text in [
            "Churn",
            "churn_risk_score",
            "Exited",
            "Attrition_Flag",
            "Attrited Customer",
            "left",
            "hasLeft",
            "is_churned",
            "CHURNED",
            "Inactive",
            "unsubscribed",
            "not renewed",
            "NotRetained",
            "non_renewal",
            "nonrenewal",
            "No longer active",
            "did not stay",
            "Former customer",
            "gekündigt",
            "Kuendigung",
            "Austritt",
            "nicht verlängert",
            "baja",
            "résilié",
            "Re\u{301}silie\u{301}",
            "current_churn",
            "subscription_cancelled",
            "1 - churned",
            "disloyal",
        ] {
            assert!(speaks(text).left(), "{text}: {:?}", speaks(text));
        }
    }

    #[test]
    fn names_and_values_that_speak_of_staying() {
        for text in [
            "retained",
            "is_retained",
            "Retention",
            "customerretained",
            "renewed",
            "Renewal",
            "IsActiveMember",
            "isactive",
            "active",
            "loyal",
            "Loyalty",
            "subscribed",
            "stayed",
            "STAYS",
            "kept",
            "Existing Customer",
            "current",
            "not churned",
            "No Churn",
            "non-churner",
            "NotChurned",
            "unchurned",
            "still here",
            "geblieben",
            "aktiv",
            "treu",
            "verlängert",
            "activo",
            "fidèle",
            "renovado",
        ] {
            assert!(speaks(text).stayed(), "{text}: {:?}", speaks(text));
        }
    }

    #[test]
    fn what_says_neither() {
        for text in
            ["Yes", "0", "target", "Class", "label", "status", "department", "Month", "customer", "outcome", "y"]
        {
            assert_eq!(speaks(text), Speaks::default(), "{text}");
        }
        let both = speaks("retained_or_churned");
        assert!(both.of_leaving && both.of_staying);
    }

    #[test]
    fn words_for_yes_and_no() {
        for (text, says) in [
            ("Yes", Some(true)),
            ("True.", Some(true)),
            ("1.0", Some(true)),
            ("JA", Some(true)),
            ("False.", Some(false)),
            ("0", Some(false)),
            ("-0.0", Some(false)),
            ("2", None),
            ("Perhaps", None),
        ] {
            assert_eq!(yes_or_no(text), says, "{text}");
        }
    }
}
