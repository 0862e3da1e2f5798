//! What the target means: as the flags say it, or guessed where one reading is sure. Otherwise the
//! person is asked: a model that takes staying for leaving turns every score upside down.

use tenure::schema::{Outcome, Target, When, folded};

use super::error::InitError;
use super::question::{Answer, Question, shell_word};
use super::target_values::TargetValues;
use crate::profile::{Profile, Spelled, number, speaks, yes_or_no};
use crate::words::{grouped, percent};

/// Values that a command in an answer names, at most.
const NAMED: usize = 20;

/// What a person says about the target.
#[derive(Clone, Copy, Debug)]
pub struct TargetFlags<'a> {
    /// The column.
    pub field: &'a str,
    /// The values that mean "left", or "present" or "missing"; guessed if there are none.
    pub positive: &'a [String],
    /// The values that mean "stayed"; if there are none, all that are not positive.
    pub negative: &'a [String],
}

/// The target of a draft, and what is said about it.
pub(super) struct DraftedTarget {
    pub(super) target: Target,
    pub(super) comments: Vec<String>,
    /// Rows of customers who left, and of those who stayed.
    pub(super) counts: [u64; 2],
}

pub(super) fn drafted(file: &str, profile: &Profile, flags: &TargetFlags) -> Result<DraftedTarget, InitError> {
    let named: Vec<&str> = flags.positive.iter().chain(flags.negative).map(String::as_str).collect();
    let values = TargetValues::of(profile, &named);
    let (file, target) = (file.to_owned(), profile.name.clone());
    if flags.positive.is_empty() {
        if !values.is_countless && (values.each.is_empty() || values.each.len() == 1 && values.absent() == 0) {
            return Err(InitError::OneClass { file, target, values: values.list() });
        }
        return match guess(&values) {
            Ok(guess) => of_values(&file, &values, vec![guess.positive], Vec::new(), guess.why),
            Err(why) => Err(InitError::Ambiguous(Box::new(question(file, &values, why)))),
        };
    }
    if let [one] = flags.positive
        && flags.negative.is_empty()
        && values.spelling(one).is_none()
        && let Some(when) = presence(one)
    {
        return of_presence(file, profile, when);
    }
    let spelled = |given: &[String]| -> Result<Vec<String>, InitError> {
        let spelling = |value: &String| {
            let (file, target) = (file.clone(), target.clone());
            values.spelling(value).ok_or_else(|| InitError::NoValue {
                file,
                target,
                value: value.clone(),
                values: values.list(),
            })
        };
        given.iter().map(spelling).collect()
    };
    let why = if flags.negative.is_empty() { "given by --positive" } else { "given by --positive and --negative" };
    of_values(&file, &values, spelled(flags.positive)?, spelled(flags.negative)?, why.into())
}

fn presence(word: &str) -> Option<When> {
    match folded(word.trim()).as_str() {
        "present" => Some(When::Present),
        "missing" => Some(When::Missing),
        _ => None,
    }
}

/// A target by whether the column has a value.
fn of_presence(file: String, profile: &Profile, when: When) -> Result<DraftedTarget, InitError> {
    let missing: Vec<String> = profile.tokens.keys().cloned().collect();
    let target = Target { field: profile.name.clone(), when: Some(when), missing, ..Target::default() };
    let (present, absent) = (profile.known(), profile.rows - profile.known());
    if present == 0 || absent == 0 {
        let values = format!("a value in {} rows and none in {}", grouped(present), grouped(absent));
        return Err(InitError::OneClass { file, target: target.field, values });
    }
    let (left, verb) = if when == When::Present { (present, "has a value") } else { (absent, "has none") };
    let mut comments = vec![
        predicts(&target, &percent(left as usize, profile.rows as usize)),
        format!(
            "given by --positive: a customer left where the column {verb}; {} rows have a value, {} have none",
            grouped(present),
            grouped(absent)
        ),
    ];
    if !target.missing.is_empty() {
        comments.push("`missing` lists texts that are no value".into());
    }
    Ok(DraftedTarget { target, comments, counts: [left, profile.rows - left] })
}

fn predicts(target: &Target, share: &str) -> String {
    format!("The model predicts {} ({share} of rows).", target.probability())
}

/// A target by its values.
fn of_values(
    file: &str,
    values: &TargetValues,
    positive: Vec<String>,
    negative: Vec<String>,
    why: String,
) -> Result<DraftedTarget, InitError> {
    let field = values.profile.name.clone();
    let target = Target { field, positive, negative, when: None, missing: values.missing.clone() };
    let that_are = |outcome| -> Vec<&Spelled> {
        values.each.iter().filter(|value| target.outcome(value.text) == outcome).collect()
    };
    let list = |values_: &[&Spelled]| {
        let lines: Vec<String> = values_.iter().map(|value| values.line(value)).collect();
        lines.join("; ")
    };
    let (left, stayed, unnamed) = (that_are(Outcome::Left), that_are(Outcome::Stayed), that_are(Outcome::Unnamed));
    let (file, name) = (file.to_owned(), target.field.clone());
    if !unnamed.is_empty() {
        return Err(InitError::UnnamedValues { file, target: name, values: list(&unnamed) });
    }
    if stayed.is_empty() {
        return Err(InitError::OneClass { file, target: name, values: values.list() });
    }
    let mut comments = vec![
        predicts(&target, &values.share(left.iter().map(|value| value.rows).sum())),
        format!("{why}; the values are {}", values.list()),
    ];
    if target.negative.is_empty() && stayed.len() > 1 {
        comments.push(format!("count as stayed: {}", list(&stayed)));
    }
    if values.absent() > 0 {
        comments.push(format!("{} rows have no value and are left out of training", grouped(values.absent())));
    }
    let rows = |values: &[&Spelled]| values.iter().map(|value| value.rows).sum();
    let counts = [rows(&left), rows(&stayed)];
    Ok(DraftedTarget { target, comments, counts })
}

/// A value that surely means that a customer left.
struct Guess {
    positive: String,
    why: String,
}

/// The guess, or why there is none.
fn guess(values: &TargetValues) -> Result<Guess, String> {
    let [a, b] = &values.each[..] else {
        return Err(match values.each.len() {
            0 if values.absent() > 0 => "It has many values and rows without one".into(),
            0 => "It has too many values to list".into(),
            1 => "It has one value and rows without one".into(),
            _ if values.absent() > 0 && values.profile.dates.rows * 2 >= values.known => {
                "It has dates and rows without one".into()
            }
            _ if values.each.iter().all(|value| number(value.text).is_some()) => {
                "It has more than two values, which may be levels or codes".into()
            }
            _ => "It has more than two values".into(),
        });
    };
    let says_left = (speaks(a.text).left(), speaks(b.text).left());
    let (positive, why) = match (says_left, yes_or_no(a.text), yes_or_no(b.text)) {
        ((true, true), ..) => return Err("Both values speak of leaving".into()),
        ((true, false), ..) => (a, "guessed by its word"),
        ((false, true), ..) => (b, "guessed by its word"),
        (_, Some(yes), Some(other)) if yes != other => {
            if speaks(&values.profile.name).of_staying {
                return Err("Its name speaks of staying".into());
            }
            (if yes { a } else { b }, "guessed: the answer that means yes")
        }
        _ => return Err(unsure(a, b).into()),
    };
    if positive.rows * 2 > values.known {
        return Err(format!("{:?} is in more than half of the rows", positive.text));
    }
    Ok(Guess { positive: positive.text.into(), why: why.into() })
}

fn unsure(a: &Spelled, b: &Spelled) -> &'static str {
    if speaks(a.text).of_staying || speaks(b.text).of_staying {
        "A value speaks of staying, and none of leaving"
    } else if number(a.text).is_some() && number(b.text).is_some() {
        "Its numbers may be levels or codes"
    } else {
        "No value says so"
    }
}

fn question(file: String, values: &TargetValues, why: String) -> Question {
    // Of days of leaving, none is more positive than another.
    let has_dates = values.profile.dates.rows * 2 >= values.known.max(1);
    let by_presence = values.absent() > 0 && (values.each.len() != 2 || has_dates);
    let mut answers = if by_presence && has_dates { Vec::new() } else { by_value(values) };
    if by_presence {
        answers.push(Answer { flags: "--positive present".into(), note: "no value means stayed".into() });
        answers.push(Answer { flags: "--positive missing".into(), note: "no value means left".into() });
    }
    if answers.is_empty() {
        answers.push(Answer { flags: "--positive VALUE".into(), note: "every other value means stayed".into() });
    }
    Question { file, target: values.profile.name.clone(), why, values: values.lines(), answers }
}

/// Answers that name values, the likeliest first.
fn by_value(values: &TargetValues) -> Vec<Answer> {
    let stays = speaks(&values.profile.name).of_staying;
    let rank = |value: &Spelled| {
        let says = speaks(value.text);
        let by_answer = yes_or_no(value.text).map_or(0, |yes| if yes != stays { 1 } else { -1 });
        i8::from(says.left()) * 2 - i8::from(says.stayed()) * 2 + by_answer
    };
    let mut likely: Vec<&Spelled> = values.each.iter().rev().collect();
    likely.sort_by_key(|value| -rank(value));
    if likely.len() == 2 {
        let note = |value: &Spelled| format!("{} of the rows left", values.share(value.rows));
        return likely.iter().map(|value| Answer { flags: flag("positive", value), note: note(value) }).collect();
    }
    if !(3..=NAMED).contains(&likely.len()) {
        return Vec::new();
    }
    let mut left = likely.iter().take_while(|value| rank(value) >= 2).count().max(1);
    if likely.iter().all(|value| number(value.text).is_some()) {
        // Of levels the highest is the likeliest, in a column that speaks of leaving.
        likely.sort_by(|a, b| number(b.text).unwrap_or_default().total_cmp(&number(a.text).unwrap_or_default()));
        if stays {
            likely.reverse();
        }
        left = 1;
    }
    let positive = likely[..left].iter().map(|value| flag("positive", value));
    let flags: Vec<String> = positive.chain(likely[left..].iter().map(|value| flag("negative", value))).collect();
    vec![Answer { flags: flags.join(" "), note: "each value on the side where it belongs".into() }]
}

fn flag(name: &str, value: &Spelled) -> String {
    // A value such as -1 would be read as a flag.
    let mark = if value.text.starts_with('-') { '=' } else { ' ' };
    format!("--{name}{mark}{}", shell_word(value.text))
}

#[cfg(test)]
mod tests {
    use super::super::InitError;
    use super::super::tests::{bank, drafted, drafted_with};
    use super::*;

    /// A table whose target has these values, each with its number of rows.
    fn table(target: &str, counts: &[(&str, usize)]) -> String {
        let values = counts.iter().flat_map(|&(value, count)| std::iter::repeat_n(value, count)).enumerate();
        let rows: String = values.map(|(row, value)| format!("{},{value}\n", row % 7)).collect();
        format!("n,{target}\n{rows}")
    }

    /// What the draft says means "left", or the question.
    fn guessed(target: &str, counts: &[(&str, usize)]) -> Result<String, Question> {
        match drafted(&table(target, counts), target, None) {
            Ok(draft) => Ok(draft.schema.target.words()),
            Err(InitError::Ambiguous(question)) => Err(*question),
            Err(error) => panic!("{target}: {error}"),
        }
    }

    #[test]
    fn what_is_unambiguous_is_silent() {
        for (target, counts, words) in [
            ("Churn", &[("No", 70), ("Yes", 30)][..], "Churn = Yes"),
            ("Exited", &[("0", 70), ("1", 30)], "Exited = 1"),
            (
                "Attrition_Flag",
                &[("Existing Customer", 84), ("Attrited Customer", 16)],
                "Attrition_Flag = Attrited Customer",
            ),
            ("churn", &[("False.", 86), ("True.", 14)], "churn = True."),
            ("Churn", &[("0.0", 70), ("1.0", 30)], "Churn = 1.0"),
            ("left", &[("false", 70), ("true", 30)], "left = true"),
            ("target", &[("0", 70), ("1", 30)], "target = 1"),
            ("status", &[("Active", 70), ("Inactive", 30)], "status = Inactive"),
            ("status", &[("stayed", 70), ("churned", 30)], "status = churned"),
            ("Customer Status", &[("Open", 70), ("Closed", 30)], "Customer Status = Closed"),
            ("retained", &[("retained", 70), ("lost", 30)], "retained = lost"),
            ("not_renewed", &[("0", 70), ("1", 30)], "not_renewed = 1"),
            ("current_churn", &[("N", 70), ("Y", 30)], "current_churn = Y"),
            ("Kündigung", &[("nein", 70), ("ja", 30)], "Kündigung = ja"),
            ("churn", &[("No", 40), ("NO", 20), ("no", 10), ("Yes", 15), ("YES", 10), ("yes", 5)], "churn = Yes"),
            ("churn", &[("No", 40), ("N", 30), ("Yes", 15), ("Y", 10)], "churn = Yes"),
            ("churn", &[("No", 60), ("Yes", 30), ("NA", 5), ("", 5)], "churn = Yes"),
            ("churn", &[("No Churn", 60), ("Churn", 30)], "churn = Churn"),
        ] {
            assert_eq!(guessed(target, counts).as_deref(), Ok(words), "{target} {counts:?}");
        }
    }

    #[test]
    fn what_is_ambiguous_is_asked_with_the_likeliest_answer_first() {
        for (target, counts, why, answer) in [
            ("retained", &[("1", 80), ("0", 20)][..], "Its name speaks of staying", "--positive 0"),
            ("Renewed", &[("Yes", 20), ("No", 80)], "Its name speaks of staying", "--positive No"),
            ("IsActiveMember", &[("True", 50), ("False", 50)], "Its name speaks of staying", "--positive False"),
            ("is_loyal", &[("Y", 50), ("N", 50)], "Its name speaks of staying", "--positive N"),
            ("subscribed", &[("1.0", 50), ("0.0", 50)], "Its name speaks of staying", "--positive 0.0"),
            ("retained_or_churned", &[("1", 20), ("0", 80)], "Its name speaks of staying", "--positive 0"),
            (
                "churn_risk_score",
                &[("1", 20), ("2", 20), ("3", 20), ("4", 10), ("5", 10)],
                "It has more than two values, which may be levels or codes",
                "--positive 5 --negative 4 --negative 3 --negative 2 --negative 1",
            ),
            ("churn", &[("1", 20), ("2", 80)], "Its numbers may be levels or codes", "--positive 1"),
            ("churn", &[("-1", 80), ("1", 20)], "Its numbers may be levels or codes", "--positive 1"),
            (
                "churn",
                &[("0", 20), ("1", 70), ("2", 10)],
                "more than two values",
                "--positive 2 --negative 1 --negative 0",
            ),
            ("churn", &[("Yes", 60), ("No", 40)], "\"Yes\" is in more than half of the rows", "--positive Yes"),
            ("status", &[("churned", 60), ("stayed", 40)], "more than half", "--positive churned"),
            ("status", &[("Active", 60), ("Suspended", 40)], "A value speaks of staying", "--positive Suspended"),
            ("plan", &[("A", 60), ("B", 40)], "No value says so", "--positive B"),
            ("churn", &[("Yes", 60), ("Unknown", 40)], "No value says so", "--positive Yes"),
            (
                "Customer Status",
                &[("Stayed", 60), ("Churned", 30), ("Joined", 10)],
                "It has more than two values",
                "--positive Churned --negative Joined --negative Stayed",
            ),
            (
                "Austritt",
                &[("2024-12-31", 30), ("", 70)],
                "It has one value and rows without one",
                "--positive present",
            ),
            ("churn", &[("-", 30), ("x y", 70)], "No value says so", "--positive=-"),
        ] {
            let question = guessed(target, counts).unwrap_err();
            assert!(question.why.contains(why), "{target} {counts:?}: {}", question.why);
            assert_eq!(question.answers[0].flags, answer, "{target} {counts:?}");
        }
    }

    #[test]
    fn a_question_has_values_with_rates_and_commands_to_copy() {
        let question = guessed("it's retained", &[("1", 80), ("0", 20)]).unwrap_err();
        assert_eq!(
            question.ask("tenure init t.csv --target x"),
            question.file.clone()
                + ": which value of target `it's retained` means that a customer left? Its name speaks of staying.\n  \
                \"1\": 80 rows, 80.0%\n  \"0\": 20 rows, 20.0%\nanswer with --positive, as in\n  \
                tenure init t.csv --target x --positive 0  # 20.0% of the rows left\n  \
                tenure init t.csv --target x --positive 1  # 80.0% of the rows left"
        );
        let command = format!("tenure init {} --target 'it'\\''s retained' --positive 0", question.file);
        assert!(question.to_string().contains(&command), "{question}");
    }

    #[test]
    fn a_blank_that_means_stayed_or_left() {
        let dates: Vec<String> = (1..29).map(|day| format!("2024-02-{day:02}")).collect();
        let mut counts: Vec<(&str, usize)> = dates.iter().map(|date| (date.as_str(), 1)).collect();
        counts.extend([("", 70), ("NULL", 2)]);
        let question = guessed("left_on", &counts).unwrap_err();
        let answers: Vec<_> = question.answers.iter().map(|answer| answer.flags.as_str()).collect();
        assert_eq!(answers, ["--positive present", "--positive missing"]);
        for (word, words, share) in [("present", "is present", "28.0%"), ("Missing", "is missing", "72.0%")] {
            let draft = drafted(&table("left_on", &counts), "left_on", Some(word)).unwrap();
            assert_eq!(draft.schema.target.words(), format!("left_on {words}"));
            assert_eq!(draft.schema.target.missing, ["NULL"]);
            let comment = format!("# The model predicts the probability that left_on {words} ({share} of rows).\n");
            assert!(draft.text.contains(&comment), "{}", draft.text);
        }
        // Days of leaving are no values to choose from.
        let counts = [("2024-03-01", 5), ("2024-03-02", 9), ("2024-03-07", 6), ("", 80)];
        let question = guessed("end_date", &counts).unwrap_err();
        assert_eq!(question.why, "It has dates and rows without one");
        let answers: Vec<_> = question.answers.iter().map(|answer| answer.flags.as_str()).collect();
        assert_eq!(answers, ["--positive present", "--positive missing"]);
        // A value of that name is a value.
        let draft = drafted(&table("t", &[("missing", 30), ("here", 70)]), "t", Some("missing")).unwrap();
        assert_eq!((draft.schema.target.positive, draft.schema.target.when), (vec!["missing".into()], None));
    }

    #[test]
    fn values_are_named_in_any_spelling() {
        let counts = [("NO", 30), ("No", 40), ("yes", 10), ("Yes", 15), ("YES", 5)];
        let draft = drafted(&table("churned", &counts), "churned", Some("YES")).unwrap();
        assert_eq!(draft.schema.target.positive, ["Yes"]);
        for part in ["(30.0% of rows)", "\"Yes\" (also \"yes\", \"YES\"): 30 rows, 30.0%"] {
            assert!(draft.text.contains(part), "{}", draft.text);
        }
        let levels = [("1", 20), ("2", 20), ("3", 20), ("4", 20), ("5", 20)];
        let named =
            |positive: &[&str], negative: &[&str]| drafted_with(&table("risk", &levels), "risk", positive, negative);
        let draft = named(&["5", "4.0"], &["1", "2", "3"]).unwrap();
        assert_eq!(draft.schema.target.words(), "risk = 5 or 4");
        assert_eq!(draft.schema.target.negative, ["1", "2", "3"]);
        let draft = named(&["5", "4"], &[]).unwrap();
        assert!(draft.text.contains("# count as stayed: \"1\": 20 rows, 20.0%; "), "{}", draft.text);
        let error = named(&["5"], &["1", "2"]).unwrap_err();
        assert!(matches!(error, InitError::UnnamedValues { .. }), "{error}");
        assert!(error.to_string().contains("\"3\": 20 rows, 20.0%; \"4\": 20 rows, 20.0%"), "{error}");
    }

    #[test]
    fn flags_that_do_not_fit_the_column() {
        let refused = |counts: &[(&str, usize)], positive: &[&str]| {
            drafted_with(&table("t", counts), "t", positive, &[]).unwrap_err()
        };
        let error = refused(&[("a", 60), ("b", 40)], &["z"]);
        assert!(matches!(error, InitError::NoValue { .. }), "{error}");
        assert!(error.to_string().contains("no row of target `t` is \"z\"; it has \"a\": 60 rows"), "{error}");
        for (counts, positive, part) in [
            (&[("Yes", 60)][..], &[][..], "it has \"Yes\": 60 rows"),
            (&[("", 60)], &[], "it has no value: 60 rows"),
            (&[("a", 60), ("b", 40)], &["a", "b"], "it has \"a\""),
            (&[("a", 60), ("b", 40)], &["present"], "it has a value in 100 rows and none in 0"),
        ] {
            let error = refused(counts, positive);
            assert!(matches!(error, InitError::OneClass { .. }) && error.to_string().contains(part), "{error}");
        }
        let error = drafted(&bank(), "exited", None).unwrap_err();
        assert!(error.to_string().contains("the nearest is `Exited`"), "{error}");
        let error = drafted("a,t\n1,Yes\n1,No\n", "t", None).unwrap_err();
        assert!(error.to_string().contains("`a`: the same value in every row"), "{error}");
    }
}
